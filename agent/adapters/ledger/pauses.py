"""Pauses of the intake: the latest that has not ended holds."""

import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, or_, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import pauses, requests
from agent.domain.life import Action
from agent.domain.pause import Pause


class SqlPauses:
    """Implements `paused.Pauses`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standing(self, now: datetime.datetime) -> Pause | None:
        with reading(self._engine) as connection:
            return _standing(connection, now)

    def begin(self, pause: Pause) -> None:
        with writing(self._engine) as connection:
            if _standing(connection, pause.begun_at) == pause:
                return
            _end(connection, pause.begun_by, pause.begun_at)
            connection.execute(
                insert(pauses).values(begun_at=pause.begun_at, begun_by=pause.begun_by, ends_at=pause.ends_at)
            )

    def end(self, actor: str, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            _end(connection, actor, now)

    def resumed_at(self, now: datetime.datetime) -> datetime.datetime | None:
        wanted = select(func.max(requests.c.requested_at)).where(
            requests.c.action == Action.RESUME, requests.c.done, requests.c.requested_at <= now
        )
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(wanted).scalar()
            return moment


def _standing(connection: Connection, now: datetime.datetime) -> Pause | None:
    row = connection.execute(
        select(pauses).where(_holds(now)).order_by(pauses.c.pause_id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Pause(begun_at=row.begun_at, begun_by=row.begun_by, ends_at=row.ends_at)


def _end(connection: Connection, actor: str, now: datetime.datetime) -> None:
    connection.execute(update(pauses).where(_holds(now)).values(ended_at=now, ended_by=actor))


def _holds(now: datetime.datetime) -> ColumnElement[bool]:
    return and_(pauses.c.ended_at.is_(None), or_(pauses.c.ends_at.is_(None), pauses.c.ends_at > now))
