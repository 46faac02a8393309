"""What people asked for on the command line, kept until the daemon has done or refused it."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Engine, insert, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import requests
from agent.domain.document import DocumentId
from agent.domain.life import Action, Reply, Request

_OPEN = select(requests).where(requests.c.closed_at.is_(None)).order_by(requests.c.request_id)
"""Asked twice a second as long as the daemon lives, so it is built once."""


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
                )
                for row in found
            ]

    def reply(self, key: str) -> Reply | None:
        with reading(self._engine) as connection:
            row = connection.execute(
                select(requests).where(requests.c.key == key, requests.c.closed_at.is_not(None))
            ).one_or_none()
        return None if row is None else Reply(done=row.done, sentence=row.sentence)

    def close_request(self, key: str, reply: Reply, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(requests)
                .where(requests.c.key == key, requests.c.closed_at.is_(None))
                .values(closed_at=now, done=reply.done, sentence=reply.sentence)
            )
