"""Bring people into the index, and write only what differs. The caller owns the transaction.

People come as a stream and in any order; what is kept of them is a batch, and a byte for each record that was seen.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agent.adapters.registry.postings import Numbered, Postings
from agent.adapters.registry.rows import COLUMNS, Row, person_of, row_of
from agent.adapters.registry.schema import FOLLOWED, REDECIDED, make_tables
from agent.adapters.registry.search import noted
from agent.core.names import are_compatible
from agent.domain.identity import Person
from agent.domain.phrase import Phrase
from agent.errors import IdentitiesChanged, RegistryInvalid, RequestRefused

DELETIONS_ALLOWED = 20
DELETIONS_ALLOWED_SHARE = 0.05
"""A truncated export must not empty the registry: an import that removes more than both of these asks first."""
CHANGES_ALLOWED = 20
CHANGES_ALLOWED_SHARE = 0.05
"""Ids that were given anew must not name others in silence: more than both of these ask first."""
_BATCH_PEOPLE = 2_000
_Item = TypeVar("_Item")
_EACH_COLUMN = ", ".join(f"{name} = ?" for name in COLUMNS.split(", "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a pass changed.

    Attributes:
        version: of the registry afterwards; it grows only when something changed.
        people: how many there are now.
    """

    version: int
    people: int
    added: int
    changed: int
    removed: int


def replace(
    connection: sqlite3.Connection,
    people: Iterable[Person],
    *,
    confirm_deletions: bool,
    confirm_changes: bool,
) -> Imported:
    """Take these people in place of all known ones.

    Raises:
        IdentitiesChanged: suspiciously many ids would name somebody else and nobody has confirmed that.
        RequestRefused: it would remove suspiciously many records and nobody has confirmed that.
        RegistryInvalid: a record came twice.
    """
    known = count_of(connection)
    taken = _Pass(connection)
    for batch in _batches(people):
        taken.take(batch)
    removed = known - taken.met
    if removed > deletions_allowed(known) and not confirm_deletions:
        raise RequestRefused(
            Phrase(
                "This would remove {removed} of {known} people; nothing was changed.",
                removed=removed,
                known=known,
            ),
            hint="If the file is complete, import it again and confirm the deletions.",
        )
    if not confirm_changes:
        taken.refuse_others(known)
    if removed:
        taken.remove_all_not_seen()
    return taken.finish(removed)


def deletions_allowed(known: int) -> int:
    """How many of the known people a pass may remove without being asked."""
    return int(max(DELETIONS_ALLOWED, DELETIONS_ALLOWED_SHARE * known))


def apply(connection: sqlite3.Connection, people: Iterable[Person], *, confirm_changes: bool) -> Imported:
    """Add these people, or change those who are known by their id; nobody is removed.

    Raises:
        IdentitiesChanged: suspiciously many ids would name somebody else and nobody has confirmed that.
        RegistryInvalid: a record came twice.
    """
    known = count_of(connection)
    taken = _Pass(connection)
    for batch in _batches(people):
        taken.take(batch)
    if not confirm_changes:
        taken.refuse_others(known)
    return taken.finish(0)


def rebuild(connection: sqlite3.Connection, form: int, *, is_followed: bool = False) -> None:
    """Make all that people are found by anew, from the people themselves; a new file gets its tables.

    Hosts that share a home agree on people by their version: there it stays, and open questions are looked at again.

    Args:
        is_followed: these people are a published copy, whether or not a note says so yet.
    """
    make_tables(connection, form)
    postings = Postings(connection)
    for batch in _batches(_everybody(connection)):
        postings.add(batch)
    postings.finish()
    if is_followed or noted(connection, FOLLOWED) is not None:
        connection.execute("DELETE FROM note WHERE key = ?", (REDECIDED,))
    elif count_of(connection):
        _raise_version(connection)


def count_of(connection: sqlite3.Connection) -> int:
    """How many people there are."""
    (count,) = connection.execute("SELECT count(*) FROM person").fetchone()
    return int(count)


class _Pass:
    """One stream of people on its way into the tables.

    Attributes:
        met: how many of them were known before.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._postings = Postings(connection)
        (self._next_rid,) = connection.execute("SELECT coalesce(max(rid), -1) + 1 FROM person").fetchone()
        self._seen = bytearray(self._next_rid)
        self._added = self._changed = self._others = self.met = 0

    def take(self, people: Sequence[Person]) -> None:
        known = self._known(people)
        added: list[Numbered] = []
        changed: list[Numbered] = []
        former: list[Numbered] = []
        for person in people:
            rid, row = known.get(person.record_id, (self._next_rid, None))
            if row is None:
                known[person.record_id] = rid, row_of(person)
                added.append((rid, person))
                self._next_rid += 1
                self._seen.append(True)
                continue
            if self._seen[rid]:
                raise RegistryInvalid("Two records have one id; nothing was changed.")
            self._seen[rid] = True
            self.met += 1
            if row != row_of(person):
                before = person_of(row)
                self._others += _are_two(before, person)
                changed.append((rid, person))
                former.append((rid, before))
        self._postings.remove(former)
        self._postings.add([*added, *changed])
        self._connection.executemany(
            f"INSERT INTO person (rid, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 # nosec B608 # own constant
            ((rid, *row_of(person)) for rid, person in added),
        )
        self._connection.executemany(
            f"UPDATE person SET {_EACH_COLUMN} WHERE rid = ?",  # noqa: S608 # nosec B608 # own constant
            ((*row_of(person), rid) for rid, person in changed),
        )
        self._added += len(added)
        self._changed += len(changed)

    def refuse_others(self, known: int) -> None:
        """Doubt a pass in which many ids name somebody else.

        Args:
            known: how many people there were before.

        Raises:
            IdentitiesChanged: it is one.
        """
        if self._others > max(CHANGES_ALLOWED, CHANGES_ALLOWED_SHARE * known):
            raise IdentitiesChanged(
                Phrase(
                    "{others} of {known} ids would name somebody else, by name or birth date; nothing was changed.",
                    others=self._others,
                    known=known,
                )
            )

    def remove_all_not_seen(self) -> None:
        gone = [rid for rid, is_seen in enumerate(self._seen) if not is_seen]
        for batch in _batches(gone):
            rids = json.dumps(batch)
            rows = self._connection.execute(
                f"SELECT rid, {COLUMNS} FROM person"  # noqa: S608 # nosec B608 # own constant
                " WHERE rid IN (SELECT value FROM json_each(?))",
                (rids,),
            ).fetchall()
            self._postings.remove([(row[0], person_of(row[1:])) for row in rows])
            self._connection.execute(
                "DELETE FROM person WHERE rid IN (SELECT value FROM json_each(?))", (rids,)
            )

    def finish(self, removed: int) -> Imported:
        self._postings.finish()
        if self._added or self._changed or removed:
            _raise_version(self._connection)
        (version,) = self._connection.execute("SELECT coalesce(max(version), 0) FROM meta").fetchone()
        return Imported(
            version=version,
            people=count_of(self._connection),
            added=self._added,
            changed=self._changed,
            removed=removed,
        )

    def _known(self, people: Iterable[Person]) -> dict[str, tuple[int, Row]]:
        rows = self._connection.execute(
            f"SELECT rid, {COLUMNS} FROM person"  # noqa: S608 # nosec B608 # own constant
            " WHERE record_id IN (SELECT value FROM json_each(?))",
            (json.dumps([person.record_id for person in people]),),
        )
        return {row[1]: (row[0], row[1:]) for row in rows}


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    stream = iter(items)
    while batch := list(itertools.islice(stream, _BATCH_PEOPLE)):
        yield batch


def _are_two(before: Person, now: Person) -> bool:
    """Whether whom an id stood for and whom it stands for now can't be one; a missing birth date says nothing."""
    if before.birth_date and now.birth_date and before.birth_date != now.birth_date:
        return True
    return not are_compatible(before, now)


def _everybody(connection: sqlite3.Connection) -> Iterator[Numbered]:
    rows = connection.execute(f"SELECT rid, {COLUMNS} FROM person")  # noqa: S608 # nosec B608 # own constant
    return ((row[0], person_of(row[1:])) for row in rows)


def _raise_version(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO meta (version) SELECT coalesce(max(version), 0) + 1 FROM meta")
    connection.execute("DELETE FROM meta WHERE version < (SELECT max(version) FROM meta)")
