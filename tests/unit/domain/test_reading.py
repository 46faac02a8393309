"""Readings under way: what is left to read, and how long it will take."""

import datetime

import pytest

from agent.domain.reading import Progress, Reading, Wanted

pytestmark = pytest.mark.observability


@pytest.mark.parametrize(
    ("pages_read", "page_count", "seconds", "remaining"),
    [(12, 300, 22.5, 540), (300, 300, 600.0, 0), (0, 3, 0.0, 0), (1, 3, 0.1, 1)],
)
def test_the_pages_to_come_are_expected_to_be_like_those_that_were_read(
    pages_read: int, page_count: int, seconds: float, remaining: int
) -> None:
    progress = Progress(pages_read=pages_read, page_count=page_count, seconds=seconds)
    assert progress.remaining_seconds == remaining
    assert progress.is_done == (pages_read == page_count)


def test_what_is_wanted_next_are_the_pages_that_nobody_has_read_and_what_was_spent_counts() -> None:
    reading = Reading(
        read=frozenset({1, 2, 4}),
        page_count=5,
        seconds=7.0,
        bytes=900,
        lost=1,
        begun_at=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
    )
    assert reading.wanted() == Wanted(pages=(3, 5), spent_seconds=7.0, spent_bytes=900, lost=1)
    assert reading.progress == Progress(pages_read=3, page_count=5, seconds=7.0)
