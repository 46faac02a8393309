"""A loss of the audit trail that somebody has looked at, and said is no tampering: a disk failed, a file is gone."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.anchor import Anchor


class WhyLost(StrEnum):
    """Why lines are gone: a closed set, so that no sentence about a person gets into the trail."""

    DISK = "disk"
    """A disk, or its file system, failed."""
    RESTORE = "restore"
    """Something older was laid down in place of the trail."""
    MISTAKE = "mistake"
    """Somebody removed it, and didn't mean to."""
    UNKNOWN = "unknown"
    """Nobody knows, and nothing speaks for tampering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Lines that are gone from the middle of the trail.

    Attributes:
        entry: the line before which they are gone.
        lost: how many; that more are gone there later is another loss.
    """

    entry: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What was gone when it was accepted.

    Attributes:
        line: the trail's own line that tells of it: it must be there as long as the loss counts as known.
        actor: who accepted it.
        lost: places that had been noted, and are gone, in the order of the trail.
        gaps: where lines before others are gone.
    """

    line: Anchor
    actor: str
    why: WhyLost
    accepted_at: datetime.datetime
    lost: tuple[Anchor, ...] = ()
    gaps: tuple[Gap, ...] = ()
