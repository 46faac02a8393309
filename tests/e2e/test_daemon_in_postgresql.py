"""The daemon with its ledger in PostgreSQL, on one machine: one life, with the database gone and back in its middle."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL
from typer.testing import CliRunner, Result

from agent import errors
from agent.adapters.ledger import SqlJobs, open_engine
from agent.cli import app
from agent.config import load
from agent.health import Level, examine, examine_part
from agent.ledgers import engine_of_worker, has_ledger
from tests.faults.world import SETTINGS, World, letter_about, stop
from tests.ledgers import LedgerDatabases

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.reliability]

LETTERS = {
    "match.pdf": letter_about(100),
    "name-only.pdf": letter_about(101, name_only=True),
    "memo.pdf": b"Not a PDF, whatever the name says.\n",
    "later.pdf": letter_about(102),
}


@pytest.fixture
def world(tmp_path: Path, database: URL) -> World:
    return World.make(tmp_path / "home", f"{SETTINGS}DOSSIERD_CANARY_MINUTES=0\n", database=database)


def _type(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(world.home)], env={"COLUMNS": "300"})


def _json(world: World, *arguments: str) -> Any:
    done = _type(world, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_it_files_asks_answers_undoes_and_outlives_its_database(
    world: World, database: URL, ledger_databases: LedgerDatabases
) -> None:
    assert not has_ledger(load(home=world.home))
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        for count, name in enumerate(list(LETTERS)[:3], start=1):
            world.drop(name, LETTERS[name])
            world.wait(lambda count=count: world.rests() and len(world.documents()) == count, daemon)  # type: ignore[misc]
        assert _json(world, "answer", "D-2", "1")["done"]
        assert _json(world, "undo", "D-1")["done"]
        world.wait(world.rests, daemon)
        _the_commands_tell(world)

        ledger_databases.shut(database)
        world.drop("later.pdf", LETTERS["later.pdf"])
        world.wait(lambda: b'"loop_paused"' in world.log.read_bytes(), daemon)
        away = examine_part("ledger", load(home=world.home))
        assert away.level is Level.BAD
        assert away.hint == (
            "Look at whether the database's server runs and lets this host in; the daemon tries again by itself."
        )
        assert daemon.poll() is None
        ledger_databases.let_in(database)
        world.wait(lambda: world.rests() and len(world.documents()) == 4, daemon)
        stop(daemon)
    finally:
        daemon.kill()
        daemon.wait()
    assert world.outcomes() == {
        "match.pdf": "in review: match",
        "name-only.pdf": "archived 101 by cli:root",
        "memo.pdf": "failed: unknown_format",
        "later.pdf": "archived 102 by rule",
    }
    world.check(LETTERS)
    assert not (world.home / "state" / "ledger.sqlite").exists()
    ledger = open_engine(database, may_upgrade=False)
    assert SqlJobs(ledger).known() == frozenset()
    ledger.dispose()
    said = world.log.read_text() + "".join(
        it.read_text(errors="replace") for it in (world.home / "logs").iterdir()
    )
    assert f"{database.password}" not in said


def _the_commands_tell(world: World) -> None:
    bad = [it for it in examine(load(home=world.home), deep=True) if it.level is Level.BAD]
    assert bad == []
    assert examine_part("ledger", load(home=world.home)).sentence == "can be read and written, in PostgreSQL"
    assert _json(world, "status")["counts"] == {"archived": 1, "in_review": 1, "failed": 1}
    assert _json(world, "show", "D-2")["record_id"] == "101"
    assert [it["document"] for it in _json(world, "find", "consultation")] == ["D-2", "D-1"]
    assert _json(world, "costs")
    kept = _type(world, "backup", str(world.home.with_name("kept")))
    assert kept.exit_code == 1
    assert isinstance(kept.exception, errors.RequestRefused)
    assert "Keep the database with pg_dump" in kept.exception.hint


def test_a_start_without_its_database_says_what_to_do_and_tells_no_password(
    world: World, database: URL, ledger_databases: LedgerDatabases
) -> None:
    ledger_databases.shut(database)
    with pytest.raises(errors.LedgerUnavailable) as refused:
        engine_of_worker(load(home=world.home), will_stay=False)
    assert "Look at whether the database's server runs" in refused.value.hint
    assert f"{database.password}" not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"


def test_an_empty_database_is_no_ledger_for_a_home_that_has_one(world: World) -> None:
    (world.home / "state" / "ledger.sqlite").write_bytes(b"")
    with pytest.raises(errors.LedgerUnavailable) as refused:
        engine_of_worker(load(home=world.home), will_stay=False)
    assert refused.value.sentence == "The ledger in PostgreSQL is empty, and this home has one in state/."
