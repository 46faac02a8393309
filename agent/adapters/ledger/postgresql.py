"""A ledger in PostgreSQL: how its connections are made, and what its refusals mean.

One transaction writes at a time, as in SQLite: each takes the lock of its schema first (`lock`), and holds it to its
end. What relies on it: who looks and then writes (`SqlLedger.open_claim`, `start`, `restore`; `SqlSamples.draw`,
`SqlAnchors.note`), counters that are read and written back (`trail_end`, `cost_totals`, `tallies`), and the order of
numbers, which is the order in which their rows can be seen. SERIALIZABLE would need every caller to be run again.
Who only reads waits for nobody: a snapshot of all tables, in which nothing can be written.

Accepted risk: a connection that breaks while a commit is under way leaves open whether it was made. Its caller is told
LedgerUnavailable and looks again, as it does after the daemon's own death there.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL

from agent import errors
from agent.domain.phrase import Phrase

CONNECT_SECONDS = 5
IDLE_SECONDS = 15
"""A transaction whose host has stopped in the middle of it is ended by the server, and its lock freed. Ours ask one
statement after the other; a copy of the whole ledger doesn't (`take_time`)."""

PREPARED = 400
"""Statements that a connection keeps prepared: a daemon has more than psycopg's hundred."""

_AWAY = Phrase(
    "Look at whether the database's server runs and lets this host in; the daemon tries again by itself."
)
_HINTS = (
    ("53100", Phrase("The disk of the database's server is full: free some space. Nothing is lost.")),
    (
        "53",
        Phrase(
            "The database's server has no connection or no memory left; the daemon tries again by itself."
        ),
    ),
    ("42501", Phrase("The ledger's user may not do that in the database: make it the owner of its schema.")),
    (
        "25006",
        Phrase("The database only reads: it is a copy. Use the one that writes."),
    ),
    ("55P03", Phrase("Another transaction holds the ledger; the daemon tries again by itself.")),
    ("XX001", Phrase("The database is damaged: stop the daemon and restore the database from a backup.")),
    ("XX002", Phrase("The database is damaged: stop the daemon and restore the database from a backup.")),
)
"""By the beginning of the SQLSTATE (appendix A of PostgreSQL's manual)."""

_LOCK = text(
    "SELECT pg_advisory_xact_lock(:kind, CAST(CAST(current_schema AS regnamespace) AS oid)::integer)"
)
_LOCK_KIND = 0x646F7373
"""`doss` in ASCII: other programs' locks in the same database are none of ours."""
_STANDS = text("SELECT run FROM hosts WHERE run = :run AND fenced_at IS NULL")
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


def engine_of(place: URL, *, busy_seconds: float) -> Engine:
    """Prepare to open a ledger; nothing is connected to yet. A connection that broke is replaced when it is next used.

    Args:
        place: with the driver `postgresql+psycopg`.
        busy_seconds: how long a transaction waits for another one's end.
    """
    engine = create_engine(
        place,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_connect_args(busy_seconds),
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lock)
    return engine


def arguments_of(engine: Engine, *, busy_seconds: float) -> dict[str, Any]:
    """What the driver's own `connect` takes to reach the same ledger: for LISTEN, which SQLAlchemy doesn't know."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return {**_connect_args(busy_seconds), **arguments}


def _connect_args(busy_seconds: float) -> dict[str, Any]:
    settings = {
        "lock_timeout": int(busy_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        "timezone": "UTC",
    }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "dossierd",
        "client_encoding": "utf8",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": int(busy_seconds * 2000),
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def lock(connection: Connection) -> None:
    """Wait until no other transaction writes, and let none begin before this one's end; who only reads does neither.

    Raises:
        LeaseLost: it is of a daemon's run that stands no more. Who was fenced off learns it here, at the latest: the
            fence waited for the same lock.
    """
_TAKE_TIME = text("SET LOCAL idle_in_transaction_session_timeout = 0")
    options = connection.get_execution_options()
    if options.get("reads", False) or options.get("is_beat", False):
        return
    connection.execute(_LOCK, {"kind": _LOCK_KIND})
    run = options.get("run")
    if run is not None and connection.execute(_STANDS, {"run": run}).first() is None:
        raise errors.LeaseLost


def refuse_unfit(connection: Connection) -> None:
    """Refuse a database that would not keep every letter of a file's name.

    Raises:
        LedgerUnavailable: it isn't in UTF-8.
    """
    if connection.execute(text("SHOW server_encoding")).scalar() != "UTF8":
        raise errors.LedgerUnavailable(
            Phrase("The ledger's database isn't in UTF-8."),
            hint=Phrase("Make another: CREATE DATABASE dossierd ENCODING 'UTF8' TEMPLATE template0"),
        )


def hint_for(sqlstate: str | None) -> Phrase:
    """What somebody can do about a refusal; without a SQLSTATE, the server was not reached."""
    return next((hint for beginning, hint in _HINTS if (sqlstate or "").startswith(beginning)), _AWAY)


def _prepare(connection: Any, _entry: object) -> None:
    """Commits are on the disk before anybody goes on, whatever the server's default."""
    connection.prepared_max = PREPARED
    connection.execute(_DURABLE)
    connection.commit()
def take_time(connection: Connection) -> None:
    """Let a transaction wait between its statements as long as it takes: another database is asked meanwhile."""
    connection.execute(_TAKE_TIME)


