"""Ledgers in PostgreSQL for tests: one that is emptied for each, and databases of their own where that is needed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from agent.adapters.ledger import open_engine
from agent.adapters.ledger.engine import reading
from tests.servers import Server


class LedgerDatabases:
    """A server's databases for ledgers."""

    def __init__(self, server: Server) -> None:
        self.place = server.owner.url
        self._owner = create_engine(
            self.place.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._made = 0
        open_engine(self.place, may_upgrade=True).dispose()
        self._inside = create_engine(self.place, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        found = inspect(self._inside)
        tables = [name for name in found.get_table_names() if name != "alembic_version"]
        self._empty = "; ".join(
            [
                "BEGIN",
                "SET LOCAL session_replication_role = replica",  # nobody minds who names whom
                *(f"DELETE FROM {name}" for name in tables),
                "INSERT INTO trail_end (audit_entry, audit_hash) VALUES (0, '')",
                *(f"ALTER SEQUENCE {name} RESTART" for name in found.get_sequence_names()),
                "COMMIT",
            ]
        )

    def emptied(self) -> URL:
        """The one database, with a ledger that holds nothing."""
        with self._inside.connect() as connection:
            connection.execute(text(self._empty))
        return self.place

    @contextmanager
    def new(self, how: str = "") -> Iterator[URL]:
        """Make a database of its own without any table, and drop it."""
        self._made += 1
        name = f"ledger{self._made}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE template0 {how}")
        try:
            yield self.place.set(database=name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def shut(self, place: URL) -> None:
        """Let nobody into a database, and break the connections that there are; for its users, the server is gone."""
        self.tell(f"ALTER DATABASE {place.database} ALLOW_CONNECTIONS false")
        self.end_connections(place)

    def let_in(self, place: URL) -> None:
        self.tell(f"ALTER DATABASE {place.database} ALLOW_CONNECTIONS true")

    def end_connections(self, place: URL) -> None:
        self.tell(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{place.database}' AND pid <> pg_backend_pid()"
        )

    def tell(self, statement: str) -> None:
        """Let the owner do something."""
        with self._owner.connect() as connection:
            connection.execute(text(statement))


def waits_for_the_lock(engine: Engine) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with reading(engine) as connection:
        return bool(connection.execute(waiting).scalar())


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
