"""How often people took back what the rules had filed: the rules never guess, so each is worth a look."""

import datetime

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlOverrides
from agent.config import Settings
from agent.domain.document import reference
from agent.domain.phrase import Phrase
from agent.health.finding import Finding, Level, has_run, nothing_yet, some
from agent.ledgers import engine_of

PART = "overrides"
LOOKED_AT = datetime.timedelta(days=30)


def overrides(settings: Settings) -> Finding:
    if not has_run(settings):
        return nothing_yet(PART)
    since = SystemClock(settings.timezone).now() - LOOKED_AT
    engine = engine_of(settings)
    try:
        found = SqlOverrides(engine).since(since)
    finally:
        engine.dispose()
    if not found.filed:
        said = Phrase("nothing was filed by the rules in the last {days} days", days=LOOKED_AT.days)
        return Finding(part=PART, level=Level.GOOD, said=said)
    said = Phrase(
        "of {filed} filed by the rules in the last {days} days, people took back {count} ({share} %)",
        filed=found.filed,
        days=LOOKED_AT.days,
        count=len(found.taken_back),
        share=f"{100 * len(found.taken_back) / found.filed:.1f}",
    )
    if not found.taken_back:
        return Finding(part=PART, level=Level.GOOD, said=said)
    return Finding(
        part=PART,
        level=Level.NOTICE,
        said=said,
        advice=Phrase(
            "What each rested on says dossierd explain: {documents}",
            documents=some([reference(it) for it in found.taken_back]),
        ),
    )
