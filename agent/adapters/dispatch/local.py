"""Local dispatch: a few worker threads in the daemon's process, for documents that are claimed.

Only ids wait here; the ledger is the truth, and a restart fills the queue from it again. A crash suspect runs alone, so
that a neighbour's crash can't condemn an innocent document. What can't be done now is tried again later, with growing
patience. A document that makes way for others between two turns of its reading stands in the line again (`line.py`).
"""

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from agent import errors
from agent.adapters.dispatch.line import Line
from agent.domain.document import DocumentId
from agent.domain.phrase import Phrase

log = structlog.get_logger(__name__)

MOST_PUT_OFF = 50
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 60.0

STUCK_FAILURES = 5
"""Who has failed so often, within some fifteen seconds, has met more than a hiccup: people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A document that is tried again and again, and what it met last.

    Attributes:
        sentence, hint: of an error of the tree; an error of ours has no words for people but its type.
    """

    document_id: DocumentId
    sentence: Phrase | str
    hint: Phrase | str


class LocalDispatcher:
    """Runs `work` for each submitted document, on `workers` threads, each document on one at a time."""

    def __init__(
        self,
        work: Callable[[DocumentId], None],
        workers: int,
        *,
        on_turn: Callable[[DocumentId], None] = lambda _: None,
    ) -> None:
        """Keep what it needs.

        Args:
            on_turn: called when a document has had a turn, whatever came of it, and keeps no other out any more.
        """
        self._work = work
        self._on_turn = on_turn
        self._workers = workers
        self._change = threading.Condition()
        self._line = Line()
        self._later: list[tuple[float, DocumentId]] = []
        self._failures: dict[DocumentId, int] = {}
        self._met: dict[DocumentId, Exception] = {}
        self._busy: dict[DocumentId, float] = {}
        self._runs_alone = False
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._run, name=f"worker-{number}", daemon=True)
            for number in range(1, self._workers + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, document_id: DocumentId, *, alone: bool = False, was_begun: bool = False) -> None:
        """Queue a document; one that is queued already stays where it is.

        Args:
            alone: no other may run beside it.
            was_begun: it has taken turns before the daemon was started: letters go first, and it keeps none out.
        """
        with self._change:
            put_off = {later[1] for later in self._later}
            if document_id not in {*self._line.document_ids, *put_off}:
                if alone:
                    self._line.suspect(document_id)
                if was_begun:
                    self._line.took_turn(document_id)
                self._line.join(document_id)
                self._change.notify_all()

    def known(self) -> frozenset[DocumentId]:
        """Everything that is queued, put off, or under way."""
        with self._change:
            return frozenset({*self._line.document_ids, *self._busy, *(later[1] for later in self._later)})

    def left(self) -> frozenset[DocumentId]:
        """What is queued or put off, and under no worker's hands."""
        with self._change:
            left = frozenset({*self._line.document_ids, *(later[1] for later in self._later)})
            return left - self._busy.keys()

    def wait_for_room(self, most_waiting: int, timeout_seconds: float) -> bool:
        """Wait until fewer than `most_waiting` documents wait for their first turn; others wait as files.

        Long documents that have had one don't count, or a letter would wait for their end before it could overtake.
        Some that are put off don't hold up the others; many of them mean that the machine is at fault, and do.
        """
        with self._change:
            return self._change.wait_for(
                lambda: self._closing or self._has_room(most_waiting), timeout_seconds
            )

    def _has_room(self, most_waiting: int) -> bool:
        return self._line.new < most_waiting and len(self._later) < MOST_PUT_OFF

    def should_yield(self, document_id: DocumentId) -> bool:
        """Whether a document under way should make way for others after its turn. To ask is a sign of life."""
        with self._change:
            if document_id in self._busy:
                self._busy[document_id] = time.monotonic()
            return self._closing or self._line.goes_before(document_id, self._busy)

    def stop(self, timeout_seconds: float) -> bool:
        """Take nothing new, and wait for what is under way. True when all of it came to an end in time."""
        with self._change:
            self._closing = True
            self._change.notify_all()
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def waiting(self) -> int:
        with self._change:
            return len(self._line) + len(self._later)

    @property
    def is_idle(self) -> bool:
        with self._change:
            return not (self._line or self._later or self._busy)

    def stuck(self) -> list[Stuck]:
        """The documents that have failed again and again, oldest first."""
        with self._change:
            met = {
                document_id: self._met[document_id]
                for document_id, failures in sorted(self._failures.items())
                if failures >= STUCK_FAILURES
            }
        return [_stuck(document_id, error) for document_id, error in met.items()]

    def try_now(self, reason: str) -> None:
        """Let what was put off for an error go on at once: what was at fault is well again."""
        with self._change:
            healed = {number for number, error in self._met.items() if _reason_of(error) == reason}
            self._later = [(0.0 if it[1] in healed else it[0], it[1]) for it in self._later]
            heapq.heapify(self._later)
            self._change.notify_all()

    def oldest_busy_seconds(self) -> float:
        """For how long the quietest piece of work has given no sign of life."""
        with self._change:
            return max((time.monotonic() - since for since in self._busy.values()), default=0.0)

    def alive(self) -> int:
        """How many workers live; fewer than were started means that one has died of a mistake of ours."""
        return sum(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while (document_id := self._take()) is not None:
            try:
                self._work(document_id)
            except errors.ReadingYielded:
                self._go_on_later(document_id)
            except errors.DossierdError as error:
                self._try_later(document_id, error)
            except Exception as error:
                log.exception("work_raised", document=f"D-{document_id}")
                self._try_later(document_id, error)
            else:
                self._forget(document_id)
            finally:
                self._give_back(document_id)

    def _forget(self, document_id: DocumentId) -> None:
        """It came to an end: no patience, and no suspicion, is kept of it."""
        with self._change:
            self._failures.pop(document_id, None)
            self._met.pop(document_id, None)
            self._line.forget(document_id)

    def _go_on_later(self, document_id: DocumentId) -> None:
        """It has taken a turn, and stands in the line again: that is no failure, and what it met before is over."""
        with self._change:
            self._failures.pop(document_id, None)
            self._met.pop(document_id, None)
            self._line.took_turn(document_id)
            self._line.join(document_id)

    def _take(self) -> DocumentId | None:
        """Wait for the next document that may run now; None when the dispatcher closes."""
        with self._change:
            while not self._closing:
                self._promote()
                waiting = None if self._runs_alone else self._line.next(self._busy)
                if waiting is not None and not (waiting.is_suspect and self._busy):
                    self._runs_alone = waiting.is_suspect
                    self._line.take(waiting)
                    return self._mark(waiting.document_id)
                self._change.wait(self._until_next())
            return None

    def _mark(self, document_id: DocumentId) -> DocumentId:
        self._busy[document_id] = time.monotonic()
        self._change.notify_all()
        return document_id

    def _give_back(self, document_id: DocumentId) -> None:
        with self._change:
            del self._busy[document_id]
            self._runs_alone = False
            self._change.notify_all()
            is_put_off = any(later[1] == document_id for later in self._later)
            keeps_others_out = is_put_off and len(self._later) >= MOST_PUT_OFF
        if not keeps_others_out:
            self._on_turn(document_id)

    def _promote(self) -> None:
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._line.join(heapq.heappop(self._later)[1])

    def _until_next(self) -> float | None:
        return max(0.0, self._later[0][0] - time.monotonic()) if self._later else None

    def _try_later(self, document_id: DocumentId, error: Exception) -> None:
        with self._change:
            self._met[document_id] = error.with_traceback(None)
            failures = self._failures[document_id] = self._failures.get(document_id, 0) + 1
            delay = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(failures - 1, 10))
            heapq.heappush(self._later, (time.monotonic() + delay, document_id))
        log.warning("work_postponed", document=f"D-{document_id}", reason=_reason_of(error), attempt=failures)


def _reason_of(error: Exception) -> str:
    return error.reason if isinstance(error, errors.DossierdError) else type(error).__name__


def _stuck(document_id: DocumentId, error: Exception) -> Stuck:
    if isinstance(error, errors.DossierdError):
        return Stuck(document_id=document_id, sentence=error.said, hint=error.advice)
    return Stuck(
        document_id=document_id,
        sentence=Phrase("An error of our own ({why}).", why=type(error).__name__),
        hint="",
    )
