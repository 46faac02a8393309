"""What telling costs takes when a million calls were made: each way of telling it, beside a plain sum in SQL."""

import datetime
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, text

from agent.adapters.ledger import SqlCosts, open_engine
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import costs, documents
from agent.core.costs import days_in
from agent.domain.cost import CostKey, CostOutcome
from agent.domain.outcome import State
from benchmarks.figures import Figure, report

TITLE = "costs: a million calls, for 300,000 documents, in 90 days"
_CALLS, _DOCUMENTS, _DAYS, _ROUNDS, _BATCH = 1_000_000, 300_000, 90, 3, 50_000
_ZONE = ZoneInfo("Europe/Paris")
_FIRST = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)  # the clocks are set back within
_STATES = (State.ARCHIVED, State.ARCHIVED, State.IN_REVIEW, State.FAILED)


def measure() -> Iterator[Figure]:
    """Fill a ledger and add it up."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "ledger.sqlite", may_upgrade=True)
        try:
            by_day = _fill(engine)
            yield from _telling(engine, by_day)
        finally:
            engine.dispose()


def _fill(engine: Engine) -> dict[str, int]:
    """Write the rows; gives each office day's sum, added up apart from the ledger."""
    chance, by_day = random.Random(7), dict[str, int]()
    with writing(engine) as connection:
        for first in range(0, _DOCUMENTS, _BATCH):
            connection.execute(insert(documents), [_document(first + one) for one in range(_BATCH)])
    for first in range(0, _CALLS, _BATCH):
        rows = []
        for number in range(first, first + _BATCH):
            at = _FIRST + datetime.timedelta(seconds=number * _DAYS * 86_400 / _CALLS)
            micros = chance.randrange(13_000)
            day = at.astimezone(_ZONE).date().isoformat()
            by_day[day] = by_day.get(day, 0) + micros
            rows.append(_call(number, at, micros, chance.randrange(_DOCUMENTS) + 1))
        with writing(engine) as connection:
            connection.execute(insert(costs), rows)
    return by_day


def _document(number: int) -> dict[str, object]:
    return {
        "correlation_id": "c",
        "original_name": "x.pdf",
        "state": _STATES[number % len(_STATES)],
        "epoch": 1,
        "attempts": 0,
        "size": 3,
        "seen_at": _FIRST,
        "seen_name": b"x",
        "seen_device": "1",
        "seen_inode": "2",
        "seen_size": 3,
        "seen_modified_ns": "4",
    }


def _call(number: int, at: datetime.datetime, micros: int, document_id: int) -> dict[str, object]:
    return {
        "call_id": f"call-{number}",
        "document_id": document_id,
        "correlation_id": "c",
        "attempt": 1,
        "model": f"model-{number % 3}",
        "price_source": "list",
        "price_version": "1",
        "reserved_micros": 13_000,
        "cost_micros": micros,
        "outcome": CostOutcome.ANSWERED,
        "reserved_at": at,
        "reserved_cumulative": 0,
        "lines_due": 0,
    }


def _telling(engine: Engine, by_day: dict[str, int]) -> Iterator[Figure]:
    rows = SqlCosts(engine)
    span = (_FIRST, _FIRST + datetime.timedelta(days=_DAYS))
    days = {day.isoformat(): part for day, part in days_in(span, _ZONE)}
    plain = _seconds(partial(_plain, engine))
    yield Figure(name="SELECT sum over all rows", measured=plain, unit="s")
    told = {one.key: one.micros for one in rows.sums(days, CostKey.DAY)}
    wrong = sum(abs(told.get(day, 0) - by_day.get(day, 0)) for day in told | by_day)
    yield Figure(name="days apart from a sum made beside", measured=wrong, unit="micro-dollars", bound=0)
    for key in CostKey:
        spans = days if key is CostKey.DAY else {"all": span}
        seconds = _seconds(partial(rows.sums, spans, key))
        yield Figure(name=f"all by {key}", measured=seconds, unit="s", bound=2)
        yield Figure(name=f"all by {key}, to SELECT sum", measured=seconds / plain, unit="x")
    last = {"all": (span[1] - datetime.timedelta(days=1), span[1])}
    yield Figure(
        name="the last 24 h", measured=_seconds(partial(rows.sums, last)), unit="s", bound=2, digits=4
    )


def _plain(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.execute(text("SELECT sum(cost_micros) FROM costs")).scalar_one()


def _seconds(body: Callable[[], object]) -> float:
    """How long it takes: the median of some rounds."""
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        body()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
