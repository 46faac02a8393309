"""Under which records some bytes don't belong, as humans have said. Each function works inside a transaction."""

import datetime
import json
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from agent.adapters.ledger.schema import denials, questions
from agent.domain.decision import Denial
from agent.domain.document import Sha256
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import Event, Failed
from agent.domain.settlement import Settlement

_OF_BYTES = select(denials).where(denials.c.sha256 == bindparam("wanted")).order_by(denials.c.record_id)


def keep(connection: Connection, before: Document, settlement: Settlement, now: datetime.datetime) -> None:
    """Write what a human denies by a settlement; the last who denies a record is named.

    Whoever says "none of these" in a chat denies also those whom a search has put under the buttons there.
    """
    denied = [*settlement.denials]
    if settlement.event is Event.ANSWERED and isinstance(settlement.outcome, Failed):
        actor = settlement.outcome.decided_by
        denied += (Denial(record_id=record, actor=actor) for record in _offered(connection, before))
    for one in {one.record_id: one for one in denied}.values():
        same = (denials.c.sha256 == before.sha256) & (denials.c.record_id == one.record_id)
        connection.execute(delete(denials).where(same))
        connection.execute(
            insert(denials).values(
                sha256=before.sha256,
                record_id=one.record_id,
                denied_by=one.actor,
                denied_at=now,
                was_filed=one.was_filed,
            )
        )


def of_bytes(connection: Connection, sha256: Sha256) -> Sequence[Denial]:
    found = connection.execute(_OF_BYTES, {"wanted": sha256})
    return [
        Denial(record_id=RecordId(row.record_id), actor=row.denied_by, was_filed=bool(row.was_filed))
        for row in found
    ]


def _offered(connection: Connection, document: Document) -> list[RecordId]:
    """Who stands under the buttons of the document's open question."""
    offered = connection.execute(
        select(questions.c.offered).where(
            questions.c.document_id == document.document_id, questions.c.closed_at.is_(None)
        )
    ).scalars()
    return [RecordId(record) for told in offered for record in json.loads(told)]
