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

import psycopg
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
        Phrase(
            "The database only reads: it is a copy, or its keeper has set default_transaction_read_only for it or for "
            "the ledger's user. Use the one that writes, or ask them."
        ),
    ),
    ("55P03", Phrase("Another transaction holds the ledger; the daemon tries again by itself.")),
    ("XX001", Phrase("The database is damaged: stop the daemon and restore the database from a backup.")),
    ("XX002", Phrase("The database is damaged: stop the daemon and restore the database from a backup.")),
)
"""By the beginning of the SQLSTATE (appendix A of PostgreSQL's manual)."""

_LOGIN = Phrase("Look at the user's name and password in DOSSIERD_LEDGER_URL.")
_NO_ROOM = Phrase(
    "The server, the database or the ledger's user may have no more connections: docs/scale.md says how many dossierd "
    "needs. The daemon tries again by itself."
)
_TLS = Phrase(
    "The server and DOSSIERD_LEDGER_URL don't agree on TLS: look at sslmode, and at the server's certificate."
)
_AT_CONNECTING = (
    ("authentication failed", "InvalidPassword", _LOGIN),
    ("no password supplied", "InvalidPassword", _LOGIN),
    ("is not permitted to log in", "InvalidAuthorizationSpecification", _LOGIN),
    (
        "no pg_hba.conf entry",
        "InvalidAuthorizationSpecification",
        Phrase("The server's pg_hba.conf doesn't let this host, user or database in."),
    ),
    (
        "does not exist",
        "InvalidCatalogName",
        Phrase(
            "Look at the names of the database and of the user in DOSSIERD_LEDGER_URL: the server has none such."
        ),
    ),
    (
        "permission denied for database",
        "InsufficientPrivilege",
        Phrase("The ledger's user may not connect to this database: make it the database's owner."),
    ),
    ("too many", "TooManyConnections", _NO_ROOM),
    ("connection slots are reserved", "TooManyConnections", _NO_ROOM),
    (
        "resolve host",
        "UnknownHost",
        Phrase("Look at the host's name in DOSSIERD_LEDGER_URL: nobody knows where that is, or not now."),
    ),
    ("SSL", "TlsRefused", _TLS),
    ("certificate", "TlsRefused", _TLS),
    (
        "invalid port number",
        "InvalidPort",
        Phrase("Look at the port in DOSSIERD_LEDGER_URL; PostgreSQL's is 5432 where nobody has changed it."),
    ),
    ("Connection refused", "ConnectionRefused", _AWAY),
    ("timeout expired", "ConnectionTimeout", _AWAY),
)
"""Before there is a connection libpq gives no SQLSTATE: what its text holds, what that is called, what to do.

A server that speaks another language than English is understood as one that is away."""

_LOCK = text(
    "SELECT pg_advisory_xact_lock(:kind, CAST(CAST(current_schema AS regnamespace) AS oid)::integer)"
)
_LOCK_KIND = 0x646F7373
"""`doss` in ASCII: other programs' locks in the same database are none of ours."""
_STANDS = text("SELECT run FROM hosts WHERE run = :run AND fenced_at IS NULL")
_TAKE_TIME = text("SET LOCAL idle_in_transaction_session_timeout = 0")
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
        connect_args=_connect_args(place, busy_seconds),
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkout", _as_the_server_says)
    event.listen(engine, "begin", lock)
    return engine


def arguments_of(engine: Engine, *, busy_seconds: float) -> dict[str, Any]:
    """What the driver's own `connect` takes to reach the same ledger: for LISTEN, which SQLAlchemy doesn't know."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return {**arguments, **_connect_args(engine.url, busy_seconds)}


def _connect_args(place: URL, busy_seconds: float) -> dict[str, Any]:
    """What goes before the address; what that says of waiting itself stays, and its options (a schema) beside ours."""
    settings = {
        "lock_timeout": int(busy_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        "timezone": "UTC",
    }
    ours = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "dossierd",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": int(busy_seconds * 2000),
    }
    theirs = place.normalized_query.get("options", ())
    options = " ".join([*theirs, *(f"-c {name}={value}" for name, value in settings.items())])
    kept = {name: value for name, value in ours.items() if name not in place.query}
    return {**kept, "client_encoding": "utf8", "options": options}


def lock(connection: Connection) -> None:
    """Wait until no other transaction writes, and let none begin before this one's end; who only reads does neither.

    Raises:
        LeaseLost: it is of a daemon's run that stands no more. Who was fenced off learns it here, at the latest: the
            fence waited for the same lock.
    """
    options = connection.get_execution_options()
    if options.get("reads", False) or options.get("is_beat", False):
        return
    connection.execute(_LOCK, {"kind": _LOCK_KIND})
    run = options.get("run")
    if run is not None and connection.execute(_STANDS, {"run": run}).first() is None:
        raise errors.LeaseLost


def take_time(connection: Connection) -> None:
    """Let a transaction wait between its statements as long as it takes: another database is asked meanwhile."""
    connection.execute(_TAKE_TIME)


_HEARD_OF = (
    "SELECT host FROM hosts WHERE fenced_at IS NULL AND beat_at > clock_timestamp() - interval '1 minute' "
    "ORDER BY host"
)


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


def refuse_used(connection: Connection) -> None:
    """Refuse to change tables that daemons of another version work with now.

    Raises:
        LedgerUnavailable: one was heard of within a minute.
    """
    if connection.execute(text("SELECT to_regclass('hosts')")).scalar() is None:
        return
    if names := [host or "-" for host in connection.execute(text(_HEARD_OF)).scalars()]:
        raise errors.LedgerUnavailable(
            Phrase("Daemons of another version work with this ledger: {hosts}.", hosts=", ".join(names)),
            hint=Phrase("Stop dossierd on each machine, and start it again when all have this version."),
        )


def refusal_of(error: psycopg.Error) -> tuple[str, Phrase]:
    """What PostgreSQL calls a refusal, and what somebody can do about it."""
    if error.sqlstate is not None:
        hints = (hint for beginning, hint in _HINTS if (error.sqlstate or "").startswith(beginning))
        return type(error).__name__, next(hints, _AWAY)
    said = str(error)
    found = ((name, hint) for part, name, hint in _AT_CONNECTING if part in said)
    return next(found, (type(error).__name__, _AWAY))


def _prepare(connection: Any, _entry: object) -> None:
    """Commits are on the disk before anybody goes on, whatever the server's default."""
    connection.prepared_max = PREPARED
    connection.execute(_DURABLE)
    connection.commit()


def _as_the_server_says(connection: psycopg.Connection, _entry: object, _proxy: object) -> None:
    """Who writes begins a plain transaction: a server, database or user that was set to read only is no less so for us.

    Once a connection has been a reader's, SQLAlchemy would say READ WRITE on it.
    """
    connection.read_only = None
