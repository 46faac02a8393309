"""Messages that wait to be delivered: in order for each recipient, who is held up by a postponed one.

Rows of one card are one message to each of its recipients: the first is sent, a later one takes its place. Of those
that wait to do so only the newest is delivered, and the others count as sent with it.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from agent.adapters.ledger import rows
from agent.adapters.ledger.copies import learn
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import documents, outbox, waits
from agent.domain.document import CorrelationId, DocumentId
from agent.domain.message import (
    NOTICES,
    Blame,
    LoneFailures,
    Message,
    MessageKind,
    Parcel,
    ParcelId,
    Topic,
)

_NOW = bindparam("now", type_=outbox.c.due_at.type)
_EARLIER, _BEFORE, _AFTER = outbox.alias("earlier"), outbox.alias("before"), outbox.alias("after")
_IS_HELD_UP = exists().where(
    waits(_EARLIER),
    _EARLIER.c.recipient == outbox.c.recipient,
    _EARLIER.c.parcel_id < outbox.c.parcel_id,
    _EARLIER.c.due_at > _NOW,
)


def _same_card(table: FromClause) -> ColumnElement[bool]:
    return and_(table.c.card == outbox.c.card, table.c.recipient == outbox.c.recipient)


_IS_BEFORE = and_(_same_card(_BEFORE), _BEFORE.c.parcel_id < outbox.c.parcel_id)
_HAS_PLACE = exists().where(_IS_BEFORE, _BEFORE.c.sent_at.is_not(None))
_IS_FIRST = ~exists().where(_IS_BEFORE, or_(_BEFORE.c.sent_at.is_not(None), waits(_BEFORE)))
_IS_NEWEST = ~exists().where(
    _same_card(_AFTER),
    _AFTER.c.parcel_id > outbox.c.parcel_id,
    waits(_AFTER),
    _AFTER.c.due_at.is_not(None),
)
_PLACE = (
    select(_BEFORE.c.receipt)
    .where(_IS_BEFORE, _BEFORE.c.sent_at.is_not(None))
    .order_by(_BEFORE.c.parcel_id.desc())
    .limit(1)
    .scalar_subquery()
)
_HAS_TURN = and_(
    waits(outbox),
    outbox.c.due_at.is_not(None),
    or_(outbox.c.card.is_(None), _IS_FIRST, and_(_HAS_PLACE, _IS_NEWEST)),
)
_COPIES = (
    select(outbox.c.receipt)
    .where(
        outbox.c.card == bindparam("of_card"),
        outbox.c.recipient == bindparam("wanted"),
        outbox.c.receipt.is_not(None),
    )
    .order_by(outbox.c.parcel_id)
)
_DUE = (
    select(outbox, _PLACE.label("replaces"))
    .where(_HAS_TURN, outbox.c.due_at <= _NOW, ~_IS_HELD_UP)
    .order_by(outbox.c.parcel_id)
    .limit(bindparam("most"))
)
_CURRENT = select(outbox, _PLACE.label("replaces")).where(
    _HAS_TURN, outbox.c.parcel_id == bindparam("wanted")
)
_FIRST = (
    select(outbox.c.recipient, func.min(outbox.c.parcel_id).label("parcel_id"))
    .where(_HAS_TURN)
    .group_by(outbox.c.recipient)
    .subquery()
)
_TURNS = (  # a parcel has to wait for those before it, also where it takes their place
    select(func.max(_EARLIER.c.due_at).label("due_at"))
    .where(
        waits(_EARLIER),
        _EARLIER.c.recipient == _FIRST.c.recipient,
        _EARLIER.c.parcel_id <= _FIRST.c.parcel_id,
    )
    .group_by(_EARLIER.c.recipient)
    .subquery()
)
_NEXT_DUE = select(func.min(_TURNS.c.due_at))


class SqlOutbox:
    """Implements `workflow.outbox.Outbox` and `asked.Notices`.

    Args:
        part: what its notices are about within their topic, such as one part of the house's health.
    """

    def __init__(self, engine: Engine, part: str = "") -> None:
        self._engine = engine
        self._part = part

    def about(self, part: str) -> "SqlOutbox":
        """The same outbox, for notices about one part."""
        return SqlOutbox(self._engine, part)

    def due(self, now: datetime.datetime, limit: int) -> Sequence[Parcel]:
        """The parcels to deliver now, in order; none of a recipient whose earlier one has been put off."""
        with reading(self._engine) as connection:
            found = connection.execute(_DUE, {"now": now, "most": limit}).all()
            return [_parcel(connection, row) for row in found]

    def current(self, parcel_id: ParcelId) -> Parcel | None:
        with reading(self._engine) as connection:
            row = connection.execute(_CURRENT, {"wanted": parcel_id}).one_or_none()
            return None if row is None else _parcel(connection, row)

    def next_due(self) -> datetime.datetime | None:
        """When the first parcel of some recipient becomes due; None when none waits."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(_NEXT_DUE).scalar()
            return moment

    def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
        """Write that it was delivered, and with it what it supersedes."""
        sent = {"sent_at": now, "receipt": receipt}
        with writing(self._engine) as connection:
            learned = connection.execute(
                select(outbox.c.card, outbox.c.recipient).where(
                    outbox.c.parcel_id == parcel_id, outbox.c.receipt.is_not(None)
                )
            ).one_or_none()
            if learned is not None:  # somebody has pressed on an earlier copy while this one was on its way
                learn(connection, learned.card, learned.recipient, receipt, now)
                return
            row = connection.execute(
                update(outbox)
                .where(outbox.c.parcel_id == parcel_id)
                .values(error=None, **sent)
                .returning(outbox.c.card, outbox.c.recipient)
            ).one()
            if row.card is not None:
                superseded = and_(
                    outbox.c.card == row.card,
                    outbox.c.recipient == row.recipient,
                    outbox.c.parcel_id < parcel_id,
                )
                connection.execute(update(outbox).where(superseded, waits(outbox)).values(**sent))

    def postpone(
        self,
        parcel_id: ParcelId,
        until: datetime.datetime,
        error_reason: str,
        alone: LoneFailures | None = None,
        *,
        now: datetime.datetime,
    ) -> None:
        self._change(
            parcel_id,
            due_at=until,
            put_off_at=now,
            attempts=outbox.c.attempts + 1,
            error=error_reason,
            lone_failures=None if alone is None else alone.count,
            lone_since=None if alone is None else alone.since,
        )

    def mark_dead(
        self, parcel_id: ParcelId, error_reason: str, now: datetime.datetime, blame: Blame | None = None
    ) -> None:
        self._change(parcel_id, dead_at=now, error=error_reason, blame=blame)

    def put(self, card: str, recipient: str, message: Message, now: datetime.datetime) -> None:
        """Write a message that takes the place of the last one of the same card; due at once.

        Args:
            card: a key such as `question:12`.
        """
        with writing(self._engine) as connection:
            put(connection, card, recipient, message, now)

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            for recipient, message in messages:
                topic = self._topic(NOTICES[message.kind])
                put(connection, None, recipient, message, now, topic=topic)

    def last_notice(self, topic: Topic) -> MessageKind | None:
        with reading(self._engine) as connection:
            message = connection.execute(
                select(outbox.c.message)
                .where(outbox.c.topic == self._topic(topic))
                .order_by(outbox.c.parcel_id.desc())
                .limit(1)
            ).scalar()
        return None if message is None else rows.MESSAGE.validate_json(message).kind

    def _topic(self, topic: Topic) -> str:
        return f"{topic}:{self._part}" if self._part else topic

    def _change(self, parcel_id: ParcelId, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.parcel_id == parcel_id).values(**values))


def _parcel(connection: Connection, row: Row[Any]) -> Parcel:
    return Parcel(
        parcel_id=ParcelId(row.parcel_id),
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        correlation_id=None if row.correlation_id is None else CorrelationId(row.correlation_id),
        epoch=row.epoch,
        recipient=row.recipient,
        message=rows.MESSAGE.validate_json(row.message),
        attempts=row.attempts,
        alone=_alone(row),
        replaces=row.replaces,
        copies=_copies(connection, row),
    )


def _copies(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    if row.replaces is None:
        return ()
    known = connection.execute(_COPIES, {"of_card": row.card, "wanted": row.recipient}).scalars()
    return tuple(receipt for receipt in dict.fromkeys(known) if receipt != row.replaces)


def _alone(row: Row[Any]) -> LoneFailures | None:
    return None if row.lone_since is None else LoneFailures(count=row.lone_failures, since=row.lone_since)


def put(
    connection: Connection,
    card: str | None,
    recipient: str,
    message: Message,
    due_at: datetime.datetime,
    *,
    topic: str | None = None,
) -> None:
    """Write a message of no document's outcome inside the caller's transaction."""
    about = select(documents.c.correlation_id).where(documents.c.document_id == message.document_id)
    connection.execute(
        insert(outbox).values(
            card=card,
            correlation_id=None if message.document_id is None else about.scalar_subquery(),
            topic=topic,
            epoch=0,
            recipient=recipient,
            message=rows.MESSAGE.dump_json(message).decode(),
            attempts=0,
            due_at=due_at,
        )
    )


def tell_instead(
    connection: Connection,
    parcels: Sequence[ParcelId],
    told_by: str,
    messages: Sequence[tuple[str | None, str, Message]],
    now: datetime.datetime,
) -> None:
    """Write messages, each with its card and recipient, that tell what others would; in the caller's transaction.

    They wait as long as those do: a channel may have asked for a pause.

    Args:
        told_by: the key under which the others can be found.
    """
    postponed = connection.execute(
        select(outbox.c.recipient, func.max(outbox.c.due_at))
        .where(waits(outbox), outbox.c.due_at > now)
        .group_by(outbox.c.recipient)
    )
    due_at: dict[str, datetime.datetime] = dict(tuple(row) for row in postponed)
    told = update(outbox).where(outbox.c.parcel_id == bindparam("wanted"), waits(outbox))
    for parcel in parcels:
        connection.execute(told, {"wanted": parcel, "sent_at": now, "told_by": told_by})
    for card, recipient, message in messages:
        put(connection, card, recipient, message, due_at.get(recipient, now))
