"""Dates as people print them: the day first, or the year first; months as numbers or words.

Nothing is corrected: 08/16/1977 may be American or a slip, so it is a day that doesn't exist and leaves no reading. A
century that is not printed leaves two. Groups parted by spaces alone are a date only with a full year: else they may be
a part of a number.
"""

import datetime
import re
from collections.abc import Iterator, Sequence

from agent.core.names import tokens
from agent.domain.evidence import Token

_MONTHS = {
    normal: number
    for number, words in enumerate(
        (
            "janvier janv jan january يناير كانون",
            "février fevr fev february feb فبراير شباط",
            "mars march mar مارس اذار",
            "avril avr april apr ابريل نيسان",
            "mai may ماي مايو ايار",
            "juin june jun يونيو حزيران",
            "juillet juil july jul يوليو يوليوز تموز",
            "août aout august aug غشت اغسطس اب",
            "septembre sept sep september شتنبر سبتمبر ايلول",
            "octobre oct october اكتوبر",
            "novembre nov november نونبر نوفمبر",
            "décembre dec december دجنبر ديسمبر",
        ),
        start=1,
    )
    for normal in tokens(words)
}
_ORDINAL = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?")
_NUMERIC_SEPARATORS = frozenset({"/", "-", ".", " ", " / ", " - ", " . ", ". "})
_WORD_SEPARATORS = frozenset({" ", "-", ". ", ", ", "/", "."})
_LONGEST = 3
_FULL_YEAR = 4


def is_month(word: str) -> bool:
    """Whether a normal form is the name of a month, or a usual short one."""
    return word in _MONTHS


def read_date(stream: Sequence[Token], start: int) -> tuple[tuple[datetime.date, ...], int] | None:
    """Read the date that begins at a token.

    Returns:
        Its possible values and the position after it; None when no date stands there.
    """
    parts = stream[start : start + _LONGEST]
    if len(parts) < _LONGEST:
        return None
    first, second, third = (part.text for part in parts)
    if not (first.isdigit() or first in _MONTHS or second in _MONTHS):  # so most words are done with soon
        return None
    gaps = {parts[1].before, parts[2].before}
    if second in _MONTHS or first in _MONTHS:
        readings = _with_month_word(first, second, third) if gaps <= _WORD_SEPARATORS else None
    elif gaps <= _NUMERIC_SEPARATORS and len(gaps) == 1:
        readings = _numeric(first, second, third) if gaps != {" "} or len(third) == _FULL_YEAR else None
    else:
        readings = None
    return None if readings is None else (readings, start + _LONGEST)


def are_near(one: datetime.date, other: datetime.date) -> bool:
    """Whether a slip could turn one into the other: one digit, day and month swapped, or a first of January.

    The first of January stands in for an unknown day in many registries.
    """
    digits = sum(
        a != b for a, b in zip(f"{one:%d%m}{one.year:04}", f"{other:%d%m}{other.year:04}", strict=True)
    )
    is_swapped = (one.day, one.month, one.year) == (other.month, other.day, other.year)
    return digits <= 1 or is_swapped or (one.year == other.year and (is_weak(one) or is_weak(other)))


def near_days(date: datetime.date) -> Iterator[datetime.date]:
    """All days to which `are_near` says yes, the day itself among them; some come twice."""
    printed = f"{date:%d%m}{date.year:04}"
    slips = (
        f"{printed[:place]}{digit}{printed[place + 1 :]}"
        for place in range(len(printed))
        for digit in "0123456789"
    )
    for slip in (printed, f"{date:%m%d}{date.year:04}", *slips):
        yield from _days(int(slip[:2]), int(slip[2:4]), (int(slip[4:]),))
    first = datetime.date(date.year, 1, 1)
    days = 366 if is_weak(date) else 1
    year = (first + datetime.timedelta(number) for number in range(days))
    yield from (day for day in year if day.year == date.year)


def is_weak(date: datetime.date) -> bool:
    """Whether a birthday may be a placeholder."""
    return (date.day, date.month) == (1, 1)


def _numeric(first: str, second: str, third: str) -> tuple[datetime.date, ...] | None:
    if not (first.isdigit() and second.isdigit() and third.isdigit()) or len(second) > 2:
        return None
    if len(first) == _FULL_YEAR and len(third) <= 2:
        return _days(int(third), int(second), (int(first),))
    if len(first) <= 2 and len(third) in {2, _FULL_YEAR}:
        return _days(int(first), int(second), _years(third))
    return None


def _with_month_word(first: str, second: str, third: str) -> tuple[datetime.date, ...] | None:
    day, month = (first, second) if second in _MONTHS else (second, first)
    ordinal = _ORDINAL.fullmatch(day)
    if ordinal is None or not third.isdigit() or len(third) not in {2, _FULL_YEAR}:
        return None
    return _days(int(ordinal[1]), _MONTHS[month], _years(third))


def _years(printed: str) -> tuple[int, ...]:
    year = int(printed)
    return (year,) if len(printed) == _FULL_YEAR else (1900 + year, 2000 + year)


def _days(day: int, month: int, years: tuple[int, ...]) -> tuple[datetime.date, ...]:
    found = []
    for year in years:
        try:
            found.append(datetime.date(year, month, day))
        except ValueError:
            continue
    return tuple(found)
