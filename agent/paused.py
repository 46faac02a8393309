"""The port of pauses, beside those that `ports` holds."""

import datetime
from typing import Protocol

from agent.domain.pause import Pause


class Pauses(Protocol):
    """Whether somebody wants that no new documents are taken in.

    Raises (all methods): LedgerUnavailable.
    """

    def standing(self, now: datetime.datetime) -> Pause | None: ...

    def begin(self, pause: Pause) -> None:
        """It takes the place of one that stands. Safe to repeat."""
        ...

    def end(self, actor: str, now: datetime.datetime) -> None: ...

    def resumed_at(self, now: datetime.datetime) -> datetime.datetime | None:
        """When somebody last wanted them to be taken in again, whether a pause stood or not."""
        ...
