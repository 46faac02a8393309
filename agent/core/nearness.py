"""What is nearly a person's: names with a slip, birth dates and numbers with a digit wrong. It only ever proposes.

Names are compared in their spelling keys, so that another transliteration is no distance at all. A person is near whose
whole name is printed or nearly so, whose birth date is (nearly) printed together with a part of the name, or of whose
numbers one is printed with one digit wrong.
"""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.core.dates import are_near
from agent.core.letters import Letters, letters_of, traces
from agent.core.names import CIVILITIES, HONORIFICS, PARTICLES, name_keys, spelling_key
from agent.domain.evidence import DoubtKind, Evidence, Passage, PrintedIdentifier
from agent.domain.identity import Person

MOST_WORDS = 16
"""A document may have a hundred labels of names; the first of them say whom it is about."""
_BEFORE_BIRTH_DATE = 8
_SHORTEST = 3
_DIGITS = "0123456789"
_IGNORED = PARTICLES | HONORIFICS | CIVILITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SoughtWord:
    """A word that may be a part of the name, in its spelling key, and where it is printed."""

    key: str
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is known of the person who is looked for, in the order of the document.

    Attributes:
        letters: those of the document, where OCR has read it and `words` may be split, joined or damaged.
    """

    words: tuple[SoughtWord, ...] = ()
    dates: tuple[datetime.date, ...] = ()
    numbers: tuple[PrintedIdentifier, ...] = ()
    letters: Letters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearWord:
    """A word as it was sought, the word of a person's name that it is near to, and by how many letters they differ."""

    sought: SoughtWord
    key: str
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearNumber:
    """A printed number, and the person's own that differs from it by one slip."""

    printed: PrintedIdentifier
    own: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How near a person is.

    Attributes:
        words: the parts of the name that are printed, or nearly; of one of the names that the person goes by.
        points: for the order of proposals; of one document they are of one kind.
        is_in_letters: the words were found in the letters of the document, and need not be words of it.
    """

    words: tuple[NearWord, ...]
    number: NearNumber | None
    points: int
    is_in_letters: bool = False


def sought_in(evidence: Evidence) -> Sought:
    """Gather what stands behind labels, and the words before a birth date, where a name without a label stands."""
    passages = (
        *(field.passage for field in evidence.fields),
        *(doubt.passage for doubt in evidence.doubts if doubt.kind is DoubtKind.NAME),
        *(
            Passage(start=max(0, date.passage.start - _BEFORE_BIRTH_DATE), end=date.passage.start)
            for date in evidence.birth_dates
        ),
    )
    labels = {place for mark in evidence.marks for place in range(mark.passage.start, mark.passage.end)}
    words: dict[str, SoughtWord] = {}
    places = [place for passage in passages for place in range(passage.start, passage.end)]
    for place in places:
        token = evidence.tokens[place]
        if place in labels or not token.is_name_like or token.text.isdigit() or token.text in _IGNORED:
            continue
        key = spelling_key(token.text)
        if len(key) >= _SHORTEST:
            words.setdefault(key, SoughtWord(key=key, passage=Passage(start=place, end=place + 1)))
    return Sought(
        words=tuple(itertools.islice(words.values(), MOST_WORDS)),
        dates=tuple(dict.fromkeys(itertools.chain.from_iterable(_readings(evidence)))),
        numbers=tuple(number for number in evidence.identifiers if number.proves),
        letters=letters_of(evidence, places),
    )


def _readings(evidence: Evidence) -> Iterator[Sequence[datetime.date]]:
    yield from (date.readings for date in evidence.birth_dates)
    yield from (doubt.readings for doubt in evidence.doubts)


def near_words(word: str, vocabulary: Sequence[str], limit: int | None = None) -> list[tuple[str, int]]:
    """The words that a slip or two may have turned into this one, and their distances, the nearest first.

    Both ways: a word is near to those that are near to it. The distance counts letters that are missing, added, wrong
    or changed places (optimal string alignment); a short word may have no slip, one from four letters, two from seven.
    """
    from rapidfuzz import process  # 6 MB that an idle daemon has no use for
    from rapidfuzz.distance import OSA

    found = process.extract_iter(word, vocabulary, scorer=OSA.distance, score_cutoff=slips_allowed(word))
    ordered = sorted((int(distance), key) for key, distance, _ in found)
    return [(key, distance) for distance, key in ordered if distance <= slips_allowed(key)][:limit]


def slips_allowed(word: str) -> int:
    """By how many letters a near word may differ, and so by how many it may be longer or shorter."""
    return 0 if len(word) <= _SHORTEST else 1 if len(word) <= 2 * _SHORTEST else 2


def number_slips(number: str) -> Iterator[str]:
    """All numbers from which this one differs by one digit, or by two neighbours that changed places."""
    for place, character in enumerate(number):
        if character in _DIGITS:
            yield from (
                f"{number[:place]}{digit}{number[place + 1 :]}" for digit in _DIGITS if digit != character
            )
    for place in range(len(number) - 1):
        one, other = number[place], number[place + 1]
        if one != other:
            yield f"{number[:place]}{other}{one}{number[place + 2 :]}"


def likeness(sought: Sought, person: Person) -> Likeness | None:
    """Hold a person against what is sought; None where nothing is near enough to be proposed."""
    number = _near_number(sought.numbers, person)
    if sought.letters is not None:
        return _likeness_in_letters(sought, sought.letters, person, number)
    fits = [(_fit(sought.words, keys), len(keys)) for keys in name_keys(person)]
    words, count = max(fits, key=_completeness, default=((), 0))
    is_whole = len(words) == count > 1
    is_same = person.birth_date in sought.dates
    is_near = person.birth_date is not None and any(are_near(day, person.birth_date) for day in sought.dates)
    if not (is_whole or (words and is_near) or number):
        return None
    points = 6 - _distance(words) if is_whole else len(words)
    points += 4 if is_same else 2 if is_near else 0
    return Likeness(words=words, number=number, points=points + (4 if number else 0))


def _likeness_in_letters(
    sought: Sought, letters: Letters, person: Person, number: NearNumber | None
) -> Likeness | None:
    found = traces(letters, person, sought.dates)
    if found is None:
        return None if number is None else Likeness(words=(), number=number, points=len(number.own))
    words = (
        NearWord(
            sought=SoughtWord(key=trace.key, passage=trace.passage), key=trace.key, distance=trace.distance
        )
        for trace in found.names
    )
    return Likeness(words=tuple(words), number=number, points=found.points, is_in_letters=True)


def _completeness(fit: tuple[Sequence[NearWord], int]) -> tuple[bool, int, int]:
    words, count = fit
    return len(words) == count, len(words), -_distance(words)


def _fit(sought: Sequence[SoughtWord], keys: Sequence[str]) -> tuple[NearWord, ...]:
    """Give each word of a name the nearest sought one, and no sought one to two."""
    left = {word.key: word for word in sought}
    found = []
    for key in keys:
        nearest = near_words(key, list(left), 1)
        if nearest:
            sought_key, distance = nearest[0]
            found.append(NearWord(sought=left.pop(sought_key), key=key, distance=distance))
    return tuple(found)


def _distance(words: Iterable[NearWord]) -> int:
    return sum(word.distance for word in words)


def _near_number(numbers: Iterable[PrintedIdentifier], person: Person) -> NearNumber | None:
    own = {identifier.value for identifier in person.identifiers}
    slips = (
        NearNumber(printed=number, own=slip)
        for number in numbers
        if number.value not in own
        for slip in number_slips(number.value)
        if slip in own
    )
    return next(slips, None)
