import datetime

import pytest

from agent.core.dates import are_near, is_weak, read_date
from agent.core.stream import tokens_of
from agent.domain.document import text_of_plain

BORN = datetime.date(1977, 8, 16)


def readings(text: str) -> tuple[datetime.date, ...] | None:
    read = read_date(tokens_of(text_of_plain(text)), 0)
    return read[0] if read else None


@pytest.mark.parametrize(
    "text",
    [
        "16/08/1977",
        "16.8.1977",
        "16-08-1977",
        "16 08 1977",
        "16 / 08 / 1977",
        "1977-08-16",
        "1977/8/16",
        "16 août 1977",
        "16 AOUT 1977",
        "16 August 1977",
        "16th Aug. 1977",
        "August 16, 1977",
        "١٦/٠٨/١٩٧٧",
        "16 غشت 1977",
    ],
)
def test_read_date_knows_how_people_write_dates(text: str) -> None:
    assert readings(text) == (BORN,)


def test_read_date_knows_the_first_of_a_month() -> None:
    assert readings("1er mars 1980") == (datetime.date(1980, 3, 1),)


def test_read_date_leaves_two_readings_where_no_century_is_printed() -> None:
    assert readings("16/08/77") == (BORN, datetime.date(2077, 8, 16))


@pytest.mark.parametrize("text", ["31/02/1977", "08/16/1977", "31 avril 1977", "1977-02-31"])
def test_read_date_leaves_no_reading_where_no_such_day_exists(text: str) -> None:
    assert readings(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "16/08",
        "16/08/197",
        "16/O8/1977",
        "16/08-1977",
        "16,08,1977",
        "1 84 12",
        "16 08 77",
        "16/108/1977",
        "1977/08/1977",
        "160/08/1977",
        "août août 1977",
        "16 août x977",
        "16 août 197",
        "16\naoût 1977",
        "116 août 1977",
    ],
)
def test_read_date_leaves_alone_what_is_no_date(text: str) -> None:
    assert readings(text) is None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (datetime.date(1977, 8, 17), True),
        (datetime.date(1978, 8, 16), True),
        (datetime.date(1977, 1, 1), True),
        (datetime.date(1978, 8, 17), False),
        (datetime.date(1980, 1, 1), False),
    ],
)
def test_dates_are_near_when_a_slip_can_turn_one_into_the_other(other: datetime.date, expected: bool) -> None:
    assert are_near(BORN, other) is are_near(other, BORN) is expected


def test_dates_with_day_and_month_swapped_are_near() -> None:
    assert are_near(datetime.date(1977, 10, 12), datetime.date(1977, 12, 10))


def test_a_first_of_january_is_weak() -> None:
    assert (is_weak(datetime.date(1977, 1, 1)), is_weak(datetime.date(1977, 1, 2))) == (True, False)
