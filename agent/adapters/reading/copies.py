"""Has a child make the copy of a scan that can be searched: the `SearchablePdfs` of the daemon.

The daemon hands over the document's descriptor and the words that are stored of it, and takes a file that it does not
look into. As with reading, the child and all that it started are dead before its file is touched, and its scratch
folder is gone when the block is left. It takes one of the readers' slots, so that it adds nothing to the memory that
they take together.
"""

import os
import signal
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
from agent.adapters.reading.forkclient import Child, ServerLostError
from agent.adapters.reading.forkserver import EXIT_NO_ROOM, EXIT_OUT_OF_MEMORY, EXIT_UNFENCED
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import DocumentText
from agent.domain.outcome import FailureReason
from agent.domain.searchable import MadeCopy, Unsearchable
from agent.durable import hash_file, storage_errors

SECONDS = 60.0
"""For one copy; 300 pages take three. A person at the desk may be waiting for the answer."""

_POLL_SECONDS = 0.1
_PREFIX = "reading-copy-"
_EXITS = {
    0: Unsearchable.CRASHED,
    EXIT_OUT_OF_MEMORY: Unsearchable.OUT_OF_MEMORY,
    -signal.SIGKILL: Unsearchable.OUT_OF_MEMORY,
}
"""Who asks the kernel for more memory than there is ends by a SIGKILL that is not ours."""
_FAILURES = {
    FailureReason.ENCRYPTED: Unsearchable.ENCRYPTED,
    FailureReason.TOO_LARGE: Unsearchable.TOO_LARGE,
    FailureReason.OUT_OF_MEMORY: Unsearchable.OUT_OF_MEMORY,
    FailureReason.TIMED_OUT: Unsearchable.TIMED_OUT,
}


class SearchableCopies:
    """Implements `ports.SearchablePdfs` with children of the reader's fork server."""

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
        self._reader = reader
        self._memory_megabytes = memory_megabytes
        self._max_megabytes = max_megabytes
        self._seconds = seconds

    @contextmanager
    def made(
        self, path: Path, text: DocumentText, *, should_stop: Callable[[], bool]
    ) -> Iterator[MadeCopy | Unsearchable]:
        """Make the copy; see `ports.SearchablePdfs`."""
        self._reader.ensure_started()
        with self._scratch_folder() as scratch:
            yield self._make(path, text, scratch, should_stop)

    def _make(
        self, path: Path, text: DocumentText, scratch: Path, should_stop: Callable[[], bool]
    ) -> MadeCopy | Unsearchable:
        _write_words(text, scratch)
        with _opened(path) as document:
            child = self._run(document, self._order(scratch, len(text.pages)), should_stop)
        if child is None:
            return Unsearchable.TIMED_OUT
        if child.exit_code in {EXIT_UNFENCED, EXIT_NO_ROOM}:
            raise errors.ReaderUnavailable(
                "The fence or the room for a searchable copy is missing.", hint="Type: dossierd check."
            )
        return _taken(scratch) or _refusal(scratch) or _EXITS.get(child.exit_code or 0, Unsearchable.CRASHED)

    def _run(self, document: int, order: Order, should_stop: Callable[[], bool]) -> Child | None:
        """Let a child carry out the order, in a slot of its own; None when its time was up."""
        self._reader.slots.take(should_stop)
        try:
            with self._reader.server.spawn(order, document) as child:
                return child if self._has_ended(child, should_stop) else None
        except ServerLostError as error:
            raise errors.ReaderUnavailable("The reader's fork server ended at its work.") from error
        finally:
            self._reader.slots.give_back()

    def _has_ended(self, child: Child, should_stop: Callable[[], bool]) -> bool:
        """Wait for the child's own end; False when its time is up."""
        deadline = time.monotonic() + self._seconds
        while not child.wait(_POLL_SECONDS):
            if should_stop():
                raise errors.ReadingStopped("A stop was asked for while a searchable copy was made.")
            if time.monotonic() >= deadline:
                return False
        return True

    def _order(self, scratch: Path, page_count: int) -> Order:
        return Order(
            task=Task.MAKE_SEARCHABLE,
            scratch=scratch,
            languages="",
            page_seconds=self._seconds,
            document_seconds=self._seconds,
            turn_seconds=self._seconds,
            memory_megabytes=self._memory_megabytes,
            max_pages=page_count,
            render_megapixels=0,
            file_megabytes=self._max_megabytes,
        )

    @contextmanager
    def _scratch_folder(self) -> Iterator[Path]:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._reader.scratch))
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


def _taken(scratch: Path) -> MadeCopy | None:
    """The copy, if there is one: a regular file, which a child that was taken over need not have left."""
    copy = scratch / COPY
    try:
        is_file = stat.S_ISREG(copy.lstat().st_mode)
    except FileNotFoundError:
        return None
    if not is_file:
        return None
    with storage_errors():
        return MadeCopy(path=copy, sha256=hash_file(copy)[0])


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
