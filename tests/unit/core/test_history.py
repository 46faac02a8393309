"""What a chat is told of a document's past."""

import datetime
from dataclasses import replace

import pytest

from agent.core.history import history
from agent.core.voice import ENGLISH
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Review
from agent.domain.outcome import Event, FailureReason, State
from agent.domain.settlement import Settled
from tests.custody_builders import ANNA, NOON, ambiguous

LATER = NOON + datetime.timedelta(hours=1)
ASKED = Review(document_id=DocumentId(7), epoch=2, decision=ambiguous(), opened_at=NOON)
BY_RULE = Settled(
    epoch=1, event=Event.SETTLED, state=State.ARCHIVED, by="rule", at=NOON, record_id=RecordId("20817")
)


def test_what_rules_and_people_did_is_told_oldest_first() -> None:
    undone = Settled(epoch=2, event=Event.UNDONE, state=State.IN_REVIEW, by="telegram:anna", at=LATER)
    asked = replace(ASKED, opened_at=LATER, answered_at=LATER, answered_by="telegram:anna", answer="none")

    assert history([asked], [BY_RULE, undone], ENGLISH) == [
        "2026-03-01 12:00 · filed under file 20817 by rule",
        "2026-03-01 13:00 · anna took the filing back",
        "2026-03-01 13:00 · asked",
        "2026-03-01 13:00 · anna answered: none of these people",
    ]


@pytest.mark.parametrize(
    ("settled", "told"),
    [
        (
            replace(BY_RULE, event=Event.REFILED, by="cli:anna"),
            ["2026-03-01 12:00 · filed under file 20817 by anna"],
        ),
        (
            replace(BY_RULE, state=State.FAILED, record_id=None, reason=FailureReason.ENCRYPTED),
            ["2026-03-01 12:00 · could not be filed: The PDF is protected by a password."],
        ),
        (
            replace(BY_RULE, state=State.DUPLICATE, record_id=None),
            ["2026-03-01 12:00 · the same file as another document"],
        ),
        (replace(BY_RULE, state=State.IN_REVIEW, record_id=None), []),  # its question tells
        (replace(BY_RULE, event=Event.ANSWERED, by="cli:anna"), []),  # the answer tells
        (replace(BY_RULE, event=Event.SPLIT, state=State.FAILED, reason=FailureReason.SPLIT), []),
    ],
    ids=["refiled", "failed", "duplicate", "asked", "answered", "split"],
)
def test_what_an_epoch_came_to_is_told_once(settled: Settled, told: list[str]) -> None:
    assert history([], [settled], ENGLISH) == told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("none", "anna answered: none of these people"),
        ("record:33102", "anna answered: file 33102"),
        ("1", f"anna answered: file {ANNA.record_id}"),
        ("split 1-2, 3", "anna split it: 1-2, 3"),
        ("retry", "anna had it decided again"),
        ("redecided", "decided again, because the registry has changed"),
        ("missing", "the file was no longer where it was put"),
    ],
)
def test_what_somebody_answered_is_told(answer: str, told: str) -> None:
    answered = replace(ASKED, answered_at=NOON, answered_by="telegram:anna", answer=answer)
    assert history([answered], [], ENGLISH) == ["2026-03-01 12:00 · asked", f"2026-03-01 12:00 · {told}"]
