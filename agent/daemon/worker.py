"""What a worker host does: it brings what is claimed to rest, and tells people of what can't go on."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.app import Parts
from agent.core.notices import stuck_notice, unstuck_notice
from agent.daemon.dispatching import dispatcher_of
from agent.daemon.telling import announcer_about
from agent.domain.document import DocumentId
from agent.domain.host import Role
from agent.domain.message import Topic
from agent.workflow.process import process_document

if TYPE_CHECKING:
    from agent.daemon.ping import Ping

WORK_SECONDS = 900.0
"""What a worker may take for what gives no sign of life: to move a large file to a slow disk, for instance."""


class Worker:
    """The threads that work on documents.

    Args:
        ping: what tells a service far away of successes; None where there is none.
        on_worked: called after each turn at a document, whatever came of it: there may be something to tell.
    """

    def __init__(self, parts: Parts, *, ping: "Ping | None", on_worked: Callable[[], None]) -> None:
        self._ports = replace(
            parts.ports, should_yield=lambda document_id: self.dispatcher.should_yield(document_id)
        )
        self._on_worked = on_worked
        self._ping = ping
        self.count = parts.settings.worker_count if Role.WORKER in parts.roles else 0
        self._hang_seconds = parts.settings.page_seconds + WORK_SECONDS
        self.dispatcher = dispatcher_of(parts, self.work, self.count)
        self._is_shared, self._was_stuck = parts.membership is not None, False
        self._filing = announcer_about(parts, Topic.FILING)

    def work(self, document_id: DocumentId) -> None:
        try:
            process_document(document_id, self._ports)
            if self._ping is not None:
                self._ping.worked_on(self._ports.ledger.document(document_id))
        finally:
            self._on_worked()

    def trouble(self) -> str | None:
        """`worker_died`, or `worker_hangs`; None while all make progress."""
        if self.dispatcher.alive() < self.count:
            return "worker_died"
        return "worker_hangs" if self.dispatcher.oldest_busy_seconds() > self._hang_seconds else None

    def tell_of_filing(self) -> bool:
        """Tell people once of documents that can't go on, and once that they do; gives whether it was written."""
        voice, stuck = self._ports.voice, self.dispatcher.stuck()
        if not stuck and not self._was_stuck and self._is_shared:
            return False  # what other hosts have told is theirs to take back
        self._was_stuck = bool(stuck)
        notice = unstuck_notice(voice=voice)
        if stuck:
            documents = [it.document_id for it in stuck]
            notice = stuck_notice(documents, stuck[0].sentence, stuck[0].hint, voice=voice)
        return self._filing.tell(notice)
