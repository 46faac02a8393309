"""Times of the day as the settings write them."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.core.hours import QuietHours, digest_time, quiet_hours

PARIS = ZoneInfo("Europe/Paris")


def at(hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, 3, 1, hour, minute, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "hour", "expected"),
    [
        ("20:00-07:00", 18, False),  # 19:00 in Paris
        ("20:00-07:00", 19, True),
        ("20:00-07:00", 5, True),
        ("20:00-07:00", 6, False),
        ("12:00-13:30", 10, False),
        ("12:00-13:30", 11, True),
        ("12:00-13:30", 13, False),
    ],
)
def test_quiet_hours_are_those_of_the_office_also_over_midnight(text: str, hour: int, expected: bool) -> None:
    quiet = quiet_hours(text)
    assert quiet is not None
    assert quiet.holds(at(hour), PARIS) is expected


def test_quiet_hours_are_read() -> None:
    assert quiet_hours(" 8:30 - 09:00 ") == QuietHours(begin=datetime.time(8, 30), end=datetime.time(9))
    assert quiet_hours("None") is None


@pytest.mark.parametrize("text", ["", "20:00", "20:00-24:00", "8-9", "08:00-08:00", "20:00-07:00-08:00"])
def test_quiet_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="20:00-07:00"):
        quiet_hours(text)


def test_the_digests_time_is_read() -> None:
    assert digest_time("8:05") == datetime.time(8, 5)
    assert digest_time("none") is None
    with pytest.raises(ValueError, match="08:00"):
        digest_time("25:00")
