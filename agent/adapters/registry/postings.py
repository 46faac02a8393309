"""What people are found by: words, pairs of words, numbers, birth dates. The caller owns the transaction.

New rows are gathered in temporary tables and written in the order of their keys: a million people in any order take
minutes then, not hours, and no more memory than a few.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from agent.adapters.registry.rows import numbers_of, person_pairs
from agent.domain.identity import Person

Numbered = tuple[int, Person]
"""A person with the number of the row."""

_GATHERED = (
    "CREATE TEMP TABLE new_pair (a INTEGER, b INTEGER, rid INTEGER)",
    "CREATE TEMP TABLE new_ident (value TEXT, rid INTEGER)",
    "CREATE TEMP TABLE new_dob (birth_date TEXT, rid INTEGER)",
    "CREATE TEMP TABLE loosened (id INTEGER PRIMARY KEY)",
)
_WRITTEN = (
    "INSERT INTO pair SELECT a, b, rid FROM new_pair ORDER BY a, b, rid",
    "INSERT INTO ident SELECT value, rid FROM new_ident ORDER BY value, rid",
    "INSERT INTO dob SELECT birth_date, rid FROM new_dob ORDER BY birth_date, rid",
    """DELETE FROM vocab WHERE id IN (SELECT id FROM loosened)
        AND NOT EXISTS (SELECT 1 FROM pair WHERE a = vocab.id)
        AND NOT EXISTS (SELECT 1 FROM pair WHERE b = vocab.id)""",
    "DROP TABLE new_pair",
    "DROP TABLE new_ident",
    "DROP TABLE new_dob",
    "DROP TABLE loosened",
)


class Postings:
    """The search tables in one pass over people; each person is added and removed at most once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for statement in _GATHERED:
            connection.execute(statement)

    def add(self, people: Sequence[Numbered]) -> None:
        """Let people be found once the pass is finished."""
        pairs = [(pair, rid) for rid, person in people for pair in person_pairs(person)]
        ids = self._ids({word for pair, _ in pairs for word in pair}, makes_new=True)
        self._connection.executemany("INSERT INTO new_pair VALUES (?, ?, ?)", _rows(pairs, ids))
        self._connection.executemany("INSERT INTO new_ident VALUES (?, ?)", _numbers(people))
        self._connection.executemany("INSERT INTO new_dob VALUES (?, ?)", _birthdays(people))

    def remove(self, people: Sequence[Numbered]) -> None:
        """Let people be found no longer; they are given as they were when they were added."""
        pairs = [(pair, rid) for rid, person in people for pair in person_pairs(person)]
        ids = self._ids({word for pair, _ in pairs for word in pair}, makes_new=False)
        self._connection.executemany("DELETE FROM pair WHERE a = ? AND b = ? AND rid = ?", _rows(pairs, ids))
        self._connection.executemany("DELETE FROM ident WHERE value = ? AND rid = ?", _numbers(people))
        self._connection.executemany("DELETE FROM dob WHERE birth_date = ? AND rid = ?", _birthdays(people))
        self._connection.executemany(
            "INSERT OR IGNORE INTO loosened VALUES (?)", ((number,) for number in ids.values())
        )

    def finish(self) -> None:
        """Write what was added, and drop words that nobody bears any longer."""
        for statement in _WRITTEN:
            self._connection.execute(statement)

    def _ids(self, words: Iterable[str], *, makes_new: bool) -> dict[str, int]:
        wanted = json.dumps(sorted(words))
        if makes_new:
            self._connection.execute(
                "INSERT OR IGNORE INTO vocab (key) SELECT value FROM json_each(?)", (wanted,)
            )
        return dict(
            self._connection.execute(
                "SELECT key, id FROM vocab WHERE key IN (SELECT value FROM json_each(?))", (wanted,)
            )
        )


def _rows(
    pairs: Iterable[tuple[tuple[str, str], int]], ids: dict[str, int]
) -> Iterator[tuple[int, int, int]]:
    for (one, other), rid in pairs:
        a, b = sorted((ids[one], ids[other]))
        yield a, b, rid


def _numbers(people: Iterable[Numbered]) -> Iterator[tuple[str, int]]:
    return ((number, rid) for rid, person in people for number in numbers_of(person))


def _birthdays(people: Iterable[Numbered]) -> Iterator[tuple[str, int]]:
    return ((person.birth_date.isoformat(), rid) for rid, person in people if person.birth_date)
