"""What a canary must come to, when the next one is due, and when people are told."""

import datetime

import pytest

from agent.core.canary import AGAIN, PERSON, can_be_read, due_in, problem_of, silence, state_of
from agent.domain.canary import CANARY_PROBLEMS, CanaryProblem, CanaryRun
from agent.domain.outcome import Archived, Failed, FailureReason, InReview, Outcome, State
from agent.domain.run import Run
from tests.custody_builders import ANNA, NOON, a_document, a_match, unmatched

pytestmark = pytest.mark.observability

HOUR = datetime.timedelta(hours=1)


def run(problem: CanaryProblem | None = None, at: datetime.datetime = NOON) -> CanaryRun:
    return CanaryRun(at=at, duration_ms=900, problem=problem)


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (Archived(record_id=PERSON.record_id, decided_by="rule", decision=a_match(PERSON)), None),
        (InReview(decision=a_match(PERSON)), None),
        (Archived(record_id=ANNA.record_id, decided_by="rule", decision=a_match()), CanaryProblem.UNFILED),
        (InReview(decision=a_match()), CanaryProblem.UNFILED),
        (InReview(decision=unmatched()), CanaryProblem.UNFILED),
        (Failed(reason=FailureReason.DAMAGED), CanaryProblem.FAILED),
    ],
    ids=[
        "filed",
        "asked, in a mode that files nothing",
        "somebody else",
        "asked of another",
        "nobody",
        "failed",
    ],
)
def test_a_canary_must_be_filed_under_its_person_or_be_a_question_that_names_it(
    outcome: Outcome, problem: CanaryProblem | None
) -> None:
    assert problem_of(a_document(state=State(outcome.state), outcome=outcome)) is problem


def test_a_canary_that_does_not_rest_was_not_kept() -> None:
    assert problem_of(None) is CanaryProblem.UNKEPT
    assert problem_of(a_document(state=State.READING)) is CanaryProblem.UNKEPT


def test_the_first_is_due_at_once_and_the_next_a_period_after_the_last() -> None:
    assert due_in(None, HOUR, NOON) == datetime.timedelta()
    assert due_in(run(), HOUR, NOON + 0.25 * HOUR) == 0.75 * HOUR
    assert due_in(run(), HOUR, NOON + 5 * HOUR) == datetime.timedelta()


def test_after_one_that_failed_the_next_comes_soon() -> None:
    assert due_in(run(CanaryProblem.UNREAD), HOUR, NOON) == AGAIN
    assert due_in(run(CanaryProblem.UNREAD), 0.01 * HOUR, NOON) == 0.01 * HOUR


def test_a_clock_that_was_set_back_puts_none_off_for_longer_than_a_period() -> None:
    assert due_in(run(), HOUR, NOON - 48 * HOUR) == HOUR


def test_two_failures_in_a_row_alarm_and_one_is_left_open() -> None:
    bad, good = run(CanaryProblem.UNREAD), run()
    assert state_of([]) is None
    assert state_of([bad]) is None
    assert state_of([bad, good]) is None
    well = state_of([good, bad, bad])
    assert well is not None
    assert not well.is_bad
    alarm = state_of([bad, run(CanaryProblem.UNKEPT), good])
    assert alarm is not None
    assert alarm.is_bad
    assert (
        str(alarm.sentence)
        == "canary: a test page can't be read: what reads scans does not work, twice in a row"
    )
    assert str(alarm.hint) == "Type: dossierd check. The lines ocr, fence and disk say what is missing."


def daemon(began_at: datetime.datetime) -> Run:
    return Run(began_at=began_at, ended_at=None, was_stopped=False, versions={})


def test_three_periods_of_work_without_an_end_are_silence() -> None:
    works = daemon(NOON - 90 * HOUR)
    assert silence([run()], works, NOON + 3 * HOUR, HOUR) is None
    assert silence([run(), run(at=NOON - HOUR)], works, NOON + 40 * HOUR, HOUR) == 40 * HOUR
    assert silence([run(CanaryProblem.UNREAD)], works, NOON + 4 * HOUR, HOUR) == 4 * HOUR


def test_silence_begins_with_the_daemon_s_start_and_ends_with_its_last_sign_of_life() -> None:
    assert silence([run()], daemon(NOON + 40 * HOUR), NOON + 41 * HOUR, HOUR) is None
    assert silence([], daemon(NOON), NOON + 3 * HOUR, HOUR) is None
    assert silence([], daemon(NOON), NOON + 4 * HOUR, HOUR) == 4 * HOUR
    assert silence([run()], daemon(NOON + 40 * HOUR), NOON + HOUR, HOUR) is None
    assert silence([run()], None, NOON + 40 * HOUR, HOUR) is None
    assert silence([run()], daemon(NOON), None, HOUR) is None


def test_each_problem_has_its_sentence_and_hint() -> None:
    assert set(CANARY_PROBLEMS) == set(CanaryProblem)


def test_a_reader_without_latin_letters_is_sent_none() -> None:
    assert can_be_read("ara+eng")
    assert not can_be_read("ara")
