"""What one host does for all: a loop of such a duty turns where the duty is held, and waits quietly elsewhere."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from agent import errors
from agent.adapters.lease import BEATS
from agent.app import Parts
from agent.domain.host import Duty
from agent.hosts import Hosts, Lease

log = structlog.get_logger(__name__)


class OnDuty:
    """Whether a duty is ours. Once it is, it stays so until the run ends: others take it only from a run that fell.

    Args:
        every_seconds: how often one that another host has is looked for.
    """

    def __init__(
        self, duty: Duty, hosts: Hosts, lease: Lease, stop: threading.Event, every_seconds: float
    ) -> None:
        self._duty = duty
        self._hosts = hosts
        self._lease = lease
        self._stop = stop
        self._every_seconds = every_seconds
        self._is_held = hosts.run is None  # alone, each is ours
        self._looking = threading.Lock()

    @property
    def is_held(self) -> bool:
        """Whether it is ours now, by what was found last; asks nobody."""
        return self._is_held and self._may_act()

    def look(self) -> bool:
        """Whether it is ours; where nobody has it, it is taken.

        Raises:
            LedgerUnavailable, LeaseLost.
        """
        with self._looking:
            if not self._is_held and self._may_act() and self._hosts.hold(self._duty):
                self._is_held = True
                log.info("duty_taken", kind=self._duty)
        return self.is_held

    def turning(self, body: Callable[[], None]) -> Callable[[], None]:
        """Give a loop's body that does `body` where the duty is ours, and else waits."""

        def turn() -> None:
            if self.look():
                body()
            else:
                self._stop.wait(self._every_seconds)

        return turn

    def _may_act(self) -> bool:
        try:
            self._lease.check()
        except errors.LeaseLost:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What of all that one host does for all this one may have."""

    talker: OnDuty
    canary: OnDuty
    registry: OnDuty


def duties_of(parts: Parts, stop: threading.Event) -> Duties:
    every_seconds = parts.settings.lease_seconds / BEATS
    talker, canary, registry = (
        OnDuty(duty, parts.ports.hosts, parts.lease, stop, every_seconds)
        for duty in (Duty.TALKER, Duty.CANARY, Duty.REGISTRY)
    )
    return Duties(talker=talker, canary=canary, registry=registry)
