"""A drift is found within four windows, and quiet months stay quiet: offices of `benchmarks.trends`, replayed."""

import datetime
from dataclasses import replace

import pytest

from agent.core.shares import is_enough
from agent.core.trends import (
    BOUNDS,
    COOLDOWN,
    HOUR,
    OF_DOCUMENTS,
    WEEK,
    begins,
    hour_of,
    judged,
    measured,
    state_of,
)
from agent.domain.trend import Measure, SettledWork, Window
from benchmarks.trends import DRIFT_AT, DRIFTS, START, alarms, outlived
from tests.custody_builders import NOON

pytestmark = pytest.mark.observability

AGES = 121
"""Hours, after which there is history enough."""


# --- Offices


@pytest.mark.parametrize("seed", [1, 2])
def test_a_quiet_month_has_one_alarm_at_most(seed: int) -> None:
    assert len(list(alarms(seed))) <= 1


@pytest.mark.parametrize("measure", DRIFTS, ids=[*DRIFTS.values()])
def test_a_drift_alarms_within_four_windows_and_nothing_does_before(measure: Measure) -> None:
    alarmed, windows, at = next(alarms(3, measure))
    assert (alarmed, at > DRIFT_AT, windows <= 4) == (measure, True, True)


# --- Its parts


def window(value: float, hours_on: int = 0, *, alarm: bool = False, high: bool = False) -> Window:
    return Window(
        measure=Measure.WAITING,
        hour=NOON + hours_on * HOUR,
        value=value,
        samples=60,
        is_high=high,
        is_alarm=alarm,
    )


def after(history: list[Window], *values: float) -> list[Window]:
    """Judge an hour after the other."""
    for value in values:
        history.append(judged(window(value, len(history)), history))
    return history


def share(failed: int, documents: int, hours_on: int = 0) -> Window:
    return Window(
        measure=Measure.FAILURES,
        hour=NOON + hours_on * HOUR,
        value=failed / documents,
        samples=documents,
    )


def counted(history: list[Window], *counts: tuple[int, int]) -> list[Window]:
    """Judge a window of failures after the other."""
    for failed, documents in counts:
        history.append(judged(share(failed, documents, len(history)), history))
    return history


def test_three_high_hours_in_a_row_alarm_and_three_that_are_not_end_it() -> None:
    day = after([], *[2000.0] * AGES)
    assert [it.is_alarm for it in after(day, 7000, 7000, 7000, 2000, 2000, 2000)[AGES:]] == [
        False, False, True, True, True, False,
    ]  # fmt: skip


def test_an_hour_between_that_is_not_high_begins_the_count_anew() -> None:
    assert not any(it.is_alarm for it in after([], *[2000.0] * AGES, 7000, 7000, 300, 7000, 7000))


def test_after_an_alarm_there_is_no_other_for_a_day() -> None:
    day = after([], *[2000.0] * AGES, 7000, 7000, 7000, 2000, 2000, 2000)
    assert day[AGES + 4].is_alarm
    later = after(day, *[2000.0] * 19, 7000, 7000, 7000, 7000)[-2:]
    assert [(it.is_alarm, it.hour - day[AGES + 4].hour) for it in later] == [
        (False, COOLDOWN - HOUR),
        (True, COOLDOWN),
    ]


def test_before_five_days_of_history_only_the_limit_is_high() -> None:
    assert not any(it.is_high for it in after([], *[1.0] * 120, 5000)[:120])
    assert not after([], *[1.0] * 119, 5000)[-1].is_high
    assert after([], *[1.0] * 120, 5000)[-1].is_high
    assert after([], 6 * 3600 + 1)[0].is_high


def test_few_windows_say_nothing_however_old_they_are() -> None:
    old = [window(1, 24 * day) for day in range(7)]
    assert not judged(window(5000, 7 * 24), old).is_high
    assert judged(window(5000, 8 * 24), [*old, window(1, 7 * 24)]).is_high


def test_what_is_not_above_the_floor_is_never_high() -> None:
    assert not after([], *[1.0] * AGES, 3600)[-1].is_high
    assert after([], *[1.0] * AGES, 3601)[-1].is_high


def test_mornings_are_no_drift_where_nights_are_without_work() -> None:
    day = [*[0.0] * 16, *[5000.0] * 8]
    assert not any(it.is_alarm for it in after([], *day * 7))


def test_of_more_than_a_week_ago_only_what_makes_up_for_a_short_week_counts() -> None:
    days = [window(1, 6 * hour) for hour in range(30)]
    week = int(WEEK / HOUR)
    assert judged(window(5000, week + 100), days).is_high
    month_ago = 31 * 24 + 6 * 29
    assert not judged(window(5000, month_ago), days).is_high


# --- Shares


ONE_IN_25 = [(4, 100)] * 8


def test_five_times_the_failures_alarm_with_the_third_window() -> None:
    assert [it.is_alarm for it in counted([], *ONE_IN_25, (20, 100), (20, 100), (20, 100))[8:]] == [
        False,
        False,
        True,
    ]


def test_one_batch_of_damaged_scans_is_no_drift() -> None:
    assert not any(it.is_alarm for it in counted([], *ONE_IN_25, (6, 100), (45, 100), (6, 100)))


def test_a_rise_that_may_be_an_accident_is_no_drift() -> None:
    assert not any(it.is_alarm for it in counted([], *ONE_IN_25, (8, 100), (9, 100), (8, 100)))


def test_a_rise_within_the_usual_ups_and_downs_is_no_drift() -> None:
    uneven = [(0, 100), (4, 100), (8, 100), (12, 100)] * 3
    assert not any(it.is_alarm for it in counted([], *uneven, (17, 100), (17, 100), (17, 100)))
    assert counted([], *uneven, (24, 100), (24, 100), (24, 100))[-1].is_alarm


def test_few_failures_are_no_drift_however_many_times_more_they_are() -> None:
    assert not any(it.is_alarm for it in counted([], *[(1, 400)] * 24, (20, 400), (20, 400), (20, 400)))


def test_shares_are_compared_with_four_windows_or_with_nothing_but_the_limit() -> None:
    assert not any(it.is_alarm for it in counted([], *ONE_IN_25[:3], (40, 100), (40, 100), (40, 100)))
    assert counted([], *ONE_IN_25[:4], (40, 100), (40, 100), (40, 100))[-1].is_alarm
    assert counted([], (11, 20), (11, 20), (11, 20))[-1].is_alarm


@pytest.mark.parametrize(
    ("before", "documents"),
    [
        ([], 100),
        ([share(4, 100)], 150),
        ([share(20, 100)], 100),
        ([share(0, 100)], 400),
        ([share(1, 100)], 400),
    ],
    ids=["the first", "one in 25", "one in five", "none", "one in a hundred"],
)
def test_a_window_takes_the_documents_that_it_needs(before: list[Window], documents: int) -> None:
    assert [is_enough(3, count, before) for count in (documents - 1, documents)] == [False, True]


def test_a_window_that_holds_three_times_what_is_expected_is_over() -> None:
    assert [is_enough(count, 60, [share(4, 100)]) for count in (17, 18)] == [False, True]
    assert [is_enough(count, 90, [share(20, 100)]) for count in (59, 60)] == [False, True]


# --- What they are made of


def works(state: str, count: int, seconds: float | None = 2.0) -> list[SettledWork]:
    return [SettledWork(state=state, seconds=seconds)] * count


def test_documents_are_summed_up_when_there_are_enough() -> None:
    some = [*works("archived", 29), *works("failed", 10, 9.0), *works("in_review", 20, 4.0)]
    some += works("duplicate", 40, None)
    assert [measured(measure, NOON, some, []) for measure in OF_DOCUMENTS] == [None, None, None]
    some += works("in_review", 1, 4.0)
    found = [measured(measure, NOON, some, []) for measure in OF_DOCUMENTS]
    assert [(it.measure, it.value, it.samples) for it in found if it is not None] == [
        (Measure.PACE, 4.0, 60),
        (Measure.FAILURES, 0.1, 100),
        (Measure.QUESTIONS, 0.21, 100),
    ]


def test_where_most_fail_twenty_documents_say_enough() -> None:
    assert measured(Measure.FAILURES, NOON, works("failed", 19), []) is None
    most = [*works("failed", 11), *works("archived", 9)]
    assert measured(Measure.FAILURES, NOON, most, []) is not None
    assert measured(Measure.FAILURES, NOON, [*works("failed", 10), *works("archived", 10)], []) is None
    assert measured(Measure.QUESTIONS, NOON, works("in_review", 20), []) is None


def test_while_it_alarms_twenty_documents_are_a_window_and_three_such_end_it() -> None:
    history = [replace(share(16, 20), is_high=True, is_alarm=True)]
    good = [*works("archived", 19), *works("failed", 1)]
    ends = []
    for day in (1, 2, 3):
        at = NOON + day * 24 * HOUR
        assert measured(Measure.FAILURES, at, good[1:], history) is None
        seen = measured(Measure.FAILURES, at, good, history)
        assert seen is not None
        history.append(judged(seen, history))
        ends.append(history[-1].is_alarm)
    assert ends == [True, True, False]
    assert measured(Measure.FAILURES, NOON + 4 * 24 * HOUR, good, history) is None


def test_twenty_documents_a_day_are_rid_of_an_alarm_within_a_week_of_its_cause() -> None:
    after = outlived(1)
    assert after is not None
    assert after < WEEK


def test_documents_wait_for_the_next_window_for_a_week_at_most() -> None:
    assert begins(NOON, []) == NOON - WEEK
    assert begins(NOON, [window(1, -3)]) == NOON - 2 * HOUR
    assert begins(NOON, [window(1, -300)]) == NOON - WEEK


def test_an_hour_begins_in_utc_wherever_the_office_is() -> None:
    india = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    assert hour_of(datetime.datetime(2026, 3, 1, 12, 10, tzinfo=india)) == START + 6 * HOUR


@pytest.mark.parametrize(
    ("measure", "value", "sentence"),
    [
        (Measure.PACE, 12.4, "pace: documents take much longer than in the week before: 12 s each"),
        (Measure.FAILURES, 0.21, "failures: many more documents fail than in the week before: 21 %"),
        (
            Measure.QUESTIONS,
            0.6,
            "questions: many more documents become questions than in the week before: 60 %",
        ),
        (Measure.WAITING, 7200, "waiting: documents wait much longer than in the week before: 120 minutes"),
        (
            Measure.SPENDING,
            31.4,
            "spending: paid services cost much more than in the week before: 31 dollars in an hour",
        ),
        (Measure.MEMORY, 412, "memory: the daemon takes much more memory than in the week before: 412 MB"),
    ],
    ids=[*Measure],
)
def test_a_drift_is_told_with_a_value_that_people_can_read(
    measure: Measure, value: float, sentence: str
) -> None:
    state = state_of(Window(measure=measure, hour=NOON, value=value, samples=9, is_alarm=True))
    assert (state.is_bad, str(state.sentence)) == (True, sentence)
    assert str(state.hint)


def test_each_measure_has_its_bounds() -> None:
    assert set(BOUNDS) == set(Measure)
