"""Looks a whole registry through for what `core.hygiene` knows, in the memory of one shelf.

People, shelves and findings are kept in a file of SQLite without a name, which is gone when it is closed.
"""

import datetime
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator

from agent.adapters.registry.record_ids import problem_with
from agent.adapters.registry.rows import person_of, row_of
from agent.core.hygiene import Concern, Finding, flaws_of, look_together, shelves_of
from agent.core.vocabulary import Vocabulary
from agent.domain.identity import Person
from agent.errors import RegistryUnavailable

_SCHEMA = """
CREATE TABLE person (n INTEGER PRIMARY KEY, record_id TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE stands (shelf TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE found (
    concern TEXT, people TEXT, place INTEGER, reason TEXT, PRIMARY KEY (concern, people, reason)
) WITHOUT ROWID;
"""
_SHARED_SHELVES = """
SELECT stands.shelf, person.content FROM stands JOIN person USING (n)
WHERE stands.shelf IN (SELECT shelf FROM stands GROUP BY shelf HAVING count(*) > 1)
ORDER BY stands.shelf, stands.n
"""


class Inspection:
    """What was found among some people."""

    def __init__(self, people: Iterable[Person], vocabulary: Vocabulary, today: datetime.date) -> None:
        """Look everybody through.

        Args:
            people: a stream, read once.

        Raises:
            RegistryUnavailable: they can't be read, or the disk for temporary files is full.
        """
        self._kept = sqlite3.connect("", isolation_level=None)
        self._order = itertools.count()
        try:
            self._kept.executescript(_SCHEMA)
            self._kept.execute("BEGIN")
            self.people_count = self._take(people, vocabulary, today)
            self._kept.execute("CREATE INDEX by_shelf ON stands (shelf, n)")
            self._kept.execute("CREATE INDEX by_id ON person (record_id)")
            self._compare(vocabulary)
        except sqlite3.Error as error:
            self.close()
            raise RegistryUnavailable(
                "The people can't be looked through: there is no room for temporary files.",
                hint="Make room in /var/tmp, or name another folder: SQLITE_TMPDIR=DIR dossierd registry report",
            ) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._kept.close()

    def counts(self) -> dict[Concern, int]:
        """How much was found of each concern, the gravest first; nothing is left out."""
        found = dict(
            self._kept.execute(
                "SELECT concern, count(*) FROM (SELECT DISTINCT concern, people FROM found) GROUP BY concern"
            )
        )
        return {concern: found[concern] for concern in Concern if concern in found}

    def findings(self, concern: Concern, limit: int | None = None) -> Iterator[Finding]:
        """What was found of a concern, by its people, with all reasons in one.

        Args:
            limit: how many at most; None for all.
        """
        rows = self._kept.execute(
            "SELECT people, reason FROM found WHERE concern = ? ORDER BY people, place", (concern,)
        )
        grouped = itertools.groupby(rows, key=lambda row: row[0])
        for people, reasons in itertools.islice(grouped, limit):
            yield Finding(
                concern=concern,
                people=tuple(map(self._person, json.loads(people))),
                reason=", ".join(reason for _, reason in reasons),
            )

    def _take(self, people: Iterable[Person], vocabulary: Vocabulary, today: datetime.date) -> int:
        """Keep everybody, and what each alone shows; gives how many they are."""
        number = 0
        for number, person in enumerate(people, start=1):
            row = row_of(person)
            self._kept.execute("INSERT INTO person VALUES (?, ?, ?)", (number, row[0], json.dumps(row)))
            self._kept.executemany(
                "INSERT INTO stands VALUES (?, ?)",
                ((shelf, number) for shelf in shelves_of(person, vocabulary)),
            )
            if problem := problem_with(person.record_id):
                self._keep([Finding(concern=Concern.ID_UNFIT, people=(person,), reason=problem)])
            self._keep(flaws_of(person, vocabulary, today))
        return number

    def _compare(self, vocabulary: Vocabulary) -> None:
        rows = self._kept.execute(_SHARED_SHELVES)
        for shelf, group in itertools.groupby(rows, key=lambda row: row[0]):
            people = [person_of(json.loads(content)) for _, content in group]
            people.sort(key=lambda person: person.record_id)
            self._keep(look_together(shelf, people, vocabulary))

    def _keep(self, findings: Iterable[Finding]) -> None:
        self._kept.executemany(
            "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?)",
            (
                (
                    finding.concern,
                    json.dumps([person.record_id for person in finding.people]),
                    next(self._order),
                    finding.reason,
                )
                for finding in findings
            ),
        )

    def _person(self, record_id: str) -> Person:
        (content,) = self._kept.execute(
            "SELECT content FROM person WHERE record_id = ?", (record_id,)
        ).fetchone()
        return person_of(json.loads(content))
