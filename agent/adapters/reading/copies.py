"""Has a child make the copy of a scan that can be searched: the `SearchablePdfs` of the daemon.

The child is given the document and the words that are stored of it, see `errand`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.adapters.reading import words
from agent.adapters.reading.errand import Errands, Trouble, made_file, room_in_scratch
from agent.adapters.reading.finding import COPY, Task
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import DocumentText
from agent.domain.searchable import MadeCopy, Unsearchable

SECONDS = 60.0
"""For one copy; 300 pages take three. A person at the desk may be waiting for the answer."""

_PREFIX = "reading-copy-"
_WHY = {
    Trouble.UNKNOWN_FORMAT: Unsearchable.DAMAGED,
    Trouble.ENCRYPTED: Unsearchable.ENCRYPTED,
    Trouble.DAMAGED: Unsearchable.DAMAGED,
    Trouble.TOO_LARGE: Unsearchable.TOO_LARGE,
    Trouble.OUT_OF_MEMORY: Unsearchable.OUT_OF_MEMORY,
    Trouble.TIMED_OUT: Unsearchable.TIMED_OUT,
    Trouble.CRASHED: Unsearchable.CRASHED,
}


class SearchableCopies:
    """Implements `makers.SearchablePdfs` with children of the reader's fork server."""

    def __init__(
        self,
        reader: SandboxedReader,
        *,
        memory_megabytes: int,
        max_megabytes: int,
        seconds: float = SECONDS,
    ) -> None:
        """Keep the limits.

        Args:
            max_megabytes: of a copy.
            seconds: for one copy, once it has its slot.
        """
        self._errands = Errands(
            reader,
            Task.MAKE_SEARCHABLE,
            prefix=_PREFIX,
            memory_megabytes=memory_megabytes,
            max_megabytes=max_megabytes,
            seconds=seconds,
        )

    @contextmanager
    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> Iterator[MadeCopy | Unsearchable]:
        """Make the copy; see `makers.SearchablePdfs`."""
        with self._errands.scratch_folder() as scratch:
            with room_in_scratch(), (scratch / words.WORDS).open("wb") as stream:
                stream.writelines(words.encode(text.pages))
            order = self._errands.order(scratch, max_pages=len(text.pages))
            trouble = self._errands.carry_out(order, path, should_stop)
            yield made_file(scratch / COPY) or _WHY[trouble]
