"""Whether a printed birth date or number is a person's own, or speaks against that person."""

import datetime

from agent.core.dates import are_near
from agent.core.identifiers import BY_NAME, IDENTIFIERS, shape
from agent.domain.evidence import Doubt, PrintedDate, PrintedIdentifier
from agent.domain.identity import Person


def is_birthday(date: PrintedDate, person: Person) -> bool:
    """Whether the very day is printed; a year without its century is no proof."""
    return date.readings == (person.birth_date,)


def is_nearly_birthday(date: PrintedDate, registered: datetime.date) -> bool:
    return date.readings != (registered,) and any(are_near(day, registered) for day in date.readings)


def is_own(number: PrintedIdentifier, person: Person) -> bool:
    """Whether the very number is printed.

    A label may say another kind than the registry, or none, except for the kinds that are an office's own: six digits
    that are a file number here are a laboratory's request there.
    """
    return number.is_valid and any(
        identifier.value == number.value
        and (identifier.kind == number.kind or (number.is_labelled and identifier.kind in BY_NAME))
        for identifier in person.identifiers
    )


def is_foreign(number: PrintedIdentifier, person: Person) -> bool:
    """Whether a number, labelled or not, is of a kind that the person has another one of."""
    return (
        not is_own(number, person)
        and not number.is_of_insured
        and any(identifier.kind == number.kind for identifier in person.identifiers)
    )


def is_contrary(number: PrintedIdentifier, person: Person) -> bool:
    """Whether a labelled number is registered otherwise; the insured's says nothing against one of the family."""
    return number.is_labelled and not number.is_of_insured and _differs(number.kind, number.value, person)


def is_contrary_doubt(doubt: Doubt, person: Person) -> bool:
    return not doubt.is_of_insured and _differs(doubt.identifier, doubt.value, person)


def _differs(kind: str | None, value: str, person: Person) -> bool:
    """Whether the person has another number of a kind.

    Without a kind, numbers of one form are compared, and those whose form alone says what they are.
    """
    values = {identifier.value for identifier in person.identifiers}
    if value in values:
        return False
    if kind is None:
        told = {it.name for it in IDENTIFIERS if it.stands_alone and it.recognised(value)}
        return shape(value) in map(shape, values) or any(it.kind in told for it in person.identifiers)
    return any(identifier.kind == kind for identifier in person.identifiers)
