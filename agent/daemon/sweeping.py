"""Picks up what an error, or the death of another host, has left lying."""

import threading
from collections.abc import Callable

from agent.adapters.dispatch import Dispatcher
from agent.app import Parts
from agent.domain.document import DocumentId
from agent.workflow.recovery import stranded


class Sweeping:
    """Looks at each rescan.

    Args:
        others: documents that somebody else than the workers has in hands right now.
    """

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        dispatcher: Dispatcher,
        others: Callable[[], frozenset[DocumentId]],
    ) -> None:
        self._parts = parts
        self._stop = stop
        self._dispatcher = dispatcher
        self._others = others

    def sweep(self) -> None:
        for document_id in stranded(self._parts.ports, lambda: self._dispatcher.known() | self._others()):
            self._dispatcher.submit(document_id)

    def turn(self) -> None:
        """Look, then wait: of a host that takes nothing in, where the intake's loop does it."""
        self.sweep()
        self._stop.wait(self._parts.settings.rescan_seconds)
