"""What `selftest` must have seen for each pillar to hold: pure judgements of one trial."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.domain.decision import Ambiguous
from agent.domain.document import TextOrigin
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import AT_REST, Archived, Duplicate, Failed, FailureReason, InReview, State

SCAN, AGAIN = "scan0047.pdf", "scan0047 (1).pdf"
DAMAGED, NAME_ONLY = "envoi-interrompu.pdf", "rendez-vous-imagerie.pdf"
DROPPED = (SCAN, DAMAGED, NAME_ONLY, AGAIN)
"""Names among those of `demo.samples`: a poor scan, half a PDF, a letter that names two people, the scan once more."""
OWNER = RecordId("1003")
"""Whose the scan is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a trial left behind.

    Attributes:
        killed_in: the state of the scan when the daemon was killed; None where it was not.
        documents: each of what was dropped, by its name.
        rows: how many documents the ledger has.
        kept: names of those that lie where the ledger says with the bytes that were dropped.
        left: how many files still lie in incoming/, its claims included.
        origins: where the text of the scan's pages is from.
        asked: names of those about which a question is open.
        waiting: messages that were tried in vain and wait.
    """

    killed_in: State | None = None
    documents: Mapping[str, Document] = field(default_factory=dict)
    rows: int = 0
    kept: frozenset[str] = frozenset()
    left: int = 0
    origins: frozenset[TextOrigin] = frozenset()
    asked: frozenset[str] = frozenset()
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pillar:
    """One promise.

    Attributes:
        name: in a word.
        promise: what holds when it holds.
        problem: gives what is wrong, in a sentence; None where it holds.
    """

    name: str
    promise: str
    problem: Callable[[Seen], str | None]


def _filing(seen: Seen) -> str | None:
    match _outcome_of(seen, SCAN):
        case Archived(record_id=record_id) if record_id == OWNER:
            if TextOrigin.OCR not in seen.origins:
                return "The scan was not read by OCR."
            return None if SCAN in seen.kept else "The filed scan has other bytes than were dropped."
        case Archived(record_id=record_id):
            return f"The scan is {OWNER}'s, and was filed under {record_id}."
    return f"The scan of a clear letter was not filed: it {_state_words(seen, SCAN)}."


def _failure(seen: Seen) -> str | None:
    match _outcome_of(seen, DAMAGED):
        case Failed(reason=FailureReason.DAMAGED):
            return None if DAMAGED in seen.kept else "The damaged file has other bytes than were dropped."
        case Failed(reason=reason):
            return f"The damaged PDF failed as {reason}, not as {FailureReason.DAMAGED}."
    return f"The damaged PDF did not fail: it {_state_words(seen, DAMAGED)}."


def _ambiguity(seen: Seen) -> str | None:
    match _outcome_of(seen, NAME_ONLY):
        case InReview(decision=Ambiguous()):
            return None if NAME_ONLY in seen.asked else "The letter that may be two people's has no question."
    return f"The letter that may be two people's is no question: it {_state_words(seen, NAME_ONLY)}."


def _duplicate(seen: Seen) -> str | None:
    first = seen.documents.get(SCAN)
    match _outcome_of(seen, AGAIN):
        case Duplicate(original=original) if first is not None and original == first.document_id:
            return None
        case Duplicate():
            return "The scan's second copy was taken for one of another document."
    return f"The scan's second copy is no duplicate: it {_state_words(seen, AGAIN)}."


def _outage(seen: Seen) -> str | None:
    if seen.waiting == 0:
        return "No message waits, though nobody could be reached."
    if not all(name in seen.documents and seen.documents[name].state in AT_REST for name in DROPPED):
        return "The work came to a stop while nobody could be reached."
    return None


def _kill(seen: Seen) -> str | None:
    if seen.killed_in is None:
        return "The daemon could not be killed at its work: no document came to be read."
    if seen.documents.get(SCAN) is None or seen.documents[SCAN].state not in AT_REST:
        return "What was being read when the daemon was killed did not come to rest after its start."
    if seen.rows != len(DROPPED):
        return f"{len(DROPPED)} files were dropped, and the ledger has {seen.rows}."
    if seen.left:
        return f"{seen.left} {'file is' if seen.left == 1 else 'files are'} left in incoming/."
    return None


def _outcome_of(seen: Seen, name: str) -> object:
    document = seen.documents.get(name)
    return document.outcome if document is not None and document.state in AT_REST else None


def _state_words(seen: Seen, name: str) -> str:
    document = seen.documents.get(name)
    return "was not taken in" if document is None else f"is {document.state.replace('_', ' ')}"


PILLARS = (
    Pillar(name="filing", promise="a scan was read by OCR and filed under its one person", problem=_filing),
    Pillar(name="failure", promise="a damaged PDF is set aside with its reason", problem=_failure),
    Pillar(name="ambiguity", promise="a letter that may be two people's is a question", problem=_ambiguity),
    Pillar(name="duplicate", promise="the same bytes are not filed twice", problem=_duplicate),
    Pillar(name="outage", promise="with Telegram away work went on, and messages wait", problem=_outage),
    Pillar(name="kill", promise="killed while it read, it went on and lost nothing", problem=_kill),
)
