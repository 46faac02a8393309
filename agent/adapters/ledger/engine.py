"""Open the database: durable, one writer at a time; a file never on a network file system.

SQLite runs in WAL mode with synchronous=FULL, and each writing transaction takes its lock at once (BEGIN IMMEDIATE), so
that two writers queue instead of failing half-way. WAL needs shared memory between the processes and is unsafe on a
network file system (https://sqlite.org/wal.html), so such a place is refused. PostgreSQL's ways are in `postgresql`,
which is loaded for it only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry

from agent import errors, sqlite
from agent.adapters.ledger import schema
from agent.domain.host import RunId
from agent.domain.phrase import Phrase
from agent.mounts import remote_type

BUSY_SECONDS = 10.0
"""How long a transaction waits for another one's end before it gives up."""

_HINT = Phrase("Look at the disk's free space and at who owns state/; the daemon tries again by itself.")
_NONE_YET = Phrase("There is no ledger in this home yet.")
_START = Phrase("Start the daemon once: dossierd run")
_EMPTY = Phrase("The ledger is empty, but this home has worked: is the address right?")
_IN_DATABASE = Phrase(
    "Look at the database's name in DOSSIERD_LEDGER_URL. If it is right, restore the database from what pg_dump kept; "
    "if the ledger lies in state/ still, type: dossierd ledger copy --to URL"
)
_IN_FILE = Phrase(
    "If the ledger is in PostgreSQL, set DOSSIERD_LEDGER_URL in .env. If state/ledger.sqlite is lost, restore a "
    "backup; if there is none, type: dossierd rebuild"
)
_NEWER = {
    "sqlite": Phrase("Install that version again, or restore a backup of state/."),
    "postgresql": Phrase("Install that version again, or restore the database from before."),
}
_RESTART = Phrase("Restart the daemon: it brings the ledger up to date.")
_DAMAGED = Phrase("The database is damaged: stop the daemon and restore state/ from a backup.")

_READS: dict[str, dict[str, Any]] = {
    "sqlite": {"reads": True},
    "postgresql": {"reads": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""The execution options of who only reads, by the engine's name."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(place: Path | URL, *, may_upgrade: bool, may_be_empty: bool = True) -> Engine:
    """Open the ledger, and bring its tables up to date.

    Args:
        place: SQLite's file, which is made when `may_upgrade`, or the address of a database in PostgreSQL.
        may_upgrade: True for the daemon, which holds the home's lock; a command only reads and writes rows.
        may_be_empty: False in a home that has worked: its documents are known somewhere, and not in an empty ledger.

    Raises:
        LedgerEmpty: nothing is in it, and that may not be; nothing was made.
        LedgerUnavailable: no such file, a network file system, no such server, a database that isn't in UTF-8, or
            tables of another version; or daemons of that version still work with them.
    """
    if isinstance(place, Path):
        if not may_be_empty and not place.is_file():
            raise _empty(place)
        engine = _engine_in_file(place, may_upgrade=may_upgrade)
    else:
        engine = _engine_of(place)
    try:
        if not may_be_empty:
            _refuse_empty(engine, place)
        _bring_up_to_date(engine, may_upgrade=may_upgrade)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _engine_of(place: URL) -> Engine:
    from agent.adapters.ledger import postgresql  # it loads the driver

    engine = postgresql.engine_of(place, busy_seconds=BUSY_SECONDS)
    try:
        with reading(engine) as connection:
            postgresql.refuse_unfit(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _engine_in_file(path: Path, *, may_upgrade: bool) -> Engine:
    if not may_upgrade and not path.is_file():
        raise errors.LedgerUnavailable(_NONE_YET, hint=_START)
    if remote_type(path.parent) is not None:
        raise errors.LedgerUnavailable(
            Phrase("The ledger would lie on a network file system, where SQLite isn't safe."),
            hint=Phrase("Put DOSSIERD_HOME on a local disk."),
        )
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def of_host(engine: Engine, host: str, run: RunId | None = None) -> Engine:
    """The same ledger as a host uses that shares it: its audit trail is its own, and what it does carries its name.

    Args:
        run: of its daemon, which may write only while it stands (`postgresql.lock`); None for a person's command.
    """
    return engine.execution_options(host=host, run=run)


def host_of(place: Engine | Connection) -> str:
    """The host that uses a ledger; empty where there is one alone."""
    return str(place.get_execution_options().get("host", ""))


def run_of(place: Engine | Connection) -> RunId | None:
    """The daemon's run that uses a ledger; None where there is one host alone, or for a person's command."""
    run: RunId | None = place.get_execution_options().get("run")
    return run


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; it waits for another one's end."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def beating(engine: Engine) -> Iterator[Connection]:
    """A transaction on one row in PostgreSQL, which waits for none that writes and is asked for no run."""
    with translated(), engine.execution_options(is_beat=True).begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view for reading; it waits for nobody."""
    with translated(), engine.connect().execution_options(**_READS[engine.dialect.name]) as connection:
        yield connection
        connection.commit()  # a ROLLBACK would have psycopg forget each statement that it has prepared


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver raises into LedgerUnavailable; the statement's values stay out of its text.

    An IntegrityError passes: it is the answer to a question (who holds these bytes?), not an outage.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        why, hint = _refusal_of(error.orig)
        raise errors.LedgerUnavailable(
            Phrase("The ledger can't be used now ({why}).", why=why), hint=hint
        ) from error


def _refusal_of(error: BaseException | None) -> tuple[str, Phrase]:
    if hasattr(type(error), "sqlstate"):  # every error of PostgreSQL's driver
        from agent.adapters.ledger import postgresql

        return postgresql.refusal_of(cast(Any, error))
    hint = _DAMAGED if sqlite.is_damaged(error) else sqlite.hint_for(error) or _HINT
    return sqlite.word_for(error), hint


def _prepare(connection: object, _entry: ConnectionPoolEntry) -> None:
    """Set up a new connection. `isolation_level = None` hands BEGIN and COMMIT to SQLAlchemy's events."""
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is erased, or no longer kept, is overwritten with zeros
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine, *, may_upgrade: bool) -> None:
    revision = _revision_of(engine)
    if revision == schema.REVISION and _has_jobs(engine):
        return
    if revision is not None and not is_known(revision):
        raise errors.LedgerUnavailable(
            Phrase(
                "The ledger was written by a newer program (version {revision}, ours is {ours}).",
                revision=revision,
                ours=schema.REVISION,
            ),
            hint=_NEWER[engine.dialect.name],
        )
    if not may_upgrade and revision is None:
        raise errors.LedgerUnavailable(_NONE_YET, hint=_START)
    if not may_upgrade and revision == schema.REVISION:
        raise errors.LedgerUnavailable(
            Phrase("The ledger's jobs are of an older version than this program."), hint=_RESTART
        )
    if not may_upgrade:
        raise errors.LedgerUnavailable(
            Phrase(
                "The ledger is of version {revision}, this program of {ours}.",
                revision=revision,
                ours=schema.REVISION,
            ),
            hint=_RESTART,
        )
    if revision is not None and engine.dialect.name == "postgresql":
        from agent.adapters.ledger import postgresql

        with reading(engine) as connection:
            postgresql.refuse_used(connection)
    _upgrade(engine)


def is_known(revision: str) -> bool:
    """Whether a ledger of this revision is this program's, or an earlier one's; their numbers need not be in order."""
    return revision in {it.name.partition("_")[0] for it in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def _has_jobs(engine: Engine) -> bool:
    """Whether the tables of jobs are there, where a ledger has any."""
    if engine.dialect.name != "postgresql":
        return True
    from agent.adapters.ledger import job_tables

    with reading(engine) as connection:
        return job_tables.are_current(connection)


def _refuse_empty(engine: Engine, place: Path | URL) -> None:
    with reading(engine) as connection:
        is_made = inspect(connection).has_table(schema.homes.name)
        if not is_made or connection.execute(select(schema.homes)).first() is None:
            raise _empty(place)


def _empty(place: Path | URL) -> errors.LedgerEmpty:
    return errors.LedgerEmpty(_EMPTY, hint=_IN_FILE if isinstance(place, Path) else _IN_DATABASE)


def _revision_of(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def _upgrade(engine: Engine) -> None:
    """Run the migrations in one transaction. Alembic is imported here only: it is seldom needed."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if engine.dialect.name == "postgresql":
            from agent.adapters.ledger import job_tables

            job_tables.bring_up_to_date(connection)
