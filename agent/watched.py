"""What those keep who watch dossierd itself. Beside `ports`, on the same floor."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Protocol

from agent.domain.canary import CanaryRun
from agent.domain.run import Run
from agent.domain.trend import Measure, SettledWork, Window


class CanaryRuns(Protocol):
    """What became of canaries.

    Raises (all methods): LedgerUnavailable.
    """

    def keep(self, run: CanaryRun) -> None:
        """Write it down; those that are older than a month go."""
        ...

    def latest(self, limit: int) -> Sequence[CanaryRun]:
        """The newest first."""
        ...


class WatchMemory(Protocol):
    """Who was told from outside that the daemon is not well, and not yet that it is again."""

    def told(self) -> frozenset[str]:
        """Their keys; nobody where that can't be read, so that people are rather told twice."""
        ...

    def keep(self, told: frozenset[str]) -> None:
        """Write it down; a disk that refuses has them told once more."""
        ...


class Trends(Protocol):
    """Windows of measures.

    Raises (all methods): LedgerUnavailable.
    """

    def settled_between(self, since: datetime.datetime, until: datetime.datetime) -> Sequence[SettledWork]:
        """What the rules settled from `since` until before `until`, each document once in each of its epochs."""
        ...

    def spent_between(self, since: datetime.datetime, until: datetime.datetime) -> tuple[int, int]:
        """What calls that were begun then cost, in micro-dollars, and how many there were."""
        ...

    def waiting_since(self) -> datetime.datetime | None:
        """When the oldest document that does not rest was taken in; None where all rest."""
        ...

    def keep(self, window: Window) -> None:
        """Write a window down, once; those that are older than a month go."""
        ...

    def since(self, measure: Measure, since: datetime.datetime) -> Sequence[Window]:
        """The hours of a measure, in their order."""
        ...


class Runs(Protocol):
    """When the daemon ran; kept for a year and a month.

    Raises (all methods): LedgerUnavailable.
    """

    def begin(
        self, now: datetime.datetime, versions: Mapping[str, str], died_at: datetime.datetime | None
    ) -> None:
        """A run begins; one that has no end died.

        Args:
            died_at: when it was last known to be well; None where that is not known: it counts as nothing.
        """
        ...

    def end(self, now: datetime.datetime) -> None:
        """The run ends because it was asked to."""
        ...

    def since(self, moment: datetime.datetime) -> Sequence[Run]:
        """Those that were under way then, or later; the oldest first."""
        ...

    def first_began(self) -> datetime.datetime | None: ...


class AliveMark(Protocol):
    """When the daemon was last known to be well; it outlives its death, and never fails."""

    def touch(self, now: datetime.datetime) -> None: ...

    def last(self) -> datetime.datetime | None: ...
