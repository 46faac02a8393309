"""A line of the export says what the ledger knows, and no spreadsheet obeys it."""

import dataclasses

import pytest

from agent.core.exporting import COLUMNS, cell, line_of
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome, State
from tests.custody_builders import a_document, ambiguous

pytestmark = pytest.mark.observability


def test_a_filed_document_has_its_record_and_who_decided() -> None:
    filed = Archived(record_id=RecordId("R1"), decided_by="cli:anna", document_kind="imaging")
    document = dataclasses.replace(a_document(outcome=filed), original_name="scan.pdf")
    assert line_of(document) == {
        "document": "D-7",
        "state": "archived",
        "record_id": "R1",
        "reason": "cli:anna",
        "decided_by": "cli:anna",
        "kind": "imaging",
        "duplicate_of": None,
        "original_name": "scan.pdf",
        "location": "incoming/.claimed/home1/D-7",
        "size_bytes": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "seen_at": "2026-03-01T12:00:00+00:00",
        "claimed_at": "2026-03-01T12:00:01+00:00",
        "settled_at": "2026-03-01T12:00:02+00:00",
        "rested_at": None,
        "epoch": 2,
        "correlation_id": "c0ffee",
    }


@pytest.mark.parametrize(
    ("outcome", "reason", "decided_by", "duplicate_of"),
    [
        (InReview(decision=ambiguous()), "ambiguous", None, None),
        (Failed(reason=FailureReason.NO_PAGES), "no_pages", "rule", None),
        (Duplicate(original=DocumentId(3)), "D-3", None, "D-3"),
        (None, None, None, None),
    ],
    ids=["question", "failed", "duplicate", "waiting"],
)
def test_the_others_say_why(
    outcome: Outcome | None, reason: str | None, decided_by: str | None, duplicate_of: str | None
) -> None:
    line = line_of(a_document(state=State.CLAIMED, outcome=outcome))
    assert (line["reason"], line["decided_by"], line["duplicate_of"]) == (reason, decided_by, duplicate_of)
    assert line["record_id"] is None
    assert tuple(line) == COLUMNS


@pytest.mark.security
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"], ids=ascii)
def test_no_cell_begins_like_a_formula(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("value", "shown"), [("scan.pdf", "scan.pdf"), (-3, "-3"), (0, "0"), (None, ""), ("a=b", "a=b")], ids=str
)
def test_other_cells_stay_as_they_are(value: str | int | None, shown: str) -> None:
    assert cell(value) == shown
