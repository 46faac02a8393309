"""A ledger in PostgreSQL in trouble, beside others, and in a database that is none for it."""

import dataclasses
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, insert, inspect, select, text
from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.ledger import SqlCanaries, SqlLedger, open_engine, page_words, schema, tallies
from agent.adapters.ledger import engine as engine_module
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.postgresql import arguments_of, refusal_of, take_time
from agent.domain.document import CorrelationId, DocumentId, Page, text_of_plain
from agent.domain.finding import Term
from tests.custody_builders import NOON, new_ledger
from tests.ledger_builders import SEEN, a_claimed
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

SECRET = "Anna-Muller-1980.pdf"


@pytest.fixture
def impatient(place: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlLedger]:
    """A ledger that waits for nobody."""
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.05)
    made = open_engine(place, may_upgrade=False)
    yield SqlLedger(made)
    made.dispose()


def test_who_writes_while_another_does_gives_up_in_time_and_its_error_holds_no_value(
    impatient: SqlLedger, engine: Engine
) -> None:
    with writing(engine), pytest.raises(errors.LedgerUnavailable) as refused:
        impatient.open_claim(dataclasses.replace(SEEN, name=SECRET), SECRET, CorrelationId("c"), NOON)
    assert refused.value.sentence == "The ledger can't be used now (LockNotAvailable)."
    assert refused.value.hint == "Another transaction holds the ledger; the daemon tries again by itself."
    assert refused.value.retryable
    assert SECRET not in f"{refused.value} {refused.value.__cause__}"
    assert a_claimed(impatient) == 1


def test_who_reads_waits_for_no_writer_and_sees_whole_transactions(
    impatient: SqlLedger, engine: Engine
) -> None:
    a_claimed(impatient)
    with writing(engine) as connection:
        connection.execute(text("UPDATE documents SET epoch = 7"))
        assert [it.epoch for it in impatient.latest(10)] == [1]
    assert [it.epoch for it in impatient.latest(10)] == [7]


def test_who_reads_sees_one_moment_and_writes_nothing(engine: Engine) -> None:
    count = text("SELECT count(*) FROM homes")
    with reading(engine) as connection:
        assert connection.execute(count).scalar() == 0
        SqlLedger(engine).found_home("home1")
        assert connection.execute(count).scalar() == 0
    with (
        pytest.raises(errors.LedgerUnavailable, match="ReadOnlySqlTransaction"),
        reading(engine) as connection,
    ):
        connection.execute(insert(schema.homes).values(home_id=SECRET))


def test_numbers_are_seen_in_their_order(engine: Engine) -> None:
    """A number is given under the lock: no lower one can appear after it was seen."""
    ledger = SqlLedger(engine)
    seen: list[list[int]] = []
    threads = [
        threading.Thread(target=a_claimed, args=(ledger, dataclasses.replace(SEEN, inode=number)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.append(sorted(it.document_id for it in ledger.latest(100)))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert len(ledger.latest(100)) == 8


def test_who_counts_at_once_under_a_label_that_was_never_counted_loses_nothing(engine: Engine) -> None:
    def count() -> None:
        for _ in range(5):
            with writing(engine) as connection:
                tallies.count(connection, "step", "read", milliseconds=3)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with reading(engine) as connection:
        found = connection.execute(select(tallies.tallies.c.count, tallies.tallies.c.milliseconds)).all()
    assert [tuple(row) for row in found] == [(20, 60)]


def test_a_server_that_was_away_is_gone_on_with_when_it_is_back(
    engine: Engine, place: URL, ledger_databases: LedgerDatabases
) -> None:
    ledger = SqlLedger(engine)
    a_claimed(ledger)
    ledger_databases.shut(place)
    try:
        with pytest.raises(errors.LedgerUnavailable) as refused:
            ledger.counts()
        assert refused.value.retryable
        assert "Look at whether the database's server runs" in refused.value.hint
        assert f"{place.password}" not in f"{refused.value} {refused.value.__cause__}"
        with pytest.raises(errors.LedgerUnavailable):
            open_engine(place, may_upgrade=False)
    finally:
        ledger_databases.let_in(place)
    assert a_claimed(ledger) == 2


def test_a_connection_that_breaks_in_a_transaction_leaves_nothing_of_it(
    engine: Engine, place: URL, ledger_databases: LedgerDatabases
) -> None:
    def broken_off() -> None:
        with writing(engine) as connection:
            connection.execute(insert(schema.homes).values(home_id="home1"))
            ledger_databases.end_connections(place)
            connection.execute(insert(schema.homes).values(home_id="home2"))

    with pytest.raises(errors.LedgerUnavailable):
        broken_off()
    assert SqlLedger(engine).home_id() is None


def test_commits_wait_for_the_disk_whatever_the_server_says(
    place: URL, ledger_databases: LedgerDatabases
) -> None:
    ledger_databases.tell(f"ALTER DATABASE {place.database} SET synchronous_commit = off")
    try:
        engine = open_engine(place, may_upgrade=False)
        with reading(engine) as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        engine.dispose()
    finally:
        ledger_databases.tell(f"ALTER DATABASE {place.database} RESET synchronous_commit")


def test_a_database_that_is_not_in_utf_8_is_refused(ledger_databases: LedgerDatabases) -> None:
    with ledger_databases.new("ENCODING 'LATIN1' LOCALE 'C'") as place:
        with pytest.raises(errors.LedgerUnavailable, match="isn't in UTF-8") as refused:
            open_engine(place, may_upgrade=True)
        assert "ENCODING 'UTF8'" in refused.value.hint


def test_a_canary_s_ledger_beside_it_is_sqlite_s_as_migrations_make_it(
    engine: Engine, tmp_path: Path
) -> None:
    SqlCanaries(engine).copy_tables(tmp_path / "copy.sqlite")
    (tmp_path / "made.sqlite").write_bytes(new_ledger())
    found = []
    for name in ("copy.sqlite", "made.sqlite"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            asked = "SELECT type, name FROM sqlite_master UNION SELECT 'revision', version_num FROM alembic_version"
            found.append(database.execute(f"{asked} ORDER BY 1, 2").fetchall())
    assert found[0] == found[1]
    copy = open_engine(tmp_path / "copy.sqlite", may_upgrade=False)
    assert a_claimed(SqlLedger(copy)) == 1
    copy.dispose()


def test_two_that_make_a_ledger_at_once_make_one(ledger_databases: LedgerDatabases) -> None:
    with ledger_databases.new() as place:
        with pytest.raises(errors.LedgerUnavailable, match="There is no ledger in this home yet"):
            open_engine(place, may_upgrade=False)
        made: list[Engine] = []
        threads = [
            threading.Thread(target=lambda: made.append(open_engine(place, may_upgrade=True)))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [SqlLedger(engine).counts() for engine in made] == [{}, {}]
        for engine in made:
            engine.dispose()


@pytest.mark.parametrize(
    ("sqlstate", "beginning"),
    [
        ("53100", "The disk of the database's server is full"),
        ("53200", "The database's server has no connection or no memory left"),
        ("42501", "The ledger's user may not do that"),
        ("25006", "The database only reads"),
        ("XX001", "The database is damaged"),
        ("57P01", "Look at whether the database's server runs"),
    ],
)
def test_a_refusal_says_what_can_be_done(sqlstate: str, beginning: str) -> None:
    error = psycopg.errors.lookup(sqlstate)()
    name, hint = refusal_of(error)
    assert name == type(error).__name__
    assert str(hint).startswith(beginning)


def _refused(place: URL) -> errors.LedgerUnavailable:
    with pytest.raises(errors.LedgerUnavailable) as refused:
        open_engine(place, may_upgrade=False)
    assert refused.value.retryable
    assert f"{place.password}" not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"
    return refused.value


@pytest.mark.parametrize(
    ("other", "name", "beginning"),
    [
        ({"password": "wr0ng"}, "InvalidPassword", "Look at the user's name and password"),
        ({"username": "anna"}, "InvalidPassword", "Look at the user's name and password"),
        ({"database": "elsewhere"}, "InvalidCatalogName", "Look at the names of the database"),
        ({"host": "no.such.host.invalid"}, "UnknownHost", "Look at the host's name"),
        ({"port": 1}, "ConnectionRefused", "Look at whether the database's server runs"),
        (
            {"query": {"sslmode": "require"}},
            "TlsRefused",
            "The server and DOSSIERD_LEDGER_URL don't agree on TLS",
        ),
    ],
    ids=["password", "user", "database", "host", "port", "tls"],
)
def test_who_is_not_let_in_is_told_why(place: URL, other: dict[str, Any], name: str, beginning: str) -> None:
    refused = _refused(place.set(**other))
    assert refused.sentence == f"The ledger can't be used now ({name})."
    assert refused.hint.startswith(beginning)


@pytest.mark.parametrize(
    ("whom", "name", "beginning"),
    [
        (
            "LOGIN CONNECTION LIMIT 0",
            "TooManyConnections",
            "The server, the database or the ledger's user may have",
        ),
        ("NOLOGIN", "InvalidAuthorizationSpecification", "Look at the user's name and password"),
    ],
    ids=["limit", "no-login"],
)
def test_a_user_that_may_not_connect_is_told_why(
    place: URL, ledger_databases: LedgerDatabases, whom: str, name: str, beginning: str
) -> None:
    ledger_databases.tell(f"CREATE ROLE clerk PASSWORD 's3cret-1980' {whom}")
    try:
        refused = _refused(place.set(username="clerk", password="s3cret-1980"))
    finally:
        ledger_databases.tell("DROP ROLE clerk")
    assert refused.sentence == f"The ledger can't be used now ({name})."
    assert refused.hint.startswith(beginning)


def test_a_user_that_its_keeper_lets_only_read_writes_nothing_and_is_told_why(
    place: URL, ledger_databases: LedgerDatabases
) -> None:
    ledger_databases.tell(f"ALTER DATABASE {place.database} SET default_transaction_read_only = on")
    try:
        engine = open_engine(place, may_upgrade=False)  # which has read by now
        with pytest.raises(errors.LedgerUnavailable, match="ReadOnlySqlTransaction") as refused:
            SqlLedger(engine).found_home("home1")
        assert "its keeper has set default_transaction_read_only" in refused.value.hint
        assert SqlLedger(engine).home_id() is None
        engine.dispose()
    finally:
        ledger_databases.tell(f"ALTER DATABASE {place.database} RESET default_transaction_read_only")
    engine = open_engine(place, may_upgrade=False)
    SqlLedger(engine).found_home("home1")
    engine.dispose()


def test_a_schema_that_the_address_names_is_where_the_ledger_and_its_jobs_lie(
    ledger_databases: LedgerDatabases,
) -> None:
    with ledger_databases.new() as place:
        owner = create_engine(place)
        with owner.begin() as connection:
            connection.execute(text("CREATE SCHEMA clinic"))
        named = place.set(query={"options": "-c search_path=clinic", "connect_timeout": "7"})
        made = open_engine(named, may_upgrade=True)
        with reading(made) as connection:
            assert connection.execute(text("SHOW lock_timeout")).scalar() == "10s"
        assert inspect(owner).get_table_names(schema="public") == []
        assert "documents" in inspect(owner).get_table_names(schema="clinic")
        listening = arguments_of(made, busy_seconds=10)
        assert str(listening["connect_timeout"]) == "7"
        with psycopg.connect(**listening) as heard:
            found = heard.execute("SELECT current_schema, current_setting('TimeZone')").fetchone()
        assert found == ("clinic", "UTC")
        made.dispose()
        owner.dispose()


def test_a_host_that_stops_in_a_transaction_holds_the_others_up_for_seconds_but_for_who_takes_time(
    engine: Engine,
) -> None:
    idle = text("SHOW idle_in_transaction_session_timeout")
    with writing(engine) as connection:
        assert connection.execute(idle).scalar() == "15s"
        take_time(connection)
        assert connection.execute(idle).scalar() == "0"
    with writing(engine) as connection:
        assert connection.execute(idle).scalar() == "15s"


# --- The index of what pages say


def _index(engine: Engine, *texts: str) -> None:
    with writing(engine) as connection:
        for number, said in enumerate(texts, start=1):
            page_words.keep(connection, DocumentId(number), _pages(said))


def _pages(said: str) -> tuple[Page, ...]:
    return text_of_plain(said).pages


def _saying(engine: Engine, *tokens: str, is_beginning: bool = False) -> list[int]:
    term = Term(typed=" ".join(tokens), tokens=tokens, is_beginning=is_beginning)
    with reading(engine) as connection:
        return sorted(connection.execute(page_words.saying(connection, term)).scalars())


def test_words_are_found_in_a_row_and_whole_but_for_a_beginning(engine: Engine) -> None:
    _index(engine, "Facture de la clinique", "la clinique facture", "factures")
    assert _saying(engine, "facture") == [1, 2]
    assert _saying(engine, "la", "clinique") == [1, 2]
    assert _saying(engine, "clinique", "facture") == [2]
    assert _saying(engine, "factu", is_beginning=True) == [1, 2, 3]
    assert _saying(engine, "clinique", "fac", is_beginning=True) == [2]
    assert _saying(engine, "actures") == []


def test_no_sign_is_an_operator(engine: Engine) -> None:
    _index(engine, "rien")
    for sign in ("%", "_", "\\", "'", "r%", "rie_", ":*", "!rien", "rien & rien"):
        assert _saying(engine, sign) == []


def test_a_word_longer_than_the_index_knows_and_a_page_that_it_can_not_hold_are_found(engine: Engine) -> None:
    long = "x" * 5_000
    many = " ".join(f"mot{number}{'y' * 35}" for number in range(15_000))
    _index(engine, f"{long}a fin", f"{long}b fin", f"{many} Zurich ici")
    assert _saying(engine, f"{long}a", "fin") == [1]
    assert _saying(engine, long, is_beginning=True) == [1, 2]
    assert _saying(engine, "zurich", "ici") == [3]


def test_what_is_forgotten_is_not_found(engine: Engine) -> None:
    _index(engine, "un deux", "deux trois")
    with writing(engine) as connection:
        page_words.forget(connection, DocumentId(1))
        page_words.drop(connection, DocumentId(2), [1])
        page_words.keep(connection, DocumentId(2), _pages("quatre"))
    assert _saying(engine, "deux") == []
    assert _saying(engine, "quatre") == [2]


def test_what_is_asked_again_and_again_is_planned_once(engine: Engine) -> None:
    """Reading ends without a ROLLBACK, after which psycopg forgets what it has prepared."""
    ledger = SqlLedger(engine)
    for _ in range(12):
        ledger.document(DocumentId(1))
    with reading(engine) as connection:
        prepared = connection.execute(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%documents%'")
        ).scalar()
    assert prepared == 1
