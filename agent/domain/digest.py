"""A day in numbers."""

import datetime
from dataclasses import dataclass

from agent.domain.anchor import Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDay:
    """A digest that was written.

    Attributes:
        day: at the office; each has one digest at most.
        until: what happened before it was told of.
        audit: the audit trail's last line then, which it told of; None where it told of none.
    """

    day: datetime.date
    until: datetime.datetime
    audit: Anchor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNumbers:
    """What the ledger counts between two digests, and what is open at the second.

    Attributes:
        by_rule, by_people: filed, and not taken back since.
        failed: could not be filed.
        rejected, split: lie in `failed/` because a human wanted it.
        duplicates: came a second time.
        oldest_at: when the oldest open question was opened; None when none is open.
        missing: moved or edited by hand, and not solved.
        cost_micros: of the calls that were made, in micro-dollars.
    """

    by_rule: int
    by_people: int
    failed: int
    rejected: int
    split: int
    duplicates: int
    open: int
    oldest_at: datetime.datetime | None
    missing: int
    cost_micros: int
