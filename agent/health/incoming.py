"""What waits in `incoming/`, what can't be claimed, what nobody will ever take, and how arrivals are noticed."""

import datetime
from pathlib import Path

from agent.adapters.clock import SystemClock
from agent.adapters.folders import is_unclaimed
from agent.adapters.reading.heic import accepted_formats
from agent.adapters.watch.events import refusal
from agent.adapters.watch.looking import Oddity, OddityKind
from agent.adapters.watch.lying import look_around
from agent.config import Settings
from agent.domain.formats import in_words, suffixes_of
from agent.domain.outcome import State
from agent.health.finding import Finding, Level, has_run, open_ledger, some

CLAIM_TIME = datetime.timedelta(seconds=10)
"""A claim takes milliseconds; one that has taken so long was refused."""


def arrivals(settings: Settings) -> Finding:
    """What waits, what can't be claimed, what lies there that nobody will ever take, and how arrivals are noticed."""
    folder = settings.home / "incoming"
    if not folder.is_dir():
        return Finding(part="incoming", level=Level.GOOD, sentence="nothing waits")
    lying = look_around(folder, suffixes_of(accepted_formats()))
    waiting, odd = lying.waiting, [_shown(oddity) for oddity in lying.oddities]
    waits = f"{waiting} file{'' if waiting == 1 else 's'} waiting" if waiting else "nothing waits"
    if stuck := _unclaimable(settings):
        return Finding(
            part="incoming",
            level=Level.BAD,
            sentence=f"{waits}; {len(stuck)} of them can't be taken away: {some(stuck)}",
            hint=f"{_give(folder)} Where that is refused, look at the attributes: sudo lsattr -R {folder}",
        )
    if odd:
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            sentence=f"{waits}; {len(odd)} that nobody takes: {some(odd)}",
            hint=f"Taken are {in_words(accepted_formats())}. Print or export as a PDF what else should be filed, in a "
            "folder of this disk, and take these away."
            + (f" {_give(folder)}" if any(it.kind is OddityKind.UNREADABLE for it in lying.oddities) else ""),
        )
    if why := refusal(folder):
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            sentence=f"{waits}; looked through every few seconds only: {why}",
            hint="Everything is filed all the same, a little later.",
        )
    return Finding(part="incoming", level=Level.GOOD, sentence=waits)


def _give(folder: Path) -> str:
    """What lets the daemon read and take what others have put into a folder, and into folders of theirs there."""
    return f"To let dossierd read and take what lies there: sudo chown -R dossierd: {folder}."


def _shown(oddity: Oddity) -> str:
    return oddity.name if oddity.kind is OddityKind.OTHER_FORMAT else f"{oddity.name} ({oddity.kind.words})"


def _unclaimable(settings: Settings) -> list[str]:
    """Name the files that stand still, but that the daemon has tried to claim in vain."""
    if not has_run(settings):
        return []
    tried_before = SystemClock(settings.timezone).now() - CLAIM_TIME
    ledger = open_ledger(settings)
    try:
        begun = ledger.in_states(frozenset({State.CLAIMING}))
    finally:
        ledger.close()
    return [
        it.original_name
        for it in begun
        if it.seen_at < tried_before and is_unclaimed(settings.home / "incoming", it.seen)
    ]
