"""Whether a page that the daemon sends itself is still filed."""

import datetime

from agent.adapters.clock import SystemClock
from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlCanaries, open_engine
from agent.config import Settings
from agent.core.canary import PART, RUNS_THAT_ALARM, can_be_read, state_of
from agent.domain.canary import CANARY_PROBLEMS
from agent.domain.phrase import NOTHING, Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet

_PERIODS = 3
"""One that is as old as so many periods is told: the daemon was down, or its loop hangs."""


def canary(settings: Settings) -> Finding:
    if not settings.canary_minutes:
        said = Phrase("switched off: that nothing is filed any more shows only when documents come")
        return _finding(Level.NOTICE, said, Phrase("Set DOSSIERD_CANARY_MINUTES=60"))
    if not can_be_read(settings.ocr_languages):
        said = Phrase(
            "none is sent: its Latin letters can't be read with {languages}", languages=settings.ocr_languages
        )
        return _finding(Level.NOTICE, said, Phrase("Add eng to DOSSIERD_OCR_LANGUAGES."))
    if not has_run(settings):
        return nothing_yet(PART)
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        runs = SqlCanaries(engine).latest(RUNS_THAT_ALARM)
    finally:
        engine.dispose()
    if not runs:
        return _finding(Level.NOTICE, Phrase("none was sent yet: the first comes within minutes of a start"))
    last = runs[0]
    if last.problem is not None:
        state = state_of(runs)
        level = Level.NOTICE if state is None else Level.BAD
        return _finding(level, *CANARY_PROBLEMS[last.problem])
    age = SystemClock(settings.timezone).now() - last.at
    if age > _PERIODS * datetime.timedelta(minutes=settings.canary_minutes):
        said = Phrase(
            "the last test page was filed {hours} hours ago", hours=round(age.total_seconds() / 3600)
        )
        return _finding(Level.NOTICE, said, Phrase("Look whether the daemon runs, and at its log."))
    said = Phrase("a test page was filed in {seconds} s", seconds=f"{last.duration_ms / 1000:.1f}")
    return _finding(Level.GOOD, said)


def _finding(level: Level, said: Phrase, advice: Phrase = NOTHING) -> Finding:
    return Finding(part=PART, level=level, said=said, advice=advice)
