"""Which ledger is a home's: an empty one is none where the home has worked, and another folder's is none."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from agent import errors, owning
from agent.app import build
from agent.cli import app
from agent.config import load
from agent.health import Level, examine_part
from agent.ledgers import engine_of_worker
from agent.settings import Settings
from tests.faults.world import SETTINGS, World, told_as
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

IS_EMPTY = "The ledger is empty, but this home has worked: is the address right?"


@pytest.fixture
def other(ledger_databases: LedgerDatabases) -> Iterator[URL]:
    with ledger_databases.new() as place:
        yield place


@pytest.fixture
def worked(tmp_path: Path, database: URL) -> World:
    """A home whose ledger is in a database, after its first start."""
    world = World.make(tmp_path / "home", database=database)
    _start(world)
    return world


def _start(world: World) -> None:
    build(load(home=world.home)).close()


def _set(world: World, place: URL | None) -> None:
    address = "" if place is None else f"DOSSIERD_LEDGER_URL={told_as(place)}\n"
    (world.home / ".env").write_text(SETTINGS + address)


def _tables(place: URL) -> list[str]:
    engine = create_engine(place)
    found = inspect(engine).get_table_names()
    engine.dispose()
    return found


@pytest.mark.parametrize("will_stay", [True, False])
def test_an_empty_database_is_refused_where_the_home_has_worked_and_stays_empty(
    worked: World, other: URL, will_stay: bool
) -> None:
    _set(worked, other)
    with pytest.raises(errors.LedgerEmpty) as refused:
        engine_of_worker(load(home=worked.home), will_stay=will_stay)
    assert refused.value.sentence == IS_EMPTY
    assert "Look at the database's name in DOSSIERD_LEDGER_URL." in refused.value.hint
    assert _tables(other) == []


def test_a_ledger_that_was_made_and_never_filled_is_refused_likewise(worked: World, other: URL) -> None:
    stranger = World.make(worked.home.with_name("stranger"), database=other)
    engine_of_worker(load(home=stranger.home), will_stay=False).dispose()
    _set(worked, other)
    with pytest.raises(errors.LedgerEmpty):
        _start(worked)


def test_no_file_is_made_where_the_address_of_the_database_was_taken_out(worked: World) -> None:
    _set(worked, None)
    with pytest.raises(errors.LedgerEmpty) as refused:
        _start(worked)
    assert "If the ledger is in PostgreSQL, set DOSSIERD_LEDGER_URL in .env." in refused.value.hint
    assert not (worked.home / "state" / "ledger.sqlite").exists()


def test_a_file_that_is_lost_is_told_and_not_made_anew(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    _start(world)
    for path in (world.home / "state").glob("ledger.sqlite*"):
        path.unlink()
    with pytest.raises(errors.LedgerEmpty) as refused:
        _start(world)
    assert refused.value.hint.endswith("restore a backup; if there is none, type: dossierd rebuild")
    found = examine_part("ledger", load(home=world.home))
    assert (found.level, found.sentence) == (Level.BAD, IS_EMPTY)
    assert CliRunner().invoke(app, ["rebuild", "--write", "--home", str(world.home)]).exit_code == 0
    _start(world)


def test_a_home_whose_first_start_died_before_its_ledger_knew_it_starts(
    tmp_path: Path, database: URL
) -> None:
    world = World.make(tmp_path / "home", database=database)
    (world.home / "state" / "home.json").write_text('{"home_id": "home1"}\n')
    _start(world)
    assert (world.home / "incoming" / ".claimed" / "home1").is_dir()


def test_who_asks_before_the_first_start_is_told_to_start(tmp_path: Path, database: URL) -> None:
    world = World.make(tmp_path / "home", database=database)
    (world.home / "state" / "home.json").write_text('{"home_id": "home1"}\n')
    asked = CliRunner().invoke(app, ["status", "--home", str(world.home)])
    assert isinstance(asked.exception, errors.LedgerUnavailable)
    assert str(asked.exception) == "There is no ledger in this home yet."
    assert asked.exception.hint == "Start the daemon once: dossierd run"


def test_a_rehearsal_in_a_new_home_makes_nothing_in_its_database(tmp_path: Path, database: URL) -> None:
    world = World.make(tmp_path / "home", database=database)
    rehearsed = CliRunner().invoke(app, ["run", "--dry-run", "--home", str(world.home)])
    assert rehearsed.exit_code == 0, rehearsed.exception
    assert _tables(database) == []


def test_a_ledger_of_a_newer_program_is_told_in_words_of_a_database(worked: World, database: URL) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(errors.LedgerUnavailable) as refused:
        _start(worked)
    assert refused.value.hint == "Install that version again, or restore the database from before."


def test_who_asks_with_another_address_is_told_that_it_may_be_wrong(worked: World, other: URL) -> None:
    _set(worked, other)
    asked = CliRunner().invoke(app, ["status", "--home", str(worked.home)])
    assert str(asked.exception) == IS_EMPTY


# --- Two folders, one address


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_second_folder_with_the_same_address_is_refused_and_has_the_first_one_go_on(
    worked: World, database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owning, "MARK_SECONDS", 0)
    daemon = build(load(home=worked.home), will_stay=True)
    second = World.make(worked.home.with_name("second"), database=database)
    with pytest.raises(errors.HomeForeign) as refused:
        build(load(home=second.home), will_stay=True)
    assert refused.value.sentence == "The ledger belongs to another folder than this one."
    assert "Give each home a database of its own" in refused.value.hint
    assert "home.json" not in _files(second.home)
    assert daemon.membership is not None
    assert daemon.membership.hosts.beat()
    daemon.close()


def test_another_host_of_the_same_folder_takes_the_ledgers_id(worked: World) -> None:
    own = worked.home.with_name("state-of-ada")
    host = load(home=worked.home).model_copy(update={"state": own, "host": "ada"})
    build(host).close()
    assert (own / "home.json").read_text() == (worked.home / "state" / "home.json").read_text()


def test_a_host_whose_mount_is_missing_refuses_the_empty_folder_until_it_is_back(
    worked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owning, "MARK_SECONDS", 0)
    host = load(home=worked.home).model_copy(
        update={"state": worked.home.with_name("state-of-ada"), "host": "ada"}
    )
    build(host).close()
    away = worked.home.rename(worked.home.with_name("away"))
    worked.home.mkdir()
    with pytest.raises(
        errors.HomeForeign, match="is not the home in which this machine has worked"
    ) as refused:
        build(host)
    assert "Is it a mount? Mount it" in refused.value.hint
    assert list(worked.home.iterdir()) == []
    worked.home.rmdir()
    away.rename(worked.home)
    build(host).close()


def test_hosts_that_start_a_home_at_once_found_one(tmp_path: Path, database: URL) -> None:
    world = World.make(tmp_path / "home", database=database)
    settings = load(home=world.home)
    hosts = [
        settings.model_copy(update={"state": tmp_path / name, "host": name}) for name in ("ada", "bob", "eve")
    ]
    engine_of_worker(settings, will_stay=False).dispose()
    found: list[str] = []

    def start(host: Settings) -> None:
        host.state.mkdir()
        engine = engine_of_worker(host, will_stay=False)
        found.append(owning.own_home(host, engine, was_restored=False))
        engine.dispose()

    threads = [threading.Thread(target=start, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (home_id,) = set(found)
    assert len(found) == 3
    assert all(home_id in (host.state / "home.json").read_text() for host in hosts)
    assert [path.name for path in (world.home / "incoming" / ".claimed").iterdir()] == [home_id]
