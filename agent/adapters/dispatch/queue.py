"""Dispatch over several hosts: documents come to this one as jobs in the ledger, and local dispatch does the rest.

A job hands a document to a host. It ends once the document has had a turn here, so that a long one keeps no letter
waiting in the queue; who goes on with it, when, and after which patience is local dispatch's, but for what was put off
because the ledger was away: it goes on as soon as anybody here has reached that again. On a stop, what no worker
holds is put back for whoever asks next. After a death the sweep finds it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from agent import errors
from agent.adapters.dispatch.local import LocalDispatcher, Stuck
from agent.domain.document import DocumentId
from agent.jobs import Jobs

if TYPE_CHECKING:
    from agent.adapters.dispatch.listening import JobListener

log = structlog.get_logger(__name__)

AHEAD = 1
"""Jobs that a host holds beside those its workers have in hands, so that none waits for the next; the others wait
where any host gets them."""
LOOK_SECONDS = 0.1
"""How soon who waits for room finds that another host has made some."""
JOIN_SECONDS = 2.0


class QueueDispatcher:
    """Works like `LocalDispatcher`, on documents for which there are jobs.

    Args:
        work, workers: as of `LocalDispatcher`; without a worker no job is asked for.
        jobs: of all hosts.
        address: what `psycopg.connect` takes to reach them.
        is_suspect: whether a document must run alone, as the ledger says.
        was_begun: whether it has taken turns before, here or elsewhere.
        probe: finds out whether documents can be put away here; StorageUnavailable where not.
        lease_seconds: after how long a silence this host counts as dead.
    """

    def __init__(
        self,
        work: Callable[[DocumentId], None],
        workers: int,
        *,
        jobs: Jobs,
        address: Mapping[str, Any],
        is_suspect: Callable[[DocumentId], bool],
        was_begun: Callable[[DocumentId], bool],
        probe: Callable[[], None],
        lease_seconds: float,
    ) -> None:
        self._local = LocalDispatcher(self._do, workers, on_turn=self._had_turn)
        self._work = work
        self._workers = workers
        self._jobs = jobs
        self._is_suspect = is_suspect
        self._was_begun = was_begun
        self._probe = probe
        self._is_refused = threading.Event()
        self._lease_seconds = lease_seconds
        self._closing = threading.Event()
        self._is_away = threading.Event()
        self._declined: set[DocumentId] = set()
        self._listener = self._listening_to(address) if workers else None

    def _listening_to(self, address: Mapping[str, Any]) -> "JobListener":
        from agent.adapters.dispatch.listening import JobListener  # a host alone needs none of it

        at_once = self._workers + AHEAD
        return JobListener(
            address, self._take, may_ask=self._may_ask, at_once=at_once, lease_seconds=self._lease_seconds
        )

    def start(self) -> None:
        self._local.start()
        if self._listener is not None:
            self._listener.start()

    def submit(self, document_id: DocumentId, *, alone: bool = False, was_begun: bool = False) -> None:  # noqa: ARG002
        """See that a document has a job. Whether it runs alone, whoever takes it finds in the ledger.

        Raises:
            LedgerUnavailable: the sweep asks for it again.
        """
        with self._reaching():
            self._jobs.queue([document_id])

    def known(self) -> frozenset[DocumentId]:
        """Everything that has a job, or is under way here.

        Raises:
            LedgerUnavailable.
        """
        with self._reaching():
            return self._jobs.known() | self._local.known()

    def wait_for_room(self, most_waiting: int, timeout_seconds: float) -> bool:
        """Wait until there are fewer than `most_waiting` jobs for each host that asks for some.

        Raises:
            LedgerUnavailable.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self._closing.is_set():
            if self._local.wait_for_room(most_waiting, 0) and self._has_room(most_waiting):
                return True
            if time.monotonic() >= deadline:
                return False
            self._closing.wait(LOOK_SECONDS)
        return True

    def _has_room(self, most_waiting: int) -> bool:
        with self._reaching():
            load = self._jobs.load(self._lease_seconds)
        return load.jobs < most_waiting * max(1, load.workers)

    def should_yield(self, document_id: DocumentId) -> bool:
        return self._local.should_yield(document_id)

    def stop(self, timeout_seconds: float) -> bool:
        """Take nothing new, wait for what is under way, and put back the rest. True when all came to an end in time."""
        self._closing.set()
        if self._listener is not None:
            self._listener.stop()
        is_done = self._local.stop(timeout_seconds)
        if self._listener is not None:
            is_done = self._listener.join(JOIN_SECONDS) and is_done
        self._put_back()
        return is_done

    def _put_back(self) -> None:
        left = self._local.left() | self._declined
        try:
            self._jobs.put_back(left)
        except errors.DossierdError as error:
            log.warning("jobs_not_put_back", count=len(left), reason=error.reason)

    @property
    def waiting(self) -> int:
        """How many documents wait for a worker of any host, or are with one that has not done their first turn.

        Raises:
            LedgerUnavailable.
        """
        with self._reaching():
            return max(self._local.waiting, self._jobs.load(self._lease_seconds).jobs)

    @property
    def is_idle(self) -> bool:
        return self._local.is_idle and not self._jobs.known()

    def stuck(self) -> list[Stuck]:
        return self._local.stuck()

    def oldest_busy_seconds(self) -> float:
        return self._local.oldest_busy_seconds()

    def alive(self) -> int:
        """How many workers live; none where nobody asks for jobs any more."""
        return self._local.alive() if self._listener is None or self._listener.is_alive else 0

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Notice that the ledger is away, and when it is back: once for each outage, so that nobody tries in vain."""
        try:
            yield
        except errors.LedgerUnavailable:
            self._is_away.set()
            raise
        if self._is_away.is_set():
            self._is_away.clear()
            self._local.try_now(errors.LedgerUnavailable.reason)

    def _do(self, document_id: DocumentId) -> None:
        try:
            self._work(document_id)
        except errors.StorageUnavailable:
            self._is_refused.set()
            raise

    def _may_ask(self) -> bool:
        """Whether a job would be of use here: once the storage has refused one, not before it is well again.

        A host that can do nothing is idle, and would take the jobs from those that can.
        """
        if self._is_refused.is_set():
            try:
                self._probe()
            except errors.StorageUnavailable:
                return False
            self._is_refused.clear()
        return True

    def _take(self, document_id: DocumentId) -> None:
        """Hand a job's document to local dispatch; what the ledger can't say now is taken for the worst."""
        if self._closing.is_set():
            self._declined.add(document_id)
            self._had_turn(document_id)
            return
        try:
            alone, was_begun = self._is_suspect(document_id), self._was_begun(document_id)
        except errors.DossierdError:
            alone, was_begun = True, True
        self._local.submit(document_id, alone=alone, was_begun=was_begun)

    def _had_turn(self, document_id: DocumentId) -> None:
        if self._listener is not None:
            self._listener.let_go(document_id)
