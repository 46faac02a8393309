"""What `dossierd show` tells of a document's epochs."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from agent.cli.story import tell_story
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Document, Review, Step
from agent.domain.outcome import Archived, Event, Failed, FailureReason, InReview, Outcome, State
from agent.domain.settlement import Settled
from tests.custody_builders import NOON, a_document, ambiguous, unmatched

BY_ANNA = Archived(record_id=RecordId("R2"), decided_by="cli:anna", decision=None)
FIRST = Settled(
    epoch=1, event=Event.SETTLED, state=State.ARCHIVED, by="rule", at=NOON, record_id=RecordId("R1")
)


def at(hour: int) -> datetime.datetime:
    return NOON + datetime.timedelta(hours=hour)


def story(
    document: Document,
    reviews: Sequence[Review] = (),
    settled: Sequence[Settled] = (),
    steps: Sequence[tuple[int, Step]] = (),
) -> list[str]:
    return list(tell_story(document, steps, reviews, settled))


def resting(outcome: Outcome, epoch: int) -> Document:
    return replace(a_document(state=State(outcome.state), outcome=outcome), epoch=epoch)


def a_review(epoch: int, hour: int) -> Review:
    return Review(document_id=DocumentId(7), epoch=epoch, decision=ambiguous(), opened_at=at(hour))


def test_each_epoch_tells_what_it_came_to_also_where_later_ones_came_to_something_else() -> None:
    settled = [
        FIRST,
        Settled(epoch=2, event=Event.UNDONE, state=State.IN_REVIEW, by="telegram:anna", at=at(1)),
        Settled(
            epoch=3,
            event=Event.ANSWERED,
            state=State.ARCHIVED,
            by="telegram:bert",
            at=at(2),
            record_id=RecordId("R2"),
        ),
        Settled(
            epoch=4,
            event=Event.REFILED,
            state=State.ARCHIVED,
            by="cli:anna",
            at=at(3),
            record_id=RecordId("R3"),
        ),
    ]
    answered = replace(a_review(2, 1), answered_at=at(2), answered_by="telegram:bert", answer="record:R2")
    now = replace(BY_ANNA, record_id=RecordId("R3"))
    assert story(resting(now, 4), [answered], settled) == [
        "epoch 1  2026-03-01 12:00:00  filed under file R1 by rule",
        "epoch 2  2026-03-01 13:00:00  anna took the filing back",
        "epoch 2  2026-03-01 13:00:00  asked",
        "epoch 2  2026-03-01 14:00:00  bert answered: file R2",
        "epoch 3  as answered",
        "epoch 4  2026-03-01 15:00:00  filed under file R3 by anna",
    ]


def test_the_steps_of_an_epoch_stand_round_what_it_came_to() -> None:
    steps = [(1, Step(name=name, started_at=NOON, duration_ms=7)) for name in ("read", "decide", "move")]
    assert story(resting(InReview(decision=unmatched()), 1), [a_review(1, 0)], steps=steps) == [
        "epoch 1  2026-03-01 12:00:00  read, 7 ms",
        "epoch 1  2026-03-01 12:00:00  decide, 7 ms",
        "epoch 1  2026-03-01 12:00:00  asked; not answered yet",
        "epoch 1  2026-03-01 12:00:00  move, 7 ms",
    ]


def test_what_a_document_is_about_to_become_stands_behind_its_steps() -> None:
    step = Step(name="read", started_at=at(1), duration_ms=7)
    told = story(replace(a_document(state=State.READING), epoch=1), steps=[(1, step)])
    assert told[0] == "epoch 1  2026-03-01 13:00:00  read, 7 ms"
    assert len(told) == 2


def test_an_answer_stands_behind_the_move_that_came_before_it() -> None:
    answered = replace(a_review(1, 0), answered_at=at(2), answered_by="cli:anna", answer="none")
    steps = [(epoch, Step(name="move", started_at=at(epoch), duration_ms=7)) for epoch in (1, 2)]
    rests = replace(resting(Failed(reason=FailureReason.REJECTED), 2), settled_at=at(2))
    assert [line.split("  ", 2)[-1] for line in story(rests, [answered], steps=steps)][:3] == [
        "asked",
        "move, 7 ms",
        "anna answered: none of these people",
    ]


def test_an_answer_that_stands_is_told_in_its_own_epoch_too() -> None:
    answered = replace(a_review(1, 0), answered_at=at(1), answered_by="cli:anna", answer="record:R2")
    kept = replace(FIRST, epoch=2, event=Event.ANSWERED, by="cli:anna", record_id=RecordId("R2"))
    told = story(replace(resting(BY_ANNA, 2), settled_at=at(1)), [answered], [kept])
    assert told[-1] == "epoch 2  2026-03-01 13:00:00  filed under R2 by cli:anna"


def test_what_an_older_ledger_has_not_kept_is_said_to_be_in_the_audit_trail() -> None:
    assert story(replace(resting(BY_ANNA, 2), settled_at=NOON)) == [
        "epoch 1  what it came to is in logs/audit*.jsonl",
        "epoch 2  2026-03-01 12:00:00  filed under R2 by cli:anna",
    ]


def test_a_file_that_is_missing_is_told_behind_what_its_epoch_came_to() -> None:
    gone = replace(
        a_document(state=State.MISSING, outcome=BY_ANNA), epoch=1, rested_at=at(5), settled_at=NOON
    )
    assert story(gone, settled=[FIRST]) == [
        "epoch 1  2026-03-01 12:00:00  filed under file R1 by rule",
        "epoch 1  2026-03-01 17:00:00  missing",
    ]


def test_what_failed_and_is_tried_again_says_both() -> None:
    failed = replace(FIRST, state=State.FAILED, record_id=None, reason=FailureReason.DAMAGED)
    again = replace(a_document(state=State.READING), epoch=2)
    told = story(again, settled=[failed])
    assert told[0].startswith("epoch 1  2026-03-01 12:00:00  could not be filed: ")
    assert len(told) == 2
    rests = resting(Failed(reason=FailureReason.DAMAGED), 1)
    assert story(rests, settled=[failed]) == [told[0]]
