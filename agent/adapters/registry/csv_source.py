"""Reads the people from a CSV file: encoding and separator are detected, headers mapped.

All or nothing: one bad row refuses the file, with every bad line listed. The record's id becomes a folder name, so it
is checked here, and it is never taken from a column that holds a national or an insurance number.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.adapters.registry.record_ids import folded, problem_with
from agent.core.identifiers import BY_NAME
from agent.core.names import tokens
from agent.domain.identity import Identifier, Person, RecordId
from agent.errors import RegistryInvalid

_ENCODINGS = ("utf-8-sig", "cp1252")
_SEPARATORS = ",;\t|"
_REQUIRED = ("id", "last_name", "first_name")
_IDENTIFIER_FIELDS = ("cin", "nir", "insurance")
_HEADERS = {
    "id": "id; record id; record; id dossier; n dossier; no dossier; numero dossier; numero de dossier; dossier;"
    " identifiant; id patient; patient id; code patient; n patient; ipp",
    "last_name": "last name; lastname; nom; nom de famille; surname; family name; nom usuel; nom d usage",
    "first_name": "first name; firstname; prenom; prenoms; given name; given names; forename",
    "birth_name": "birth name; nom de naissance; nom de jeune fille; maiden name; nom naissance",
    "dob": "dob; date de naissance; date naissance; ddn; naissance; birth date; birthdate; date of birth; born; ne le;"
    " ne e le; datenaissance",
    "sex": "sex; sexe; gender; genre",
    "cin": "cin; cnie; cni; carte nationale; n cin; national id; carte d identite",
    "nir": "nir; n ss; securite sociale; numero de securite sociale; n securite sociale; social security number",
    "insurance": "insurance; assurance; n assure; numero d assure; n assurance; numero assurance; insurance number;"
    " immatriculation; n immatriculation; cnss; mutuelle",
    "phone": "phone; telephone; tel; gsm; mobile; portable; n tel; numero de telephone; phone number",
}
_FIELD_OF = {tokens(name): field for field, names in _HEADERS.items() for name in names.split(";")}
_ISO_DATE = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST_DATE = re.compile(
    r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?: 00:00(?::00)?)?"
)
_EARLIEST_YEAR = 1850
_HINT = (
    "Save the sheet as CSV (UTF-8) with the columns id, last_name, first_name, and correct the listed lines."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRegistry:
    """A whole file, valid.

    Attributes:
        fields: which field each header was taken for; headers that are not listed were not used.
    """

    people: tuple[Person, ...]
    fields: Mapping[str, str]
    encoding: str
    separator: str


def read_csv(path: Path) -> CsvRegistry:
    """Read and check all people of a CSV file.

    Raises:
        RegistryInvalid: it can't be read, lacks a column, or has bad rows, which are listed by line.
    """
    text, encoding = _decoded(path)
    separator = max(_SEPARATORS, key=lambda mark: len(_fields(_header(text, mark))))
    try:
        rows = list(_rows(text, separator))
    except csv.Error as error:
        raise RegistryInvalid("The file is no well-formed CSV.", hint=_HINT) from error
    header = rows[0][1] if rows else []
    fields = _fields(header)
    missing = [name for name in _REQUIRED if name not in fields]
    if missing:
        raise RegistryInvalid(
            f"The column {', '.join(missing)} is missing.", problems=((1, "no such column"),), hint=_HINT
        )
    people, problems = _people(rows[1:], fields, len(header))
    if problems:
        raise RegistryInvalid(
            f"{len(problems)} rows can't be used; nothing was imported.", problems=problems, hint=_HINT
        )
    if not people:
        raise RegistryInvalid("The file holds no people.", hint=_HINT)
    return CsvRegistry(
        people=people,
        fields={header[place]: field for field, place in fields.items()},
        encoding=encoding,
        separator=separator,
    )


def _decoded(path: Path) -> tuple[str, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RegistryInvalid(
            "The file can't be read.", hint="Check its path and who may read it."
        ) from error
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding
    raise RegistryInvalid("The file is no text in UTF-8 or Windows-1252.", hint=_HINT)


def _header(text: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(text), delimiter=separator), [])


def _fields(header: Sequence[str]) -> dict[str, int]:
    """Where each known field stands; of two columns for one field the first counts."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        field = _FIELD_OF.get(tokens(name))
        if field:
            found.setdefault(field, place)
    return found


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _people(
    rows: Sequence[tuple[int, list[str]]], fields: Mapping[str, int], width: int
) -> tuple[tuple[Person, ...], tuple[tuple[int, str], ...]]:
    people: list[Person] = []
    problems: list[tuple[int, str]] = []
    lines_by_id: dict[str, int] = {}
    for line, row in rows:
        if len(row) != width:
            problems.append((line, f"it has {len(row)} cells instead of {width}"))
            continue
        cells = {field: row[place].strip() for field, place in fields.items()}
        problem = _problem_with(cells)
        if problem is None:
            earlier = lines_by_id.setdefault(folded(cells["id"]), line)
            problem = None if earlier == line else f"its id is that of line {earlier}"
        if problem is None:
            people.append(_person(cells))
        else:
            problems.append((line, problem))
    return tuple(people), tuple(problems)


def _problem_with(cells: Mapping[str, str]) -> str | None:
    if not tokens(cells["last_name"]):
        return "the last name is empty"
    if not tokens(cells["first_name"]):
        return "the first name is empty"
    if cells.get("dob") and _date(cells["dob"]) is None:
        return "the birth date is no date like 1980-12-31 or 31/12/1980"
    return problem_with(cells["id"])


def _person(cells: Mapping[str, str]) -> Person:
    identifiers = (
        Identifier(kind=kind, value=BY_NAME[kind].normalise(cells[kind]))
        for kind in _IDENTIFIER_FIELDS
        if cells.get(kind)
    )
    return Person(
        record_id=RecordId(cells["id"]),
        last_name=cells["last_name"],
        first_name=cells["first_name"],
        birth_name=cells.get("birth_name") or None,
        birth_date=_date(cells.get("dob", "")),
        sex=cells.get("sex") or None,
        identifiers=tuple(identifier for identifier in identifiers if identifier.value),
        phone=cells.get("phone") or None,
    )


def _date(text: str) -> datetime.date | None:
    found = _ISO_DATE.fullmatch(text) or _DAY_FIRST_DATE.fullmatch(text)
    if found is None or int(found["year"]) < _EARLIEST_YEAR:
        return None
    try:
        return datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
