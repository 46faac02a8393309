"""The registry's local copy: one SQLite file, searched by several threads at once, changed in one transaction a pass.

A search reads one snapshot, so that its people and its version belong together, also while a pass is under way. It
returns every record that shares two core words of a name with words that stand close together on the page, and every
namesake of those: no veto is missed.

An index that another version of this program has filled is made anew when it is opened, from the people in it.
"""

import datetime
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from agent import sqlite
from agent.adapters.registry import loading, search
from agent.adapters.registry.loading import Imported
from agent.adapters.registry.nearby import nearby, nearby_typed
from agent.adapters.registry.query import query_of, typed_query
from agent.adapters.registry.schema import form, form_of
from agent.core.nearness import sought_in
from agent.domain.evidence import Evidence
from agent.domain.identity import People, Person, RecordId
from agent.domain.phrase import Phrase, in_a_row
from agent.errors import RegistryUnavailable
from agent.ports import Clock

TRUSTED_UNTIL = "trusted_until"
"""The note that holds a moment (ISO 8601, with its zone) after which the copy counts as outdated; none: never."""
_BUSY_SECONDS = 10.0
_LARGE_LOG_BYTES = 16 * 2**20


class RegistryIndex:
    """A searchable copy of the registry in the file at `path`, which is made if need be."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        """Open the index.

        Args:
            clock: by which the copy's age is judged; without one it never counts as outdated.

        Raises:
            RegistryUnavailable: the file can't be opened, or is no index.
        """
        self._path = path
        self._clock = clock
        self._form = form()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._is_closed = False
        try:
            with self._translated():
                connection = self._connection()
                connection.execute("PRAGMA journal_mode = WAL")
            if form_of(connection) != self._form:
                self._rebuild()
        except RegistryUnavailable:
            self.close()
            raise

    @property
    def folder(self) -> Path:
        return self._path.parent

    def close(self) -> None:
        """Close the connections of all threads; searching again is refused."""
        with self._lock:
            self._is_closed = True
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def version(self) -> int:
        with self._translated():
            return search.version_of(self._connection())

    def count(self) -> int:
        """How many people there are."""
        with self._translated():
            return loading.count_of(self._connection())

    def candidates(self, evidence: Evidence) -> People:
        with self._transaction("BEGIN") as connection:
            people, is_all = search.touched(connection, query_of(evidence))
            is_trustworthy = not search.is_empty(connection) and not self._is_outdated(connection)
            version = search.version_of(connection)
        named = tuple(sorted(people, key=lambda person: person.record_id))
        return People(named=named, is_trustworthy=is_trustworthy, version=version, is_cut=not is_all)

    def proposals(self, evidence: Evidence, limit: int) -> Sequence[Person]:
        sought = sought_in(evidence)
        with self._transaction("BEGIN") as connection:
            return nearby(connection, sought, limit)

    def person(self, record_id: RecordId) -> Person | None:
        with self._translated():
            return search.recorded(self._connection(), record_id)

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        query = typed_query(words)
        with self._transaction("BEGIN") as connection:
            people = search.typed(connection, query)
        people.sort(
            key=lambda one: (
                not query.is_record(one),
                -query.closeness(one),
                one.last_name,
                one.first_name,
                one.record_id,
            )
        )
        return people[:limit]

    def find_among(self, words: str, record_ids: Collection[RecordId]) -> frozenset[RecordId]:
        query = typed_query(words)
        with self._transaction("BEGIN") as connection:
            return frozenset(search.typed_among(connection, query, record_ids))

    def find_near(self, words: str, limit: int = 8) -> Sequence[Person]:
        """Search as `find` does, where that finds nobody: all that was typed may hold slips.

        Raises:
            RegistryUnavailable: it can't be searched now.
        """
        query = typed_query(words)
        with self._transaction("BEGIN") as connection:
            return nearby_typed(connection, query, limit)

    def everybody(self) -> Iterator[Person]:
        """All people in the order of their ids, as they are when the first is asked for.

        Raises:
            RegistryUnavailable: at any step.
        """
        with self._translated(), closing(self._open()) as connection:
            yield from search.everybody(connection)

    def ids(self) -> Iterator[RecordId]:
        """The ids of all people, as they were committed when the first is asked for.

        Raises:
            RegistryUnavailable: at any step.
        """
        with self._translated(), closing(self._open()) as connection:
            yield from search.ids(connection)

    def replace(
        self, people: Iterable[Person], *, confirm_deletions: bool = False, confirm_changes: bool = False
    ) -> Imported:
        """Take these people in place of all known ones, all or nothing; only what differs is written.

        Args:
            people: a stream in any order, read once. What it notes in this index while it is read belongs to the pass.

        Raises:
            RequestRefused: it would remove suspiciously many records and nobody has confirmed that.
            IdentitiesChanged: suspiciously many ids would name somebody else and nobody has confirmed that.
            RegistryInvalid: a record came twice.
            RegistryUnavailable: nothing was changed.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            imported = loading.replace(
                connection, people, confirm_deletions=confirm_deletions, confirm_changes=confirm_changes
            )
        self._shorten_log()
        return imported

    def apply(self, people: Iterable[Person], *, confirm_changes: bool = False) -> Imported:
        """Add these people, or change those whom their ids name, all or nothing; nobody is removed.

        Args:
            people: a stream in any order, read once. What it notes in this index while it is read belongs to the pass.

        Raises:
            IdentitiesChanged: suspiciously many ids would name somebody else and nobody has confirmed that.
            RegistryInvalid: a record came twice.
            RegistryUnavailable: nothing was changed.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            imported = loading.apply(connection, people, confirm_changes=confirm_changes)
        self._shorten_log()
        return imported

    def copy_to(self, path: Path) -> int:
        """Write all that is here into a new file, as one reader sees it; gives the version of its people.

        Raises:
            RegistryUnavailable.
        """
        with self._translated(), closing(self._open()) as source, closing(sqlite3.connect(path)) as into:
            source.backup(into)
            into.execute("PRAGMA journal_mode = DELETE")
            return search.version_of(into)

    def take_over(self, path: Path) -> None:
        """Hold what such a file holds, all or nothing; who searches meanwhile sees what was here before.

        Raises:
            RegistryUnavailable.
        """
        with self._translated():
            with closing(sqlite3.connect(path)) as source, closing(self._open()) as into:
                source.backup(into)
            if form_of(self._connection()) != self._form:
                self._rebuild(is_followed=True)
        self._shorten_log()

    def is_outdated(self) -> bool:
        """Whether the copy is older than it may be: then nothing is matched."""
        with self._translated():
            return self._is_outdated(self._connection())

    def note(self, key: str, value: str) -> None:
        """Keep a word about the copy, such as the source's watermark; within a pass it is kept only with the pass."""
        with self._translated():
            self._connection().execute("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str | None:
        with self._translated():
            return search.noted(self._connection(), key)

    def _is_outdated(self, connection: sqlite3.Connection) -> bool:
        until = search.noted(connection, TRUSTED_UNTIL)
        if until is None or self._clock is None:
            return False
        return self._clock.now() > datetime.datetime.fromisoformat(until)

    def _rebuild(self, *, is_followed: bool = False) -> None:
        with self._transaction("BEGIN IMMEDIATE", checks_form=False) as connection:
            if form_of(connection) != self._form:  # another process may have been quicker
                loading.rebuild(connection, self._form, is_followed=is_followed)
        self._shorten_log()

    def _shorten_log(self) -> None:
        """Give back the room of a large pass; where somebody still reads, a later pass will do it."""
        log = self._path.with_name(f"{self._path.name}-wal")
        if log.is_file() and log.stat().st_size > _LARGE_LOG_BYTES:
            with self._translated():
                self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _connection(self) -> sqlite3.Connection:
        """This thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._lock:
                if self._is_closed:
                    raise RegistryUnavailable("The registry is closed.")
                connection = self._open()
                self._connections.append(connection)
            self._local.connection = connection
        return connection

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _transaction(self, begin: str, *, checks_form: bool = True) -> Iterator[sqlite3.Connection]:
        """Commit what is done inside, or nothing of it.

        Raises:
            RegistryUnavailable: nothing was done; also where a newer program has filled the index in another form.
        """
        with self._translated():
            connection = self._connection()
            connection.execute(begin)
            try:
                if checks_form:
                    self._refuse_other_form(connection)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    def _refuse_other_form(self, connection: sqlite3.Connection) -> None:
        """Keep away from tables that another version of this program has filled since they were opened."""
        if form_of(connection) != self._form:
            raise RegistryUnavailable(
                Phrase("The registry's index was made by another version of dossierd."),
                hint=Phrase("Restart the daemon."),
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RegistryUnavailable(
                Phrase("The registry's index can't be used."),
                hint=sqlite.hint_for(error) or self._hint_for(error),
            ) from error

    def _hint_for(self, error: sqlite3.Error) -> Phrase:
        if sqlite.word_for(error).startswith("SQLITE_BUSY"):
            return Phrase("Another import or sync is under way; try again when it is done.")
        again = Phrase(
            "Import the registry again: dossierd registry import FILE, or: dossierd registry sync --full"
        )
        away = Phrase("Move {file} away.", file=self._path.name)
        return in_a_row(away, again) if sqlite.is_damaged(error) else again
