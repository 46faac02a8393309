"""Failures that are told as one message."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Engine, Row, func, insert, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import tell_instead
from agent.adapters.ledger.schema import documents, outbox, storms, waits
from agent.domain.document import DocumentId
from agent.domain.message import Message, ParcelId
from agent.domain.outcome import FailureReason, State
from agent.domain.storm import Storm, UntoldFailure

_UNTOLD = (
    select(outbox.c.parcel_id, documents.c.document_id, documents.c.reason, documents.c.rested_at)
    .join(
        documents,
        (documents.c.document_id == outbox.c.document_id) & (documents.c.epoch == outbox.c.epoch),
    )
    .where(
        waits(outbox),
        outbox.c.due_at.is_not(None),
        outbox.c.card.is_(None),
        documents.c.state == State.FAILED,
    )
    .order_by(documents.c.rested_at, outbox.c.parcel_id)
)


class SqlStorms:
    """Implements `asked.Storms`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def untold_failures(self) -> Sequence[UntoldFailure]:
        found: dict[DocumentId, UntoldFailure] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(_UNTOLD):
                before = found.get(row.document_id)
                found[row.document_id] = UntoldFailure(
                    document_id=DocumentId(row.document_id),
                    reason=FailureReason(row.reason),
                    failed_at=row.rested_at,
                    parcels=(*(before.parcels if before else ()), ParcelId(row.parcel_id)),
                )
        return list(found.values())

    def failed_since(self, reason: FailureReason, since: datetime.datetime) -> Sequence[datetime.datetime]:
        with reading(self._engine) as connection:
            ended = connection.execute(
                select(func.max(storms.c.last_at)).where(storms.c.reason == reason)
            ).scalar()
            found = select(documents.c.rested_at).where(
                documents.c.state == State.FAILED,
                documents.c.reason == reason,
                documents.c.rested_at >= since,
            )
            if ended is not None:
                found = found.where(documents.c.rested_at > ended)
            return list(connection.execute(found).scalars())

    def standing(self) -> Sequence[Storm]:
        with reading(self._engine) as connection:
            return [_storm_of(row) for row in connection.execute(select(storms).where(~storms.c.is_over))]

    def write(
        self,
        storm: Storm,
        *,
        told_by_it: Sequence[ParcelId],
        messages: Sequence[tuple[str | None, str, Message]],
        now: datetime.datetime,
    ) -> None:
        values = {
            "last_at": storm.last_at,
            "failures": storm.count,
            "told_at": storm.told_at,
            "told_failures": storm.told_count,
            "is_over": storm.is_over,
        }
        with writing(self._engine) as connection:
            known = connection.execute(
                update(storms)
                .where(storms.c.reason == storm.reason, storms.c.began_at == storm.began_at)
                .values(**values)
            )
            if not known.rowcount:
                connection.execute(
                    insert(storms).values(reason=storm.reason, began_at=storm.began_at, **values)
                )
            tell_instead(connection, told_by_it, storm.card, messages, now)


def _storm_of(row: Row[tuple[object, ...]]) -> Storm:
    return Storm(
        reason=FailureReason(row.reason),
        began_at=row.began_at,
        last_at=row.last_at,
        count=row.failures,
        told_at=row.told_at,
        told_count=row.told_failures,
        is_over=row.is_over,
    )
