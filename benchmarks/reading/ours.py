"""The reader of the daemon, with the settings of a new home and one slot for each core."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.adapters.reading.sandbox import SandboxedReader
from agent.app import make_home
from agent.config import load
from agent.domain.document import DocumentText
from agent.domain.reading import Wanted
from agent.readers import build_reader


@contextmanager
def running_reader() -> Iterator[SandboxedReader]:
    """Start a reader, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="dossierd-benchmark-") as folder:
        home = Path(folder)
        make_home(home)
        reader = build_reader(load(home=home))
        reader.start()
        try:
            yield reader
        finally:
            reader.close()


def read_whole(reader: SandboxedReader, path: Path) -> DocumentText:
    """Read a document from its first page to its last."""
    turns = list(reader.read(path, Wanted(), should_stop=lambda: False))
    pages = sorted((page for turn in turns for page in turn.pages), key=lambda page: page.number)
    return DocumentText(pages=tuple(pages))
