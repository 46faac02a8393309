"""Describe people with as little as tells them apart, and no more than the office's privacy level allows.

At `minimal` everybody has initials and a year of birth, at `normal` the full name and that year, at `full` the full
name and the birth date. Only among those who look alike so far, and only where they differ, a further field is added;
at `minimal` no more of its letters or digits than the difference needs, else the whole field.
"""

import datetime
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never

from agent.core.identifiers import BY_NAME
from agent.core.voice import Privacy, Voice
from agent.domain.identity import Person

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CUT = "…"


def told_apart(people: Sequence[Person], *, voice: Voice) -> list[str]:
    """Describe each person; two who differ in nothing but their record's id read the same."""
    return [" · ".join(label) for label in in_parts(people, voice=voice)]


def in_parts(people: Sequence[Person], *, voice: Voice) -> list[list[str]]:
    """Describe each person as `told_apart` does: the name, when they were born, then what further tells them apart."""
    labels = [_described(person, voice) for person in people]
    for describe in _FURTHER:
        for alike in _groups(labels):
            words = describe([people[place] for place in alike], voice)
            if len(set(words)) > 1:
                for place, word in zip(alike, words, strict=True):
                    labels[place].append(word)
    return labels


def birth_date_shortly(date: datetime.date, voice: Voice) -> str:
    """`17/01/1949`, for where there is little room."""
    return voice.say("{day}/{month}/{year}", day=f"{date:%d}", month=f"{date:%m}", year=f"{date.year:04}")


def _described(person: Person, voice: Voice) -> list[str]:
    match voice.privacy:
        case Privacy.MINIMAL:
            return [initials(person), _year(person, voice)]
        case Privacy.NORMAL:
            return [full_name(person), _year(person, voice)]
        case Privacy.FULL:
            return [full_name(person), _date(person, voice)]
        case _:
            assert_never(voice.privacy)


def full_name(person: Person) -> str:
    """First and last name, as the office wrote them."""
    return f"{person.first_name} {person.last_name}".strip()


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


def _year(person: Person, voice: Voice) -> str:
    if person.birth_date is None:
        return voice.say("birth date not on file")
    return voice.say("born {year}", year=person.birth_date.year)


def _date(person: Person, voice: Voice) -> str:
    if person.birth_date is None:
        return voice.say("birth date not on file")
    month = voice.say(MONTHS[person.birth_date.month - 1])
    return voice.say(
        "born {day} {month} {year}", day=person.birth_date.day, month=month, year=person.birth_date.year
    )


def _day(people: Sequence[Person], voice: Voice) -> list[str]:
    dates = [person.birth_date for person in people]
    return [
        voice.say("{day} {month}", day=date.day, month=voice.say(MONTHS[date.month - 1])) if date else ""
        for date in dates
    ]


def _first_name(people: Sequence[Person], voice: Voice) -> list[str]:
    return _beginnings(voice.say("first name"), [person.first_name for person in people], voice)


def _last_name(people: Sequence[Person], voice: Voice) -> list[str]:
    return _beginnings(voice.say("last name"), [person.last_name for person in people], voice)


def _birth_name(people: Sequence[Person], voice: Voice) -> list[str]:
    return _beginnings(voice.say("birth name"), [person.birth_name or "" for person in people], voice)


def _sex(people: Sequence[Person], voice: Voice) -> list[str]:
    return [_piece(voice.say("sex"), person.sex or "", voice) for person in people]


def _identifier(people: Sequence[Person], voice: Voice) -> list[str]:
    """Take the first kind of number in which they differ."""
    for kind in sorted({identifier.kind for person in people for identifier in person.identifiers}):
        values = [_value(person, kind) for person in people]
        if len(set(values)) > 1:
            return _endings(voice.say(BY_NAME[kind].title) if kind in BY_NAME else kind, values, voice)
    return [""] * len(people)


def _value(person: Person, kind: str) -> str:
    return next((identifier.value for identifier in person.identifiers if identifier.kind == kind), "")


def _phone(people: Sequence[Person], voice: Voice) -> list[str]:
    return _endings(voice.say("phone"), [person.phone or "" for person in people], voice)


_FURTHER: tuple[Callable[[Sequence[Person], Voice], list[str]], ...] = (
    _first_name,
    _last_name,
    _day,
    _birth_name,
    _sex,
    _identifier,
    _phone,
)
"""From what a secretary knows by heart to what must be looked up."""


def _beginnings(what: str, values: Sequence[str], voice: Voice) -> list[str]:
    written = [unicodedata.normalize("NFC", value).title() for value in values]
    length = _length_told(written, voice)
    return [_piece(what, value[:length] + (_CUT if len(value) > length else ""), voice) for value in written]


def _endings(what: str, values: Sequence[str], voice: Voice) -> list[str]:
    length = _length_told([value[::-1] for value in values], voice)
    return [_piece(what, (_CUT if len(value) > length else "") + value[-length:], voice) for value in values]


def _piece(what: str, piece: str, voice: Voice) -> str:
    return voice.say("{field} {value}", field=what, value=piece or voice.say("not on file"))


def _length_told(values: Sequence[str], voice: Voice) -> int:
    """How much of different values is told: all; at `minimal` the least, from 1, at which they begin differently."""
    longest = max(map(len, values), default=0)
    lengths = range(1, longest + 1) if voice.privacy is Privacy.MINIMAL else ()
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
