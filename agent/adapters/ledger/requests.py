"""What people asked for, kept until the daemon has done or refused it."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Engine, insert, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import tell_instead
from agent.adapters.ledger.schema import requests
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply, Request
from agent.domain.message import Message

_OPEN = select(requests).where(requests.c.closed_at.is_(None)).order_by(requests.c.request_id)
"""Asked twice a second as long as the daemon lives, so it is built once."""

_LAST_OF_HOUSE = (
    select(requests.c.action, requests.c.asked_in)
    .where(requests.c.action.in_((Action.PAUSE, Action.RESUME)), requests.c.done.is_not(False))
    .order_by(requests.c.request_id.desc())
    .limit(1)
)
"""One that is being carried out counts; one that was refused has changed nothing."""


class SqlRequests:
    """Implements `ports.Requests`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def submit(self, request: Request) -> None:
        with writing(self._engine) as connection:
            known = connection.execute(select(requests.c.key).where(requests.c.key == request.key)).scalar()
            if known is None:
                connection.execute(
                    insert(requests).values(
                        key=request.key,
                        action=request.action,
                        document_id=request.document_id,
                        argument=request.argument,
                        actor=request.actor,
                        requested_at=request.requested_at,
                        epoch=request.epoch,
                        asked_in=request.asked_in,
                        likeness=request.likeness,
                    )
                )

    def open_requests(self) -> Sequence[Request]:
        with reading(self._engine) as connection:
            found = connection.execute(_OPEN)
            return [
                Request(
                    key=row.key,
                    action=Action(row.action),
                    document_id=None if row.document_id is None else DocumentId(row.document_id),
                    argument=row.argument,
                    actor=row.actor,
                    requested_at=row.requested_at,
                    epoch=row.epoch,
                    asked_in=row.asked_in,
                    likeness=row.likeness,
                )
                for row in found
            ]

    def reply(self, key: str) -> Reply | None:
        with reading(self._engine) as connection:
            row = connection.execute(
                select(requests).where(requests.c.key == key, requests.c.closed_at.is_not(None))
            ).one_or_none()
        return None if row is None else Reply(done=row.done, sentence=row.sentence)

    def asked_in(self, action: Action) -> str | None:
        with reading(self._engine) as connection:
            last = connection.execute(_LAST_OF_HOUSE).one_or_none()
        return None if last is None or last.action != action else last.asked_in

    def leave(self, key: str, now: datetime.datetime) -> Reply | None:
        with writing(self._engine) as connection:
            connection.execute(
                update(requests)
                .where(requests.c.key == key, requests.c.closed_at.is_(None))
                .values(left_at=now)
            )
        return self.reply(key)

    def close_request(
        self, key: str, reply: Reply, now: datetime.datetime, *, in_words: Message | None = None
    ) -> None:
        with writing(self._engine) as connection:
            row = connection.execute(
                update(requests)
                .where(requests.c.key == key, requests.c.closed_at.is_(None))
                .values(closed_at=now, done=reply.done, sentence=reply.sentence)
                .returning(requests.c.asked_in, requests.c.left_at)
            ).one_or_none()
            is_late = row is not None and row.left_at is not None and not reply.done
            asked_in = row.asked_in if row is not None and is_late else None
            if asked_in is not None and in_words is not None:
                tell_instead(connection, (), "", [(None, asked_in, in_words)], now)
