"""Replace all people of the index. The caller owns the transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.adapters.registry.rows import COLUMNS, numbers_of, person_pairs, row_of
from agent.adapters.registry.schema import TABLES
from agent.domain.identity import Person
from agent.errors import RequestRefused

DELETIONS_ALLOWED = 20
DELETIONS_ALLOWED_SHARE = 0.05
"""A truncated export must not empty the registry: an import that removes more than both of these asks first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import changed."""

    version: int
    people: int
    added: int
    changed: int
    removed: int


def load(connection: sqlite3.Connection, people: Sequence[Person], *, confirm_deletions: bool) -> Imported:
    """Take these people in place of all known ones, and count the import as a new version.

    Raises:
        RequestRefused: it would remove suspiciously many records and nobody has confirmed that.
    """
    known = {row[0]: row for row in connection.execute(f"SELECT {COLUMNS} FROM person")}  # noqa: S608 # own constant
    coming = {person.record_id: row_of(person) for person in people}
    removed = len(known.keys() - coming.keys())
    if removed > max(DELETIONS_ALLOWED, DELETIONS_ALLOWED_SHARE * len(known)) and not confirm_deletions:
        raise RequestRefused(
            f"This would remove {removed} of {len(known)} people; nothing was changed.",
            hint="If the file is complete, import it again and confirm the deletions.",
        )
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 # own constant
    _insert(connection, people)
    connection.execute("INSERT INTO meta (version) SELECT coalesce(max(version), 0) + 1 FROM meta")
    connection.execute("DELETE FROM meta WHERE version < (SELECT max(version) FROM meta)")
    return Imported(
        version=connection.execute("SELECT version FROM meta").fetchone()[0],
        people=len(coming),
        added=len(coming.keys() - known.keys()),
        changed=sum(known[record_id] != row for record_id, row in coming.items() if record_id in known),
        removed=removed,
    )


def _insert(connection: sqlite3.Connection, people: Sequence[Person]) -> None:
    ids: dict[str, int] = {}
    pairs: list[tuple[int, int, int]] = []
    for rid, person in enumerate(people):
        for words in person_pairs(person):
            one, other = sorted(ids.setdefault(word, len(ids)) for word in words)
            pairs.append((one, other, rid))
    pairs.sort()
    connection.executemany("INSERT INTO vocab (key, id) VALUES (?, ?)", ids.items())
    connection.executemany("INSERT INTO pair (a, b, rid) VALUES (?, ?, ?)", pairs)
    connection.executemany(
        f"INSERT INTO person (rid, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 # own constant
        ((rid, *row_of(person)) for rid, person in enumerate(people)),
    )
    connection.executemany("INSERT INTO ident (value, rid) VALUES (?, ?)", _numbers(people))
    connection.executemany("INSERT INTO dob (birth_date, rid) VALUES (?, ?)", _birthdays(people))


def _numbers(people: Iterable[Person]) -> list[tuple[str, int]]:
    return sorted((number, rid) for rid, person in enumerate(people) for number in numbers_of(person))


def _birthdays(people: Iterable[Person]) -> list[tuple[str, int]]:
    return sorted(
        (person.birth_date.isoformat(), rid) for rid, person in enumerate(people) if person.birth_date
    )
