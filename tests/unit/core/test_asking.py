"""What is said next of the open questions is a comparison: of what is open, and what people were told."""

import datetime
from dataclasses import replace

from agent.core.asking import Close, Escalate, Post, PostAgain, Repeat, Step, plan
from agent.domain.document import DocumentId
from agent.domain.life import Review
from agent.domain.question import Question, QuestionId
from tests.custody_builders import NOON, ambiguous

HOUR = datetime.timedelta(hours=1)


def a_review(number: int, *, epoch: int = 1, opened_at: datetime.datetime = NOON) -> Review:
    return Review(document_id=DocumentId(number), epoch=epoch, decision=ambiguous(), opened_at=opened_at)


def a_question(number: int, *, epoch: int = 1, posted_at: datetime.datetime = NOON) -> Question:
    """The question about the document of the same number."""
    return Question(
        question_id=QuestionId(number),
        document_id=DocumentId(number),
        epoch=epoch,
        revision="0a1b2c3d",
        offered=(),
        posted_at=posted_at,
        shown_at=posted_at,
    )


def documents_of(steps: list[Step]) -> list[tuple[type[Step], int]]:
    return [
        (type(step), (step.review if isinstance(step, Post) else step.question).document_id) for step in steps
    ]


def test_an_open_review_without_a_question_is_asked_about() -> None:
    assert plan([a_review(1)], [], NOON) == [Post(review=a_review(1))]


def test_a_question_that_stands_is_not_asked_again() -> None:
    assert plan([a_review(1)], [a_question(1)], NOON + 23 * HOUR) == []


def test_the_oldest_five_are_asked_first() -> None:
    steps = plan([a_review(number) for number in (4, 2, 9, 1, 7, 3, 8)], [], NOON)
    assert documents_of(steps) == [(Post, 4), (Post, 2), (Post, 9), (Post, 1), (Post, 7)]


def test_one_more_is_asked_for_each_that_was_answered() -> None:
    reviews = [a_review(number) for number in (1, 2, 3, 4, 6, 7)]
    steps = plan(reviews, [a_question(number) for number in range(1, 6)], NOON)
    assert documents_of(steps) == [(Close, 5), (Post, 6)]


def test_no_more_than_five_are_open_at_once() -> None:
    reviews = [a_review(number) for number in range(1, 8)]
    assert plan(reviews, [a_question(number) for number in range(1, 6)], NOON) == []
    assert plan(reviews, [a_question(number) for number in range(1, 7)], NOON) == []


def test_a_question_whose_review_is_closed_is_closed() -> None:
    assert plan([], [a_question(1)], NOON) == [Close(question=a_question(1))]


def test_a_question_about_an_earlier_epoch_is_closed_and_the_new_one_asked() -> None:
    steps = plan([a_review(1, epoch=2)], [a_question(1, epoch=1)], NOON)
    assert steps == [Close(question=a_question(1, epoch=1)), Post(review=a_review(1, epoch=2))]


def test_people_are_reminded_once_after_a_day() -> None:
    question = a_question(1)
    assert plan([a_review(1)], [question], NOON + 24 * HOUR) == [Repeat(question=question)]
    reminded = replace(question, repeated_at=NOON + 24 * HOUR)
    assert plan([a_review(1)], [reminded], NOON + 60 * HOUR) == []


def test_the_further_chat_is_asked_once_after_three_days() -> None:
    reminded = replace(a_question(1), repeated_at=NOON + 24 * HOUR)
    at = NOON + 72 * HOUR
    assert plan([a_review(1)], [reminded], at - HOUR, escalates=True) == []
    assert plan([a_review(1)], [reminded], at, escalates=False) == []
    assert plan([a_review(1)], [reminded], at, escalates=True) == [
        Escalate(question=reminded, review=a_review(1))
    ]
    assert plan([a_review(1)], [replace(reminded, escalated_at=at)], at + HOUR, escalates=True) == []


def test_three_days_count_from_the_review_and_not_from_the_last_message() -> None:
    question = a_question(1, posted_at=NOON + 70 * HOUR)
    steps = plan([a_review(1)], [question], NOON + 72 * HOUR, escalates=True)
    assert steps == [Escalate(question=question, review=a_review(1))]


def test_a_daemon_that_was_off_for_days_reminds_and_escalates_at_once() -> None:
    question = a_question(1)
    assert plan([a_review(1)], [question], NOON + 80 * HOUR, escalates=True) == [
        Repeat(question=question),
        Escalate(question=question, review=a_review(1)),
    ]


def test_what_was_put_off_makes_room_and_is_asked_again_after_a_day() -> None:
    questions = [replace(a_question(1), skipped_at=NOON), *(a_question(number) for number in range(2, 6))]
    reviews = [a_review(number) for number in range(1, 6)]
    reminded = [replace(question, repeated_at=NOON) for question in questions]
    assert documents_of(plan([*reviews, a_review(6)], questions, NOON)) == [(Post, 6)]
    assert plan(reviews, reminded, NOON + 23 * HOUR) == []
    assert plan(reviews, reminded, NOON + 24 * HOUR) == [PostAgain(question=reminded[0], review=a_review(1))]


def test_what_was_put_off_comes_before_what_is_new_and_only_as_far_as_there_is_room() -> None:
    reviews = [a_review(number) for number in range(1, 9)]
    put_off = [replace(a_question(number), skipped_at=NOON) for number in (1, 2)]
    later = NOON + 24 * HOUR
    open_ones = [a_question(number, posted_at=later) for number in (3, 4, 5, 6)]
    assert documents_of(plan(reviews, [*put_off, *open_ones], later)) == [(PostAgain, 1)]
    assert documents_of(plan(reviews, [*put_off, *open_ones[:2]], later)) == [
        (PostAgain, 1),
        (PostAgain, 2),
        (Post, 5),
    ]
    assert plan(reviews, [*put_off, *open_ones, a_question(7, posted_at=later)], later) == []


def test_what_was_put_off_is_neither_repeated_nor_escalated() -> None:
    put_off = replace(a_question(1, posted_at=NOON), skipped_at=NOON + 71 * HOUR)
    assert plan([a_review(1)], [put_off], NOON + 80 * HOUR, escalates=True) == []


def test_what_was_put_off_is_closed_with_its_review() -> None:
    put_off = replace(a_question(1), skipped_at=NOON)
    assert plan([], [put_off], NOON + 24 * HOUR) == [Close(question=put_off)]


def test_after_a_silence_in_which_presses_were_lost_questions_are_asked_again() -> None:
    before, after = a_question(1), a_question(2, posted_at=NOON + 30 * HOUR)
    heard_again_at = NOON + 30 * HOUR
    steps = plan([a_review(1), a_review(2)], [before, after], NOON + 31 * HOUR, heard_again_at=heard_again_at)
    assert steps == [PostAgain(question=before, review=a_review(1))]


def test_what_nobody_was_shown_before_the_silence_is_not_asked_twice() -> None:
    waits, shown_since = (
        replace(a_question(1), shown_at=None),
        replace(a_question(2), shown_at=NOON + 30 * HOUR),
    )
    reviews = [a_review(1), a_review(2)]
    at = NOON + 31 * HOUR
    assert plan(reviews, [waits, shown_since], at, heard_again_at=NOON + 30 * HOUR) == []


def test_a_silence_that_ends_in_the_future_asks_nothing_anew() -> None:
    reviews, questions, at = [a_review(1)], [a_question(1)], NOON + HOUR
    assert plan(reviews, questions, at, heard_again_at=NOON + 720 * HOUR) == []
    assert plan(reviews, questions, at, heard_again_at=at) == [
        PostAgain(question=a_question(1), review=a_review(1))
    ]


def test_what_every_chat_has_refused_is_asked_again_a_day_later_and_nobody_reminded_of_it() -> None:
    lost = replace(a_question(1), shown_at=None, is_lost=True)
    reviews = [a_review(1)]
    assert plan(reviews, [lost], NOON + 23 * HOUR, escalates=True) == []
    again = [PostAgain(question=lost, review=a_review(1))]
    assert plan(reviews, [lost], NOON + 24 * HOUR, escalates=True) == again


def test_what_every_chat_has_refused_goes_to_the_further_chat_after_three_days() -> None:
    lost = replace(a_question(1, posted_at=NOON + 71 * HOUR), shown_at=None, is_lost=True)
    (step,) = plan([a_review(1)], [lost], NOON + 72 * HOUR, escalates=True)
    assert step == Escalate(question=lost, review=a_review(1))


def test_nobody_is_reminded_of_what_they_could_not_answer() -> None:
    at = NOON + 30 * HOUR
    assert plan([a_review(1)], [a_question(1)], at, is_heard=False) == []
    assert plan([a_review(1)], [a_question(1)], at) == [Repeat(question=a_question(1))]


def test_people_are_reminded_a_day_after_they_were_shown_a_question() -> None:
    shown_late = replace(a_question(1), shown_at=NOON + 26 * HOUR)
    assert plan([a_review(1)], [shown_late], NOON + 49 * HOUR) == []
    assert plan([a_review(1)], [shown_late], NOON + 50 * HOUR) == [Repeat(question=shown_late)]
    assert plan([a_review(1)], [replace(shown_late, shown_at=None)], NOON + 99 * HOUR) == []


def test_a_silence_does_not_bring_back_what_was_put_off() -> None:
    put_off = replace(a_question(1), skipped_at=NOON + 20 * HOUR)
    assert plan([a_review(1)], [put_off], NOON + 31 * HOUR, heard_again_at=NOON + 30 * HOUR) == []


def test_the_same_rows_at_the_same_time_give_the_same_steps() -> None:
    reviews = [a_review(number) for number in range(1, 10)]
    questions = [a_question(1), replace(a_question(2), skipped_at=NOON), a_question(99)]
    at = NOON + 73 * HOUR
    first = plan(reviews, questions, at, escalates=True)
    assert first == plan(reviews, questions, at, escalates=True)
    assert documents_of(first) == [
        (Repeat, 1),
        (Escalate, 1),
        (Close, 99),
        (PostAgain, 2),
        (Post, 3),
        (Post, 4),
        (Post, 5),
    ]
