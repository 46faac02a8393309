"""A hand: some pages of one document, with one child after the other until one of them ends well.

Whatever happens, when `read` returns the children and all that they started are dead, and their scratch folders gone.
"""

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agent.adapters.reading.answer import collect
from agent.adapters.reading.encoding import charge
from agent.adapters.reading.finding import (
    EMPTY_BYTES,
    FINDING,
    HALT,
    Finding,
    Order,
    Read,
    Unavailable,
    Unreadable,
)
from agent.adapters.reading.forkclient import Child, ForkServer, ServerLostError
from agent.adapters.reading.forkserver import EXIT_NO_ROOM, EXIT_OUT_OF_MEMORY, EXIT_UNFENCED
from agent.adapters.reading.leftovers import remove
from agent.adapters.reading.losses import Crashed, Hung, Losses
from agent.adapters.reading.written import word_count
from agent.domain.outcome import FailureReason
from agent.domain.phrase import Phrase
from agent.durable import word_for
from agent.errors import ReaderUnavailable, ReadingStopped

PREFIX = "reading-"

_POLL_SECONDS = 0.1
_UNFENCED = Unavailable(
    sentence="The fence round the reader could not be put up.",
    hint="Type: dossierd check. What the kernel or a container newly forbids can be found in its log.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRead:
    """What became of a hand.

    Attributes:
        bytes: what the finding takes of the room for the document's text.
    """

    finding: Finding
    bytes: int = 0


class Hand:
    """Pages dealt out. One thread reads; others may look how far it is, and take its last pages away."""

    def __init__(
        self,
        *,
        server: ForkServer,
        document: int,
        order: Order,
        lost: Losses,
        deadline: float,
        should_stop: Callable[[], bool],
    ) -> None:
        """Keep what it needs.

        Args:
            document: a descriptor.
            order: what to read; its `scratch` is the folder that scratch folders are made in, its
                `document_seconds` the whole that is set.
            deadline: when the document's time is up, on the monotonic clock.
        """
        self._server = server
        self._document = document
        self._order = order
        self._lost = lost
        self._deadline = deadline
        self._should_stop = should_stop
        self._halt: int | None = None
        self._passwords: tuple[str, ...] = ()
        self._scratch: Path | None = None
        self.begun_at = time.monotonic()
        self.page = 0
        self.page_count = 0

    @property
    def pages(self) -> tuple[int, ...] | None:
        return self._order.pages

    def halt_before(self, page: int) -> None:
        """Leave the pages from this one on to others. A child that is there already reads it twice: no harm."""
        self._halt = page
        self._write_halt()

    def read(self) -> HandRead:
        """Try until a child ends well, without each page that hung once or crashed twice.

        Passwords are told only to one that has met a document with a password.

        Raises:
            ReaderUnavailable: ours or the machine's fault.
            ReadingStopped: `should_stop` said so.
        """
        while True:
            outcome = self._attempt()
            if isinstance(outcome, HandRead):
                if self._passwords == self._order.passwords or not _wants_password(outcome.finding):
                    return outcome
                self._passwords = self._order.passwords
                continue
            if isinstance(outcome, Crashed) and self._server.is_closed:
                raise ReaderUnavailable(Phrase("The reader was closed while it read."))
            given_up = self._lost.add(outcome)
            if given_up is not None:
                return HandRead(finding=given_up)

    def _attempt(self) -> HandRead | Crashed | Hung:
        with self._scratch_folder() as scratch:
            order = replace(
                self._order,
                scratch=scratch,
                document_seconds=max(0.0, self._deadline - time.monotonic()),
                hung=tuple(self._lost.hung),
                crashed=tuple(self._lost.crashed),
                passwords=self._passwords,
            )
            with self._server.spawn(order, self._document) as child:
                try:
                    interruption = self._watch(child)
                except ServerLostError as error:
                    raise ReaderUnavailable(
                        Phrase("The reader's fork server ended while it read.")
                    ) from error
            if isinstance(interruption, Unreadable):
                return HandRead(finding=interruption)
            return interruption or self._outcome(child, scratch)

    def _watch(self, child: Child) -> Unreadable | Hung | None:
        """Wait for the child's own end (None), or say why it must be ended now.

        A child is not believed that it begins page after page: after its turn and one page more it is hung as well.
        """
        page, page_began = 0, time.monotonic()
        overdue = page_began + self._order.turn_seconds + 2 * self._patience()
        while not child.wait(_POLL_SECONDS):
            now = time.monotonic()
            self.page, self.page_count = child.page, child.page_count
            if self._should_stop():
                raise ReadingStopped("A stop was asked for while the document was read.")
            if now >= self._deadline:
                limit = f"{self._order.document_seconds:g} seconds, at page {child.page}"
                return Unreadable(failure=FailureReason.TIMED_OUT, detail=limit)
            if now >= overdue:
                return Hung(page=page)
            if child.page != page:
                page, page_began = child.page, now
            elif now >= page_began + self._patience():
                return Hung(page=page)
        return None

    def _patience(self) -> float:
        """How long a page may take before the child, which watches itself, is taken for hung."""
        return self._order.page_seconds * 1.25 + 3.0

    def _outcome(self, child: Child, scratch: Path) -> HandRead | Crashed:
        if child.exit_code == EXIT_OUT_OF_MEMORY:
            return HandRead(finding=Unreadable(failure=FailureReason.OUT_OF_MEMORY))
        if child.exit_code == EXIT_UNFENCED:
            return HandRead(finding=_UNFENCED)
        if child.exit_code == EXIT_NO_ROOM:
            return HandRead(
                finding=Unavailable(
                    sentence="The disk has no room for what was read.",
                    hint="Free some space. Nothing is lost; it goes on by itself.",
                )
            )
        if child.exit_code is None or child.exit_code < 0:
            number = -(child.exit_code or 0)
            return Crashed(page=child.page, detail=f"signal {number}", is_killed=number == signal.SIGKILL)
        if child.exit_code > 0:
            return Crashed(page=child.page, detail=f"exit code {child.exit_code}")
        finding = collect(scratch, self._order.room(self._order.most_pages), self._order.page_bytes)
        if finding is None or not self._was_asked_for(finding):
            return Crashed(page=child.page, detail="no usable result")
        try:
            size = (scratch / FINDING).lstat().st_size
        except OSError as error:  # closed since it was read
            raise _unusable(error) from error
        return HandRead(finding=finding, bytes=_spent(finding, size))

    def _was_asked_for(self, finding: Finding) -> bool:
        if not isinstance(finding, Read):
            return True
        if finding.page_count > self._order.max_pages:
            return False
        return self.pages is None or {page.number for page in finding.pages} <= set(self.pages)

    def _write_halt(self) -> None:
        """Tell the child; it may have anything in its folder, so that nothing there is followed or overwritten."""
        scratch = self._scratch  # once: the thread that reads may be leaving it
        if self._halt is None or scratch is None:
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with contextlib.suppress(OSError):  # no room, or the child is gone: at worst a page is read twice
            descriptor = os.open(scratch / HALT, flags, 0o600)
            try:
                os.write(descriptor, str(self._halt).encode())
            finally:
                os.close(descriptor)

    @contextmanager
    def _scratch_folder(self) -> Iterator[Path]:
        try:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._order.scratch))
        except OSError as error:
            raise _unusable(error) from error
        try:
            self._scratch = folder
            self._write_halt()
            yield folder
        finally:
            self._scratch = None
            remove(folder)


def _unusable(error: OSError) -> ReaderUnavailable:
    return ReaderUnavailable(Phrase("The scratch folder can't be used ({why}).", why=word_for(error)))


def _spent(finding: Finding, size: int) -> int:
    """What a finding of this size takes of the room for the document's words."""
    if not isinstance(finding, Read):
        return 0
    return max(0, charge(size, word_count(finding.pages)) - EMPTY_BYTES * len(finding.pages))


def _wants_password(finding: Finding) -> bool:
    return isinstance(finding, Unreadable) and finding.failure is FailureReason.ENCRYPTED
