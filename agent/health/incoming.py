"""What waits in `incoming/`, what can't be claimed, what nobody will ever take, and how arrivals are noticed."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from agent.adapters.clock import SystemClock
from agent.adapters.folders import is_unclaimed
from agent.adapters.reading.heic import accepted_formats
from agent.adapters.watch.events import refusal
from agent.adapters.watch.looking import Oddity, OddityKind
from agent.adapters.watch.lying import look_around
from agent.config import Settings
from agent.domain.formats import listing, suffixes_of
from agent.domain.outcome import State
from agent.domain.phrase import Phrase, in_a_row, plain
from agent.health.finding import Finding, Level, has_run, open_ledger, some

CLAIM_TIME = datetime.timedelta(seconds=10)
"""A claim takes milliseconds; one that has taken so long was refused."""


def arrivals(settings: Settings) -> Finding:
    """What waits, what can't be claimed, what lies there that nobody will ever take, and how arrivals are noticed."""
    folder = settings.home / "incoming"
    if not folder.is_dir():
        return Finding(part="incoming", level=Level.GOOD, said=_waits(0))
    lying = look_around(folder, suffixes_of(accepted_formats()))
    waiting, odd = lying.waiting, [_shown(oddity) for oddity in lying.oddities]
    waits = _waits(waiting)
    if stuck := _unclaimable(settings):
        return Finding(
            part="incoming",
            level=Level.BAD,
            said=Phrase(
                "{waits}; {count} of them can't be taken away: {files}",
                waits=waits,
                count=len(stuck),
                files=plain(some(stuck)),
            ),
            unnamed=Phrase("{waits}; {count} of them can't be taken away", waits=waits, count=len(stuck)),
            advice=Phrase(
                "{give} Where that is refused, look at the attributes: sudo lsattr -R {folder}",
                give=_give(folder),
                folder=folder,
            ),
        )
    if odd:
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            said=Phrase(
                "{waits}; {count} that nobody takes: {files}",
                waits=waits,
                count=len(odd),
                files=plain(some(odd)),
            ),
            unnamed=Phrase("{waits}; {count} that nobody takes", waits=waits, count=len(odd)),
            advice=in_a_row(
                Phrase(
                    "Taken are {formats}. Print or export as a PDF what else should be filed, in a "
                    "folder of this disk, and take these away.",
                    formats=listing(accepted_formats()),
                ),
                *(it for it in (_give(folder),) if _has_unreadable(lying.oddities)),
            ),
        )
    if why := refusal(folder):
        return Finding(
            part="incoming",
            level=Level.NOTICE,
            said=Phrase("{waits}; looked through every few seconds only: {why}", waits=waits, why=plain(why)),
            advice=Phrase("Everything is filed all the same, a little later."),
        )
    return Finding(part="incoming", level=Level.GOOD, said=waits)


def _waits(waiting: int) -> Phrase:
    if not waiting:
        return Phrase("nothing waits")
    return Phrase("1 file waiting") if waiting == 1 else Phrase("{count} files waiting", count=waiting)


def _has_unreadable(oddities: Iterable[Oddity]) -> bool:
    return any(it.kind is OddityKind.UNREADABLE for it in oddities)


def _give(folder: Path) -> Phrase:
    """What lets the daemon read and take what others have put into a folder, and into folders of theirs there."""
    return Phrase(
        "To let dossierd read and take what lies there: sudo chown -R dossierd: {folder}.", folder=folder
    )


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
