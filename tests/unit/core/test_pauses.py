"""How long a pause shall last, and what people are told of it."""

import datetime

import pytest

from agent.core.pauses import pause_notice, pause_over_notice, pause_words, span_of
from agent.core.voice import ENGLISH, Voice
from agent.domain.pause import Pause

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
OPEN = Pause(begun_at=NOON, begun_by="cli:anna")
SHORT = Pause(begun_at=NOON, begun_by="cli:anna", ends_at=NOON + datetime.timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("30min", 30), (" 2 H ", 120), ("1d", 1440), ("30d", 43200), ("43200m", 43200)],
)
def test_a_span_is_a_number_and_a_unit(text: str, minutes: int) -> None:
    assert span_of(text) == datetime.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "2", "h", "0h", "-1h", "1.5h", "2 hours", "2h30m", "31d", "99999d", "2s", "٢h", "²h"]
)
def test_what_is_no_span_or_too_long_is_none(text: str) -> None:
    assert span_of(text) is None


def test_a_pause_says_who_wants_it_and_until_when() -> None:
    assert pause_words(OPEN, ENGLISH) == "paused by anna at 2026-03-01 12:00"
    assert pause_words(SHORT, ENGLISH) == "paused by anna at 2026-03-01 12:00, until 2026-03-01 14:00"


def test_its_hours_are_those_of_the_office() -> None:
    there = Voice(timezone=datetime.timezone(datetime.timedelta(hours=1)))
    assert pause_words(OPEN, there) == "paused by anna at 2026-03-01 13:00"


def test_people_are_told_that_documents_wait_and_how_to_go_on() -> None:
    told = pause_notice(OPEN, ENGLISH)
    assert told.title == "No new documents are taken in: paused by anna at 2026-03-01 12:00"
    assert told.lines[-1] == "To take them in again: dossierd resume"
    assert pause_over_notice(ENGLISH).title == "The pause is over"
