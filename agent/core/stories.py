"""What is told of a document to the journal, to the log, and to the file that lies beside it."""

from typing import assert_never

from agent.domain.decision import Decision, Match, Reason, candidates_of
from agent.domain.life import Document
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, InReview, Outcome
from agent.domain.searchable import WHY, SearchableCopy, Unsearchable


def traits(document: Document, outcome: Outcome | None = None) -> dict[str, object]:
    """What the journal says of a document: ids, states and hashes; nothing of its content."""
    told: dict[str, object] = {
        "document": document.reference,
        "correlation_id": document.correlation_id,
        "epoch": document.epoch,
        "sha256": document.sha256,
    }
    if outcome is not None:
        told |= {"outcome": outcome.state, "reason": reason_of(outcome)}
    if isinstance(outcome, Archived):
        told |= {"record_id": outcome.record_id}
    return told


def reason_of(outcome: Outcome) -> str:
    """Why it came to an outcome, in a word: who decided, the verdict, the failure's code, the other document."""
    match outcome:
        case Archived():
            return outcome.decided_by
        case InReview():
            return outcome.decision.verdict
        case Failed():
            return outcome.reason
        case Duplicate():
            return f"D-{outcome.original}"
        case _:
            assert_never(outcome)


def sidecar(document: Document, searchable: SearchableCopy | Unsearchable | None = None) -> dict[str, object]:
    """What lies beside a document as JSON: enough to tell its story, and to rebuild its row, without the ledger.

    It names the person that the document was filed under by the record's id only, and nobody else: the folder
    belongs to one person, and the others who were considered are none of its business.
    """
    return (
        {
            "document": document.reference,
            "correlation_id": document.correlation_id,
            "epoch": document.epoch,
            "original_name": document.original_name,
            "sha256": document.sha256,
            "size_bytes": document.size,
            "seen_at": document.seen_at.isoformat(),
            "claimed_at": document.claimed_at.isoformat() if document.claimed_at else None,
            "settled_at": document.settled_at.isoformat() if document.settled_at else None,
            "cost_usd": 0,
        }
        | (_outcome(document.outcome, document.reference) if document.outcome else {})
        | _searchable(searchable)
    )


def _searchable(copy: SearchableCopy | Unsearchable | None) -> dict[str, object]:
    match copy:
        case SearchableCopy(name=name, sha256=sha256):
            return {"searchable_pdf": {"file": name, "sha256": sha256}}
        case Unsearchable():
            return {"searchable_pdf": {"file": None, "reason": copy, "sentence": WHY[copy]}}
        case _:
            return {}


def _outcome(outcome: Outcome, document: str) -> dict[str, object]:
    told: dict[str, object] = {"outcome": outcome.state}
    match outcome:
        case Archived():
            told |= {
                "record_id": outcome.record_id,
                "decided_by": outcome.decided_by,
                "kind": outcome.document_kind,
            } | ({"decision": _decision(outcome.decision, outcome)} if outcome.decision else {})
        case InReview():
            told |= {"verdict": outcome.decision.verdict}
        case Failed():
            text = FAILURES[outcome.reason]
            told |= {"reason": outcome.reason, "sentence": text.sentence, "hint": text.hint_for(document)}
            told |= {"detail": outcome.detail, "decided_by": outcome.decided_by}
        case Duplicate():
            told |= {"duplicate_of": f"D-{outcome.original}"}
        case _:
            assert_never(outcome)
    return told


def _decision(decision: Decision, outcome: Archived) -> dict[str, object]:
    considered = candidates_of(decision)
    chosen = [candidate for candidate in considered if candidate.person.record_id == outcome.record_id]
    return {
        "verdict": decision.verdict,
        "considered": len(considered) + (len(decision.rivals) if isinstance(decision, Match) else 0),
        "evidence": [_reason(reason) for candidate in chosen for reason in candidate.reasons],
    }


def _reason(reason: Reason) -> dict[str, object]:
    """The reason without its sentence, which may quote another person's name."""
    return {"code": reason.code, "supports": reason.supports, "page": reason.page}
