"""Text to evidence: what is labelled, and where its value stands.

A value follows its label on the line, or, where nothing does, stands below it in the same column, or opens the
next line. Labels are found by phrase and values by form; nothing is decided here and no name is judged.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agent.core.dates import read_date
from agent.core.doubts import doubts_of
from agent.core.identifiers import BY_NAME, compact, read_number, recognise
from agent.core.labels import marks_of
from agent.core.layout import Layout
from agent.core.names import JOINERS, PARTICLES, word_set
from agent.core.stream import tokens_of
from agent.domain.document import DocumentText
from agent.domain.evidence import (
    NAME_KINDS,
    Evidence,
    Mark,
    MarkKind,
    NameField,
    Passage,
    PrintedDate,
    PrintedIdentifier,
    Token,
)

_DATE_CONNECTORS = word_set("le la on the e en du s في بتاريخ سنة يوم بتأريخ")
_NUMBER_CONNECTORS = word_set("n no nr num numero number de du d la is est رقم")
_PLACE_WORDS = word_set("a in at ب")
_PLACE_LENGTH = 6
_WITHIN_NAME = frozenset({" ", "-", "'", "’", ". ", " & ", " / "})
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    stream: tuple[Token, ...]
    layout: Layout
    mark_at: dict[int, Mark]


def extract(text: DocumentText) -> Evidence:
    """Collect all that a document says about identity."""
    stream = tokens_of(text)
    marks = tuple(marks_of(stream))
    found = _Found(
        stream=stream,
        layout=Layout(stream),
        mark_at={
            position: mark for mark in marks for position in range(mark.passage.start, mark.passage.end)
        },
    )
    labelled = tuple(_labelled_numbers(found, marks))
    birth_dates = tuple(_birth_dates(found, marks))
    dated = {place for date in birth_dates for place in range(date.passage.start, date.passage.end)}
    return Evidence(
        tokens=stream,
        marks=marks,
        fields=tuple(_fields(found, marks)),
        birth_dates=birth_dates,
        identifiers=(*labelled, *_unlabelled_numbers(found, labelled)),
        doubts=tuple(doubts_of(stream, found.mark_at, dated)),
    )


def _birth_dates(found: _Found, marks: tuple[Mark, ...]) -> Iterator[PrintedDate]:
    for mark in marks:
        if mark.kind is MarkKind.BIRTH_DATE:
            starts = (*_value_starts(found, mark, _DATE_CONNECTORS), *_after_place(found, mark))
            for start, end in _values(found, mark, starts, _date_end):
                readings, _ = read_date(found.stream, start) or ((), end)
                yield PrintedDate(readings=readings, passage=Passage(start=start, end=end))


def _labelled_numbers(found: _Found, marks: tuple[Mark, ...]) -> Iterator[PrintedIdentifier]:
    for mark in marks:
        if mark.kind is MarkKind.IDENTIFIER:
            starts = tuple(_value_starts(found, mark, _NUMBER_CONNECTORS))
            for start, end in _values(found, mark, starts, _number_end):
                value = "".join(token.text for token in found.stream[start:end])
                yield _identifier(mark.identifier, value, Passage(start=start, end=end))


def _values(
    found: _Found, mark: Mark, starts: Iterable[int], end_of: Callable[[_Found, int], int | None]
) -> Iterator[tuple[int, int]]:
    """The first value that a label has; in a column, also those of the rows below."""
    first = next((start for start in starts if end_of(found, start)), None)
    if first is None:
        return
    yield first, end_of(found, first) or first
    column = list(found.layout.column(mark.passage))
    for start in column[column.index(first) + 1 :] if first in column else ():
        end = end_of(found, start)
        if end is None:
            return
        yield start, end


def _date_end(found: _Found, start: int) -> int | None:
    read = read_date(found.stream, start)
    return read[1] if read else None


def _number_end(found: _Found, start: int) -> int | None:
    if start in found.mark_at or read_date(found.stream, start):
        return None
    read = read_number(found.stream, start)
    return read[1] if read else None


def _identifier(kind: str | None, value: str, passage: Passage) -> PrintedIdentifier:
    entry = BY_NAME.get(kind or "")
    normal = entry.normalise(value) if entry else compact(value)
    return PrintedIdentifier(
        kind=kind,
        value=normal,
        is_labelled=True,
        is_valid=entry is None or entry.fits(normal),
        passage=passage,
    )


def _unlabelled_numbers(
    found: _Found, labelled: tuple[PrintedIdentifier, ...]
) -> Iterator[PrintedIdentifier]:
    taken = {position for each in labelled for position in range(each.passage.start, each.passage.end)}
    position = 0
    while position < len(found.stream):
        read = None if position in taken or position in found.mark_at else read_number(found.stream, position)
        known = recognise(read[0]) if read else None
        if read and known:
            yield PrintedIdentifier(
                kind=known[0].name,
                value=known[1],
                is_labelled=False,
                is_valid=True,
                passage=Passage(start=position, end=read[1]),
            )
        position = read[1] if read and known else position + 1


def _value_starts(found: _Found, mark: Mark, connectors: frozenset[str]) -> Iterator[int]:
    """Where a label's value may begin, the likeliest first."""
    if mark.is_mirrored:
        yield from found.layout.line_up_to(mark.passage.start)
    start = _skip(found, mark.passage.end, connectors)
    if found.layout.is_same_line(mark.passage.end - 1, start):
        yield start
    below = found.layout.below(mark.passage)
    if below is not None:
        yield below
    if not found.layout.is_same_line(mark.passage.end - 1, start) and start < len(found.stream):
        yield start
    if _stands_alone(found, mark):
        yield from found.layout.line_up_to(mark.passage.start)


def _stands_alone(found: _Found, mark: Mark) -> bool:
    """Whether it is a one-word Arabic label at the end of its line: perhaps a line in visual order."""
    last = mark.passage.end - 1
    is_arabic = "\u0600" <= found.stream[last].text[0] <= "\u06ff"
    return is_arabic and not found.layout.is_same_line(last, last + 1)


def _skip(found: _Found, position: int, words: frozenset[str]) -> int:
    while (
        position < len(found.stream)
        and position not in found.mark_at
        and found.stream[position].text in words
    ):
        position += 1
    return position


def _after_place(found: _Found, mark: Mark) -> Iterator[int]:
    """`né à Casablanca le 12/03/1980`: pass over the place."""
    words = {
        found.stream[position].text
        for position in range(mark.passage.start, mark.passage.end + 1)
        if position < len(found.stream)
    }
    if not words & _PLACE_WORDS:
        return
    for position in range(mark.passage.end, min(mark.passage.end + _PLACE_LENGTH, len(found.stream))):
        if position in found.mark_at:
            return
        if found.stream[position].text[0].isdigit():
            yield position
            return


def _fields(found: _Found, marks: tuple[Mark, ...]) -> Iterator[NameField]:
    for mark in marks:
        if mark.kind in NAME_KINDS:
            for start in _name_starts(found, mark):
                begin = _skip_civilities(found, start)
                if begin < len(found.stream) and begin not in found.mark_at:
                    end = _name_end(found, begin)
                    yield NameField(kind=mark.kind, passage=Passage(start=begin, end=end))


def _name_starts(found: _Found, mark: Mark) -> Iterator[int]:
    """Where names may begin: beside their label; under it where nothing is; in each row under a table's head."""
    first, after = found.layout.line_start(mark.passage.start), mark.passage.end
    if found.layout.is_header(mark.passage.start, found.mark_at):
        yield from itertools.takewhile(found.layout.is_table_row, found.layout.column(mark.passage))
    elif mark.is_mirrored or (_stands_alone(found, mark) and first < mark.passage.start):
        yield first
    elif found.layout.is_same_line(after - 1, after):
        yield after
    else:
        yield from itertools.islice(found.layout.column(mark.passage), 1)


def _skip_civilities(found: _Found, position: int) -> int:
    while position < len(found.stream) and _is_civility(found, position):
        position += 1
    return position


def _is_civility(found: _Found, position: int) -> bool:
    mark = found.mark_at.get(position)
    return mark is not None and mark.kind is MarkKind.CIVILITY


def _name_end(found: _Found, start: int) -> int:
    """Follow a run of name-like words, particles among them, and a second person's behind an "and"."""
    end = start
    while end < min(start + _LONGEST_NAME, len(found.stream)) and end not in found.mark_at:
        token = found.stream[end]
        is_inside = end == start or token.before in _WITHIN_NAME
        is_name = token.is_name_like or token.text in PARTICLES
        is_joint = end > start and token.text in JOINERS and _is_name_at(found, end + 1)
        if not is_inside or not (is_name or is_joint):
            break
        end += 1
    return end


def _is_name_at(found: _Found, position: int) -> bool:
    place = _skip_civilities(found, position)
    return place < len(found.stream) and place not in found.mark_at and found.stream[place].is_name_like
