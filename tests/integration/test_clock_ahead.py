"""A clock that was ahead for two days and is right again: people are told at once, and the log says why."""

import datetime
import threading
from pathlib import Path

import pytest
import structlog

from agent import app
from agent.config import Settings
from agent.daemon.house import House
from tests.fakes_outbox import a_message

pytestmark = pytest.mark.reliability


def test_the_house_has_nobody_wait_for_what_a_clock_that_was_ahead_has_written(tmp_path: Path) -> None:
    parts = app.build(Settings(home=tmp_path / "home", allow_root=True, digest_at="none"))
    stop, told = threading.Event(), list[datetime.datetime | None]()
    stop.set()  # no waiting between two turns
    house = House(parts, stop, wellness=tuple, on_told=lambda: told.append(parts.outbox.next_due()))
    now = parts.clock.now()
    parts.outbox.put("question:1", "anna", a_message(1), now + datetime.timedelta(days=2))
    with structlog.testing.capture_logs() as lines:
        house.turn()
        house.turn()
    parts.close()
    (due,) = told
    assert due is not None
    assert now <= due <= now + datetime.timedelta(minutes=1)
    assert [line for line in lines if line["event"] == "clock_was_ahead"] == [
        {"event": "clock_was_ahead", "log_level": "warning", "count": 1}
    ]
