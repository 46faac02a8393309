"""Whether one of the measures drifts away from its own last week."""

import datetime

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlTrends
from agent.config import Settings
from agent.core.trends import state_of
from agent.domain.phrase import Phrase, listed, plain
from agent.domain.trend import Measure
from agent.health.finding import Finding, Level, has_run, nothing_yet
from agent.ledgers import engine_of

_RECENT = datetime.timedelta(days=7)


def trends(settings: Settings) -> Finding:
    if not has_run(settings):
        return nothing_yet("trends")
    since = SystemClock(settings.timezone).now() - _RECENT
    engine = engine_of(settings)
    try:
        rows = SqlTrends(engine)
        latest = [hours[-1] for measure in Measure if (hours := rows.since(measure, since))]
    finally:
        engine.dispose()
    drifting = [state_of(it) for it in latest if it.is_alarm]
    if not drifting:
        said = Phrase("as in the week before") if latest else Phrase("no hour was measured yet")
        return Finding(part="trends", level=Level.GOOD, said=said)
    said = listed(*(plain(it.sentence) if isinstance(it.sentence, str) else it.sentence for it in drifting))
    advice = drifting[0].hint
    return Finding(
        part="trends",
        level=Level.NOTICE,
        said=said,
        advice=plain(advice) if isinstance(advice, str) else advice,
    )
