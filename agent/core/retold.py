"""A document's row out of what its sidecar tells: the other way round than `core/stories.py` writes it. Pure.

A document in review has no sidecar: its number is its name. Whom its question proposed, and what a human has denied, is
lost. So it is asked about anew, with nobody proposed, and never decided again by itself: the rules could file it where
a human had said no.
"""

import datetime
from collections.abc import Mapping
from pathlib import PurePosixPath

from agent.domain.decision import Reason, Unmatched
from agent.domain.document import CorrelationId, SeenFile, Sha256, parse_reference
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome, State

LOST = Unmatched(
    reason=Reason(
        code="ledger_rebuilt",
        supports=False,
        sentence="The ledger was lost: who was considered is not known any more.",
    )
)
"""In place of the decision of a document that was in review."""


def retold(content: object, location: str) -> Document | None:
    """Make a document at rest from its sidecar's JSON; None where that is none that we have written.

    Args:
        location: where the file lies, below the home.
    """
    match content:
        case {"document": str(number), "sha256": str(sha256), "original_name": str(name), **told}:
            try:
                return _document(number, Sha256(sha256), name, location, told)
            except (KeyError, TypeError, ValueError):
                return None
        case _:
            return None


def asked_anew(
    location: str, sha256: Sha256, size: int, correlation_id: CorrelationId, now: datetime.datetime
) -> Document | None:
    """Make a document in review of what lies there; None where its name is none that we have given.

    Args:
        now: in place of the moments that nobody knows any more.
    """
    path = PurePosixPath(location)
    document_id = parse_reference(path.stem.partition("~")[0])
    if path.parent != PurePosixPath("review") or document_id is None:
        return None
    return Document(
        document_id=document_id,
        correlation_id=correlation_id,
        state=State.IN_REVIEW,
        epoch=1,
        attempts=0,
        original_name=path.name,
        seen=SeenFile(name=path.name, device=0, inode=0, size=size, modified_ns=0),
        seen_at=now,
        claimed_at=now,
        sha256=sha256,
        size=size,
        location=location,
        outcome=InReview(decision=LOST),
        settled_at=now,
        rested_at=now,
    )


def _document(
    number: str, sha256: Sha256, name: str, location: str, told: Mapping[object, object]
) -> Document | None:
    document_id, outcome = parse_reference(number), _outcome(told)
    if document_id is None or outcome is None:
        return None
    size, settled_at = _number(told["size_bytes"]), _moment(told["settled_at"])
    return Document(
        document_id=document_id,
        correlation_id=CorrelationId(_text(told["correlation_id"])),
        state=State(outcome.state),
        epoch=_number(told["epoch"]),
        attempts=0,
        original_name=name,
        seen=SeenFile(name=name, device=0, inode=0, size=size, modified_ns=0),
        seen_at=_moment(told["seen_at"]),
        claimed_at=_moment(told["claimed_at"]),
        sha256=sha256,
        size=size,
        location=location,
        outcome=outcome,
        settled_at=settled_at,
        rested_at=settled_at,
    )


def _outcome(told: Mapping[object, object]) -> Outcome | None:
    match told:
        case {"outcome": "archived", "record_id": str(record_id), "decided_by": str(by)}:
            kind = told.get("kind")
            return Archived(
                record_id=RecordId(record_id),
                decided_by=by,
                document_kind=kind if isinstance(kind, str) else None,
            )
        case {"outcome": "failed", "reason": str(reason), "decided_by": str(by)}:
            detail = told.get("detail")
            return Failed(
                reason=FailureReason(reason),
                detail=detail if isinstance(detail, str) else None,
                decided_by=by,
            )
        case {"outcome": "duplicate", "duplicate_of": str(original)}:
            found = parse_reference(original)
            return None if found is None else Duplicate(original=found)
        case _:
            return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError("no number")
    return value


def _moment(value: object) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment
