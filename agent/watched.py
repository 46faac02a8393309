"""What those keep who watch dossierd itself. Beside `ports`, on the same floor."""

from collections.abc import Sequence
from typing import Protocol

from agent.domain.canary import CanaryRun


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
