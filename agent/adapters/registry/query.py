"""What is asked of the index: from a document's evidence, or from what a human typed."""

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.adapters.registry.rows import numbers_of
from agent.core.dates import read_date
from agent.core.identifiers import BY_NAME, compact
from agent.core.names import CIVILITIES, HONORIFICS, PARTICLES, core, name_keys, spelling_key, word_set
from agent.core.nearness import near_words
from agent.core.stream import tokens_of
from agent.domain.document import text_of_plain
from agent.domain.evidence import Evidence, Token
from agent.domain.identity import Person

_MOST_APART = 100
"""No name has more words between its first and its last, labels included."""
_NEIGHBOURS = 4
"""Capitalised words with so few others between them are tried as a name, for a human: columns mix their lines."""
_FIELDS_TOGETHER = 16
_MOST_LINES_APART = 3
"""As in `core.mentions`: first and last name may have labels of their own, on lines so near to each other."""
MOST_IN_PART = 100
_WITHIN_NUMBER = frozenset("-/.")
_LONGEST_GROUP = 4
_LEAST_DIGITS_IN_GROUPS = 9
"""More than a date has, so that one is never taken for the other."""
_YEAR = re.compile(r"(?:18[89]|19\d|20\d)\d")
_BEFORE_DATES = word_set("ne nee born le on in en the date of de birth naissance dob ddn")
_BEFORE_NUMBERS = word_set("file dossier record number numero no n nr id tel telephone phone")
_ROUND_NAMES = word_set("ne nee born patient patiente")
_EITHER = re.compile(r"(?<=[nN]é)\(e\)")
"""What our own French messages leave open of `né(e) en 1961`, and people copy."""
_RECORD_WORDS = re.compile(
    r"^(?:(?:file|dossier|record|fichier)\b)?[\s:]*(?:(?:n°|nº|no\.?|num[ée]ro|number|#)(?=[\s\d]))?[\s:]*",
    re.IGNORECASE,
)
_MAY_STAND_BETWEEN = PARTICLES | HONORIFICS | CIVILITIES


@dataclass(frozen=True, kw_only=True)
class Query:
    """A document's words in spelling keys, its numbers and its labelled birth dates.

    Attributes:
        capitals: for each word, whether it may be a name by its look.
        passed_over: for each word, whether it may stand between two words of a name: labels, civilities, particles.
        fields: line and words of what stands under each label of a name, in the order of the document.
    """

    words: tuple[str, ...]
    capitals: tuple[bool, ...]
    passed_over: tuple[bool, ...]
    fields: tuple[tuple[int, tuple[str, ...]], ...]
    numbers: frozenset[str]
    dates: tuple[str, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(self.words)

    def pairs(self, known: Collection[str]) -> Iterator[tuple[str, str]]:
        """Any two known words that stand together, or under labels that do.

        Complete for whole names: the words of a name stand side by side, but for labels, civilities and particles, or
        under two labels; and two words of a name are enough to find it.
        """
        for place, word in enumerate(self.words):
            if word in known:
                yield from ((word, other) for other in self._beside(place) if other in known)
        for number, (line, words) in enumerate(self.fields):
            yield from itertools.combinations((word for word in words if word in known), 2)
            for further, (other_line, others) in enumerate(self.fields[number + 1 :], start=1):
                if further > _FIELDS_TOGETHER and other_line - line > _MOST_LINES_APART:
                    break
                yield from (
                    (word, other) for word in words if word in known for other in others if other in known
                )

    def _beside(self, place: int) -> Iterator[str]:
        """The words up to the first that is not passed over; of capitalised words some more."""
        passed = 0
        for other in range(place + 1, min(place + _MOST_APART, len(self.words))):
            if passed == 0 or (self.capitals[place] and self.capitals[other]):
                yield self.words[other]
            passed += not self.passed_over[other]
            if passed >= (_NEIGHBOURS if self.capitals[place] else 1):
                return


def worth_comparing(query: Query, people: Sequence[Person]) -> list[Person]:
    """Leave out those of whom only a part of the name is printed, where very many share that part.

    No veto is lost: whoever is named, numbered or born as printed stays, and all who may bear a name that is printed as
    a whole. A part that hundreds share would propose at random.
    """
    if len(people) <= MOST_IN_PART:
        return list(people)
    names = [[frozenset(keys) for keys in name_keys(person)] for person in people]
    printed: dict[str, set[frozenset[str]]] = defaultdict(set)
    for keys in {keys for ways in names if any(map(query.keys.issuperset, ways)) for keys in ways}:
        for key in keys:
            printed[key].add(keys)
    parts = [
        place
        for place, (person, ways) in enumerate(zip(people, names, strict=True))
        if not any(
            keys <= other or other <= keys for keys in ways for key in keys for other in printed.get(key, ())
        )
        and not numbers_of(person) & query.numbers
        and str(person.birth_date) not in query.dates
    ]
    left_out = set(parts) if len(parts) > MOST_IN_PART else set()
    return [person for place, person in enumerate(people) if place not in left_out]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedQuery:
    """What a human typed.

    Attributes:
        names: parts of names, in spelling keys.
        numbers: in compact form, each a number of the person's or the record's own.
        dates: as ISO; one of them is the birth date, as a century that was not typed leaves two.
        years: each with four digits: of birth, or a number after all.
        record: all that was typed, as it may be the record's own number.
    """

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    years: tuple[str, ...] = ()
    record: str = ""

    def closeness(self, person: Person) -> int:
        """How many of the typed words are whole words of the person's name."""
        own = {key for keys in name_keys(person) for key in keys}
        return sum(name in own for name in self.names)

    def is_record(self, person: Person) -> bool:
        """Whether the record's own number was typed."""
        return person.record_id in {self.record, self.record.upper(), *self.numbers}

    def slips(self, person: Person) -> int:
        """By how many letters the typed words differ from the nearest of the person's name, and whether all else does.

        A birth date or number that is not the very one counts as a letter.
        """
        own = sorted({key for keys in name_keys(person) for key in keys})
        nearest = (near_words(name, own, 1) for name in self.names)
        other_day = bool(self.dates) and str(person.birth_date) not in self.dates
        other_number = not numbers_of(person) >= set(self.numbers)
        return sum(near[0][1] for near in nearest if near) + other_day + other_number


def query_of(evidence: Evidence) -> Query:
    """Ask for everybody whom a document's words, numbers or birth dates touch."""
    words = tuple(spelling_key(token.text) for token in evidence.tokens)
    labels = {place for mark in evidence.marks for place in range(mark.passage.start, mark.passage.end)}
    return Query(
        words=words,
        capitals=tuple(token.is_name_like for token in evidence.tokens),
        passed_over=tuple(
            place in labels or token.text in _MAY_STAND_BETWEEN for place, token in enumerate(evidence.tokens)
        ),
        fields=tuple(
            (evidence.tokens[field.passage.start].line, words[field.passage.start : field.passage.end])
            for field in evidence.fields
            if field.passage.start < field.passage.end
        ),
        numbers=frozenset(number.value for number in evidence.identifiers),
        dates=tuple(sorted({day.isoformat() for date in evidence.birth_dates for day in date.readings})),
    )


def typed_query(words: str) -> TypedQuery:
    """Tell names, dates and numbers apart in what a human typed."""
    names: list[str] = []
    numbers: list[str] = []
    dates: list[str] = []
    typed = " ".join(words.split())
    stream = tokens_of(text_of_plain(_EITHER.sub("e", typed)))
    place = 0
    while place < len(stream):
        date = read_date(stream, place)
        end = _end_of_groups(stream, place) or _end_of_number(stream, place)
        text = "".join(token.text for token in stream[place:end])
        if date and end <= date[1]:
            dates.extend(day.isoformat() for day in date[0])
            _take_back(names, _BEFORE_DATES)
            place = date[1]
        elif any(map(str.isdigit, text)):
            _take_back(names, _BEFORE_DATES if _YEAR.fullmatch(text) else _BEFORE_NUMBERS)
            numbers.append(BY_NAME["phone"].normalise(text) if text.isdigit() else compact(text))
            place = end
        else:
            names.append(stream[place].text)
            place += 1
    years = tuple(filter(_YEAR.fullmatch, numbers))
    return TypedQuery(
        names=tuple(map(spelling_key, core(_names_alone(names)))),
        numbers=tuple(number for number in numbers if number not in years),
        dates=tuple(dates),
        years=years,
        record=_RECORD_WORDS.sub("", typed),
    )


def _take_back(names: list[str], announcing: frozenset[str]) -> None:
    """Drop what was taken for names and only announces what follows: `née le`, `dossier n°`."""
    while names and names[-1] in announcing:
        names.pop()


def _names_alone(names: Sequence[str]) -> Sequence[str]:
    """Leave out the words round names; all stay when nothing else is left."""
    left = [
        name
        for place, name in enumerate(names)
        if name not in _ROUND_NAMES and not (name in CIVILITIES and (len(name) > 1 or place == 0))
    ]
    return left or names


def _end_of_groups(stream: Sequence[Token], start: int) -> int | None:
    """Where a long number ends that was typed in groups: `06 22 33 44 55`; None where none begins."""
    end = start
    while (
        end < len(stream)
        and stream[end].text.isdigit()
        and len(stream[end].text) <= _LONGEST_GROUP
        and (end == start or stream[end].before == " ")
    ):
        end += 1
    digits = sum(len(token.text) for token in stream[start:end])
    return end if digits >= _LEAST_DIGITS_IN_GROUPS else None


def _end_of_number(stream: Sequence[Token], start: int) -> int:
    """Where what was typed without a blank ends: `123456/24`, `05.85.49.98.91`, `L-882253`."""
    end = start + 1
    while end < len(stream) and stream[end].before in _WITHIN_NUMBER:
        end += 1
    return end
