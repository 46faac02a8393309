"""When the daemon ran, a row a run; kept for a year and a month."""

import datetime
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Integer,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    update,
)

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import UtcDateTime, metadata
from agent.domain.run import Run

KEPT = datetime.timedelta(days=400)

runs = Table(
    "runs",
    metadata,
    Column("run_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("was_stopped", Boolean, nullable=False),
    Column("versions", Text, nullable=False),  # in JSON
    sqlite_autoincrement=True,
)


class SqlRuns:
    """Implements `watched.Runs`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self, now: datetime.datetime, versions: Mapping[str, str], died_at: datetime.datetime | None
    ) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(runs).where(runs.c.ended_at < now - KEPT))
            unended = update(runs).where(runs.c.ended_at.is_(None))
            if died_at is not None:
                connection.execute(unended.where(runs.c.began_at <= died_at).values(ended_at=died_at))
            connection.execute(unended.values(ended_at=runs.c.began_at))
            connection.execute(
                insert(runs).values(
                    began_at=now, was_stopped=False, versions=json.dumps(versions, sort_keys=True)
                )
            )

    def end(self, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(runs).where(runs.c.ended_at.is_(None)).values(ended_at=now, was_stopped=True)
            )

    def since(self, moment: datetime.datetime) -> Sequence[Run]:
        wanted = select(runs).where(or_(runs.c.ended_at.is_(None), runs.c.ended_at > moment))
        with reading(self._engine) as connection:
            return [
                Run(
                    began_at=row.began_at,
                    ended_at=row.ended_at,
                    was_stopped=row.was_stopped,
                    versions=json.loads(row.versions),
                )
                for row in connection.execute(wanted.order_by(runs.c.run_id))
            ]

    def first_began(self) -> datetime.datetime | None:
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(
                select(runs.c.began_at).order_by(runs.c.run_id).limit(1)
            ).scalar()
            return moment
