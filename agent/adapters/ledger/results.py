"""Results that are not told one by one."""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, String, cast, literal, or_, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import tell_instead
from agent.adapters.ledger.schema import documents, outbox, waits
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.message import Message, ParcelId
from agent.domain.outcome import State
from agent.domain.result import UntoldResult

_GATHERED = "results"
_TOLD = "results:told"
_NEVER = "nothing"
_OWN_CARD = (
    literal("document:") + cast(outbox.c.document_id, String) + literal(":") + cast(outbox.c.epoch, String)
)
"""Of a filing that changes no earlier message: one that does is the answer to somebody's wish."""


def _results(moment: ColumnElement[Any]) -> Select[Any]:
    """The results that still hold: of what was undone or refiled since, the row is another's."""
    return (
        select(
            outbox.c.parcel_id,
            outbox.c.recipient,
            outbox.c.document_id,
            documents.c.record_id,
            moment.label("since"),
        )
        .join(documents, documents.c.document_id == outbox.c.document_id)
        .where(documents.c.epoch == outbox.c.epoch, documents.c.state.in_([State.ARCHIVED, State.DUPLICATE]))
        .order_by(outbox.c.recipient, outbox.c.parcel_id)
    )


_UNTOLD = _results(outbox.c.due_at).where(
    waits(outbox),
    outbox.c.due_at.is_not(None),
    or_(outbox.c.card.is_(None), outbox.c.card == _OWN_CARD),
)
_WAITING = _results(outbox.c.sent_at).where(outbox.c.told_by == _GATHERED)


class SqlResults:
    """Implements `asked.GatheredResults`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def untold_results(self) -> Sequence[UntoldResult]:
        return self._found(_UNTOLD)

    def gathered(self) -> Sequence[UntoldResult]:
        return self._found(_WAITING)

    def gather(self, parcels: Sequence[ParcelId], now: datetime.datetime, *, is_told_later: bool) -> None:
        with writing(self._engine) as connection:
            tell_instead(connection, parcels, _GATHERED if is_told_later else _NEVER, (), now)

    def tell(
        self, parcels: Sequence[ParcelId], recipient: str, message: Message, now: datetime.datetime
    ) -> None:
        with writing(self._engine) as connection:
            for parcel in parcels:
                connection.execute(update(outbox).where(outbox.c.parcel_id == parcel).values(told_by=_TOLD))
            tell_instead(connection, (), _TOLD, [(None, recipient, message)], now)

    def _found(self, wanted: Select[Any]) -> Sequence[UntoldResult]:
        with reading(self._engine) as connection:
            return [
                UntoldResult(
                    parcel_id=ParcelId(row.parcel_id),
                    recipient=row.recipient,
                    document_id=DocumentId(row.document_id),
                    record_id=None if row.record_id is None else RecordId(row.record_id),
                    since=row.since,
                )
                for row in connection.execute(wanted)
            ]
