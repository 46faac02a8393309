"""A run's lease, on the host's own clock: here it ends before any other host may fence the run off.

The clock goes on while the machine sleeps (CLOCK_BOOTTIME of clock_gettime(2)), and no one sets it. Others count from
when a beat reached the database, which is never before it was sent; so a run that was paused, or cut off from the
database, acts no more for the last third of its lease. What a beat's answer took is on the safe side.
"""

import time
from collections.abc import Callable

from agent import errors

BEATS = 6
"""A lease sees so many: two or three may get lost before its holder stops to act."""
_SAFE = 2 / 3


def _boot_clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class BeatenLease:
    """Implements `hosts.Lease`, by beats that somebody must have sent every `interval_seconds`.

    Args:
        send: gives a sign of life; False where the run was fenced off.
        lease_seconds: after how long a silence others fence it off.
        clock: seconds since whenever.
    """

    def __init__(
        self, send: Callable[[], bool], lease_seconds: float, clock: Callable[[], float] = _boot_clock
    ) -> None:
        self.interval_seconds = lease_seconds / BEATS
        self._send, self._clock = send, clock
        self._seconds = lease_seconds * _SAFE
        self._acts_until = float("-inf")
        self._is_lost = False

    @property
    def is_lost(self) -> bool:
        """Whether the run was fenced off, for good: it must end."""
        return self._is_lost

    def beat(self) -> None:
        """Give a sign of life.

        Raises:
            LeaseLost: others have fenced the run off.
            LedgerUnavailable: it did not arrive; the lease goes on until its end.
        """
        sent_at = self._clock()
        if not self._send():
            self._is_lost = True
            raise errors.LeaseLost
        self._acts_until = sent_at + self._seconds

    def check(self) -> None:
        if self._is_lost or self._clock() >= self._acts_until:
            raise errors.LeaseLost
