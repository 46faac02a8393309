"""Availability by the daemon's own mark of life, against what somebody outside sees."""

import datetime
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from agent.adapters.alive import AliveMark
from agent.adapters.ledger import SqlRuns
from agent.adapters.ledger.engine import open_engine
from agent.cli import app
from agent.core.availability import Availability, availability
from agent.workflow.presence import Presence
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON, StandingClock

pytestmark = pytest.mark.observability

SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".env").touch(mode=0o600)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.sqlite").write_bytes(new_ledger())
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    made = open_engine(home / "state" / "ledger.sqlite", may_upgrade=True)
    yield made
    made.dispose()


def told_of(engine: Engine, home: Path, now: datetime.datetime) -> Availability:
    rows = SqlRuns(engine)
    first = rows.first_began()
    assert first is not None
    alive_at = AliveMark(home / "state").last()
    return availability(rows.since(first), since=first, until=now, alive_at=alive_at)


def test_half_an_hour_of_kills_looks_the_same_from_inside_and_outside(home: Path, engine: Engine) -> None:
    """Each minute a kill, some seconds down; once it hangs, once it is stopped. Somebody outside looks each second."""
    clock, chance = StandingClock(NOON), random.Random(5)
    runs, mark = SqlRuns(engine), AliveMark(home / "state")
    presence, seen_up, is_up, back_at, kills = Presence(runs, mark, clock), 0, False, 0, 0
    hangs = range(610, 640)
    for second in range(1795):
        clock.moment = NOON + second * SECOND
        if not is_up and second >= back_at:
            presence = Presence(runs, mark, clock)  # a new process
            presence.begin({"version": "1"})
            is_up = True
        if second == 930:
            presence.end()
            is_up, back_at = False, second + 20
        elif second % 60 == 59 and is_up:
            is_up, back_at, kills = False, second + chance.randint(2, 15), kills + 1
        if is_up and second not in hangs:
            presence.beat()
            seen_up += 1
    told = told_of(engine, home, clock.moment)
    assert told.up.total_seconds() == pytest.approx(seen_up, abs=kills + 3)  # a second for each end
    assert told.share == pytest.approx(seen_up / 1795, abs=0.02)
    assert told.deaths == kills + 1
    assert told.stopped == 20 * SECOND


def test_a_hang_counts_as_down_once_the_watchdog_has_ended_it(home: Path, engine: Engine) -> None:
    clock, mark = StandingClock(NOON), AliveMark(home / "state")
    presence = Presence(SqlRuns(engine), mark, clock)
    presence.begin({})
    for seconds in range(0, 61, 10):
        clock.moment = NOON + seconds * SECOND
        presence.beat()
    clock.moment = NOON + 120 * SECOND  # it has hung for a minute, and is killed
    Presence(SqlRuns(engine), mark, clock).begin({})
    told = told_of(engine, home, clock.moment)
    assert (told.up, told.share, told.deaths) == (60 * SECOND, 0.5, 1)


def test_a_death_without_a_mark_counts_nothing(home: Path, engine: Engine) -> None:
    clock, mark = StandingClock(NOON), AliveMark(home / "state")
    Presence(SqlRuns(engine), mark, clock).begin({})
    (home / "state" / "alive").unlink()
    clock.moment = NOON + 60 * SECOND
    Presence(SqlRuns(engine), mark, clock).begin({})
    assert told_of(engine, home, clock.moment).up == datetime.timedelta()


def test_runs_of_more_than_a_year_ago_are_forgotten(home: Path, engine: Engine) -> None:
    clock, mark = StandingClock(NOON), AliveMark(home / "state")
    presence = Presence(SqlRuns(engine), mark, clock)
    presence.begin({})
    presence.end()
    clock.moment = NOON + datetime.timedelta(days=401)
    Presence(SqlRuns(engine), mark, clock).begin({})
    assert SqlRuns(engine).first_began() == clock.moment


def test_the_command_tells_how_much_and_whether_that_meets_the_goal(home: Path, engine: Engine) -> None:
    def typed(*words: str) -> str:
        done = CliRunner().invoke(app, ["slo", *words, "--home", str(home)], env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        return done.stdout

    assert typed() == "No run was written down yet: the daemon does it from its next start on.\n"
    assert typed("--json") == "null\n"
    clock = StandingClock(datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=10))
    presence = Presence(SqlRuns(engine), AliveMark(home / "state"), clock)
    presence.begin({"version": "0.1.0", "python": "3.11.2"})
    clock.moment += datetime.timedelta(hours=5)
    presence.end()
    first, second, third, last = typed().splitlines()
    assert first == "50.000% available, which is below the goal of 99.5%"
    assert second.endswith("UTC; started 1 time.")
    assert third == "Down for 5.0 h, of which 5.0 h as it was asked to; died 0 times."
    assert last == "The last run's versions: python 3.11.2, version 0.1.0"
    facts = json.loads(typed("--last", "20h", "--json"))
    assert (facts["starts"], facts["deaths"], facts["goal"]) == (1, 0, 0.995)
    assert facts["availability"] == pytest.approx(0.5, abs=0.001)
    presence.begin({})
    AliveMark(home / "state").touch(datetime.datetime.now(datetime.UTC))
    assert typed().splitlines()[0] == "100.000% available, which meets the goal of 99.5%"
    assert CliRunner().invoke(app, ["slo", "--last", "1 moon", "--home", str(home)]).exit_code == 2
