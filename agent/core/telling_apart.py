"""Describe people with as little as tells them apart.

Everybody has initials and a year of birth. Only among those who look alike so far, and only where they differ,
a further field is added, and of it no more letters or digits than the difference needs.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from agent.core.identifiers import BY_NAME
from agent.domain.identity import Person

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CUT = "…"


def told_apart(people: Sequence[Person]) -> list[str]:
    """Describe each person; two who differ in nothing but their record's id read the same."""
    labels = [[initials(person), _year(person)] for person in people]
    for describe in _FURTHER:
        for alike in _groups(labels):
            words = describe([people[place] for place in alike])
            if len(set(words)) > 1:
                for place, word in zip(alike, words, strict=True):
                    labels[place].append(word)
    return [" · ".join(label) for label in labels]


def initials(person: Person) -> str:
    """First letters of first and last name: `M. K.`"""
    names = (person.first_name, person.last_name)
    letters = [next(filter(str.isalpha, unicodedata.normalize("NFC", name)), "?") for name in names]
    return " ".join(f"{letter.upper()}." for letter in letters)


def _groups(labels: Sequence[Sequence[str]]) -> list[list[int]]:
    """Find the places of those who read the same."""
    places = defaultdict(list)
    for place, label in enumerate(labels):
        places[tuple(label)].append(place)
    return [alike for alike in places.values() if len(alike) > 1]


def _year(person: Person) -> str:
    return f"born {person.birth_date.year}" if person.birth_date else "birth date not on file"


def _day(people: Sequence[Person]) -> list[str]:
    return [
        f"{person.birth_date.day} {_MONTHS[person.birth_date.month - 1]}" if person.birth_date else ""
        for person in people
    ]


def _first_name(people: Sequence[Person]) -> list[str]:
    return _beginnings("first name", [person.first_name for person in people])


def _last_name(people: Sequence[Person]) -> list[str]:
    return _beginnings("last name", [person.last_name for person in people])


def _birth_name(people: Sequence[Person]) -> list[str]:
    return _beginnings("birth name", [person.birth_name or "" for person in people])


def _sex(people: Sequence[Person]) -> list[str]:
    return [f"sex {person.sex or 'not on file'}" for person in people]


def _identifier(people: Sequence[Person]) -> list[str]:
    """Take the first kind of number in which they differ."""
    for kind in sorted({identifier.kind for person in people for identifier in person.identifiers}):
        values = [_value(person, kind) for person in people]
        if len(set(values)) > 1:
            return _endings(BY_NAME[kind].title if kind in BY_NAME else kind, values)
    return [""] * len(people)


def _value(person: Person, kind: str) -> str:
    return next((identifier.value for identifier in person.identifiers if identifier.kind == kind), "")


def _phone(people: Sequence[Person]) -> list[str]:
    return _endings("phone", [person.phone or "" for person in people])


_FURTHER: tuple[Callable[[Sequence[Person]], list[str]], ...] = (
    _first_name,
    _last_name,
    _day,
    _birth_name,
    _sex,
    _identifier,
    _phone,
)
"""From what a secretary knows by heart to what must be looked up."""


def _beginnings(what: str, values: Sequence[str]) -> list[str]:
    written = [unicodedata.normalize("NFC", value).title() for value in values]
    length = _length_that_differs(written)
    return [_piece(what, value[:length] + (_CUT if len(value) > length else "")) for value in written]


def _endings(what: str, values: Sequence[str]) -> list[str]:
    length = _length_that_differs([value[::-1] for value in values])
    return [_piece(what, (_CUT if len(value) > length else "") + value[-length:]) for value in values]


def _piece(what: str, piece: str) -> str:
    return f"{what} {piece or 'not on file'}"


def _length_that_differs(values: Sequence[str]) -> int:
    """The least length, from 1, at which all different values begin differently."""
    longest = max(map(len, values), default=0)
    lengths = range(1, longest + 1)
    return next((n for n in lengths if len({value[:n] for value in values}) == len(set(values))), longest)


def compared(people: Sequence[Person]) -> list[tuple[str, tuple[str, ...]]]:
    """Give each field in which people differ, with what each has in it; `-` where the record is empty.

    For the office's own screen: nothing is shortened here. What tells people apart best comes first.
    """
    kinds = sorted({identifier.kind for person in people for identifier in person.identifiers})
    fields: list[tuple[str, Callable[[Person], str | None]]] = [
        ("name", lambda person: f"{person.last_name} {person.first_name}".strip()),
        ("born", lambda person: f"{person.birth_date:%d/%m/%Y}" if person.birth_date else None),
        ("born as", lambda person: person.birth_name),
        *((kind, partial(_value, kind=kind)) for kind in kinds),
        ("sex", lambda person: person.sex),
        ("phone", lambda person: person.phone),
    ]
    told = [(name, tuple(read(person) or "-" for person in people)) for name, read in fields]
    return [(name, values) for name, values in told if len(set(values)) > 1]
