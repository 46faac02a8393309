"""Printed ages, as far as they are labelled or stand behind a name; an age only ever speaks against somebody.

A label for a newborn child is an age as well: "Baby Sara BENALI, born 1993", printed today, is about a child of hers.

An age is held against every date of the document, because nobody says which one it was counted on. In a document
without a date it can be held against nothing, and so it contradicts everybody whose birth date is registered.
"""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence

from agent.core.dates import read_date
from agent.core.names import word_set
from agent.domain.evidence import NAME_KINDS, Mark, MarkKind, Passage, PrintedAge, Token

_LABELS = word_set("age agee ages aged العمر السن عمره عمرها")
_UNITS = word_set("an ans year years yr yrs yo y سنة سنوات عاما")
_SHORT_UNITS = word_set(
    "mois jour jours semaine semaines month months mo week weeks day days شهر اشهر شهرا يوم ايام"
)
_BETWEEN = word_set("e de is of") | _UNITS
_JOINED = re.compile(r"(\d{1,3})(?:(ans?|a|y|yo|yrs?|years?)|m|mois|j|jours?|mo|d|days?)")
_NUMBER_WORDS = word_set(
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante"
    " cinquante soixante one two three four five seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_SUBJECTS = NAME_KINDS - {MarkKind.TOPIC} | {MarkKind.CIVILITY, MarkKind.PARTY}
_PEOPLE = word_set("fille fillette garcon homme femme dame monsieur boy girl man woman")
_NEWBORN = word_set("nourrisson nouveau bebe newborn infant baby")
"""Words that open the labels for those who are hardly two years old."""
_OLDEST = 125
_LABEL_WINDOW = 5
_NAME_GAPS = frozenset({", ", " ", " (", " - ", "\n", "\t"})


def ages_of(
    stream: Sequence[Token], mark_at: Mapping[int, Mark], dates: Sequence[datetime.date]
) -> Iterator[PrintedAge]:
    """Find the ages of people, and the birth years that they would mean.

    Args:
        dates: all dates of the document that are no birth dates.
    """
    for position, token in enumerate(stream):
        age = _age_at(stream, position)
        if age is not None and _is_somebodys(stream, position, mark_at):
            yield _printed_age(age, position, dates)
        elif _is_in_words(stream, position) and _is_somebodys(stream, position, mark_at):
            yield PrintedAge(birth_years=(), passage=Passage(start=position, end=position + 1))
        elif token.text in _LABELS and not _is_of_the_past(stream, position):
            yield from _labelled(stream, position, dates)
        elif token.text in _NEWBORN and _opens_label(position, mark_at):
            yield _printed_age(0, position, dates)


def _opens_label(position: int, mark_at: Mapping[int, Mark]) -> bool:
    mark = mark_at.get(position)
    return mark is not None and mark.kind is MarkKind.NAME and mark.passage.start == position


def _printed_age(age: int, position: int, dates: Sequence[datetime.date]) -> PrintedAge:
    years = tuple(sorted({date.year - age for date in dates}))
    return PrintedAge(birth_years=years, passage=Passage(start=position, end=position + 1))


def _is_in_words(stream: Sequence[Token], position: int) -> bool:
    """`sept ans`: it is not read, and so fits nobody."""
    following = stream[position + 1 : position + 2]
    return stream[position].text in _NUMBER_WORDS and bool(following) and following[0].text in _UNITS


def _age_at(stream: Sequence[Token], position: int) -> int | None:
    """The years of `7 ans`, `8 mois`, `7ans` or `45-year-old`."""
    joined = _JOINED.fullmatch(stream[position].text)
    if joined:
        return int(joined[1]) if joined[2] else 0
    if not _is_count(stream[position]) or position + 1 >= len(stream):
        return None
    unit = stream[position + 1].text
    if unit in _UNITS:
        return int(stream[position].text)
    return 0 if unit in _SHORT_UNITS else None


def _is_count(token: Token) -> bool:
    return token.text.isdigit() and int(token.text) <= _OLDEST


def _labelled(stream: Sequence[Token], label: int, dates: Sequence[datetime.date]) -> Iterator[PrintedAge]:
    """The number behind a label, without a unit: `Age : 7`."""
    place = label + 1
    while place < len(stream) and stream[place].text in _BETWEEN:
        place += 1
    is_number = place < len(stream) and _is_count(stream[place]) and not read_date(stream, place)
    if is_number and _age_at(stream, place) is None:
        yield _printed_age(int(stream[place].text), place, dates)


def _is_somebodys(stream: Sequence[Token], position: int, mark_at: Mapping[int, Mark]) -> bool:
    """Whether an age has a label, or stands right behind a name, a subject's label or a word for a person."""
    before = range(max(position - _LABEL_WINDOW, 0), position)
    labels = [place for place in before if stream[place].text in _LABELS]
    if labels:
        return not _is_of_the_past(stream, labels[-1])
    place = position - 1
    while place >= 0 and stream[place].text in _BETWEEN:
        place -= 1
    if place < 0:
        return False
    mark, last = mark_at.get(place), stream[place]
    is_named = last.is_name_like and mark is None and stream[place + 1].before in _NAME_GAPS
    return is_named or last.text in _PEOPLE or (mark is not None and mark.kind in _SUBJECTS)


def _is_of_the_past(stream: Sequence[Token], label: int) -> bool:
    """`décédée à l'âge de 60 ans`."""
    return label > 1 and stream[label - 1].text == "l" and stream[label - 2].text == "a"
