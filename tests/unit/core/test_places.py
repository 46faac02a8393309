"""Places: built from ids and dates, never from what a stranger called his file."""

import datetime

import pytest

from agent.core.places import is_folder_of, next_name, place_of, suffix_of
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome
from tests.custody_builders import ambiguous

DAY = datetime.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("outcome", "place"),
    [
        (
            Archived(record_id=RecordId("20817"), decided_by="rule", document_kind="imaging"),
            "archive/20817/2026/2026-03-01_D-1042_imaging.pdf",
        ),
        (
            Archived(record_id=RecordId("R 1"), decided_by="cli:anna"),
            "archive/R 1/2026/2026-03-01_D-1042.pdf",
        ),
        (InReview(decision=ambiguous(), document_kind="imaging"), "review/D-1042.pdf"),
        (Failed(reason=FailureReason.DAMAGED), "failed/2026-03-01_D-1042.pdf"),
        (Duplicate(original=DocumentId(7)), "archive/_duplicates/2026-03-01_D-1042.pdf"),
    ],
)
def test_each_outcome_has_its_place(outcome: Outcome, place: str) -> None:
    assert place_of(DocumentId(1042), outcome, DAY, ".pdf") == place


@pytest.mark.parametrize(
    "name", ["scan.pdf", "SCAN.PDF", "x.docx", "no suffix", "a.pdf/../../etc/passwd", "x.p\\udcffdf", ".pdf"]
)
def test_what_is_not_taken_in_becomes_a_pdf(name: str) -> None:
    assert suffix_of(name) == ".pdf"


def test_the_next_name_counts_up_from_two() -> None:
    assert next_name("review/D-7.pdf") == "review/D-7~2.pdf"
    assert next_name("review/D-7~2.pdf") == "review/D-7~3.pdf"
    assert (
        next_name("archive/R~9/2026/2026-03-01_D-7~99_x.pdf") == "archive/R~9/2026/2026-03-01_D-7~99_x~2.pdf"
    )


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("photo.JPG", ".jpg"), ("x.jpeg", ".jpeg"), ("fax.TIFF", ".tiff"), ("a.heic", ".heic")],
)
def test_a_picture_keeps_its_ending(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize(
    ("location", "outcome", "is_there"),
    [
        ("archive/R1/2026/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), True),
        ("archive/R1/2025/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), True),
        ("archive/R2/2026/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), False),
        ("archive/R1/old/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), False),
        ("archive/R1/2026/R2/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), False),
        ("failed/x.pdf", Archived(record_id=RecordId("R1"), decided_by="rule"), False),
        ("review/D-1.pdf", InReview(decision=ambiguous()), True),
        ("archive/review/D-1.pdf", InReview(decision=ambiguous()), False),
        ("failed/x.pdf", Failed(reason=FailureReason.DAMAGED), True),
        ("archive/R1/2026/x.pdf", Failed(reason=FailureReason.DAMAGED), False),
        ("archive/_duplicates/x.pdf", Duplicate(original=DocumentId(7)), True),
        ("archive/R1/2026/x.pdf", Duplicate(original=DocumentId(7)), False),
    ],
)
def test_a_place_is_in_the_folder_of_its_outcome_whatever_the_year(
    location: str, outcome: Outcome, is_there: bool
) -> None:
    assert is_folder_of(location, outcome) is is_there
