"""Messages that wait to be delivered."""

import datetime
from collections.abc import Sequence

from sqlalchemy import Engine, func, select, update

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import outbox
from agent.domain.document import DocumentId
from agent.domain.message import Parcel


class SqlOutbox:
    """Implements `ports.Outbox`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime.datetime, limit: int) -> Sequence[Parcel]:
        with reading(self._engine) as connection:
            found = connection.execute(
                select(outbox)
                .where(outbox.c.sent_at.is_(None), outbox.c.dead_at.is_(None), outbox.c.due_at <= now)
                .order_by(outbox.c.parcel_id)
                .limit(limit)
            )
            return [
                Parcel(
                    parcel_id=row.parcel_id,
                    document_id=DocumentId(row.document_id),
                    epoch=row.epoch,
                    recipient=row.recipient,
                    message=rows.MESSAGE.validate_json(row.message),
                    attempts=row.attempts,
                )
                for row in found
            ]

    def next_due(self) -> datetime.datetime | None:
        """When the next message becomes due; None when none waits."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(
                select(func.min(outbox.c.due_at)).where(
                    outbox.c.sent_at.is_(None), outbox.c.dead_at.is_(None)
                )
            ).scalar()
            return moment

    def mark_sent(self, parcel_id: int, receipt: str, now: datetime.datetime) -> None:
        self._change(parcel_id, sent_at=now, receipt=receipt, error=None)

    def postpone(self, parcel_id: int, until: datetime.datetime, error_reason: str) -> None:
        self._change(parcel_id, due_at=until, attempts=outbox.c.attempts + 1, error=error_reason)

    def mark_dead(self, parcel_id: int, error_reason: str, now: datetime.datetime) -> None:
        self._change(parcel_id, dead_at=now, error=error_reason)

    def _change(self, parcel_id: int, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.parcel_id == parcel_id).values(**values))
