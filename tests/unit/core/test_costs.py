"""Days of the office across changes of the clock, and money in words."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core import replies
from agent.core.costs import day_of, days_in, dollars, line_fields, this_month, today, yesterday
from agent.core.voice import ENGLISH
from agent.domain.cost import CallEnd, CallId, CostLine, CostOutcome, CostSum, Reservation
from agent.domain.document import CorrelationId, DocumentId

pytestmark = pytest.mark.observability

PARIS = ZoneInfo("Europe/Paris")


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (datetime.date(2026, 3, 29), utc(3, 28, 23), utc(3, 29, 22)),  # 23 hours
        (datetime.date(2026, 10, 25), utc(10, 24, 22), utc(10, 25, 23)),  # 25 hours
        (datetime.date(2026, 11, 27), utc(11, 26, 23), utc(11, 27, 23)),
    ],
    ids=["spring", "autumn", "plain"],
)
def test_a_day_at_the_office_has_as_many_hours_as_its_clocks_give_it(
    day: datetime.date, since: datetime.datetime, until: datetime.datetime
) -> None:
    assert day_of(day, PARIS) == (since, until)


def test_today_and_yesterday_are_the_office_s_when_utc_has_another_day() -> None:
    late = utc(10, 25, 23, 30)  # half past midnight on the 26th
    assert today(late, PARIS) == (utc(10, 25, 23), utc(10, 26, 23))
    assert yesterday(late, PARIS) == (utc(10, 24, 22), utc(10, 25, 23))


def test_a_month_begins_at_the_office_s_midnight_and_goes_to_the_end_of_today() -> None:
    assert this_month(utc(11, 27, 12), PARIS) == (utc(10, 31, 23), utc(11, 27, 23))
    assert this_month(utc(10, 31, 23, 30), PARIS) == (utc(10, 31, 23), utc(11, 1, 23))


def test_a_span_falls_into_days_that_neither_overlap_nor_leave_a_gap() -> None:
    days = days_in((utc(10, 24, 12), utc(10, 26, 12)), PARIS)
    assert [(day.day, part) for day, part in days] == [
        (24, (utc(10, 24, 12), utc(10, 24, 22))),
        (25, (utc(10, 24, 22), utc(10, 25, 23))),
        (26, (utc(10, 25, 23), utc(10, 26, 12))),
    ]


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (0, "0.00"),
        (1, "0.000001"),
        (13_046, "0.013046"),
        (1_500_000, "1.50"),
        (12_000_000, "12.00"),
        (120_000, "0.12"),
    ],
)
def test_money_is_told_to_its_last_digit(micros: int, words: str) -> None:
    assert dollars(micros) == words


RESERVATION = Reservation(
    call_id=CallId("c-1"),
    document_id=DocumentId(7),
    correlation_id=CorrelationId("run"),
    attempt=2,
    model="small",
    price_source="list",
    price_version="1",
    worst_micros=13_000,
    at=utc(11, 27, 12),
)


def test_a_reserved_call_s_line_counts_its_worst() -> None:
    fields = line_fields(CostLine(reservation=RESERVATION, end=None, cumulative_micros=20_000))
    assert fields == {
        "call": "c-1",
        "document": "D-7",
        "correlation_id": "run",
        "attempt": 2,
        "model": "small",
        "price_source": "list",
        "price_version": "1",
        "reserved_at": "2026-11-27T12:00:00+00:00",
        "reserved_micros": 13_000,
        "outcome": "reserved",
        "cost_micros": 13_000,
        "cumulative_micros": 20_000,
    }


def test_a_settled_call_s_line_says_who_answered_and_what_it_cost() -> None:
    end = CallEnd(
        call_id=CallId("c-1"),
        outcome=CostOutcome.ANSWERED,
        model="small-2026",
        tokens_in=100,
        tokens_out=20,
        tokens_cached=0,
        cost_micros=1_600,
        latency_ms=800,
        at=utc(11, 27, 12, 1),
    )
    fields = line_fields(CostLine(reservation=RESERVATION, end=end, cumulative_micros=8_600))
    assert (fields["outcome"], fields["cost_micros"], fields["cumulative_micros"]) == (
        "answered",
        1_600,
        8_600,
    )
    assert (fields["answered_by"], fields["tokens_in"], fields["tokens_out"]) == ("small-2026", 100, 20)
    assert (fields["reserved_micros"], fields["latency_ms"]) == (13_000, 800)


def _sum(key: str, calls: int, open_calls: int, micros: int) -> CostSum:
    return CostSum(key=key, calls=calls, open_calls=open_calls, micros=micros)


def test_a_chat_is_told_today_yesterday_and_the_month() -> None:
    sums = [_sum("today", 1, 1, 13_000), _sum("yesterday", 0, 0, 0), _sum("month", 3, 1, 1_500_000)]
    told = replies.costs(sums, ENGLISH)
    assert (told.title, *told.lines) == (
        "What was spent",
        "Today: $0.013",
        "Yesterday: $0.00",
        "This month: $1.50 for 3 calls",
        "The end of 1 call is not known: it counts what it may cost at most.",
    )
    assert len(replies.costs([*sums[:2], _sum("month", 3, 0, 0)], ENGLISH).lines) == 3
