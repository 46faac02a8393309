"""Has one child do one thing with a document, beside reading: the limits, the slot and the end of it.

The daemon hands over the document's descriptor and takes files that it does not look into. As with reading, the child
and all that it started are dead before its files are touched, and its scratch folder is gone when the block is left. It
takes one of the readers' slots, so that it adds nothing to the memory that they take together.
"""

import os
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from agent import errors
from agent.adapters.reading.answer import collect
from agent.adapters.reading.finding import Order, Task, Unreadable
from agent.adapters.reading.forkclient import Child, ServerLostError
from agent.adapters.reading.forkserver import EXIT_NO_ROOM, EXIT_OUT_OF_MEMORY, EXIT_UNFENCED
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.outcome import FailureReason
from agent.domain.phrase import Phrase
from agent.domain.searchable import MadeCopy
from agent.durable import hash_file, storage_errors, word_for

_POLL_SECONDS = 0.1


class Trouble(StrEnum):
    """Why nothing came of it; the document's own fault."""

    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


_EXITS = {
    0: Trouble.CRASHED,
    EXIT_OUT_OF_MEMORY: Trouble.OUT_OF_MEMORY,
    -signal.SIGKILL: Trouble.OUT_OF_MEMORY,
}
"""Who asks the kernel for more memory than there is ends by a SIGKILL that is not ours."""
_FAILURES = {
    FailureReason.UNKNOWN_FORMAT: Trouble.UNKNOWN_FORMAT,
    FailureReason.ENCRYPTED: Trouble.ENCRYPTED,
    FailureReason.TOO_LARGE: Trouble.TOO_LARGE,
    FailureReason.OUT_OF_MEMORY: Trouble.OUT_OF_MEMORY,
    FailureReason.TIMED_OUT: Trouble.TIMED_OUT,
}


class Errands:
    """Errands of one kind, with their limits."""

    def __init__(
        self,
        reader: SandboxedReader,
        task: Task,
        *,
        prefix: str,
        memory_megabytes: int,
        max_megabytes: int,
        seconds: float,
    ) -> None:
        """Keep the limits.

        Args:
            prefix: of the scratch folders' names; the reader's start removes what begins with its own.
            max_megabytes: of each file that the child may write.
            seconds: for one errand, once it has its slot.
        """
        self._reader = reader
        self._seconds = seconds
        self._prefix = prefix
        self._order = Order(
            task=task,
            scratch=reader.scratch,
            languages="",
            page_seconds=seconds,
            document_seconds=seconds,
            turn_seconds=seconds,
            memory_megabytes=memory_megabytes,
            max_pages=0,
            render_megapixels=0,
            file_megabytes=max_megabytes,
        )

    def order(self, scratch: Path, *, max_pages: int) -> Order:
        """The order for one errand, to which its kind may add something."""
        return replace(self._order, scratch=scratch, max_pages=max_pages)

    @contextmanager
    def scratch_folder(self) -> Iterator[Path]:
        """Make a folder for one errand, which is gone after the block.

        Raises:
            ReaderUnavailable: the reader can't be started, or the folder not be made.
        """
        self._reader.ensure_started()
        with room_in_scratch():
            folder = Path(tempfile.mkdtemp(prefix=self._prefix, dir=self._reader.scratch))
        try:
            yield folder
        finally:
            remove(folder)

    def carry_out(self, order: Order, path: Path, should_stop: Callable[[], bool]) -> Trouble:
        """Let a child carry out the order with the document; what it leaves lies in the order's scratch folder.

        Gives what is wrong with the document if nothing lies there: what the child said, or what its end tells.

        Raises:
            FileVanished, ReaderUnavailable, ReadingStopped.
        """
        with _opened(path) as document:
            child = self._run(document, order, should_stop)
        if child is None:
            return Trouble.TIMED_OUT
        if child.exit_code in {EXIT_UNFENCED, EXIT_NO_ROOM}:
            raise errors.ReaderUnavailable(
                Phrase("The fence, or the room for what a child leaves, is missing."),
                hint=Phrase("Type: dossierd check."),
            )
        return _refusal(order.scratch) or _EXITS.get(child.exit_code or 0, Trouble.CRASHED)

    def _run(self, document: int, order: Order, should_stop: Callable[[], bool]) -> Child | None:
        """Let a child carry out the order, in a slot of its own; None when its time was up."""
        self._reader.slots.take(should_stop)
        try:
            with self._reader.server.spawn(order, document) as child:
                return child if self._has_ended(child, should_stop) else None
        except ServerLostError as error:
            raise errors.ReaderUnavailable(Phrase("The reader's fork server ended at its work.")) from error
        finally:
            self._reader.slots.give_back()

    def _has_ended(self, child: Child, should_stop: Callable[[], bool]) -> bool:
        """Wait for the child's own end; False when its time is up."""
        deadline = time.monotonic() + self._seconds
        while not child.wait(_POLL_SECONDS):
            if should_stop():
                raise errors.ReadingStopped("A stop was asked for while a child was at work on a document.")
            if time.monotonic() >= deadline:
                return False
        return True


def made_file(path: Path) -> MadeCopy | None:
    """A file that a child left: a regular one, which a child that was taken over need not have left.

    Raises:
        StorageUnavailable: it can't be read.
    """
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return None
    if not is_file:
        return None
    with storage_errors():
        return MadeCopy(path=path, sha256=hash_file(path)[0])


@contextmanager
def room_in_scratch() -> Iterator[None]:
    """Turn what the kernel refuses there into an error of the tree."""
    try:
        yield
    except OSError as error:
        raise errors.ReaderUnavailable(
            Phrase("The scratch folder can't be used ({why}).", why=word_for(error))
        ) from error


def _refusal(scratch: Path) -> Trouble | None:
    match collect(scratch):
        case Unreadable(failure=failure):
            return _FAILURES.get(failure, Trouble.DAMAGED)
        case _:
            return None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise errors.FileVanished("The document is not where the ledger has it.") from error
    except OSError as error:
        raise errors.ReaderUnavailable(
            Phrase("The document can't be opened ({why}).", why=word_for(error))
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
