"""Windows of measures, and the documents that they are made of."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import costs, documents, settled, steps, windows
from agent.domain.outcome import Event, State
from agent.domain.trend import Measure, SettledWork, Window

KEPT = datetime.timedelta(days=30)


class SqlTrends:
    """Implements `watched.Trends`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def settled_between(self, since: datetime.datetime, until: datetime.datetime) -> Sequence[SettledWork]:
        work = (
            select(settled.c.state, func.sum(steps.c.duration_ms).label("ms"))
            .outerjoin(
                steps, (steps.c.document_id == settled.c.document_id) & (steps.c.epoch == settled.c.epoch)
            )
            .where(
                settled.c.event == Event.SETTLED,
                settled.c.settled_by == "rule",
                settled.c.settled_at >= since,
                settled.c.settled_at < until,
            )
            .group_by(settled.c.document_id, settled.c.epoch, settled.c.state)
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
            connection.execute(
                insert(windows)
                .values(
                    measure=window.measure,
                    begun_at=window.hour,
                    value=window.value,
                    samples=window.samples,
                    is_high=window.is_high,
                    is_alarm=window.is_alarm,
                )
                .on_conflict_do_nothing()
            )

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
