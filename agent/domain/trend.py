"""What is measured, so that a drift is noticed before anybody complains."""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What is measured; each is a part of the house that people are told of by itself."""

    PACE = "pace"
    """Seconds of work on a document, the median of those that came to rest."""
    FAILURES = "failures"
    """Of the documents that the rules settled, the share that failed."""
    QUESTIONS = "questions"
    """Of those, the share that became a question."""
    WAITING = "waiting"
    """Seconds for which the oldest unfinished document had waited, at most."""
    SPENDING = "spending"
    """US dollars that calls of paid services cost in an hour."""
    MEMORY = "memory"
    """Megabytes of the daemon's own process, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One hour of one measure; of documents as many hours as hold enough of them.

    Attributes:
        hour: its last hour, UTC.
        samples: how many documents, or looks, the value is made of.
        is_high: whether it is above what the week before it lets expect.
        is_alarm: whether people are to know that it drifts.
    """

    measure: Measure
    hour: datetime.datetime
    value: float
    samples: int
    is_high: bool = False
    is_alarm: bool = False

    @property
    def until(self) -> datetime.datetime:
        """When it is over, and the next begins."""
        return self.hour + datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledWork:
    """A document that the rules brought to rest.

    Attributes:
        state: where, such as `failed`.
        seconds: of work; None where there was none, as for a duplicate.
    """

    state: str
    seconds: float | None
