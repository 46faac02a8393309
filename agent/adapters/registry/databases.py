"""The databases that can be read: how each is opened so that nothing can be written, and nothing is waited for forever.

Drivers are loaded when a database is opened, and not before.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, CursorResult, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from agent.domain.phrase import Phrase
from agent.errors import RegistryUnavailable, SettingInvalid

TIMEOUT_SECONDS = 60
CONNECT_SECONDS = 10
_STREAM_TIMEOUTS = 10
"""MariaDB and MySQL count a table's whole stream as one statement, which may take so many timeouts."""
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
_WHERE = ("host", "hostaddr", "port", "service", "servicefile", "dbname", "unix_socket", "read_default_file")
"""What may stand behind the ? of an address and says where the database is, and not how it is spoken with."""
_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB or MySQL"}
_URL_HINT = (
    "It looks like postgresql://name:password@host/database, mariadb://name:password@host/database or "
    "sqlite:////path/to/file. Signs such as @ : / in a password are written %40 %3A %2F."
)
_HINT = Phrase(
    "Is the database up, and can this machine reach it? Are name and password in DOSSIERD_REGISTRY_URL right?"
)
_REFUSED = Phrase(
    "The name or password in DOSSIERD_REGISTRY_URL is not accepted, or that user may not read this table."
)
_SLOW = Phrase("The database took too long. Is the table locked, or is the view a slow one?")
_VALUE = Phrase(
    "A value of the table, or one that its view makes, can't be read: "
    "look at what the view does with dates and numbers."
)
_FILE = Phrase(
    "Is the file of DOSSIERD_REGISTRY_URL there, a SQLite database, and readable for the daemon's user?"
)
_HINTS: Mapping[str, Phrase] = {
    # SQLSTATE of PostgreSQL (appendix A of its manual)
    "28P01": _REFUSED, "28000": _REFUSED, "42501": _REFUSED, "57014": _SLOW, "55P03": _SLOW,
    # errors of MariaDB and MySQL (its "Server Error Reference")
    "1044": _REFUSED, "1045": _REFUSED, "1142": _REFUSED, "1143": _REFUSED, "1205": _SLOW,
    "1969": _SLOW, "2013": _SLOW, "3024": _SLOW,
    # result codes of SQLite
    "SQLITE_CANTOPEN": _FILE, "SQLITE_NOTADB": _FILE, "SQLITE_BUSY": _SLOW, "SQLITE_CORRUPT": _FILE,
}  # fmt: skip


def read_url(url: str) -> URL:
    """Read an address, and choose the driver.

    Raises:
        SettingInvalid: it is none, or one of a database that can't be read.
    """
    try:
        place = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise SettingInvalid("DOSSIERD_REGISTRY_URL is no address of a database.", hint=_URL_HINT) from None
    driver = _DRIVERS.get(place.drivername.partition("+")[0])
    if driver is None or not place.database:
        raise SettingInvalid(
            "DOSSIERD_REGISTRY_URL is no address of SQLite, PostgreSQL, MariaDB or MySQL, with a database.",
            hint=_URL_HINT,
        )
    return place.set(drivername=driver)


def title_of(place: URL) -> str:
    return _TITLES[place.get_backend_name()]


def hash_of(place: URL) -> str:
    """Tell one database from another without saying where it is, or who reads it."""
    words = f"{place.get_backend_name()} {place.host} {place.port} {place.database}"
    words += "".join(f" {key}={place.query[key]}" for key in _WHERE if key in place.query)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def engine_of(place: URL, *, timeout_seconds: int) -> Engine:
    """Prepare to open a database for reading only; nothing is connected to yet."""
    if place.get_backend_name() == "sqlite":
        return create_engine(
            "sqlite://", creator=lambda: _open_file(str(place.database), timeout_seconds), poolclass=NullPool
        )
    return create_engine(
        place,
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        connect_args=_arguments(place.get_backend_name(), timeout_seconds),
    )


def begin(connection: Connection, *, timeout_seconds: int) -> None:
    """Begin the one transaction of a reading, in which nothing can be written."""
    match connection.dialect.name:
        case "sqlite":
            connection.exec_driver_sql("BEGIN")
        case "postgresql":
            from agent.adapters.registry.postgresql_dates import read_any_date  # it loads the driver

            driver: Any = connection.connection.dbapi_connection
            read_any_date(driver)
            connection.execution_options(postgresql_readonly=True)
            connection.execute(
                text("SELECT set_config('statement_timeout', :milliseconds, true)"),
                {"milliseconds": str(timeout_seconds * 1000)},
            )
        case "mysql":
            seconds = timeout_seconds * _STREAM_TIMEOUTS
            is_mariadb = getattr(connection.dialect, "is_mariadb", False)
            limit = (
                f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {seconds * 1000}"
            )
            with suppress(DBAPIError):  # servers of before 2015 know neither
                connection.exec_driver_sql(f"SET SESSION {limit}")


def session_of(connection: Connection) -> int | None:
    """The number by which the server knows a connection, for `end`; None where no statement outlives its timeout."""
    if connection.dialect.name != "mysql":
        return None
    driver: Any = connection.connection.dbapi_connection
    return int(driver.thread_id())


def end(engine: Engine, session: int | None) -> None:
    """End what a connection that was given up still asks of its server.

    MariaDB and MySQL go on with a statement whose asker is gone until they have a row to send.
    Whoever asked may end it.
    """
    if session is None:
        return
    with suppress(SQLAlchemyError, OSError), engine.connect() as other:
        other.exec_driver_sql(f"KILL {session}")


def abandon(connection: Connection, result: CursorResult[Any]) -> None:
    """Let go of a result that was not read to its end, and of its connection.

    PyMySQL would first read all the rest of it, and fails over that where the server is gone.
    """
    unread = getattr(result.cursor, "_result", None)
    if getattr(unread, "unbuffered_active", False):
        unread.unbuffered_active = False  # type: ignore[union-attr] # it is PyMySQL's
    with suppress(SQLAlchemyError, OSError):
        result.close()
        connection.invalidate()


def _arguments(backend: str, timeout_seconds: int) -> dict[str, object]:
    if backend == "postgresql":
        return {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "dossierd",
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": timeout_seconds * 1000,
        }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": timeout_seconds,
        "write_timeout": timeout_seconds,
        "init_command": "SET SESSION TRANSACTION READ ONLY",
    }


def _open_file(path: str, timeout_seconds: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(Path(path).absolute()))}?mode=ro",
        uri=True,
        timeout=timeout_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a driver raises into RegistryUnavailable; neither address nor values get into its text."""
    try:
        yield
    except (SQLAlchemyError, UnicodeError, OSError) as error:
        word = _word_of(error)
        hint = _VALUE if isinstance(error, DataError) else _HINT
        raise RegistryUnavailable(
            Phrase("The office's database can't be read now ({why}).", why=word), hint=_HINTS.get(word, hint)
        ) from error
    except ModuleNotFoundError as error:
        raise SettingInvalid(
            Phrase("The driver {name} for DOSSIERD_REGISTRY_URL is missing.", name=error.name),
            hint=Phrase("Type: scripts/setup"),
        ) from error


def _word_of(error: Exception) -> str:
    """What the database calls it: a code where there is one."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if original is None:
        return type(error).__name__
    for found in (
        getattr(original, "sqlite_errorname", None),
        original.args[0] if original.args and isinstance(original.args[0], int) else None,
        getattr(original, "sqlstate", None),
    ):
        if found:
            return str(found)
    if "authentication failed" in str(original):  # before it is connected, libpq gives no code
        return "28P01"
    return type(original).__name__
