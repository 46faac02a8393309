"""Whether a page that the daemon sends itself is still filed."""

import datetime

from agent.adapters.alive import AliveMark
from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlCanaries, SqlRuns
from agent.config import Settings
from agent.core.canary import PART, PERIODS_OF_SILENCE, RUNS_THAT_ALARM, can_be_read, silence, state_of
from agent.domain.canary import CANARY_PROBLEMS
from agent.domain.phrase import NOTHING, Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet
from agent.ledgers import engine_of
from agent.settings import STATE

_RESTART = Phrase("Type: systemctl restart dossierd. Nothing is lost by that.")


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
    now = SystemClock(settings.timezone).now()
    engine = engine_of(settings)
    try:
        runs = SqlCanaries(engine).latest(RUNS_THAT_ALARM)
        daemons = SqlRuns(engine).since(now)
    finally:
        engine.dispose()
    every = datetime.timedelta(minutes=settings.canary_minutes)
    daemon = next(iter(daemons), None)
    silent = silence(runs, daemon, AliveMark(settings.home / STATE).last(), every)
    if silent is not None:
        said = Phrase(
            "no test page has come to an end for {hours} hours, though the daemon works",
            hours=f"{silent.total_seconds() / 3600:.1f}",
        )
        return _finding(Level.BAD, said, _RESTART)
    if not runs:
        return _finding(Level.NOTICE, Phrase("none was sent yet: the first comes within minutes of a start"))
    last = runs[0]
    if last.problem is not None:
        state = state_of(runs)
        level = Level.NOTICE if state is None else Level.BAD
        return _finding(level, *CANARY_PROBLEMS[last.problem])
    age = now - last.at
    if age > PERIODS_OF_SILENCE * every:
        said = Phrase(
            "the last test page was filed {hours} hours ago", hours=round(age.total_seconds() / 3600)
        )
        return _finding(Level.NOTICE, said, Phrase("Look whether the daemon runs, and at its log."))
    said = Phrase("a test page was filed in {seconds} s", seconds=f"{last.duration_ms / 1000:.1f}")
    return _finding(Level.GOOD, said)


def _finding(level: Level, said: Phrase, advice: Phrase = NOTHING) -> Finding:
    return Finding(part=PART, level=level, said=said, advice=advice)
