"""People who are near to what is sought, for a human to choose from. The caller owns the transaction.

The whole vocabulary is held against each word that is sought, which takes some milliseconds a word with a million
people: this is asked only where nobody was found by rule.
"""

import datetime
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from agent.adapters.registry.query import TypedQuery
from agent.adapters.registry.search import MOST_TYPED, OF_WORDS, of_pairs, of_rids, rids_of
from agent.core.dates import near_days
from agent.core.letters import Letters, alike
from agent.core.nearness import Sought, likeness, near_words, number_slips, slips_allowed
from agent.domain.identity import Person

_OF_NUMBERS = "SELECT rid FROM ident WHERE value IN (SELECT value FROM json_each(?))"
_OF_DAYS = "SELECT rid FROM dob WHERE birth_date IN (SELECT value FROM json_each(?))"
_OF_TWO_WORDS = (
    "SELECT rid FROM pair WHERE a IN (SELECT value FROM json_each(?1)) AND b IN (SELECT value FROM json_each(?1))"
    " LIMIT ?2"
)
_SOME_OF_WORD = "SELECT rid FROM pair WHERE a = ?1 UNION SELECT rid FROM pair WHERE b = ?1 LIMIT ?2"
_MOST_ALIKE = 100
_ENOUGH_ALIKE = 2_000
_MOST_SPELLINGS = 12
_ENOUGH = 100
"""Names with more slips are looked for only while fewer people than this are found."""

_Word = tuple[int, int]
"""A word of the vocabulary by its number, and its distance from the word that is sought."""


def nearby(connection: sqlite3.Connection, sought: Sought, limit: int) -> list[Person]:
    """Those who are near, the nearest first."""
    words = _words(connection, sought)
    rids = {
        *_of_names(connection, words),
        *_of_days(connection, sought, words),
        *_of_numbers(connection, sought),
        *(_of_letters(connection, sought.letters) if sought.letters else ()),
    }
    found = ((likeness(sought, person), person) for person in of_rids(connection, rids))
    near = [(like.points, person) for like, person in found if like is not None]
    near.sort(key=lambda one: (-one[0], one[1].record_id))
    return [person for _, person in near[:limit]]


def nearby_typed(connection: sqlite3.Connection, query: TypedQuery, limit: int) -> list[Person]:
    """Those to whom all that was typed is near: each word to a part of the name; those with the fewest slips first."""
    vocabulary = _vocabulary(connection, query.names)
    found: list[set[int]] = [
        set(rids_of(connection, OF_WORDS, json.dumps([number for number, _ in _spellings(name, vocabulary)])))
        for name in query.names
    ]
    if query.numbers:
        slips = {slip for number in query.numbers for slip in (number, *number_slips(number))}
        found.append(set(rids_of(connection, _OF_NUMBERS, json.dumps(sorted(slips)))))
    if query.dates:
        days = {day for date in query.dates for day in near_days(datetime.date.fromisoformat(date))}
        found.append(set(rids_of(connection, _OF_DAYS, json.dumps(sorted(map(str, days))))))
    everywhere = sorted(set.intersection(*found))[:MOST_TYPED] if found else []
    people = of_rids(connection, everywhere)
    people.sort(key=lambda one: (query.slips(one), one.last_name, one.first_name, one.record_id))
    return people[:limit]


def _words(connection: sqlite3.Connection, sought: Sought) -> list[list[_Word]]:
    """For each word that is sought those of the vocabulary that are near, the nearest first."""
    vocabulary = _vocabulary(connection, (word.key for word in sought.words))
    return [_spellings(word.key, vocabulary) for word in sought.words]


def _vocabulary(connection: sqlite3.Connection, words: Iterable[str]) -> dict[str, int]:
    """Those words of all names that are as long as one that may be near to one of these."""
    lengths = {
        len(word) + more for word in words for more in range(-slips_allowed(word), slips_allowed(word) + 1)
    }
    return dict(
        connection.execute(
            "SELECT key, id FROM vocab WHERE length(key) IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(lengths)),),
        )
    )


def _spellings(word: str, vocabulary: Mapping[str, int]) -> list[_Word]:
    """Those of the vocabulary that are near to a word, the nearest first."""
    near = near_words(word, list(vocabulary), _MOST_SPELLINGS)
    return [(vocabulary[key], distance) for key, distance in near]


def _of_names(connection: sqlite3.Connection, words: Iterable[list[_Word]]) -> set[int]:
    """Those of whose name two words are near to two that are sought."""
    by_distance: dict[int, set[tuple[int, int]]] = {}
    for some, others in itertools.combinations(words, 2):
        for (one, slips), (other, more_slips) in itertools.product(some, others):
            by_distance.setdefault(slips + more_slips, set()).add((min(one, other), max(one, other)))
    found: set[int] = set()
    for distance in sorted(by_distance):
        if len(found) >= _ENOUGH:
            break
        found.update(of_pairs(connection, by_distance[distance]))
    return found


def _of_days(connection: sqlite3.Connection, sought: Sought, words: Iterable[list[_Word]]) -> Iterator[int]:
    """Those whose birthday is, or nearly is, one that is sought, and of whose name a word is near."""
    ids = json.dumps(sorted({number for spellings in words for number, _ in spellings}))
    days = json.dumps(sorted({near.isoformat() for day in sought.dates for near in near_days(day)}))
    rows = connection.execute(
        "SELECT rid FROM dob WHERE birth_date IN (SELECT value FROM json_each(?1))"
        " AND rid IN (SELECT rid FROM pair WHERE a IN (SELECT value FROM json_each(?2))"
        " UNION ALL SELECT rid FROM pair WHERE b IN (SELECT value FROM json_each(?2)))",
        (days, ids),
    )
    return (rid for (rid,) in rows)


def _of_letters(connection: sqlite3.Connection, letters: Letters) -> set[int]:
    """Those of whose name two words seem to be printed, and some of those of each single one."""
    vocabulary = dict[str, int](connection.execute("SELECT key, id FROM vocab"))
    words = [vocabulary[key] for key in alike(letters, vocabulary, _MOST_ALIKE)]
    found = set(rids_of(connection, _OF_TWO_WORDS, json.dumps(words), _ENOUGH_ALIKE))
    for word in words:
        found.update(rids_of(connection, _SOME_OF_WORD, word, _ENOUGH))
    return found


def _of_numbers(connection: sqlite3.Connection, sought: Sought) -> Iterator[int]:
    slips = {slip for number in sought.numbers for slip in number_slips(number.value)}
    return rids_of(connection, _OF_NUMBERS, json.dumps(sorted(slips)))
