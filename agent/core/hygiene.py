"""What in a registry makes documents hard to file: two records for one person, numbers and dates that can't be right.

Each person is looked at alone, and then together with those of one shelf: who share a number, or nearly a name. Shelves
are small, so that a million people can be looked through without holding them. Nothing is scored and nothing is mended:
each finding names its rule, and a human decides.
"""

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.core.dates import is_weak
from agent.core.identifiers import IdentifierKind
from agent.core.likeness import is_same_name, likeness, rests, slips_of
from agent.core.names import name_keys, normalise
from agent.core.vocabulary import Vocabulary
from agent.domain.identity import Identifier, Person

EARLIEST_YEAR = 1900
_FEWEST_WORDS = 2
_MOST_WORDS = 5
_NUMBER, _BORN, _NAME = "number", "born", "name"
_PARTED = "|"


class Concern(StrEnum):
    """What a finding is about, the gravest first."""

    DUPLICATE = "duplicate"
    SHARED_NUMBER = "shared_number"
    NOT_TOLD_APART = "not_told_apart"
    NUMBER_INVALID = "number_invalid"
    BIRTHDAY_IN_FUTURE = "birthday_in_future"
    BIRTHDAY_TOO_EARLY = "birthday_too_early"
    BIRTHDAY_MISSING = "birthday_missing"
    BIRTHDAY_FIRST_OF_JANUARY = "birthday_first_of_january"
    ID_UNFIT = "id_unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What people are told of a concern.

    Attributes:
        title: what it is, in the plural.
        meaning: why it matters, and what to do.
    """

    title: str
    meaning: str


ADVICE = {
    Concern.DUPLICATE: Advice(
        title="probable duplicates",
        meaning="One person who has two records has letters in two folders, or is asked about each time. Join them in"
        " your own program, unless they are two people.",
    ),
    Concern.SHARED_NUMBER: Advice(
        title="numbers that several people have",
        meaning="A number of one person only can be right for one of them. Look it up on their cards.",
    ),
    Concern.NOT_TOLD_APART: Advice(
        title="names that nothing tells apart",
        meaning="One of them has no birth date, so that letters about the others are asked about too. Enter it.",
    ),
    Concern.NUMBER_INVALID: Advice(
        title="numbers that can't be right",
        meaning="Such a number proves nothing. Type it again from the card; it may stand in the wrong column.",
    ),
    Concern.BIRTHDAY_IN_FUTURE: Advice(
        title="birth dates in the future", meaning="Often a wrong century. Correct it."
    ),
    Concern.BIRTHDAY_TOO_EARLY: Advice(
        title=f"birth dates before {EARLIEST_YEAR}",
        meaning="Often a wrong century, or no date at all. Correct it.",
    ),
    Concern.BIRTHDAY_MISSING: Advice(
        title="people without a birth date",
        meaning="Their letters are filed by themselves only where a number of theirs is printed. Enter the date.",
    ),
    Concern.BIRTHDAY_FIRST_OF_JANUARY: Advice(
        title="birthdays on the first of January",
        meaning="Often it stands for an unknown day, so that it proves nothing alone. Enter the true day where you"
        " know it.",
    ),
    Concern.ID_UNFIT: Advice(
        title="record ids that can't name a folder",
        meaning="Nothing can be filed under such a record. Change the id.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to look at.

    Attributes:
        people: whom it is about, by their records' ids in order.
        reason: by which rule.
    """

    concern: Concern
    people: tuple[Person, ...]
    reason: str


def flaws_of(person: Person, vocabulary: Vocabulary, today: datetime.date) -> Iterator[Finding]:
    """Look at one person alone."""
    born = person.birth_date
    if born is None:
        yield _about(Concern.BIRTHDAY_MISSING, "no birth date", person)
    elif born > today:
        yield _about(Concern.BIRTHDAY_IN_FUTURE, "a birth date in the future", person)
    elif born.year < EARLIEST_YEAR:
        yield _about(Concern.BIRTHDAY_TOO_EARLY, f"a birth date before {EARLIEST_YEAR}", person)
    elif is_weak(born):
        yield _about(Concern.BIRTHDAY_FIRST_OF_JANUARY, "born on the first of January", person)
    for identifier in person.identifiers:
        if problem := _problem_with(identifier, vocabulary):
            yield _about(Concern.NUMBER_INVALID, problem, person)


def shelves_of(person: Person, vocabulary: Vocabulary) -> set[str]:
    """The shelves on which a person stands, for whoever may be the same to stand beside."""
    names = name_keys(person)
    shelves = {_shelf(_NAME, *words) for words in names}
    shelves |= {_shelf(_NAME, *part) for words in names for part in _parts_of(words)}
    born = person.birth_date
    if born is not None:
        day = born.isoformat()
        shelves |= {_shelf(_BORN, day, *words) for words in names}
        if not is_weak(born):
            shelves |= {_shelf(_BORN, day, *rest) for words in names for rest, _ in rests(words)}
    return shelves | {_shelf(_NUMBER, it.kind, it.value) for _, it in _proving(person, vocabulary)}


def look_together(shelf: str, people: Sequence[Person], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Look at the people of one shelf, in the order of their ids. A pair may be found on several shelves."""
    kind, *words = shelf.split(_PARTED)
    if kind == _NUMBER:
        yield from _of_one_number(words[0], people, vocabulary)
    elif kind == _BORN:
        yield from _of_one_birthday(tuple(words[1:]), people, vocabulary)
    else:
        yield from _of_one_name(tuple(words), people, vocabulary)


def _of_one_number(kind: str, people: Sequence[Person], vocabulary: Vocabulary) -> Iterator[Finding]:
    known = vocabulary.kind(kind)
    reason = f"same {known.title if known else kind}"
    first, *rest = people
    unlike = False
    for person in rest:
        alike = likeness(first, person)
        if alike:
            yield _about(Concern.DUPLICATE, alike, first, person)
            yield _about(Concern.DUPLICATE, reason, first, person)
        unlike |= alike is None
    if unlike:
        yield _about(Concern.SHARED_NUMBER, reason, *people)


def _of_one_birthday(
    words: tuple[str, ...], people: Sequence[Person], vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Those whose name is these words, those who have one more, and those whose one more word is nearly another's."""
    named = [person for person in people if words in name_keys(person)]
    for other in [person for person in people if person is not named[0]] if named else []:
        yield from _born_alike(named[0], other, vocabulary)
    by_slip: dict[str, Person] = {}
    for person in people:
        further = {
            slip
            for name in name_keys(person)
            for rest, word in rests(name)
            if rest == words
            for slip in slips_of(word)
        }
        near = {id(by_slip[slip]): by_slip[slip] for slip in further if slip in by_slip}
        for other in near.values():
            yield from _born_alike(other, person, vocabulary)
        for slip in further:
            by_slip.setdefault(slip, person)


def _born_alike(one: Person, other: Person, vocabulary: Vocabulary) -> Iterator[Finding]:
    """One birth date; two people all the same where sex or a number differs, and the name too: perhaps twins."""
    alike = likeness(one, other)
    if alike and (is_same_name(one, other) or not _are_two(one, other, vocabulary)):
        yield _about(Concern.DUPLICATE, alike, one, other)
        yield _about(Concern.DUPLICATE, "same birth date", one, other)


def _of_one_name(
    words: tuple[str, ...], people: Sequence[Person], vocabulary: Vocabulary
) -> Iterator[Finding]:
    """People of one name, or of a longer one, who are not told apart because a birth date is missing."""
    if all(person.birth_date for person in people):
        return
    standing = [(person, words in name_keys(person), _sure_numbers(person, vocabulary)) for person in people]
    found = [
        one
        for one, is_whole, numbers in standing
        if any(
            other is not one
            and (one.birth_date is None or other.birth_date is None)
            and (is_whole or is_other_whole)
            and not _differ(numbers, other_numbers)
            for other, is_other_whole, other_numbers in standing
        )
    ]
    if found:
        yield _about(Concern.NOT_TOLD_APART, "one name, or a part of it, and a birth date missing", *found)


def _are_two(one: Person, other: Person, vocabulary: Vocabulary) -> bool:
    has_other_sex = bool(one.sex and other.sex) and normalise(one.sex or "") != normalise(other.sex or "")
    return has_other_sex or _differ(_sure_numbers(one, vocabulary), _sure_numbers(other, vocabulary))


def _sure_numbers(person: Person, vocabulary: Vocabulary) -> dict[str, str]:
    """The proving numbers that can be right, by their kind."""
    return {it.kind: it.value for kind, it in _proving(person, vocabulary) if kind.fits(it.value)}


def _differ(mine: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    return any(theirs.get(kind, value) != value for kind, value in mine.items())


def _proving(person: Person, vocabulary: Vocabulary) -> Iterator[tuple[IdentifierKind, Identifier]]:
    """The numbers that one person alone can have; not those of an insured, which a family shares."""
    for identifier in person.identifiers:
        kind = vocabulary.kind(identifier.kind)
        if kind is not None and kind.proves and not kind.is_of_insured:
            yield kind, identifier


def _problem_with(identifier: Identifier, vocabulary: Vocabulary) -> str | None:
    kind = vocabulary.kind(identifier.kind)
    if kind is None:
        return f"a number of the kind {identifier.kind}, which DOSSIERD_IDENTIFIERS no longer names"
    if kind.pattern.fullmatch(identifier.value) is None:
        return f"{identifier.value} is not written as a {kind.title} is"
    if not kind.fits(identifier.value):
        return f"{identifier.value} is no {kind.title}: its check digits are wrong"
    return None


def _parts_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The shorter names that a name holds; of a very long one only those without one word."""
    shortest = _FEWEST_WORDS if len(words) <= _MOST_WORDS else len(words) - 1
    for length in range(shortest, len(words)):
        yield from itertools.combinations(words, length)


def _shelf(*parts: str) -> str:
    return _PARTED.join(parts)


def _about(concern: Concern, reason: str, *people: Person) -> Finding:
    return Finding(
        concern=concern, people=tuple(sorted(people, key=lambda person: person.record_id)), reason=reason
    )
