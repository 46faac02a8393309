"""How much of a span was covered by runs."""

import datetime

import pytest

from agent.core.availability import availability
from agent.domain.run import Run

pytestmark = pytest.mark.observability

BEGIN = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)


def at(minutes: float) -> datetime.datetime:
    return BEGIN + datetime.timedelta(minutes=minutes)


def run(began: float, ended: float | None, *, was_stopped: bool = False) -> Run:
    return Run(
        began_at=at(began),
        ended_at=None if ended is None else at(ended),
        was_stopped=was_stopped,
        versions={},
    )


def test_a_stop_that_was_asked_for_is_down_and_no_death() -> None:
    told = availability(
        [run(0, 30, was_stopped=True), run(40, None)], since=at(0), until=at(100), alive_at=at(100)
    )
    assert told.share == pytest.approx(0.9)
    assert (told.starts, told.deaths, told.stopped) == (2, 0, datetime.timedelta(minutes=10))


def test_a_death_ends_a_run_where_it_was_last_alive() -> None:
    told = availability([run(0, 50), run(55, None)], since=at(0), until=at(100), alive_at=at(99))
    assert told.share == pytest.approx(0.94)
    assert (told.starts, told.deaths, told.stopped) == (2, 1, datetime.timedelta())


def test_a_daemon_that_hangs_or_is_dead_now_is_down_since_its_last_mark() -> None:
    assert availability([run(0, None)], since=at(0), until=at(100), alive_at=at(60)).share == 0.6
    assert availability([run(0, None)], since=at(0), until=at(100), alive_at=None).share == 0


def test_a_daemon_that_left_its_mark_seconds_ago_works_now() -> None:
    alive_at = at(100) - datetime.timedelta(seconds=3)
    assert availability([run(0, None)], since=at(0), until=at(100), alive_at=alive_at).share == 1.0


def test_only_what_lies_in_the_span_counts() -> None:
    told = availability(
        [run(-50, 20), run(30, 40), run(90, None)], since=at(0), until=at(60), alive_at=at(95)
    )
    assert told.share == pytest.approx(0.5)
    assert (told.starts, told.deaths) == (1, 2)


def test_a_daemon_that_is_stopped_now_is_stopped_until_now() -> None:
    told = availability([run(0, 30, was_stopped=True)], since=at(0), until=at(60), alive_at=at(30))
    assert (told.share, told.stopped) == (0.5, datetime.timedelta(minutes=30))


def test_a_span_that_has_not_begun_is_whole() -> None:
    assert availability([], since=at(0), until=at(0), alive_at=None).share == 1.0
