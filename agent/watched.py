"""What those who watch dossierd itself keep in the ledger. Beside `ports`, on the same floor."""

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
