"""Messages that wait to be delivered: in order for each recipient, who is held up by a postponed one."""

import datetime
from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import outbox
from agent.domain.document import DocumentId
from agent.domain.message import NOTICES, Message, MessageKind, Parcel, ParcelId, Topic


def _waits(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.sent_at.is_(None), table.c.dead_at.is_(None))


_EARLIER = outbox.alias("earlier")
_IS_HELD_UP = exists().where(
    _waits(_EARLIER),
    _EARLIER.c.recipient == outbox.c.recipient,
    _EARLIER.c.parcel_id < outbox.c.parcel_id,
    _EARLIER.c.due_at > bindparam("now", type_=outbox.c.due_at.type),
)
_DUE = (
    select(outbox)
    .where(_waits(outbox), outbox.c.due_at <= bindparam("now", type_=outbox.c.due_at.type), ~_IS_HELD_UP)
    .order_by(outbox.c.parcel_id)
    .limit(bindparam("most"))
)
_FIRST = (
    select(func.min(outbox.c.parcel_id))
    .where(_waits(outbox), outbox.c.due_at.is_not(None))
    .group_by(outbox.c.recipient)
)
_NEXT_DUE = select(func.min(outbox.c.due_at)).where(outbox.c.parcel_id.in_(_FIRST))


class SqlOutbox:
    """Implements `ports.Outbox` and `ports.Notices`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime.datetime, limit: int) -> Sequence[Parcel]:
        """The parcels to deliver now, in order; none of a recipient whose earlier one has been put off."""
        with reading(self._engine) as connection:
            found = connection.execute(_DUE, {"now": now, "most": limit})
            return [
                Parcel(
                    parcel_id=ParcelId(row.parcel_id),
                    document_id=None if row.document_id is None else DocumentId(row.document_id),
                    epoch=row.epoch,
                    recipient=row.recipient,
                    message=rows.MESSAGE.validate_json(row.message),
                    attempts=row.attempts,
                )
                for row in found
            ]

    def next_due(self) -> datetime.datetime | None:
        """When the first parcel of some recipient becomes due; None when none waits."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(_NEXT_DUE).scalar()
            return moment

    def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
        self._change(parcel_id, sent_at=now, receipt=receipt, error=None)

    def postpone(self, parcel_id: ParcelId, until: datetime.datetime, error_reason: str) -> None:
        self._change(parcel_id, due_at=until, attempts=outbox.c.attempts + 1, error=error_reason)

    def mark_dead(self, parcel_id: ParcelId, error_reason: str, now: datetime.datetime) -> None:
        self._change(parcel_id, dead_at=now, error=error_reason)

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            for recipient, message in messages:
                connection.execute(
                    insert(outbox).values(
                        topic=NOTICES[message.kind],
                        epoch=0,
                        recipient=recipient,
                        message=rows.MESSAGE.dump_json(message).decode(),
                        attempts=0,
                        due_at=now,
                    )
                )

    def last_notice(self, topic: Topic) -> MessageKind | None:
        with reading(self._engine) as connection:
            message = connection.execute(
                select(outbox.c.message)
                .where(outbox.c.topic == topic)
                .order_by(outbox.c.parcel_id.desc())
                .limit(1)
            ).scalar()
        return None if message is None else rows.MESSAGE.validate_json(message).kind

    def _change(self, parcel_id: ParcelId, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.parcel_id == parcel_id).values(**values))
