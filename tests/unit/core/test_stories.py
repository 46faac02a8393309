"""Stories: what the journal and the file beside a document say, and whom they never name."""

import dataclasses
import json

import pytest

from agent.core.stories import reason_of, sidecar, traits
from agent.domain.decision import Decision, Unmatched
from agent.domain.document import DocumentId, Sha256
from agent.domain.identity import Identifier, Person
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome
from agent.domain.searchable import SearchableCopy, Unsearchable
from tests.custody_builders import (
    ANNA,
    BERTA,
    CLARA,
    a_document,
    a_match,
    ambiguous,
    candidate,
    hash_of,
    unmatched,
)

pytestmark = [pytest.mark.observability, pytest.mark.security]

KNOWN = dataclasses.replace(
    CLARA, identifiers=(Identifier(kind="cin", value="ZA4711"),), phone="+41791234567"
)


def _filed(decision: Decision | None, decided_by: str = "cli:anna") -> Archived:
    return Archived(
        record_id=ANNA.record_id, decided_by=decided_by, document_kind="imaging", decision=decision
    )


OUTCOMES: list[Outcome] = [
    _filed(None),
    _filed(a_match(ANNA, BERTA, KNOWN), "rule"),
    _filed(ambiguous(BERTA, KNOWN, ANNA)),
    _filed(ambiguous(BERTA, KNOWN)),
    _filed(Unmatched(reason=unmatched().reason, candidates=(candidate(KNOWN),))),
    InReview(decision=a_match(ANNA, BERTA, KNOWN)),
    InReview(decision=ambiguous(BERTA, KNOWN)),
    InReview(decision=unmatched()),
    *(Failed(reason=reason, detail="3 pages") for reason in FailureReason),
    Duplicate(original=DocumentId(3)),
]


def _words_of(person: Person) -> list[str]:
    numbers = [identifier.value for identifier in person.identifiers]
    dates = [person.birth_date.isoformat()] if person.birth_date else []
    return [person.last_name, person.first_name, *numbers, *dates, *filter(None, [person.phone])]


def test_a_sidecar_names_the_searchable_copy_or_says_why_there_is_none() -> None:
    document = a_document(outcome=_filed(None))
    copy = SearchableCopy(name="x.searchable.pdf", sha256=Sha256("ab"))
    assert sidecar(document, copy)["searchable_pdf"] == {"file": "x.searchable.pdf", "sha256": "ab"}
    assert sidecar(document, Unsearchable.ENCRYPTED)["searchable_pdf"] == {
        "file": None,
        "reason": "encrypted",
        "sentence": "It opens with a password only; no copy without one is laid beside it.",
    }
    assert "searchable_pdf" not in sidecar(document)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: str(outcome.state))
def test_a_sidecar_is_json_and_names_nobody(outcome: Outcome) -> None:
    document = dataclasses.replace(a_document(outcome=outcome), original_name="scan.pdf")
    written = json.dumps(sidecar(document))
    assert json.loads(written)["outcome"] == outcome.state
    strangers = [word for person in (ANNA, BERTA, KNOWN) for word in _words_of(person)]
    others = [str(BERTA.record_id), str(KNOWN.record_id)]
    named = [word for word in (*strangers, "Schmidt") if word.casefold() in written.casefold()]
    assert named == (["Anna"] if "cli:anna" in written else [])
    assert not [record_id for record_id in others if f'"{record_id}"' in written]


def test_the_sidecar_of_a_filed_document_tells_what_the_filing_rests_on() -> None:
    told = sidecar(a_document(outcome=_filed(a_match(ANNA, BERTA), "rule")))
    assert told == {
        "document": "D-7",
        "correlation_id": "c0ffee",
        "epoch": 2,
        "original_name": "scan of Anna.pdf",
        "sha256": hash_of(b"abc"),
        "size_bytes": 3,
        "seen_at": "2026-03-01T12:00:00+00:00",
        "claimed_at": "2026-03-01T12:00:01+00:00",
        "settled_at": "2026-03-01T12:00:02+00:00",
        "cost_usd": 0,
        "outcome": "archived",
        "record_id": "R1",
        "decided_by": "rule",
        "kind": "imaging",
        "decision": {
            "verdict": "match",
            "considered": 2,
            "evidence": [
                {"code": "name_printed", "supports": True, "page": 1},
                {"code": "somebody_else", "supports": False, "page": 1},
            ],
        },
    }


def test_a_record_chosen_by_hand_has_no_evidence_of_others() -> None:
    told = sidecar(a_document(outcome=_filed(ambiguous(BERTA, KNOWN))))
    assert told["decision"] == {"verdict": "ambiguous", "considered": 2, "evidence": []}


def test_the_sidecar_of_a_document_without_outcome_and_claim_has_its_name_and_hash() -> None:
    told = sidecar(dataclasses.replace(a_document(), claimed_at=None, settled_at=None))
    assert told["original_name"] == "scan of Anna.pdf"
    assert (told["claimed_at"], told["settled_at"]) == (None, None)
    assert "outcome" not in told


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (_filed(None, "rule"), "rule"),
        (InReview(decision=unmatched()), "unmatched"),
        (Failed(reason=FailureReason.ENCRYPTED), "encrypted"),
        (Duplicate(original=DocumentId(3)), "D-3"),
    ],
)
def test_the_reason_of_an_outcome_is_one_word(outcome: Outcome, word: str) -> None:
    assert reason_of(outcome) == word


def test_the_journal_is_told_ids_states_and_hashes_only() -> None:
    document = a_document()
    identity = {"document": "D-7", "correlation_id": "c0ffee", "epoch": 2, "sha256": hash_of(b"abc")}
    assert traits(document) == identity
    assert traits(document, _filed(a_match(), "rule")) == identity | {
        "outcome": "archived",
        "reason": "rule",
        "record_id": "R1",
    }
    assert traits(document, InReview(decision=ambiguous())) == identity | {
        "outcome": "in_review",
        "reason": "ambiguous",
    }


def test_the_hint_beside_a_failed_document_can_be_typed_as_it_stands() -> None:
    told = sidecar(a_document(outcome=Failed(reason=FailureReason.ENCRYPTED)))
    assert "dossierd retry D-7." in str(told["hint"])
