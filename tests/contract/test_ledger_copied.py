"""A ledger that is carried from SQLite to PostgreSQL and back is the same ledger, and there is never half of one."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from typer.testing import CliRunner, Result

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.journal import journal_in
from agent.adapters.ledger import SqlHosts, SqlLedger, open_engine, page_words
from agent.adapters.ledger.engine import of_host, reading, writing
from agent.adapters.ledger.schema import metadata
from agent.adapters.ledger.transfer import carry, is_carried, set_aside
from agent.cli import app
from agent.config import Settings, load
from agent.domain.document import text_of_plain
from agent.domain.finding import Term
from agent.domain.host import Role, RunId
from agent.keeping import copying
from agent.ledgers import engine_of_worker
from agent.membership import Membership, membership_of
from benchmarks.grown import RECENT, fill
from benchmarks.questions import asked
from tests.custody_builders import NOON, new_ledger
from tests.fakes import turn_of
from tests.faults.world import SETTINGS, World, told_as
from tests.ledger_builders import HASH, SEEN, a_begun, a_claimed, row_of
from tests.ledgers import LedgerDatabases, wait_until, waits_for_the_lock

pytestmark = pytest.mark.reliability

OLD = 30
NUMBERED = 900
"""The highest number that was given; its document is gone."""


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Engine]:
    """A ledger with years of work, and a document of which the text is known."""
    (tmp_path / "source.sqlite").write_bytes(new_ledger())
    engine = open_engine(tmp_path / "source.sqlite", may_upgrade=False)
    fill(engine, OLD)
    yield engine
    engine.dispose()


@pytest.fixture
def target(ledger_databases: LedgerDatabases) -> Iterator[Engine]:
    engine = open_engine(ledger_databases.emptied(), may_upgrade=False)
    yield engine
    engine.dispose()


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def _saying(engine: Engine, *tokens: str) -> list[int]:
    term = Term(typed=" ".join(tokens), tokens=tokens)
    with reading(engine) as connection:
        return sorted(connection.execute(page_words.saying(connection, term)).scalars())


def test_a_ledger_comes_back_as_it_went_and_answered_as_before_in_between(
    source: Engine, target: Engine, tmp_path: Path
) -> None:
    ledger = SqlLedger(source)
    ledger.found_home("home1")
    number = a_begun(ledger)
    ledger.save_turn(number, HASH, turn_of(text_of_plain("Facture de la clinique")), NOON)
    ledger.number_above(NUMBERED)
    held, answers = _rows(source), {name: ask() for name, ask in asked(source, OLD)}

    counts = carry(source, target)
    assert counts == {name: len(rows) for name, rows in held.items()}
    assert counts["documents"] == OLD + RECENT + 1
    assert _rows(target) == held
    assert {name: ask() for name, ask in asked(target, OLD)} == answers
    assert _saying(target, "la", "clinique") == [number]

    (tmp_path / "back.sqlite").write_bytes(new_ledger())
    back = open_engine(tmp_path / "back.sqlite", may_upgrade=False)
    carry(target, back)
    assert _rows(back) == held
    assert _saying(back, "la", "clinique") == [number]
    for engine in (target, back):
        assert a_claimed(SqlLedger(engine), dataclasses.replace(SEEN, inode=77)) == NUMBERED + 1
    back.dispose()


def test_nothing_is_laid_over_a_ledger(source: Engine, target: Engine) -> None:
    a_claimed(SqlLedger(target))
    with pytest.raises(errors.RequestRefused, match="There is a ledger already"):
        carry(source, target)
    assert len(SqlLedger(target).latest(10)) == 1


def test_a_row_that_does_not_arrive_as_it_was_leaves_nothing_of_the_copy(
    source: Engine, ledger_databases: LedgerDatabases
) -> None:
    with ledger_databases.new() as place:
        target = open_engine(place, may_upgrade=True)
        with writing(target) as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION garble() RETURNS trigger AS 'BEGIN NEW.size := 0; RETURN NEW; END' LANGUAGE plpgsql"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER garbled BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION garble()"
            )
        with pytest.raises(errors.LedgerUnavailable, match="330 of 330 rows arrived, or not as they were"):
            carry(source, target)
        assert SqlLedger(target).latest(10) == []
        target.dispose()


def test_no_daemon_works_in_a_ledger_that_was_carried_elsewhere(source: Engine, target: Engine) -> None:
    SqlLedger(source).found_home("home1")
    assert not is_carried(source)
    carry(source, target)
    with writing(source) as connection:
        set_aside(connection)
    assert is_carried(source)
    assert not is_carried(target)
    with pytest.raises(errors.RequestRefused, match="was copied before"):
        carry(source, target)


# --- The command


def _typed(world: World, *words: str, told: str = "") -> Result:
    environment = {"COLUMNS": "300", "DOSSIERD_ALLOW_ROOT": "true"}
    return CliRunner().invoke(
        app, ["ledger", "copy", *words, "--home", str(world.home)], env=environment, input=told
    )


def test_a_home_moves_to_a_database_and_back(tmp_path: Path, ledger_databases: LedgerDatabases) -> None:
    world = World.make(tmp_path / "home")
    file = world.home / "state" / "ledger.sqlite"
    file.write_bytes(new_ledger())
    ledger = world.ledger()
    ledger.found_home("home1")
    a_claimed(ledger)
    ledger.close()
    with ledger_databases.new() as place:
        there = told_as(place)
        done = _typed(world, "--to", "-", told=f"{there}\n")
        assert " ".join(done.stdout.split()).startswith("Copied, and compared: 1 documents, ")
        assert "write DOSSIERD_LEDGER_URL into .env" in done.stdout
        with pytest.raises(errors.LedgerUnavailable, match="was copied elsewhere"):
            engine_of_worker(load(home=world.home), will_stay=False)
        _set(world, there)
        engine = engine_of_worker(load(home=world.home), will_stay=False)
        assert a_claimed(SqlLedger(engine), dataclasses.replace(SEEN, inode=77)) == 2
        engine.dispose()

        taken = _typed(world, "--from", there)
        assert isinstance(taken.exception, errors.RequestRefused)
        assert "out of state/" in taken.exception.hint
        file.rename(tmp_path / "old.sqlite")
        assert _typed(world, "--from", there).exit_code == 0
        with pytest.raises(errors.LedgerUnavailable, match="was copied elsewhere"):
            engine_of_worker(load(home=world.home), will_stay=False)
    _set(world, "")
    engine = engine_of_worker(load(home=world.home), will_stay=False)
    assert [it.document_id for it in SqlLedger(engine).latest(10)] == [2, 1]
    engine.dispose()
    told = [line["event"] for line in map(json.loads, journal_in(world.home).read_text().splitlines())]
    assert told == ["ledger_copied", "ledger_copied"]


def test_a_host_that_starts_while_its_ledger_is_copied_waits_and_is_refused(
    tmp_path: Path, ledger_databases: LedgerDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World.make(tmp_path / "home")
    (tmp_path / "own").mkdir()
    with ledger_databases.new() as place, ThreadPoolExecutor(1) as pool:
        engine = open_engine(place, may_upgrade=True)
        SqlLedger(engine).found_home("home1")
        settings = Settings(
            home=world.home, state=tmp_path / "own", host="ada", ledger_url=SecretStr(told_as(place))
        )
        starts: list[Future[Membership | None]] = []

        def carry_while_one_starts(source: Engine, target: Engine) -> Mapping[str, int]:
            counts = carry(source, target)
            starts.append(pool.submit(membership_of, of_host(engine, "ada"), settings, frozenset(Role)))
            wait_until(lambda: waits_for_the_lock(engine))
            return counts

        monkeypatch.setattr(copying, "carry", carry_while_one_starts)
        copied = copying.copy_from(load(home=world.home), place, actor="anna", now=NOON)
        assert copied["homes"] == 1
        with pytest.raises(errors.LedgerUnavailable, match="was copied elsewhere"):
            starts[0].result(10)
        assert SqlHosts(engine, 60.0).runs() == []
        engine.dispose()


def test_a_copy_that_fails_leaves_its_ledger_in_use(
    tmp_path: Path, ledger_databases: LedgerDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Engine, target: Engine) -> Mapping[str, int]:
        raise errors.LedgerUnavailable("away")

    monkeypatch.setattr(copying, "carry", refuse)
    world = World.make(tmp_path / "home")
    place = ledger_databases.emptied()
    with pytest.raises(errors.LedgerUnavailable, match="away"):
        copying.copy_from(load(home=world.home), place, actor="anna", now=NOON)
    engine = open_engine(place, may_upgrade=False)
    assert not is_carried(engine)
    SqlHosts(of_host(engine, "ada", RunId("r1")), 60.0).join(Role)
    engine.dispose()


def test_nothing_is_copied_while_a_daemon_works_nor_without_a_ledger(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    none = _typed(world, "--to", "postgresql://host/clinic").exception
    assert isinstance(none, errors.RequestRefused)
    assert none.sentence.startswith("There is no ledger in ")
    (world.home / "state" / "ledger.sqlite").write_bytes(new_ledger())
    lock = HomeLock(world.home / "state")
    lock.take()
    for direction in ("--to", "--from"):
        refused = _typed(world, direction, "postgresql://host/clinic").exception
        assert isinstance(refused, errors.HomeLocked)
    lock.release()


@pytest.mark.parametrize("words", [[], ["--to", "x", "--from", "y"], ["--to", "mysql://s3cret@host/x"]])
def test_a_url_is_named_once_and_is_not_repeated(tmp_path: Path, words: list[str]) -> None:
    done = _typed(World.make(tmp_path / "home"), *words)
    assert done.exit_code == 2
    assert "s3cret" not in done.output


def _set(world: World, address: str) -> None:
    (world.home / ".env").write_text(f"{SETTINGS}DOSSIERD_LEDGER_URL={address}\n")


def test_no_daemon_holds_anything_in_the_copy(target: Engine, tmp_path: Path) -> None:
    engine = of_host(target, "ada", RunId("r1"))
    SqlHosts(engine, 60.0).join(Role)
    ledger = SqlLedger(engine)
    number = a_claimed(ledger)
    taken = ledger.take(number)
    assert taken is not None
    assert taken.run == "r1"
    (tmp_path / "copy.sqlite").write_bytes(new_ledger())
    copy = open_engine(tmp_path / "copy.sqlite", may_upgrade=False)
    carry(target, copy)
    row = row_of(SqlLedger(copy), number)
    assert (row.run, row.take) == (None, 1)
    assert SqlHosts(copy, 60.0).runs() == []
    copy.dispose()
