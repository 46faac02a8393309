"""Pieces of pages that are shown in the chats: which, where, and until when. Never a picture."""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, bindparam, insert, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import put
from agent.adapters.ledger.schema import showings
from agent.domain.message import Message
from agent.domain.question import QuestionId
from agent.domain.snippet import Showing, ShowingId

_STANDING = select(showings).where(showings.c.ended_at.is_(None)).order_by(showings.c.showing_id)
_DUE = _STANDING.where(showings.c.due_at <= bindparam("now", type_=showings.c.due_at.type))
"""Looked for every two seconds, so it is built once."""


class SqlShowings:
    """Implements `shown.Showings`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(
        self, key: str, question: QuestionId, recipient: str, beside: str | None, now: datetime.datetime
    ) -> bool:
        with writing(self._engine) as connection:
            asked = select(showings.c.showing_id).where(showings.c.key == key)
            if connection.execute(asked).scalar() is not None:
                return True
            stands = _STANDING.where(showings.c.question_id == question, showings.c.recipient == recipient)
            if connection.execute(stands.limit(1)).one_or_none() is not None:
                return False
            connection.execute(
                insert(showings).values(
                    key=key,
                    question_id=question,
                    recipient=recipient,
                    beside=beside,
                    asked_at=now,
                    due_at=now,
                    attempts=0,
                )
            )
            return True

    def due(self, now: datetime.datetime) -> Sequence[Showing]:
        with reading(self._engine) as connection:
            return [_showing_of(row) for row in connection.execute(_DUE, {"now": now})]

    def place(self, showing: ShowingId, receipt: str, now: datetime.datetime) -> None:
        self._change(showing, receipt=receipt, placed_at=now, attempts=0)

    def draw(self, showing: ShowingId, now: datetime.datetime) -> None:
        self._change(showing, drawn_at=now, attempts=0)

    def postpone(self, showing: ShowingId, until: datetime.datetime, now: datetime.datetime) -> None:
        self._change(showing, due_at=until, put_off_at=now, attempts=showings.c.attempts + 1)

    def end(
        self,
        showing: ShowingId,
        now: datetime.datetime,
        *,
        messages: Sequence[tuple[str, Message]] = (),
        error: str | None = None,
    ) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(showings).where(showings.c.showing_id == showing).values(ended_at=now, error=error)
            )
            for recipient, message in messages:
                put(connection, None, recipient, message, now)

    def _change(self, showing: ShowingId, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(showings).where(showings.c.showing_id == showing).values(**values))


def _showing_of(row: Row[Any]) -> Showing:
    return Showing(
        showing_id=ShowingId(row.showing_id),
        question_id=QuestionId(row.question_id),
        recipient=row.recipient,
        beside=row.beside,
        receipt=row.receipt,
        placed_at=row.placed_at,
        is_drawn=row.drawn_at is not None,
        attempts=row.attempts,
    )
