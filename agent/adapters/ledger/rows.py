"""Rows to nouns and back."""

import os
from typing import NewType, assert_never

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import Connection, Row, bindparam, select

from agent.adapters.ledger.schema import documents
from agent.domain.decision import Decision
from agent.domain.document import CorrelationId, DocumentId, SeenFile, Sha256
from agent.domain.host import RunId
from agent.domain.life import Document, Review
from agent.domain.message import Message
from agent.domain.outcome import Archived, Duplicate, Failed, InReview, Outcome, State

DISCREET = ConfigDict(hide_input_in_errors=True)
"""A row that can't be read raises, and its words are people's names. pydantic refuses it beside a dataclass itself:
hence the `NewType`s.
"""
OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome, config=DISCREET)
DECISION: TypeAdapter[Decision] = TypeAdapter(Decision, config=DISCREET)
_KeptMessage = NewType("_KeptMessage", Message)
MESSAGE: TypeAdapter[Message] = TypeAdapter(_KeptMessage, config=DISCREET)


NO_OUTCOME: dict[str, None] = dict.fromkeys(("target", "outcome", "record_id", "reason", "decided_by"))
"""The columns of a document whose outcome is void, or that is to be decided again."""


_ONE_DOCUMENT = select(documents).where(documents.c.document_id == bindparam("wanted"))
_ONE_RUN = select(documents).where(documents.c.correlation_id == bindparam("wanted"))


def load(connection: Connection, document_id: DocumentId) -> Document | None:
    """Read one document's row inside the caller's transaction."""
    row = connection.execute(_ONE_DOCUMENT, {"wanted": document_id}).one_or_none()
    return None if row is None else document_of(row)


def of_run(connection: Connection, correlation_id: CorrelationId) -> Document | None:
    """Read the row of the document that has a correlation id inside the caller's transaction."""
    row = connection.execute(_ONE_RUN, {"wanted": correlation_id}).first()
    return None if row is None else document_of(row)


def document_of(row: Row[tuple[object, ...]]) -> Document:
    return Document(
        document_id=DocumentId(row.document_id),
        correlation_id=CorrelationId(row.correlation_id),
        state=State(row.state),
        epoch=row.epoch,
        attempts=row.attempts,
        original_name=row.original_name,
        seen=SeenFile(
            name=os.fsdecode(row.seen_name),
            device=int(row.seen_device),
            inode=int(row.seen_inode),
            size=row.seen_size,
            modified_ns=int(row.seen_modified_ns),
        ),
        seen_at=row.seen_at,
        claimed_at=row.claimed_at,
        sha256=None if row.sha256 is None else Sha256(row.sha256),
        size=row.size,
        location=row.location,
        target=row.target,
        outcome=None if row.outcome is None else OUTCOME.validate_json(row.outcome),
        settled_at=row.settled_at,
        rested_at=row.rested_at,
        run=None if row.run is None else RunId(row.run),
        take=row.take,
    )


def review_of(row: Row[tuple[object, ...]]) -> Review:
    return Review(
        document_id=DocumentId(row.document_id),
        epoch=row.epoch,
        decision=DECISION.validate_json(row.decision),
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
    )


def columns_of_seen(seen: SeenFile) -> dict[str, object]:
    return {
        "seen_name": os.fsencode(seen.name),
        "seen_device": str(seen.device),
        "seen_inode": str(seen.inode),
        "seen_size": seen.size,
        "seen_modified_ns": str(seen.modified_ns),
    }


def columns_of(outcome: Outcome) -> dict[str, str | None]:
    """The columns that are read out of an outcome; a document that fails or is a duplicate lets go of its bytes."""
    match outcome:
        case Archived():
            return {"record_id": outcome.record_id, "reason": None, "decided_by": outcome.decided_by}
        case InReview():
            return {"record_id": None, "reason": outcome.decision.verdict, "decided_by": None}
        case Failed():
            return {
                "record_id": None,
                "reason": outcome.reason,
                "decided_by": outcome.decided_by,
                "content_key": None,
            }
        case Duplicate():
            return {"record_id": None, "reason": None, "decided_by": "rule", "content_key": None}
        case _:
            assert_never(outcome)
