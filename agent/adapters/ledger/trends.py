"""Windows of measures, and the documents that they are made of."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Engine, Float, Integer, String, Table, delete, func, select

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.once import add_once
from agent.adapters.ledger.schema import UtcDateTime, costs, documents, metadata, settled, steps
from agent.domain.outcome import Event, State
from agent.domain.trend import Measure, SettledWork, Window

windows = Table(
    "windows",
    metadata,
    Column("measure", String(16), primary_key=True),
    Column("begun_at", UtcDateTime, primary_key=True),  # its last hour
    Column("value", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("is_high", Boolean, nullable=False),
    Column("is_alarm", Boolean, nullable=False),
)

KEPT = datetime.timedelta(days=30)


class SqlTrends:
    """Implements `watched.Trends`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def settled_between(self, since: datetime.datetime, until: datetime.datetime) -> Sequence[SettledWork]:
        # Grouped, SQLite would go through all that was ever settled, in the order of documents.
        its_steps = (steps.c.document_id == settled.c.document_id, steps.c.epoch == settled.c.epoch)
        taken = select(func.sum(steps.c.duration_ms)).where(*its_steps).scalar_subquery()
        work = select(settled.c.state, taken.label("ms")).where(
            settled.c.event == Event.SETTLED,
            settled.c.settled_by == "rule",
            settled.c.settled_at >= since,
            settled.c.settled_at < until,
        )
        with reading(self._engine) as connection:
            return [
                SettledWork(state=row.state, seconds=None if row.ms is None else row.ms / 1000)
                for row in connection.execute(work)
            ]

    def spent_between(self, since: datetime.datetime, until: datetime.datetime) -> tuple[int, int]:
        spent = select(func.coalesce(func.sum(costs.c.cost_micros), 0), func.count()).where(
            costs.c.reserved_at >= since, costs.c.reserved_at < until
        )
        with reading(self._engine) as connection:
            micros, calls = connection.execute(spent).one()
            return int(micros), int(calls)

    def waiting_since(self) -> datetime.datetime | None:
        unfinished = (State.CLAIMED, State.READING, State.MOVING)
        oldest = select(func.min(documents.c.claimed_at)).where(documents.c.state.in_(unfinished))
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(oldest).scalar()
            return moment

    def keep(self, window: Window) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(windows).where(windows.c.begun_at < window.hour - KEPT))
            row = {
                "measure": window.measure,
                "begun_at": window.hour,
                "value": window.value,
                "samples": window.samples,
                "is_high": window.is_high,
                "is_alarm": window.is_alarm,
            }
            add_once(connection, windows, row)

    def since(self, measure: Measure, since: datetime.datetime) -> Sequence[Window]:
        found = (
            select(windows)
            .where(windows.c.measure == measure, windows.c.begun_at >= since)
            .order_by(windows.c.begun_at)
        )
        with reading(self._engine) as connection:
            return [
                Window(
                    measure=Measure(row.measure),
                    hour=row.begun_at,
                    value=row.value,
                    samples=row.samples,
                    is_high=row.is_high,
                    is_alarm=row.is_alarm,
                )
                for row in connection.execute(found)
            ]
