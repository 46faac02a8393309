"""Has a child make the copy of a scan that can be searched: the `SearchablePdfs` of the daemon.

The daemon hands over the document's descriptor and the words that are stored of it, and takes a file that it does not
look into. As with reading, the child and all that it started are dead before its file is touched, and its scratch
folder is gone when the block is left.
"""

import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent import errors
from agent.adapters.reading import words
from agent.adapters.reading.answer import collect
from agent.adapters.reading.finding import COPY, Order, Task, Unreadable
from agent.adapters.reading.forkclient import Child, ForkServer, ServerLostError
from agent.adapters.reading.forkserver import EXIT_NO_ROOM, EXIT_OUT_OF_MEMORY, EXIT_UNFENCED
from agent.adapters.reading.leftovers import remove
from agent.domain.document import DocumentText
from agent.domain.outcome import FailureReason
from agent.domain.searchable import Unsearchable

SECONDS = 60.0
"""For one copy; 300 pages take three. A person at the desk may be waiting for the answer."""

_POLL_SECONDS = 0.1
_PREFIX = "reading-copy-"
_EXITS = {0: Unsearchable.CRASHED, EXIT_OUT_OF_MEMORY: Unsearchable.OUT_OF_MEMORY}
_FAILURES = {
    FailureReason.ENCRYPTED: Unsearchable.ENCRYPTED,
    FailureReason.TOO_LARGE: Unsearchable.TOO_LARGE,
}


class SearchableCopies:
    """Implements `ports.SearchablePdfs` with children of the reader's fork server, which must have been started."""

    def __init__(
        self, server: ForkServer, *, scratch: Path, memory_megabytes: int, max_megabytes: int
    ) -> None:
        """Keep the limits.

        Args:
            scratch: the reader's folder: children may write nowhere else, and the reader's start cleans it.
            max_megabytes: of a copy.
        """
        self._server = server
        self._scratch = scratch
        self._memory_megabytes = memory_megabytes
        self._max_megabytes = max_megabytes

    @contextmanager
    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> Iterator[Path | Unsearchable]:
        """Make the copy; see `ports.SearchablePdfs`."""
        with self._scratch_folder() as scratch:
            yield self._make(path, text, scratch, should_stop)

    def _make(
        self, path: Path, text: DocumentText, scratch: Path, should_stop: Callable[[], bool]
    ) -> Path | Unsearchable:
        _write_words(text, scratch)
        with _opened(path) as document, self._server.spawn(self._order(scratch), document) as child:
            try:
                is_in_time = _wait(child, should_stop)
            except ServerLostError as error:
                raise errors.ReaderUnavailable("The reader's fork server ended at its work.") from error
        if not is_in_time:
            return Unsearchable.TIMED_OUT
        if child.exit_code in {EXIT_UNFENCED, EXIT_NO_ROOM}:
            raise errors.ReaderUnavailable(
                "The fence or the room for a searchable copy is missing.", hint="Type: dossierd check."
            )
        return _taken(scratch) or _refusal(scratch) or _EXITS.get(child.exit_code or 0, Unsearchable.CRASHED)

    def _order(self, scratch: Path) -> Order:
        return Order(
            task=Task.MAKE_SEARCHABLE,
            scratch=scratch,
            languages="",
            page_seconds=SECONDS,
            document_seconds=SECONDS,
            turn_seconds=SECONDS,
            memory_megabytes=self._memory_megabytes,
            max_pages=0,
            render_megapixels=self._max_megabytes,  # bounds the largest file of a child
        )

    @contextmanager
    def _scratch_folder(self) -> Iterator[Path]:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._scratch))
        except OSError as error:
            raise errors.ReaderUnavailable(f"The scratch folder can't be used ({error.strerror}).") from error
        try:
            yield folder
        finally:
            remove(folder)


def _write_words(text: DocumentText, scratch: Path) -> None:
    try:
        with (scratch / words.WORDS).open("wb") as stream:
            stream.writelines(words.encode(text.pages))
    except OSError as error:
        raise errors.ReaderUnavailable(f"The scratch folder can't be used ({error.strerror}).") from error


def _wait(child: Child, should_stop: Callable[[], bool]) -> bool:
    """Wait for the child's own end; False when its time is up."""
    deadline = time.monotonic() + SECONDS
    while not child.wait(_POLL_SECONDS):
        if should_stop():
            raise errors.ReadingStopped("A stop was asked for while a searchable copy was made.")
        if time.monotonic() >= deadline:
            return False
    return True


def _taken(scratch: Path) -> Path | None:
    """The copy, if there is one: a regular file, which a child that was taken over need not have left."""
    copy = scratch / COPY
    try:
        return copy if stat.S_ISREG(copy.lstat().st_mode) else None
    except FileNotFoundError:
        return None


def _refusal(scratch: Path) -> Unsearchable | None:
    match collect(scratch):
        case Unreadable(failure=failure):
            return _FAILURES.get(failure, Unsearchable.DAMAGED)
        case _:
            return None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise errors.FileVanished("The document is not where the ledger has it.") from error
    except OSError as error:
        raise errors.ReaderUnavailable(f"The document can't be opened ({error.strerror}).") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
