"""Whether somebody has paused the intake."""

from zoneinfo import ZoneInfo

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlPauses
from agent.config import Settings
from agent.core.pauses import pause_phrase
from agent.domain.pause import Pause
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level, has_run
from agent.ledgers import engine_of


def pause(settings: Settings) -> Finding:
    standing = pause_of(settings)
    if standing is None:
        return Finding(part="pause", level=Level.GOOD, said=Phrase("nobody has paused the intake"))
    return Finding(
        part="pause",
        level=Level.NOTICE,
        said=Phrase(
            "no new documents are taken in: {pause}",
            pause=pause_phrase(standing, ZoneInfo(settings.timezone)),
        ),
        advice=Phrase("To take them in again: dossierd resume"),
    )


def pause_of(settings: Settings) -> Pause | None:
    """Somebody's pause that holds now.

    Raises:
        LedgerUnavailable.
    """
    if not has_run(settings):
        return None
    engine = engine_of(settings)
    try:
        return SqlPauses(engine).standing(SystemClock(settings.timezone).now())
    finally:
        engine.dispose()
