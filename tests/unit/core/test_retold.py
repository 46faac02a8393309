"""A row made from a sidecar is the row that the sidecar was made from, but for what a sidecar doesn't tell."""

import dataclasses
import json

import pytest

from agent.core.retold import LOST, asked_anew, retold
from agent.core.stories import sidecar
from agent.domain.document import CorrelationId, DocumentId
from agent.domain.life import Document
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome, State
from tests.custody_builders import ANNA, NOON, a_document, a_match, hash_of

pytestmark = pytest.mark.reliability

PLACE = "archive/R1/2026/2026-03-01_D-7.pdf"
OUTCOMES: list[tuple[Outcome, Outcome]] = [
    (
        Archived(record_id=ANNA.record_id, decided_by="rule", document_kind="imaging", decision=a_match()),
        Archived(record_id=ANNA.record_id, decided_by="rule", document_kind="imaging"),
    ),
    (Archived(record_id=ANNA.record_id, decided_by="cli:anna"),) * 2,
    (Failed(reason=FailureReason.TOO_MANY_PAGES, detail="3 pages", decided_by="rule"),) * 2,
    (Failed(reason=FailureReason.REJECTED, decided_by="cli:anna"),) * 2,
    (Duplicate(original=DocumentId(3)),) * 2,
]
FILED: dict[str, object] = json.loads(
    json.dumps(sidecar(a_document(outcome=Archived(record_id=ANNA.record_id, decided_by="rule"))))
)


@pytest.mark.parametrize(("outcome", "known"), OUTCOMES, ids=[str(it.state) for it, _ in OUTCOMES])
def test_a_sidecar_gives_its_row_back(outcome: Outcome, known: Outcome) -> None:
    document = a_document(outcome=outcome)
    expected: Document = dataclasses.replace(
        document,
        state=State(outcome.state),
        attempts=0,
        seen=dataclasses.replace(document.seen, device=0, inode=0, modified_ns=0),
        location=PLACE,
        outcome=known,
        rested_at=document.settled_at,
    )
    assert retold(json.loads(json.dumps(sidecar(document))), PLACE) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"document": "seven"},
        {"document": 7},
        {"sha256": None},
        {"epoch": "2"},
        {"epoch": True},
        {"size_bytes": None},
        {"settled_at": None},
        {"settled_at": "2026-03-01T12:00:00"},
        {"seen_at": "yesterday"},
        {"outcome": "burnt"},
        {"outcome": "in_review"},
        {"outcome": "archived", "record_id": 4},
        {"outcome": "failed", "reason": "bored"},
        {"outcome": "duplicate", "duplicate_of": "another"},
    ],
    ids=str,
)
def test_what_we_would_not_have_written_gives_no_row(wrong: dict[str, object]) -> None:
    assert retold(FILED, PLACE) is not None
    assert retold(FILED | wrong, PLACE) is None


@pytest.mark.parametrize("gone", ["epoch", "correlation_id", "outcome", "decided_by", "size_bytes"])
def test_a_sidecar_that_lacks_something_gives_no_row(gone: str) -> None:
    assert retold({name: value for name, value in FILED.items() if name != gone}, PLACE) is None


@pytest.mark.parametrize("content", [None, [], "D-7", 7, {}], ids=str)
def test_what_is_no_sidecar_gives_no_row(content: object) -> None:
    assert retold(content, PLACE) is None


@pytest.mark.parametrize("name", ["D-12.pdf", "D-12~2.jpg"])
def test_what_lies_in_review_is_asked_about_anew(name: str) -> None:
    document = asked_anew(f"review/{name}", hash_of(b"abc"), 3, CorrelationId("c0ffee"), NOON)
    assert document is not None
    assert (document.reference, document.state, document.original_name) == ("D-12", State.IN_REVIEW, name)
    assert document.outcome == InReview(decision=LOST)
    assert document.settled_at == document.rested_at == NOON


@pytest.mark.parametrize("place", ["review/letter.pdf", "failed/D-12.pdf"])
def test_what_we_have_not_laid_into_review_is_not_ours(place: str) -> None:
    assert asked_anew(place, hash_of(b"abc"), 3, CorrelationId("c0ffee"), NOON) is None
