"""Words, numbers and times as the office says them."""

import datetime
from zoneinfo import ZoneInfo

from agent.core.voice import ENGLISH, Voice

MOMENT = datetime.datetime(2026, 3, 1, 23, 5, tzinfo=datetime.UTC)


def test_a_text_takes_values() -> None:
    assert ENGLISH.say("Filed under file {record}", record="R{7}") == "Filed under file R{7}"


def test_a_text_depends_on_its_number() -> None:
    told = [ENGLISH.count("{number} page", "{number} pages", number) for number in (1, 2)]
    assert told == ["1 page", "2 pages"]


def test_times_are_the_offices() -> None:
    voice = Voice(timezone=ZoneInfo("Africa/Casablanca"))
    assert voice.hour(MOMENT) == "23:05"
    assert Voice(timezone=ZoneInfo("Europe/Paris")).day_and_hour(MOMENT) == "2026-03-02 00:05"
