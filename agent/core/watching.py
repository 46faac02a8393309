"""What somebody outside the daemon concludes from a few looks at it, and whom that leaves to be told."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.phrase import Phrase

PART = "daemon"

BEATS_WITHIN = datetime.timedelta(minutes=15)
"""A daemon shows every half minute that work makes progress. A start may take as long as the unit lets it."""

LOOKS = 3
LOOKS_APART_SECONDS = 12.0
"""Three looks outlast the pause before a restart: one that was restarted is up at the last."""


class DaemonTrouble(StrEnum):
    """What is wrong with the daemon itself, so that it tells nobody."""

    DOWN = "down"
    FALLING = "falling"
    """It ends again and again."""
    HANGING = "hanging"
    MUTE = "mute"
    """Its ledger can't be used: it can neither work nor tell."""


DAEMON_TROUBLES: dict[DaemonTrouble, tuple[Phrase, Phrase]] = {
    DaemonTrouble.DOWN: (
        Phrase("dossierd is not running: nothing is filed, and nobody is asked"),
        Phrase("Type: systemctl start dossierd. Why it ended: journalctl -u dossierd"),
    ),
    DaemonTrouble.FALLING: (
        Phrase("dossierd ends again and again, and is started anew each time"),
        Phrase("Read why: journalctl -u dossierd -p warning"),
    ),
    DaemonTrouble.HANGING: (
        Phrase("dossierd runs, but has made no progress for a quarter of an hour"),
        Phrase("Type: systemctl restart dossierd. Nothing is lost by that."),
    ),
    DaemonTrouble.MUTE: (
        Phrase("dossierd can't use its ledger: it can neither file nor tell"),
        Phrase("Look at the disk: df -h, dmesg. Then type: dossierd check"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The daemon at one look.

    Attributes:
        process: that holds the home's lock; None where none does, 0 where it is not known which.
        beat_age: since it last showed progress.
        can_tell: whether its ledger can be used.
    """

    process: int | None
    beat_age: datetime.timedelta = datetime.timedelta()
    can_tell: bool = True

    @property
    def is_well(self) -> bool:
        return self.process is not None and self.beat_age <= BEATS_WITHIN and self.can_tell


def trouble_of(looks: Sequence[Look]) -> DaemonTrouble | None:
    """Judge by looks, the last one at the end; at least one."""
    last = looks[-1]
    processes = [look.process for look in looks if look.process is not None]
    if len(set(processes)) > 1:
        return DaemonTrouble.FALLING
    if last.process is None:
        return DaemonTrouble.DOWN
    if last.beat_age > BEATS_WITHIN:
        return DaemonTrouble.HANGING
    return None if last.can_tell else DaemonTrouble.MUTE


def to_tell(trouble: DaemonTrouble | None, told: frozenset[str], recipients: Sequence[str]) -> Sequence[str]:
    """Say who is to be told now: of trouble those who don't know, of its end those who do.

    Args:
        told: who was told that something is wrong, and not yet that it is over.
        recipients: who may be told at all.
    """
    return [recipient for recipient in recipients if (recipient in told) is (trouble is None)]
