"""The loop that leaves the mark of life, each second in which everything makes progress."""

import threading
from collections.abc import Callable

import structlog

from agent import errors
from agent.adapters.alive import AliveMark
from agent.app import Parts
from agent.daemon.loop import Loop
from agent.daemon.metrics import versions
from agent.settings import STATE
from agent.workflow.presence import Presence

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
"""How far off an availability may be, for each death."""


class PresenceLoop:
    """Tells of the daemon from when everything runs to the end of its stop.

    Args:
        is_well: whether everything makes progress.
        is_on_duty: whether this host tells people, of those that share the ledger: one of them tells of all.
    """

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        is_well: Callable[[], bool],
        is_on_duty: Callable[[], bool] = lambda: True,
    ) -> None:
        self._presence = Presence(parts.runs, AliveMark(parts.settings.home / STATE), parts.clock)
        self._stop = stop
        self._is_well = is_well
        self._is_on_duty = is_on_duty
        self._is_begun = False
        self._loop = Loop("presence", self._turn, stop)

    def start(self) -> None:
        """Everything runs.

        Raises:
            LedgerUnavailable.
        """
        self._begin()
        self._loop.start()

    def _begin(self) -> None:
        if not self._is_begun and self._is_on_duty():
            self._presence.begin(versions())
            self._is_begun = True

    def end(self) -> None:
        """The stop is done; one that can't be written will look like a death."""
        self._loop.join(BEAT_SECONDS)
        if not self._is_begun:
            return
        try:
            self._presence.end()
        except (errors.LedgerUnavailable, errors.LeaseLost) as error:
            log.info("run_end_unwritten", reason=error.reason)

    def _turn(self) -> None:
        self._begin()
        if self._is_begun and self._is_well() and self._is_on_duty():
            self._presence.beat()
        self._stop.wait(BEAT_SECONDS)
