"""The loop that delivers what waits in the outbox, as soon as it is due or something new is written."""

import threading
from collections.abc import Callable, Collection

from agent.adapters import console
from agent.app import Parts
from agent.domain.message import ParcelId
from agent.recipients import named_recipients
from agent.workflow.deliveries import Deliveries
from agent.workflow.outbox import LONGEST_PAUSE_SECONDS, relay
from agent.workflow.results import gather_results
from agent.workflow.storms import gather_failures

PAUSE_SECONDS = 30.0
SHARED_PAUSE_SECONDS = 2.0
"""Where others than this host write messages, which can't wake it."""
ASKED_PAUSE_SECONDS = 40.0
"""Between two tries to reach those who are asked: with a call's deadline a minute at most after any outage."""


class Posting:
    """Tells people, in turns.

    Args:
        still: whether the next parcel may be sent; asking is a sign of life.
    """

    def __init__(self, parts: Parts, *, still: Callable[[], bool]) -> None:
        self._parts = parts
        self._still = still
        self._wakes = threading.Event()
        self._unmarked: dict[ParcelId, str] = {}
        names = {console.RECIPIENT: "console", **named_recipients(parts.settings)}
        self._deliveries = Deliveries(parts.journal, parts.clock, names)

    def wake(self) -> None:
        """Look at once: something was written, or the daemon ends."""
        self._wakes.set()

    def turn(self) -> None:
        """Deliver what is due, then sleep until something is."""
        parts = self._parts
        self._wakes.clear()
        again = relay(
            parts.outbox,
            parts.notifier,
            parts.clock,
            unmarked=self._unmarked,
            gather=self._gather,
            is_quiet=parts.is_quiet,
            should_stop=lambda: not self._still(),
            may_act=parts.lease.check,
            longest_pause_seconds=self._longest_pause,
            told=self._deliveries,
        )
        pause = PAUSE_SECONDS if parts.membership is None else SHARED_PAUSE_SECONDS
        if again is not None:
            pause = min(pause, max(0.0, (again - parts.clock.now()).total_seconds()))
        self._wakes.wait(pause)

    def _longest_pause(self, recipient: str) -> float:
        """Those who are only told of trouble can wait: their mail server may lock out who comes too often."""
        is_onlooker = recipient in self._parts.ports.onlookers
        return LONGEST_PAUSE_SECONDS if is_onlooker else ASKED_PAUSE_SECONDS

    def _gather(self) -> Collection[ParcelId]:
        parts = self._parts
        voice, onlookers = parts.ports.voice, parts.ports.onlookers
        failures = gather_failures(parts.storms, parts.ports.recipients, parts.clock, voice, onlookers)
        return failures | gather_results(parts.results, parts.settings.telegram_results, parts.clock, voice)
