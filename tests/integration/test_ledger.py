"""The ledger on a real SQLite file: its versions, its troubles, and what a state does not allow."""

import dataclasses
import datetime
import os
import re
import sqlite3
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Dialect, Engine, create_engine, insert, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from agent import errors
from agent.adapters.ledger import SqlLedger, SqlOutbox, open_engine, schema
from agent.adapters.ledger import engine as engine_module
from agent.adapters.ledger.engine import reading, writing
from agent.core.notices import paused_notice
from agent.core.voice import ENGLISH
from agent.domain.document import (
    CorrelationId,
    DocumentId,
    DocumentText,
    Page,
    text_of_plain,
)
from agent.domain.outcome import (
    Duplicate,
    Event,
    Outcome,
    State,
)
from tests.custody_builders import NOON, hash_of, new_ledger
from tests.fakes import turn_of
from tests.ledger_builders import (
    ABSENT,
    ASKED,
    BROKEN,
    FILED,
    HASH,
    LATER,
    SEEN,
    a_begun,
    a_claimed,
    a_moving,
    a_resting,
    a_settlement,
    row_of,
)

pytestmark = pytest.mark.reliability

POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    path.write_bytes(new_ledger())
    made = open_engine(path, may_upgrade=True)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine)


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine)


def _count(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


Call = Callable[[SqlLedger, DocumentId], object]

CALLS: dict[str, Call] = {
    "confirm_claim": lambda ledger, it: ledger.confirm_claim(it, "x", LATER),
    "withdraw": lambda ledger, it: ledger.withdraw(it, LATER),
    "start": lambda ledger, it: ledger.start(it, hash_of(b"its own"), 9, LATER),
    "start as a twin": lambda ledger, it: ledger.start(it, HASH, 9, LATER),
    "hand_back": lambda ledger, it: ledger.hand_back(it, Event.STOPPED, LATER),
    "settle": lambda ledger, it: ledger.settle(it, a_settlement(it, FILED), LATER),
    "answer": lambda ledger, it: ledger.settle(it, a_settlement(it, FILED, Event.ANSWERED), LATER),
    "undo": lambda ledger, it: ledger.settle(it, a_settlement(it, ASKED, Event.UNDONE), LATER),
    "refile": lambda ledger, it: ledger.settle(it, a_settlement(it, FILED, Event.REFILED), LATER),
    "complete": lambda ledger, it: ledger.complete(it, LATER),
    "miss": lambda ledger, it: ledger.miss(row_of(ledger, it), [], LATER),
    "restore": lambda ledger, it: ledger.restore(it, LATER),
    "retry": lambda ledger, it: ledger.retry(it, Event.RETRIED, "cli:anna", LATER),
    "ask again": lambda ledger, it: ledger.retry(it, Event.REDECIDED, "cli:anna", LATER),
    "void": lambda ledger, it: ledger.hand_back(it, Event.CHANGED, LATER),
}

ALLOWED = {
    State.CLAIMING: {"confirm_claim", "withdraw"},
    State.CLAIMED: {"start", "start as a twin", "settle", "miss"},
    State.READING: {"hand_back", "void", "settle", "miss"},
    State.MOVING: {"complete", "void", "miss"},
    State.IN_REVIEW: {"answer", "ask again", "miss"},
    State.ARCHIVED: {"undo", "refile", "miss"},
    State.FAILED: {"retry", "miss"},
    State.DUPLICATE: {"retry", "miss"},
    State.MISSING: {"restore", "retry"},
    State.WITHDRAWN: set[str](),
}


def _in(state: State, ledger: SqlLedger) -> DocumentId:
    own = hash_of(b"its own")
    match state:
        case State.CLAIMING | State.WITHDRAWN:
            document_id = ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON).document_id
            if state is State.WITHDRAWN:
                ledger.withdraw(document_id, NOON)
            return document_id
        case State.CLAIMED:
            return a_claimed(ledger)
        case State.READING:
            return a_begun(ledger, own)
        case State.MOVING:
            return a_moving(ledger, FILED, own)
        case State.MISSING:
            document_id = a_resting(ledger, FILED, own)
            ledger.miss(row_of(ledger, document_id), [], NOON)
            return document_id
        case _:
            outcomes: dict[State, Outcome] = {
                State.IN_REVIEW: ASKED,
                State.ARCHIVED: FILED,
                State.FAILED: BROKEN,
                State.DUPLICATE: Duplicate(original=DocumentId(1)),
            }
            return a_resting(ledger, outcomes[state], own)


@pytest.mark.parametrize(
    ("state", "name"),
    [(state, name) for state, allowed in ALLOWED.items() for name in CALLS if name not in allowed],
)
def test_what_a_state_does_not_allow_is_refused_and_changes_nothing(
    ledger: SqlLedger, engine: Engine, state: State, name: str
) -> None:
    a_begun(ledger)  # the holder of HASH
    document_id = _in(state, ledger)
    before = (
        row_of(ledger, document_id),
        _count(engine, "outbox"),
        _count(engine, "reviews"),
        _count(engine, "steps"),
    )
    assert before[0].state is state
    with pytest.raises(errors.RequestRefused, match=r"The document is .*\."):
        CALLS[name](ledger, document_id)
    after = (
        row_of(ledger, document_id),
        _count(engine, "outbox"),
        _count(engine, "reviews"),
        _count(engine, "steps"),
    )
    assert after == before


@pytest.mark.parametrize(
    ("state", "name"), [(state, name) for state, names in ALLOWED.items() for name in sorted(names)]
)
def test_what_a_state_allows_is_done(ledger: SqlLedger, state: State, name: str) -> None:
    a_begun(ledger)
    document_id = _in(state, ledger)
    before = row_of(ledger, document_id)
    CALLS[name](ledger, document_id)
    assert row_of(ledger, document_id) != before


@pytest.mark.parametrize("name", [it for it in CALLS if it != "miss"])  # that takes a row
def test_a_document_that_is_not_there_is_refused_by_its_number(ledger: SqlLedger, name: str) -> None:
    a_begun(ledger)
    with pytest.raises(errors.RequestRefused, match=r"There is no document D-999\."):
        CALLS[name](ledger, ABSENT)


def test_a_sound_ledger_says_so(ledger: SqlLedger) -> None:
    assert ledger.check() == "ok"


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_the_database_is_durable(engine: Engine, pragma: str, value: object) -> None:
    with reading(engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_moment_of_postgresql_is_brought_to_utc() -> None:
    paris = datetime.timezone(datetime.timedelta(hours=2))
    column = schema.UtcDateTime()
    found = column.process_result_value(NOON.astimezone(paris), POSTGRESQL)
    assert found == NOON
    assert found.tzinfo is datetime.UTC
    assert column.process_result_value(None, POSTGRESQL) is None
    assert column.process_bind_param(None, POSTGRESQL) is None


# --- Versions and portability


def test_the_newest_migration_is_the_one_the_code_is_written_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION


def test_a_text_of_before_turns_is_kept_page_by_page(tmp_path: Path) -> None:
    """What was read is not read, or paid for, again: not after an update either."""
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    _migrate(engine, "0002")
    pages = text_of_plain("première page\fالصفحة الثانية").pages
    lines = [TypeAdapter(Page).dump_json(page) for page in pages]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO documents (document_id, correlation_id, state, epoch, attempts, original_name, seen_name,"
                " seen_device, seen_inode, seen_size, seen_modified_ns, seen_at, sha256, size)"
                " VALUES (7, 'c', 'in_review', 1, 0, 'a.pdf', 'a.pdf', '1', '2', 3, '4', :at, :sha256, 3)"
            ),
            {"at": "2026-03-01 12:00:00.000000", "sha256": HASH},
        )
        connection.execute(
            text("INSERT INTO texts (document_id, sha256, body) VALUES (7, :sha256, :body)"),
            {"sha256": HASH, "body": zlib.compress(b"\n".join(lines) + b"\n")},
        )
    engine.dispose()
    ledger = SqlLedger(open_engine(tmp_path / "ledger.sqlite", may_upgrade=True))
    try:
        assert ledger.text(DocumentId(7), HASH) == DocumentText(pages=pages)
        reading = ledger.reading(DocumentId(7), HASH)
        assert reading is not None
        assert (reading.seconds, reading.lost, reading.begun_at) == (0.0, 0, NOON)
    finally:
        ledger.close()


def test_a_ledger_of_before_gets_the_index_that_begins_with_the_receipt(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    before = create_engine(f"sqlite:///{path}")
    _migrate(before, "0013")
    made_then = _columns_of(before, "ix_outbox_receipt")
    before.dispose()
    engine = open_engine(path, may_upgrade=True)
    made_now = _columns_of(engine, "ix_outbox_receipt")
    engine.dispose()
    assert (made_then, made_now) == (["recipient", "receipt"], ["receipt", "recipient"])


def _columns_of(engine: Engine, index: str) -> list[str | None]:
    (found,) = [it for it in inspect(engine).get_indexes("outbox") if it["name"] == index]
    return found["column_names"]


def _migrate(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_migrations_make_columns_of_the_same_types(engine: Engine) -> None:
    found = inspect(engine)
    for table in schema.metadata.tables.values():
        made = {column["name"]: str(column["type"]) for column in found.get_columns(table.name)}
        assert made == {column.name: column.type.compile(engine.dialect) for column in table.columns}


@pytest.mark.parametrize("name", schema.metadata.tables)
def test_every_table_can_be_made_in_postgresql(name: str) -> None:
    table = schema.metadata.tables[name]
    made = str(CreateTable(table).compile(dialect=POSTGRESQL))
    assert made.strip().startswith(f"CREATE TABLE {name} (")
    assert "TIMESTAMP WITHOUT TIME ZONE" not in made
    for index in table.indexes:
        assert str(CreateIndex(index).compile(dialect=POSTGRESQL)).startswith("CREATE INDEX ix_")


def test_no_name_is_longer_than_postgresql_keeps(engine: Engine) -> None:
    with reading(engine) as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master").scalars().all()
    names = [*names, *re.findall(r"CONSTRAINT (\w+)", " ".join(filter(None, made)))]
    assert "fk_outbox_document_id_documents" in names
    assert max(map(len, names)) <= 63


def test_a_command_needs_a_ledger_that_is_there(path: Path) -> None:
    with pytest.raises(errors.LedgerUnavailable) as refused:
        open_engine(path, may_upgrade=False)
    assert refused.value.sentence == "There is no ledger in this home yet."
    assert refused.value.hint == "Start the daemon once: dossierd run"
    assert not path.exists()


def _stamp(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def test_a_command_leaves_an_older_ledger_to_the_daemon(path: Path, engine: Engine) -> None:
    _stamp(engine, "0001")
    with pytest.raises(errors.LedgerUnavailable, match=r"of version 0001, this program of") as refused:
        open_engine(path, may_upgrade=False)
    assert refused.value.hint == "Restart the daemon: it brings the ledger up to date."


def test_a_command_leaves_an_empty_ledger_to_the_daemon(path: Path) -> None:
    path.touch()
    with pytest.raises(errors.LedgerUnavailable, match="There is no ledger in this home yet"):
        open_engine(path, may_upgrade=False)


@pytest.mark.parametrize("may_upgrade", [True, False])
def test_a_newer_ledger_is_left_alone(path: Path, engine: Engine, may_upgrade: bool) -> None:
    _stamp(engine, "9999")
    with pytest.raises(errors.LedgerUnavailable, match="written by a newer program") as refused:
        open_engine(path, may_upgrade=may_upgrade)
    assert refused.value.hint == "Install that version again, or restore a backup of state/."


def test_a_ledger_is_opened_again_as_it_was_left(path: Path, ledger: SqlLedger) -> None:
    document_id = a_resting(ledger)
    ledger.close()
    for may_upgrade in (True, False):
        again = open_engine(path, may_upgrade=may_upgrade)
        assert row_of(SqlLedger(again), document_id).state is State.ARCHIVED
        again.dispose()


def test_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "remote_type", lambda _: "nfs4")
    with pytest.raises(errors.LedgerUnavailable, match="network file system") as refused:
        open_engine(path, may_upgrade=True)
    assert refused.value.hint == "Put DOSSIERD_HOME on a local disk."
    assert not path.exists()


@pytest.fixture
def impatient(engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path) -> Iterator[SqlLedger]:
    """A ledger that waits for nobody."""
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.05)
    made = open_engine(path, may_upgrade=False)
    yield SqlLedger(made)
    made.dispose()


SECRET = "Anna-Muller-1980.pdf"


def test_a_locked_ledger_is_unavailable_and_its_error_holds_no_value(
    impatient: SqlLedger, path: Path
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    seen = dataclasses.replace(SEEN, name=SECRET)
    with pytest.raises(errors.LedgerUnavailable) as refused:
        impatient.open_claim(seen, SECRET, CorrelationId("c"), NOON)
    assert refused.value.sentence == "The ledger can't be used now (SQLITE_BUSY)."
    assert refused.value.retryable
    assert SECRET not in f"{refused.value} {refused.value.hint}"
    other.execute("ROLLBACK")
    other.close()
    assert impatient.open_claim(seen, SECRET, CorrelationId("c"), NOON).document_id == 1


def test_reading_waits_for_no_writer(impatient: SqlLedger, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert impatient.counts() == {}
    other.execute("ROLLBACK")
    other.close()


def test_a_read_only_ledger_can_be_looked_at_but_not_written(
    path: Path, engine: Engine, ledger: SqlLedger
) -> None:
    if os.geteuid() == 0:
        with writing(
            engine
        ) as connection:  # root may write to any file, so the database itself is told to refuse
            connection.exec_driver_sql("PRAGMA query_only=ON")
            with pytest.raises(errors.LedgerUnavailable) as refused, engine_module.translated():
                connection.execute(insert(schema.homes).values(home_id=SECRET))
    else:
        path.chmod(stat.S_IRUSR)
        with pytest.raises(errors.LedgerUnavailable) as refused:
            ledger.found_home(SECRET)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("may_upgrade", [True, False])
def test_a_file_that_is_no_database_is_unavailable(path: Path, may_upgrade: bool) -> None:
    path.write_bytes(b"not a database, " * 500)
    with pytest.raises(errors.LedgerUnavailable, match=r"\(SQLITE_NOTADB\)"):
        open_engine(path, may_upgrade=may_upgrade)


def test_a_ledger_in_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(errors.LedgerUnavailable, match=r"\(SQLITE_CANTOPEN\)"):
        open_engine(tmp_path / "absent" / "ledger.sqlite", may_upgrade=True)


READER = """
import sys
from pathlib import Path
from agent.adapters.ledger import SqlLedger, open_engine
ledger = SqlLedger(open_engine(Path(sys.argv[1]), may_upgrade=False))
print("ready", flush=True)
for line in sys.stdin:
    documents = ledger.latest(1000)
    assert all(it.outcome is None for it in documents)
    print(len(documents), flush=True)
ledger.close()
"""


def test_another_process_reads_whole_transactions_while_this_one_writes(
    path: Path, ledger: SqlLedger
) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin
    assert reader.stdout
    with reader.stdin, reader.stdout:
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, 6):
            a_claimed(ledger)
            with writing(ledger._engine) as connection:
                connection.execute(text("UPDATE documents SET epoch = epoch + 1"))
                reader.stdin.write("look\n")
                reader.stdin.flush()
                assert reader.stdout.readline() == f"{number}\n"
    assert reader.wait(10) == 0


def test_a_full_disk_is_told_as_what_it_is(ledger: SqlLedger, engine: Engine) -> None:
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1000):
            ledger.open_claim(dataclasses.replace(SEEN, inode=number), "x" * 4000, CorrelationId("c"), NOON)

    with pytest.raises(errors.LedgerUnavailable) as refused:
        fill()
    assert refused.value.sentence == "The ledger can't be used now (SQLITE_FULL)."
    assert "free some space" in refused.value.hint
    assert ledger.check() == "ok"


def _overwrite(engine: Engine, statement: str, body: object) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement), {"body": body})


@pytest.mark.security
@pytest.mark.parametrize("told", ['{"number": 1, "lines": "Muller"}', '{"number": ["Muller"]}', '"Muller'])
def test_a_page_that_can_not_be_read_raises_without_its_words(
    ledger: SqlLedger, engine: Engine, told: str
) -> None:
    document_id = a_begun(ledger)
    ledger.save_turn(document_id, HASH, turn_of(text_of_plain("Anna")), NOON)
    _overwrite(engine, "UPDATE pages SET body = :body", zlib.compress(told.encode()))
    with pytest.raises(ValidationError) as raised:
        ledger.text(document_id, HASH)
    assert "Muller" not in str(raised.value)


@pytest.mark.security
@pytest.mark.parametrize("told", ['{"kind": "Muller"}', '["Muller"]', '"Muller'])
def test_a_message_that_can_not_be_read_raises_without_its_words(
    outbox: SqlOutbox, engine: Engine, told: str
) -> None:
    outbox.announce([("1", paused_notice("archive/: full.", "", voice=ENGLISH))], NOON)
    _overwrite(engine, "UPDATE outbox SET message = :body", told)
    with pytest.raises(ValidationError) as raised:
        outbox.due(NOON, 1)
    assert "Muller" not in str(raised.value)
