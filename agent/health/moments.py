"""Whether the machine's clock can be believed, and whether documents go on."""

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlPulse
from agent.config import Settings
from agent.domain.phrase import OfficeTime, Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet, typed
from agent.ledgers import engine_of

EARLIEST_YEAR = 2025
"""Before this was written no document came; a machine whose battery is empty starts in 1970 or in its BIOS's year."""
LATEST_YEAR = 2100
BEHIND = datetime.timedelta(minutes=1)
"""How far the clock may be behind what was written: a small correction is ordinary."""
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd once it has set the clock."""
TIMESYNC = Path("/run/systemd/timesync")
"""There where systemd-timesyncd runs; other programs that set clocks don't make it."""
LONG_WAIT = datetime.timedelta(hours=1)
"""A letter takes seconds; the longest scan, or a thousand letters at once, take hours, while others are decided."""


def clock(settings: Settings) -> Finding:
    now = SystemClock(settings.timezone).now()
    if not EARLIEST_YEAR <= now.year < LATEST_YEAR:
        said = Phrase("the machine's clock says that it is the year {year}", year=now.year)
        return Finding(part="clock", level=Level.BAD, said=said, advice=typed("timedatectl set-ntp true"))
    newest = _newest(settings)
    if newest is not None and newest - now > BEHIND:
        said = Phrase(
            "the machine's clock is behind: documents came until {moment}, which is still to come",
            moment=_in_office(newest, settings),
        )
        return Finding(part="clock", level=Level.BAD, said=said, advice=typed("timedatectl set-ntp true"))
    if TIMESYNC.is_dir() and not SYNCHRONISED.exists():
        said = Phrase("nobody has set the machine's clock since it was started")
        return Finding(
            part="clock", level=Level.NOTICE, said=said, advice=typed("timedatectl timesync-status")
        )
    return Finding(part="clock", level=Level.GOOD, said=Phrase("can be believed"))


def queue(settings: Settings) -> Finding:
    """How long the document has waited that has waited longest, and whether others are decided meanwhile."""
    if not has_run(settings):
        return nothing_yet("queue")
    engine = engine_of(settings)
    try:
        pulse = SqlPulse(engine)
        since, settled = pulse.oldest_in_work(), pulse.last_settled()
    finally:
        engine.dispose()
    now = SystemClock(settings.timezone).now()
    if since is None:
        return Finding(part="queue", level=Level.GOOD, said=Phrase("no document waits to be read"))
    waits = Phrase("a document has waited since {moment}", moment=_in_office(since, settings))
    if now - since < LONG_WAIT:
        return Finding(part="queue", level=Level.GOOD, said=waits)
    if settled is not None and now - settled < LONG_WAIT:
        said = Phrase("{waits}; others are filed or asked about meanwhile", waits=waits)
        return Finding(part="queue", level=Level.NOTICE, said=said, advice=typed("dossierd pending"))
    return Finding(
        part="queue",
        level=Level.BAD,
        said=Phrase("{waits}, and none was filed or asked about in the last hour", waits=waits),
        advice=Phrase("What it waits for is in the log (journalctl -u dossierd), and here: dossierd status"),
    )


def _newest(settings: Settings) -> datetime.datetime | None:
    if not has_run(settings):
        return None
    engine = engine_of(settings)
    try:
        return SqlPulse(engine).newest()
    finally:
        engine.dispose()


def _in_office(moment: datetime.datetime, settings: Settings) -> OfficeTime:
    return OfficeTime(moment.astimezone(ZoneInfo(settings.timezone)))
