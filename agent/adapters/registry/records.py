"""A row of any source, made into a person, or told what is wrong with it."""

import datetime
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.adapters.registry.fields import numbers_among
from agent.adapters.registry.record_ids import folded, problem_with
from agent.core.identifiers import IdentifierKind
from agent.core.names import tokens
from agent.domain.identity import Identifier, Person, RecordId

_ISO_DATE = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST_DATE = re.compile(
    r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?: 00:00(?::00)?)?"
)
_EARLIEST_YEAR = 1850
BAD_DATE = "the birth date is no date like 1980-12-31 or 31/12/1980"
_COUNTS_AS_UNKNOWN = "; it counts as unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a source says in one place.

    Attributes:
        place: a line's number, or words such as `record 4711`.
        person: None when the row can't be used at all.
        problem: what is wrong, without what stands there; a person may be there all the same, with less.
        record_id: whose row it is, where no person could be made of it and its id can be read in a database.
    """

    place: int | str
    person: Person | None = None
    problem: str | None = None
    record_id: RecordId | None = None


def read_record(
    place: int | str,
    cells: Mapping[str, str],
    kinds: Sequence[IdentifierKind],
    *,
    keeps_undated: bool = False,
    unreadable: Sequence[str] = (),
) -> Record:
    """Make a person of a row's cells, which are stripped.

    Args:
        keeps_undated: a birth date that can't be read is left blank, as well as told. A blank one excludes nobody, so
            that the person still stands in the way of a namesake, whom a missing record would let through.
        unreadable: fields that nobody needs, whose cells are blank because what stands there is no text.
    """
    problem = _problem_with(cells)
    if problem is not None:
        return Record(place=place, problem=problem)
    born = date_of(cells.get("dob", ""))
    problems = (
        [f"what stands in {', '.join(unreadable)} is no text{_COUNTS_AS_UNKNOWN}"] if unreadable else []
    )
    if cells.get("dob") and born is None:
        if not keeps_undated:
            return Record(place=place, problem=BAD_DATE)
        problems.append(f"{BAD_DATE}{_COUNTS_AS_UNKNOWN}")
    return Record(place=place, person=_person(cells, born, kinds), problem=", and ".join(problems) or None)


def date_of(text: str) -> datetime.date | None:
    """Read a birth date, with its year first or last; None for anything else, a moment of the day among it."""
    found = _ISO_DATE.fullmatch(text) or _DAY_FIRST_DATE.fullmatch(text)
    if found is None or int(found["year"]) < _EARLIEST_YEAR:
        return None
    try:
        return datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


class PlacesOfIds:
    """Where each record id stood first. Kept in a file without a name, so that a million of them take no memory."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("CREATE TABLE place (id TEXT PRIMARY KEY, place) WITHOUT ROWID")
        self._kept.execute("BEGIN")

    def close(self) -> None:
        self._kept.close()

    def earlier(self, record_id: str, place: int | str) -> int | str | None:
        """Keep a place. Gives the earlier one of an id that a file system may take for the same folder, if any."""
        key = folded(record_id)
        if self._kept.execute("INSERT OR IGNORE INTO place VALUES (?, ?)", (key, place)).rowcount:
            return None
        (found,) = self._kept.execute("SELECT place FROM place WHERE id = ?", (key,)).fetchone()
        earlier: int | str = found
        return earlier


def _problem_with(cells: Mapping[str, str]) -> str | None:
    if not tokens(cells["last_name"]):
        return "the last name is empty"
    if not tokens(cells["first_name"]):
        return "the first name is empty"
    return problem_with(cells["id"])


def _person(cells: Mapping[str, str], born: datetime.date | None, kinds: Sequence[IdentifierKind]) -> Person:
    identifiers = (
        Identifier(kind=kind.name, value=kind.normalise(cells[kind.name]))
        for kind in numbers_among(kinds)
        if cells.get(kind.name)
    )
    return Person(
        record_id=RecordId(cells["id"]),
        last_name=cells["last_name"],
        first_name=cells["first_name"],
        birth_name=cells.get("birth_name") or None,
        birth_date=born,
        sex=cells.get("sex") or None,
        identifiers=tuple(identifier for identifier in identifiers if identifier.value),
        phone=cells.get("phone") or None,
    )
