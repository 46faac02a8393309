"""The index's queries, each within the caller's transaction."""

import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

from agent.adapters.registry.query import Query, TypedQuery, worth_comparing
from agent.adapters.registry.rows import COLUMNS, namesake_pairs, person_of
from agent.core.names import name_keys
from agent.domain.decision import CANDIDATES_SHOWN
from agent.domain.identity import Person, RecordId

MOST_TOUCHED = 5_000
"""Each is held against the document, for milliseconds where it is long: a list of patients must not take hours."""
MOST_OF_ONE_BIRTHDAY = CANDIDATES_SHOWN
"""A birthday alone vetoes nothing, it proposes. One that more people share than a human is shown proposes nobody, but
together with a part of the name (`nearby`).
"""
MOST_TYPED = 500
"""More people than this for one typed search are no answer to a human."""
_MOST_SPELLINGS = 200
OF_WORDS = (
    "SELECT rid FROM pair WHERE a IN (SELECT value FROM json_each(?1))"
    " UNION SELECT rid FROM pair WHERE b IN (SELECT value FROM json_each(?1))"
)
"""Those of whose name a word is one of these, by their numbers in the vocabulary."""
_RECORDED = "SELECT rid FROM person WHERE record_id IN (?1, upper(?1))"
_NUMBERED = (
    "SELECT rid FROM ident WHERE value = ?1 UNION SELECT rid FROM person WHERE record_id IN (?1, upper(?1))"
)
_BORN_ON = "SELECT rid FROM dob WHERE birth_date IN (SELECT value FROM json_each(?))"
_BORN_IN = "SELECT rid FROM dob WHERE birth_date BETWEEN ?1 || '-01-01' AND ?1 || '-12-31'"
_AFTER_ALL_LETTERS = "\U0010ffff"


def version_of(connection: sqlite3.Connection) -> int:
    """The number of imports so far; none makes it 0."""
    (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM meta").fetchone()
    return int(version)


def is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM person LIMIT 1").fetchone() is None


def touched(connection: sqlite3.Connection, query: Query) -> tuple[list[Person], bool]:
    """Everybody whom a query touches, and every namesake of those whose whole name it holds.

    Whom a birth date alone points at is nobody's namesake: a name that is printed is found by its words.

    Returns:
        The people, and whether they are all; where they would be more than `MOST_TOUCHED` they are but those whom a
        number points at.
    """
    ids = _vocabulary(connection, query.keys)
    pairs = {_ordered(ids[one], ids[other]) for one, other in query.pairs(ids.keys())}
    numbered = set(
        rids_of(
            connection,
            "SELECT rid FROM ident WHERE value IN (SELECT value FROM json_each(?)) LIMIT ?",
            json.dumps(sorted(query.numbers)),
            MOST_TOUCHED,
        )
    )
    pointed_at = _with(numbered, of_pairs(connection, pairs))
    if len(pointed_at) > MOST_TOUCHED:
        return of_rids(connection, numbered), False
    people = of_rids(connection, pointed_at)
    printed = [names for names in map(name_keys, people) if any(map(query.keys.issuperset, names))]
    wanted = {pair for names in printed for keys in names for pair in namesake_pairs(keys)}
    ids |= _vocabulary(connection, {key for pair in wanted for key in pair} - ids.keys())
    further = {_ordered(ids[one], ids[other]) for one, other in wanted} - pairs
    born = itertools.chain.from_iterable(_born(connection, date) for date in query.dates)
    everybody = _with(_with(pointed_at, born), of_pairs(connection, further))
    if len(everybody) > MOST_TOUCHED:
        return of_rids(connection, numbered), False
    return worth_comparing(query, [*people, *of_rids(connection, everybody - pointed_at)]), True


def _with(rids: set[int], more: Iterable[int]) -> set[int]:
    """Both together; no more is taken as soon as they are too many."""
    found = set(rids)
    for rid in more:
        found.add(rid)
        if len(found) > MOST_TOUCHED:
            break
    return found


def _born(connection: sqlite3.Connection, date: str) -> list[int]:
    """Those of one birthday; nobody where so many share it that it points at none of them."""
    found = list(
        rids_of(
            connection, "SELECT rid FROM dob WHERE birth_date = ? LIMIT ?", date, MOST_OF_ONE_BIRTHDAY + 1
        )
    )
    return found if len(found) <= MOST_OF_ONE_BIRTHDAY else []


def noted(connection: sqlite3.Connection, key: str) -> str | None:
    rows = connection.execute("SELECT value FROM note WHERE key = ?", (key,))
    return next((value for (value,) in rows), None)


def everybody(connection: sqlite3.Connection) -> Iterator[Person]:
    """All people in the order of their ids, one after the other."""
    return map(person_of, connection.execute(f"SELECT {COLUMNS} FROM person ORDER BY record_id"))  # noqa: S608 # nosec B608 # own constant


def ids(connection: sqlite3.Connection) -> Iterator[RecordId]:
    """The ids of all people in their order, one after the other."""
    rows = connection.execute("SELECT record_id FROM person ORDER BY record_id")
    return (RecordId(record_id) for (record_id,) in rows)


def recorded(connection: sqlite3.Connection, record_id: RecordId) -> Person | None:
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM person WHERE record_id = ?",  # noqa: S608 # nosec B608 # own constant
        (record_id,),
    )
    return next(map(person_of, rows), None)


def typed(connection: sqlite3.Connection, query: TypedQuery) -> list[Person]:
    """Those who have all that was typed, each word the beginning of a part of the name: the closest `MOST_TYPED`."""
    return _closest(connection, query, _having_all(connection, query))


def typed_among(
    connection: sqlite3.Connection, query: TypedQuery, record_ids: Iterable[RecordId]
) -> Iterator[RecordId]:
    """Those of some records who have all that was typed, however many they are."""
    found = _having_all(connection, query)
    rows = connection.execute(
        "SELECT rid, record_id FROM person WHERE record_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(record_ids)),),
    )
    return (RecordId(record_id) for rid, record_id in rows if rid in found)


def _having_all(connection: sqlite3.Connection, query: TypedQuery) -> set[int]:
    found: set[int] | None = None
    for rids in itertools.chain(
        (_of_beginning(connection, name) for name in query.names),
        (rids_of(connection, _NUMBERED, number) for number in query.numbers),
        (
            {*rids_of(connection, _BORN_IN, year), *rids_of(connection, _NUMBERED, year)}
            for year in query.years
        ),
        [rids_of(connection, _BORN_ON, json.dumps(query.dates))] if query.dates else [],
    ):
        found = set(rids) if found is None else found & set(rids)
    return (found or set()).union(rids_of(connection, _RECORDED, query.record))


def _closest(connection: sqlite3.Connection, query: TypedQuery, rids: set[int]) -> list[Person]:
    """Of these the first `MOST_TYPED`: by how many words are whole words of the name, then in the order of names.

    Whose record's number was typed is among them, however many others have it all too: a year is a number as well.
    """
    whole = Counter(
        itertools.chain.from_iterable(rids.intersection(_of_word(connection, name)) for name in query.names)
    )
    recorded_as_typed = rids.intersection(rids_of(connection, _RECORDED, query.record))
    people = of_rids(connection, recorded_as_typed)
    rids = rids - recorded_as_typed
    for count in sorted({whole[rid] for rid in rids}, reverse=True):
        if len(people) < MOST_TYPED:
            equal = json.dumps([rid for rid in rids if whole[rid] == count])
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM person WHERE rid IN (SELECT value FROM json_each(?))"  # noqa: S608 # nosec B608 # own constant
                " ORDER BY last_name, first_name, record_id LIMIT ?",
                (equal, MOST_TYPED - len(people)),
            )
            people.extend(map(person_of, rows))
    return people


def _of_word(connection: sqlite3.Connection, word: str) -> Iterator[int]:
    return rids_of(connection, OF_WORDS, json.dumps(list(_vocabulary(connection, (word,)).values())))


def _of_beginning(connection: sqlite3.Connection, beginning: str) -> Iterator[int]:
    spellings = connection.execute(
        "SELECT id FROM vocab WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
        (beginning, beginning + _AFTER_ALL_LETTERS, _MOST_SPELLINGS),
    )
    ids = json.dumps([number for (number,) in spellings])
    return rids_of(connection, OF_WORDS, ids)


def _vocabulary(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT key, id FROM vocab WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(sorted(keys)),)
    )
    return dict(rows)


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one <= other else (other, one)


def of_pairs(connection: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The rows of those of whose name two words, by their numbers and in their order, are such a pair."""
    return rids_of(
        connection,
        "SELECT pair.rid FROM json_each(?) AS wanted CROSS JOIN pair"
        " ON pair.a = json_extract(wanted.value, '$[0]') AND pair.b = json_extract(wanted.value, '$[1]')",
        json.dumps(sorted(pairs)),
    )


def rids_of(connection: sqlite3.Connection, statement: str, *values: str | int) -> Iterator[int]:
    return (rid for (rid,) in connection.execute(statement, values))


def of_rids(connection: sqlite3.Connection, rids: Iterable[int]) -> list[Person]:
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM person WHERE rid IN (SELECT value FROM json_each(?))",  # noqa: S608 # nosec B608 # own constant
        (json.dumps(sorted(rids)),),
    )
    return list(map(person_of, rows))
