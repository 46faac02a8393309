"""The weekly sample: when it is due, who is chosen, what became of each, and what that proves."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core.sampling import (
    choose,
    first_day_of,
    is_over,
    monday_of,
    most_wrong,
    next_to_ask,
    stands,
    taken_back,
    total,
)
from agent.domain.document import CorrelationId, DocumentId
from agent.domain.outcome import Event, State
from agent.domain.sampling import Counts, Filing, Judged, Sampled, SampledId, SampleWeek, Verdict
from agent.domain.settlement import Settled
from tests.custody_builders import a_document

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime.date(2026, 11, 23)
NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
POOL = [
    Filing(document_id=DocumentId(number), epoch=1, correlation_id=CorrelationId(f"c{number}"))
    for number in range(1, 101)
]


def sampled(
    number: int = 1,
    *,
    posted_at: datetime.datetime | None = None,
    chosen_at: datetime.datetime = NOON,
) -> Sampled:
    return Sampled(
        sampled_id=SampledId(number),
        document_id=DocumentId(number),
        epoch=1,
        monday=MONDAY,
        chosen_at=chosen_at,
        posted_at=posted_at,
    )


def settled(epoch: int, event: Event, by: str = "telegram:anna") -> Settled:
    return Settled(epoch=epoch, event=event, state=State.ARCHIVED, by=by, at=NOON)


def utc(*moment: int) -> datetime.datetime:
    return datetime.datetime(*moment, tzinfo=datetime.UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (utc(2026, 3, 29, 21, 59), datetime.date(2026, 3, 23)),  # Sunday, 23:59 of summer: the clocks went on
        (utc(2026, 3, 29, 22, 0), datetime.date(2026, 3, 30)),
        (utc(2026, 3, 22, 22, 59), datetime.date(2026, 3, 16)),  # Sunday, 23:59 of winter
        (utc(2026, 3, 22, 23, 0), datetime.date(2026, 3, 23)),
        (utc(2026, 10, 25, 22, 59), datetime.date(2026, 10, 19)),  # Sunday, 23:59: the clocks went back
        (utc(2026, 10, 25, 23, 0), datetime.date(2026, 10, 26)),
        (utc(2026, 12, 31, 12, 0), datetime.date(2026, 12, 28)),
        (utc(2027, 1, 3, 12, 0), datetime.date(2026, 12, 28)),
    ],
    ids=str,
)
def test_a_week_begins_on_monday_at_the_office_whatever_its_clocks_do(
    moment: datetime.datetime, monday: datetime.date
) -> None:
    assert monday_of(moment, PARIS) == monday


def test_the_week_of_a_day_begins_on_its_monday() -> None:
    assert [first_day_of(datetime.date(2026, 11, day)) for day in (23, 29)] == [MONDAY, MONDAY]


def test_the_same_are_chosen_however_often_and_in_whatever_order_it_is_asked() -> None:
    chosen = choose(POOL, 5, MONDAY)
    assert len(set(chosen)) == 5
    assert choose(POOL[::-1], 5, MONDAY) == chosen


def test_the_lot_says_who_is_chosen_and_neither_the_number_nor_the_week_before() -> None:
    others = [filing for filing in POOL if filing not in choose(POOL, 1, MONDAY)]
    assert choose(others, 5, MONDAY)[:4] == choose(POOL, 5, MONDAY)[1:]
    assert choose(POOL, 5, MONDAY) != choose(POOL, 5, MONDAY + datetime.timedelta(days=7))


def test_each_filing_has_the_same_chance() -> None:
    weeks = [MONDAY + datetime.timedelta(weeks=week) for week in range(1000)]
    times = [sum(filing in choose(POOL[:4], 1, week) for week in weeks) for filing in POOL[:4]]
    assert sum(times) == 1000
    assert all(200 < count < 300 for count in times)  # 250 ± 3.6 standard deviations


def test_of_fewer_than_are_wanted_all_are_chosen() -> None:
    assert set(choose(POOL[:3], 5, MONDAY)) == set(POOL[:3])
    assert choose((), 5, MONDAY) == ()


@pytest.mark.parametrize("event", [Event.UNDONE, Event.REFILED], ids=str)
def test_what_a_human_took_back_later_was_wrong(event: Event) -> None:
    history = [settled(1, Event.SETTLED, "rule"), settled(2, event), settled(3, Event.ANSWERED, "cli:bert")]
    assert taken_back(sampled(), history) == Judged(verdict=Verdict.WRONG, by="telegram:anna", at=NOON)


def test_what_was_taken_back_before_it_was_filed_so_says_nothing() -> None:
    assert taken_back(sampled(), [settled(0, Event.UNDONE), settled(1, Event.SETTLED, "rule")]) is None


def test_people_have_two_weeks_from_when_they_were_asked() -> None:
    day = datetime.timedelta(days=1)
    asked = sampled(posted_at=NOON + 3 * day)
    assert not is_over(asked, NOON + 17 * day - datetime.timedelta(seconds=1))
    assert is_over(asked, NOON + 17 * day)


def test_what_nobody_could_be_asked_about_is_closed_two_weeks_after_it_was_chosen() -> None:
    assert not is_over(sampled(), NOON + datetime.timedelta(days=13))
    assert is_over(sampled(), NOON + datetime.timedelta(days=14))


def test_the_first_that_was_not_asked_about_is_next() -> None:
    waiting = [sampled(1, posted_at=NOON), sampled(2), sampled(3)]
    assert next_to_ask(waiting, NOON, NOON + datetime.timedelta(hours=2)) == sampled(2)
    assert next_to_ask(waiting, None, NOON) == sampled(2)
    assert next_to_ask(waiting[:1], None, NOON) is None


def test_two_are_asked_about_two_hours_apart() -> None:
    waiting = [sampled(2)]
    assert next_to_ask(waiting, NOON, NOON + datetime.timedelta(hours=1, minutes=59)) is None
    assert next_to_ask(waiting, NOON, NOON - datetime.timedelta(days=1)) == sampled(2)  # a clock was wrong


def test_weeks_are_added_up() -> None:
    counts = Counts(right=3, wrong=1, unanswered=2, void=1, waiting=4)
    weeks = [SampleWeek(monday=MONDAY, counts=counts), SampleWeek(monday=MONDAY, counts=Counts(right=1))]
    assert total(weeks) == Counts(right=4, wrong=1, unanswered=2, void=1, waiting=4)
    assert (total(weeks).chosen, total(weeks).judged) == (12, 5)
    assert total(()) == Counts()


@pytest.mark.parametrize(
    ("wrong", "judged", "most"),
    [  # tables of Clopper and Pearson, one-sided at 95 %
        (0, 0, 1.0),
        (0, 1, 0.95),
        (0, 10, 0.2589),
        (0, 60, 0.0487),
        (0, 300, 0.0099),
        (1, 10, 0.3942),
        (2, 50, 0.1206),
        (5, 5, 1.0),
    ],
)
def test_the_bound_is_the_exact_one(wrong: int, judged: int, most: float) -> None:
    assert most_wrong(wrong, judged) == pytest.approx(most, abs=0.0001)


def test_the_bound_of_a_year_of_samples_is_found() -> None:
    assert most_wrong(0, 5000) == pytest.approx(0.0006, abs=0.0001)
    assert most_wrong(500, 5000) == pytest.approx(0.1073, abs=0.0003)


@pytest.mark.parametrize(
    ("state", "epochs", "is_so"),
    [
        (State.ARCHIVED, [1], True),
        (State.ARCHIVED, [1, 2], False),  # filed anew
        (State.MISSING, [1], False),
        (State.IN_REVIEW, [1], False),
    ],
)
def test_a_filing_stands_while_it_lies_where_it_was_filed_and_was_not_filed_anew(
    state: State, epochs: list[int], is_so: bool
) -> None:
    document = a_document(state=state)
    assert stands(sampled(), document, [settled(epoch, Event.SETTLED) for epoch in epochs]) is is_so
