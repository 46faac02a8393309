"""What the tests of the watcher share: a PDF's bytes, and waits with a deadline."""

import time
from collections.abc import Callable

from agent.adapters.watch import IncomingWatcher
from agent.domain.document import SeenFile

SETTLE = 0.1
NEVER = 3600.0
DEADLINE = 20.0

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n30\n%%EOF\n"
HALF = PDF[:40]

Watch = Callable[..., IncomingWatcher]


def collect(watcher: IncomingWatcher, count: int) -> list[SeenFile]:
    """Wait until so many files were handed out."""
    files: list[SeenFile] = []
    deadline = time.monotonic() + DEADLINE
    while len(files) < count and time.monotonic() < deadline:
        files += watcher.stable(0.5)
    assert len(files) == count
    return files


def names(files: list[SeenFile]) -> list[str]:
    return [file.name for file in files]


def wait_until(watcher: IncomingWatcher, is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline
        watcher.stable(0.05)
