"""When failures are a storm, and what is said of it."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core.storms import begun, grown, is_news, is_spent, over_message, storm_message
from agent.core.voice import Voice
from agent.domain.document import DocumentId
from agent.domain.message import ParcelId
from agent.domain.outcome import FailureReason
from agent.domain.storm import Storm, UntoldFailure
from tests.unit.core.test_messages import shown

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def after(minutes: float) -> datetime.datetime:
    return NOON + datetime.timedelta(minutes=minutes)


def failure(minutes: float, number: int = 7) -> UntoldFailure:
    return UntoldFailure(
        document_id=DocumentId(number),
        reason=FailureReason.ENCRYPTED,
        failed_at=after(minutes),
        parcels=(ParcelId(number),),
    )


def storm(
    count: int = 6, last: float = 1, told: float | None = None, told_count: int = 0, began: float = 0
) -> Storm:
    return Storm(
        reason=FailureReason.ENCRYPTED,
        began_at=after(began),
        last_at=after(last),
        count=count,
        told_at=None if told is None else after(told),
        told_count=told_count,
    )


@pytest.mark.parametrize(
    ("minutes", "count"),
    [
        ([0, 1, 2, 3, 4], None),
        ([0, 1, 2, 3, 4, 5], 6),
        ([0, 2, 4, 6, 8, 10], 6),
        ([0, 2, 4, 6, 8, 10.1], None),
        ([-30, 0, 1, 2, 3, 4, 5], 6),
        ([5, 4, 3, 2, 1, 0, 20], 7),
    ],
)
def test_more_than_five_within_ten_minutes_are_a_storm(minutes: list[float], count: int | None) -> None:
    found = begun([failure(5)], [after(minute) for minute in minutes])
    assert (found and found.count) == count


def test_a_storm_begins_with_the_first_that_belongs_to_it() -> None:
    crowd = [after(minute) for minute in (0, 1, 2, 3, 4, 5)]
    assert begun([failure(5)], [after(-9), *crowd]) == storm(count=6, last=5)
    assert begun([failure(-9), failure(5)], [after(-9), *crowd]) == storm(count=7, last=5, began=-9)


def test_a_storm_grows_by_what_has_failed_since() -> None:
    assert grown(storm(), []) == storm()
    assert grown(storm(), [failure(3), failure(2)]) == storm(count=8, last=3)


@pytest.mark.parametrize(
    ("told", "told_count", "now", "expected"),
    [
        (None, 0, 1, True),
        (1, 5, 1.4, False),
        (1, 5, 1.5, True),
        (1, 6, 9, False),
        (1, 5, 0.5, True),  # the clock was put back
        (10.9, 5, 11, True),  # the last count, however soon
    ],
)
def test_people_are_told_of_a_new_count_twice_a_minute_at_most(
    told: float | None, told_count: int, now: float, expected: bool
) -> None:
    assert is_news(storm(told=told, told_count=told_count), after(now)) is expected


def test_a_storm_is_over_ten_minutes_after_the_last() -> None:
    assert not is_spent(storm(last=1), after(10.9))
    assert is_spent(storm(last=1), after(11))


STORM = storm_message(storm(count=500, last=1), Voice(timezone=ZoneInfo("Europe/Paris")))
OVER = over_message(storm(count=500, last=1), Voice(timezone=ZoneInfo("Europe/Paris")))


def test_a_storm_says_how_many_why_since_when_and_that_nothing_is_lost() -> None:
    assert shown(STORM).splitlines() == [
        "500 documents could not be filed",
        "The PDF is protected by a password. Since 13:00.",
        "Send it again without its password, or ask whoever looks after dossierd to enter the password there.",
        "Nothing is lost: they lie untouched in failed/.",
        "Alert storm (failure; within the day): docs/operations.md#alert-storm",
        "To list them, type: dossierd failures",
    ]


def test_its_end_says_how_many_it_was() -> None:
    assert shown(OVER).splitlines() == [
        "Over: 500 documents could not be filed",
        "The PDF is protected by a password.",
        "The first at 13:00, the last at 13:01; none since.",
        "Nothing is lost: they lie untouched in failed/.",
        "To list them, type: dossierd failures",
    ]


def test_a_storm_over_midnight_says_the_day_too() -> None:
    assert "Since 2026-03-01 12:00." in storm_message(storm(last=800)).lines[0]


def test_a_storm_has_a_card_of_its_own_by_its_cause_and_its_beginning() -> None:
    storm = Storm(
        reason=FailureReason.ENCRYPTED,
        began_at=datetime.datetime(2026, 3, 1, 13, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
        last_at=datetime.datetime(2026, 3, 1, 12, 5, tzinfo=datetime.UTC),
        count=6,
        told_at=None,
        told_count=0,
    )
    assert storm.card == "storm:encrypted:20260301T120000.000000"
