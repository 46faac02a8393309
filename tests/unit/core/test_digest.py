"""When the daily digest is due, and what it says."""

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from agent.core.digest import digest_message, due_day, first_day
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay, DigestNumbers
from tests.unit.core.test_messages import shown

PARIS = ZoneInfo("Europe/Paris")
EIGHT = datetime.time(8)
HALF_PAST_TWO = datetime.time(2, 30)


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=datetime.UTC)


def last(day: int, month: int = 11) -> DigestDay:
    return DigestDay(day=datetime.date(2026, month, day), until=utc(day, 7, month=month))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (utc(27, 6, 59), None),
        (utc(27, 7), 27),  # 08:00 in Paris
        (utc(27, 18), 27),  # the daemon was down at 08:00
        (utc(28, 5), None),  # it was down all day: the next one tells of both
        (utc(28, 7), 28),
        (utc(26, 7), None),
        (utc(25, 7), None),  # the clock was put back
    ],
)
def test_each_day_has_one_digest_late_the_same_day_and_never_twice(
    now: datetime.datetime, expected: int | None
) -> None:
    found = due_day(now, EIGHT, PARIS, last(26))
    assert (found and found.day) == expected


@pytest.mark.parametrize(
    ("last_day", "moments", "expected"),
    [
        # 29 March: 02:30 is not there, and comes at 03:30 of summer time, which is 01:30 UTC.
        (28, [(29, 1, 29), (29, 1, 30)], [None, 29]),
        # 25 October: 02:30 is there twice, 00:30 and 01:30 UTC; the first one counts.
        (24, [(25, 0, 29), (25, 0, 30)], [None, 25]),
    ],
)
def test_a_day_on_which_the_clocks_change_has_one(
    last_day: int, moments: list[tuple[int, int, int]], expected: list[int | None]
) -> None:
    month = 3 if last_day == 28 else 10
    found = [
        due_day(utc(*moment, month=month), HALF_PAST_TWO, PARIS, last(last_day, month)) for moment in moments
    ]
    assert [day and day.day for day in found] == expected
    after = utc(last_day + 1, 1, 31, month=month)
    assert due_day(after, HALF_PAST_TWO, PARIS, last(last_day + 1, month)) is None


def test_digests_begin_with_the_next_time() -> None:
    assert first_day(utc(27, 6), EIGHT, PARIS) == DigestDay(day=datetime.date(2026, 11, 26), until=utc(27, 6))
    assert first_day(utc(27, 9), EIGHT, PARIS) == DigestDay(day=datetime.date(2026, 11, 27), until=utc(27, 9))


NUMBERS = DigestNumbers(
    by_rule=79,
    by_people=5,
    failed=1,
    rejected=0,
    split=0,
    duplicates=0,
    open=3,
    oldest_at=utc(26, 4, 50),
    missing=0,
    cost_micros=0,
)
DIGEST = digest_message(
    NUMBERS, since=utc(26, 7), now=utc(27, 7), audit_head=Anchor(entry=812, hash="9f3c2a7b11de" + "0" * 52)
)


def test_the_digest_tells_the_day_in_numbers() -> None:
    title, numbers, more, failed = shown(DIGEST).splitlines()
    assert title == "Daily digest, since 2026-11-26 07:00"
    assert numbers == (
        "84 filed (79 automatic, 5 by you) · 3 open, oldest 26 h · 1 could not be filed · cost 0.00 · "
        "audit head 812:9f3c2a7b11de"
    )
    assert more == "More: dossierd pending"
    assert failed == "Which failed: dossierd failures"


def test_a_quiet_day_says_so_and_names_no_command() -> None:
    quiet = replace(NUMBERS, by_rule=0, by_people=0, failed=0, open=0, oldest_at=None)
    [line] = digest_message(
        quiet, since=utc(26, 7), now=utc(27, 7), audit_head=Anchor(entry=1, hash="ab")
    ).lines
    assert (
        line
        == "0 filed (0 automatic, 0 by you) · none open · 0 could not be filed · cost 0.00 · audit head 1:ab"
    )


def test_copies_and_missing_documents_are_told_if_there_are_any() -> None:
    message = digest_message(
        replace(NUMBERS, duplicates=2, missing=1),
        since=utc(26, 7),
        now=utc(27, 7),
        audit_head=Anchor(entry=1, hash="ab"),
    )
    assert "1 could not be filed · 2 came a second time · 1 missing · cost" in message.lines[0]
    assert message.lines[1] == "More: dossierd pending, dossierd check"


def test_what_humans_put_aside_is_told_apart() -> None:
    message = digest_message(
        replace(NUMBERS, rejected=2, split=1),
        since=utc(26, 7),
        now=utc(27, 7),
        audit_head=Anchor(entry=1, hash="ab"),
    )
    assert "1 could not be filed · 2 set aside by you · 1 split · cost" in message.lines[0]
