"""The loop that tells a service far away that there was a success; nothing waits on it.

A sign is never given by a bare timer: a document was filed or asked about, or a canary was filed, since the last one,
and nothing hangs. A document that failed is none: a reader that fails them all would look like health. Where that stays
away, so do the signs, and the service tells people, also of a machine without power.
"""

import threading
from collections.abc import Callable

import structlog

from agent import errors
from agent.adapters.ping import Pinger, Sign
from agent.domain.life import Document
from agent.domain.outcome import State

log = structlog.get_logger(__name__)

LOOK_SECONDS = 30.0

_DECIDED = frozenset({State.ARCHIVED, State.IN_REVIEW})
"""Read and decided; a duplicate takes neither."""


class Ping:
    """Signs of life from successes.

    Args:
        trouble: what hangs, in a word; None while everything makes progress.
    """

    def __init__(self, pinger: Pinger, stop: threading.Event, *, trouble: Callable[[], str | None]) -> None:
        self._pinger = pinger
        self._stop = stop
        self._trouble = trouble
        self._success = threading.Event()
        self._is_start_told = False
        self._is_failing = False
        self._is_heard = True

    def succeeded(self) -> None:
        """Note that work was really done. Any thread may call it; it never waits."""
        self._success.set()

    def worked_on(self, document: Document | None) -> None:
        """Note what has become of a document."""
        if document is not None and document.state in _DECIDED:
            self.succeeded()

    def turn(self) -> None:
        self.look()
        self._stop.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Tell what there is to tell; what is not taken is told at the next look."""
        if not self._is_start_told:
            self._is_start_told = self._tell(Sign.START)
        if self._trouble() is not None:
            self._success.clear()
            self._is_failing = self._is_failing or self._tell(Sign.FAIL)
        elif self._success.is_set():
            self._success.clear()
            if self._tell(Sign.SUCCESS):
                self._is_failing = False
            else:
                self._success.set()

    def _tell(self, sign: Sign) -> bool:
        try:
            self._pinger.send(sign)
        except errors.NotifierUnavailable as error:
            if self._is_heard:
                log.warning("ping_failed", reason=error.reason)
            self._is_heard = False
            return False
        self._is_heard = True
        return True
