"""The registry's local copy: one SQLite file, searched by several threads at once, replaced in one transaction.

A search reads one snapshot, so that its people and its version belong together. It returns every record that shares two
core words of a name with words that stand close together on the page, and every namesake of those: no veto is missed.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from agent.adapters.registry import search
from agent.adapters.registry.loading import Imported, load
from agent.adapters.registry.query import query_of, typed_query
from agent.adapters.registry.schema import SCHEMA
from agent.domain.evidence import Evidence
from agent.domain.identity import Person, RecordId
from agent.errors import RegistryUnavailable
from agent.ports import People

_BUSY_SECONDS = 10.0


class RegistryIndex:
    """A searchable copy of the registry in the file at `path`, which is made if need be."""

    def __init__(self, path: Path) -> None:
        """Open the index.

        Raises:
            RegistryUnavailable: the file can't be opened, or is no index.
        """
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._is_closed = False
        try:
            with _translated():
                connection = self._connection()
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(SCHEMA)
        except RegistryUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections of all threads; searching again is refused."""
        with self._lock:
            self._is_closed = True
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def version(self) -> int:
        with _translated():
            return search.version_of(self._connection())

    def count(self) -> int:
        """How many people there are."""
        with _translated():
            count: int = self._connection().execute("SELECT count(*) FROM person").fetchone()[0]
            return count

    def candidates(self, evidence: Evidence) -> People:
        with self._transaction("BEGIN") as connection:
            people = search.touched(connection, query_of(evidence))
            is_empty = search.is_empty(connection)
            version = search.version_of(connection)
        named = tuple(sorted(people, key=lambda person: person.record_id))
        return People(named=named, is_trustworthy=not is_empty, version=version)

    def person(self, record_id: RecordId) -> Person | None:
        with _translated():
            return search.recorded(self._connection(), record_id)

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        query = typed_query(words)
        with self._transaction("BEGIN") as connection:
            people = search.typed(connection, query)
        people.sort(key=lambda one: (-query.closeness(one), one.last_name, one.first_name, one.record_id))
        return people[:limit]

    def replace(self, people: Sequence[Person], *, confirm_deletions: bool = False) -> Imported:
        """Take these people in place of all known ones, all or nothing.

        Raises:
            RequestRefused: it would remove suspiciously many records and nobody has confirmed that.
            RegistryUnavailable: nothing was changed.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            return load(connection, people, confirm_deletions=confirm_deletions)

    def _connection(self) -> sqlite3.Connection:
        """This thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._lock:
                if self._is_closed:
                    raise RegistryUnavailable("The registry is closed.")
                connection = sqlite3.connect(
                    self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
                self._connections.append(connection)
            self._local.connection = connection
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """Commit what is done inside, or nothing of it."""
        with _translated():
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise RegistryUnavailable(
            "The registry's index can't be used.",
            hint="Import the registry again: dossierd registry import FILE",
        ) from error
