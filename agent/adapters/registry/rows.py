"""A person as a row of the index, and back."""

import datetime
import itertools
import json
from collections.abc import Iterator, Sequence

from agent.core.identifiers import BY_NAME
from agent.core.names import name_keys
from agent.domain.identity import Identifier, Person, RecordId

COLUMNS = "record_id, last_name, first_name, birth_name, birth_date, sex, identifiers, phone"

Row = tuple[str, str, str, str | None, str | None, str | None, str, str | None]


def row_of(person: Person) -> Row:
    return (
        person.record_id,
        person.last_name,
        person.first_name,
        person.birth_name,
        person.birth_date.isoformat() if person.birth_date else None,
        person.sex,
        json.dumps([[identifier.kind, identifier.value] for identifier in person.identifiers]),
        person.phone,
    )


def person_of(row: Sequence[str | None]) -> Person:
    record_id, last_name, first_name, birth_name, birth_date, sex, identifiers, phone = row
    return Person(
        record_id=RecordId(record_id or ""),
        last_name=last_name or "",
        first_name=first_name or "",
        birth_name=birth_name,
        birth_date=datetime.date.fromisoformat(birth_date) if birth_date else None,
        sex=sex,
        identifiers=tuple(
            Identifier(kind=kind, value=value) for kind, value in json.loads(identifiers or "[]")
        ),
        phone=phone,
    )


def pairs_of(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Any two words of a name, each pair in alphabetical order; a name of one word pairs with itself."""
    if len(keys) == 1:
        return iter([(keys[0], keys[0])])
    return itertools.combinations(sorted(keys), 2)


def namesake_pairs(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs by which all who may bear a name are found: also a name of one of its words alone."""
    return itertools.chain(pairs_of(keys), zip(keys, keys, strict=True))


def person_pairs(person: Person) -> set[tuple[str, str]]:
    """The pairs of all names that a person goes by."""
    return {pair for keys in name_keys(person) for pair in pairs_of(keys)}


def numbers_of(person: Person) -> set[str]:
    """All numbers a person may be looked up by, the telephone's among them."""
    phone = BY_NAME["phone"].normalise(person.phone or "")
    return {identifier.value for identifier in person.identifiers} | ({phone} if phone else set())
