"""What was done with a document, and what each epoch of it came to. Each function works inside a transaction."""

import datetime
from collections.abc import Sequence
from typing import assert_never

from sqlalchemy import Connection, bindparam, delete, insert, select

from agent.adapters.ledger import rows
from agent.adapters.ledger.schema import settled, steps
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Document, Step
from agent.domain.outcome import Archived, Duplicate, Event, Failed, FailureReason, InReview, Outcome, State
from agent.domain.settlement import Settled

_KEEP = insert(settled)
_OF_DOCUMENT = select(settled).where(settled.c.document_id == bindparam("wanted")).order_by(settled.c.epoch)


def keep(connection: Connection, done: Document, event: Event, now: datetime.datetime) -> None:
    """Write what a document's present epoch has come to.

    Args:
        done: the document with its outcome.
    """
    assert done.outcome is not None
    columns = rows.columns_of(done.outcome)
    connection.execute(
        _KEEP,
        {
            "document_id": done.document_id,
            "epoch": done.epoch,
            "event": event,
            "state": done.outcome.state,
            "settled_by": _by(done.outcome),
            "settled_at": now,
            "record_id": columns["record_id"],
            "reason": done.outcome.reason if isinstance(done.outcome, Failed) else None,
        },
    )


def forget(connection: Connection, document: Document) -> None:
    """Drop what an epoch came to, of which nothing became."""
    connection.execute(
        delete(settled).where(
            settled.c.document_id == document.document_id, settled.c.epoch == document.epoch
        )
    )


def of_document(connection: Connection, document_id: DocumentId) -> Sequence[Settled]:
    return [
        Settled(
            epoch=row.epoch,
            event=Event(row.event),
            state=State(row.state),
            by=row.settled_by,
            at=row.settled_at,
            record_id=None if row.record_id is None else RecordId(row.record_id),
            reason=None if row.reason is None else FailureReason(row.reason),
        )
        for row in connection.execute(_OF_DOCUMENT, {"wanted": document_id})
    ]


def steps_of(connection: Connection, document_id: DocumentId) -> Sequence[tuple[int, Step]]:
    found = connection.execute(
        select(steps).where(steps.c.document_id == document_id).order_by(steps.c.step_id)
    )
    return [
        (row.epoch, Step(name=row.name, started_at=row.started_at, duration_ms=row.duration_ms))
        for row in found
    ]


def _by(outcome: Outcome) -> str:
    match outcome:
        case Archived() | Failed():
            return outcome.decided_by
        case InReview():
            return outcome.taken_back_by or "rule"
        case Duplicate():
            return "rule"
        case _:
            assert_never(outcome)
