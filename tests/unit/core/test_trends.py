"""A drift is found within four hours, and quiet weeks stay quiet: thirty days of an office, replayed."""

import datetime
import random
from collections.abc import Callable, Iterator

import pytest

from agent.core.trends import BOUNDS, COOLDOWN, HOUR, WEEK, hour_of, judged, measured, state_of
from agent.domain.trend import Measure, SettledWork, Window
from tests.custody_builders import NOON

pytestmark = pytest.mark.observability

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
DAYS = 30
SEEDS = (1, 2, 3, 4)
DRIFT_AT = START + datetime.timedelta(days=17, hours=10)
"""A Wednesday morning."""


# --- The office


def hours() -> Iterator[datetime.datetime]:
    for hour in range(DAYS * 24):
        yield START + hour * HOUR


def is_open(hour: datetime.datetime) -> bool:
    return hour.weekday() < 5 and 7 <= hour.hour < 19


Office = Callable[[datetime.datetime, random.Random], list[Window]]


def office(
    *, slower: float = 1, failing: float = 1, queued: bool = False, leak: float = 0
) -> Callable[[datetime.datetime, random.Random], list[Window]]:
    """Sixty documents an hour by day and two by night, one in 25 of which fails; from `DRIFT_AT` on it drifts."""

    def hour_in(hour: datetime.datetime, dice: random.Random) -> list[Window]:
        has_begun = hour >= DRIFT_AT
        count = dice.randint(45, 75) if is_open(hour) else dice.randint(0, 3)
        works = [
            SettledWork(
                state=_state(dice, 0.04 * (failing if has_begun else 1)),
                seconds=dice.lognormvariate(1.8, 0.6) * (slower if has_begun else 1),
            )
            for _ in range(count)
        ]
        growing = (hour - DRIFT_AT) / HOUR * 3600 if queued and has_begun else 0
        held = 120 + dice.gauss(0, 6) + (leak * ((hour - DRIFT_AT) / HOUR) if has_begun else 0)
        waited = dice.expovariate(1 / 90) * (3 if is_open(hour) else 1) + growing
        return [
            *measured(hour, works),
            Window(measure=Measure.WAITING, begun_at=hour, value=waited, samples=60),
            Window(measure=Measure.MEMORY, begun_at=hour, value=held, samples=60),
        ]

    return hour_in


def _state(dice: random.Random, failing: float) -> str:
    drawn = dice.random()
    return "failed" if drawn < failing else "in_review" if drawn < failing + 0.15 else "archived"


def alarms_of(one: Office, seed: int) -> list[tuple[Measure, datetime.datetime]]:
    """The hours at which an alarm begins."""
    dice = random.Random(seed)
    kept: dict[Measure, list[Window]] = {measure: [] for measure in Measure}
    begun = []
    for hour in hours():
        for window in one(hour, dice):
            history = kept[window.measure]
            seen = judged(window, history[-168:])
            if seen is None:
                continue
            if seen.is_alarm and not (history and history[-1].is_alarm):
                begun.append((window.measure, hour))
            history.append(seen)
    return begun


def test_quiet_months_alarm_nobody() -> None:
    assert [it for seed in SEEDS for it in alarms_of(office(), seed)] == []


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize(
    ("measure", "drifting"),
    [
        (Measure.PACE, office(slower=2)),
        (Measure.FAILURES, office(failing=5)),
        (Measure.WAITING, office(queued=True)),
        (Measure.MEMORY, office(leak=60)),
    ],
    ids=["twice the latency", "five times the errors", "a growing queue", "a leak"],
)
def test_a_drift_alarms_within_four_hours_and_nothing_else_does(
    measure: Measure, drifting: Office, seed: int
) -> None:
    first, *_ = found = alarms_of(drifting, seed)
    assert {it for it, _ in found} == {measure}
    assert first[1] - DRIFT_AT <= 4 * HOUR
    assert first[1] >= DRIFT_AT


# --- Its parts


def window(
    value: float, hours_on: int = 0, *, samples: int = 60, alarm: bool = False, high: bool = False
) -> Window:
    return Window(
        measure=Measure.WAITING,
        begun_at=NOON + hours_on * HOUR,
        value=value,
        samples=samples,
        is_high=high,
        is_alarm=alarm,
    )


def after(history: list[Window], *values: float) -> list[Window]:
    """Judge an hour after the other."""
    for value in values:
        seen = judged(window(value, len(history)), history)
        assert seen is not None
        history.append(seen)
    return history


def test_three_high_hours_in_a_row_alarm_and_three_that_are_not_end_it() -> None:
    day = after([], *[300.0] * 24)
    assert [it.is_alarm for it in after(day, 700, 700, 700, 300, 300, 300)[24:]] == [
        False, False, True, True, True, False,
    ]  # fmt: skip


def test_an_hour_between_that_is_not_high_begins_the_count_anew() -> None:
    assert not any(it.is_alarm for it in after([], *[300.0] * 24, 700, 700, 300, 700, 700))


def test_after_an_alarm_there_is_no_other_for_a_day() -> None:
    day = after([], *[300.0] * 24, 700, 700, 700, 300, 300, 300)
    assert not any(it.is_alarm for it in after(day, 700, 700, 700)[29:])
    quiet = [window(300, hour) for hour in range(24)]
    old = [*quiet, window(700, 24, alarm=True), window(300, 25)]
    late = NOON + 24 * HOUR + COOLDOWN
    row = [*old, *(window(300, 26 + hour) for hour in range(10))]
    row += [window(700, int((late - NOON) / HOUR) + hour, high=True) for hour in (-1, 0)]
    seen = judged(window(700, int((late - NOON) / HOUR) + 1), row)
    assert seen is not None
    assert seen.is_alarm


def test_without_a_day_of_history_only_the_limit_is_high() -> None:
    assert not any(it.is_high for it in after([], *[1.0] * 23, 5000))
    assert after([], 6 * 3600 + 1)[0].is_high


def test_what_is_below_the_floor_is_never_high() -> None:
    assert not after([], *[1.0] * 24, 600)[-1].is_high
    assert after([], *[1.0] * 24, 601)[-1].is_high


def test_an_hour_of_too_few_documents_says_nothing() -> None:
    few = Window(measure=Measure.FAILURES, begun_at=NOON, value=1, samples=4)
    assert judged(few, []) is None


def test_hours_of_more_than_a_week_ago_count_no_more() -> None:
    old = [window(1, hour) for hour in range(24)]
    seen = judged(window(5000, 24 + int(WEEK / HOUR)), old)
    assert seen is not None
    assert not seen.is_high


def test_the_documents_of_an_hour_are_summed_up() -> None:
    works = [
        SettledWork(state="archived", seconds=2.0),
        SettledWork(state="failed", seconds=9.0),
        SettledWork(state="in_review", seconds=4.0),
        SettledWork(state="duplicate", seconds=None),
    ]
    assert [(it.measure, it.value, it.samples) for it in measured(NOON, works)] == [
        (Measure.PACE, 4.0, 3),
        (Measure.FAILURES, 0.25, 4),
        (Measure.QUESTIONS, 0.25, 4),
    ]
    assert measured(NOON, []) == []
    assert [it.measure for it in measured(NOON, works[3:])] == [Measure.FAILURES, Measure.QUESTIONS]


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
    state = state_of(Window(measure=measure, begun_at=NOON, value=value, samples=9, is_alarm=True))
    assert (state.is_bad, str(state.sentence)) == (True, sentence)
    assert str(state.hint)


def test_each_measure_has_its_bounds() -> None:
    assert set(BOUNDS) == set(Measure)
