"""Text to evidence: what is labelled, and where its value stands.

A value follows its label on the line, or, where nothing does, stands below it in the same column, or opens the
next line. Labels are found by phrase and values by form; nothing is decided here and no name is judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.dates import read_date
from agent.core.identifiers import BY_NAME, compact, read_number, recognise
from agent.core.labels import marks_of
from agent.core.layout import Layout
from agent.core.names import PARTICLES, word_set
from agent.core.stream import tokens_of
from agent.domain.document import DocumentText
from agent.domain.evidence import (
    Evidence,
    Mark,
    MarkKind,
    NameField,
    Passage,
    PrintedDate,
    PrintedIdentifier,
    Token,
)

NAME_KINDS = frozenset(
    {MarkKind.NAME, MarkKind.TOPIC, MarkKind.LAST_NAME, MarkKind.FIRST_NAME, MarkKind.BIRTH_NAME}
)
_DATE_CONNECTORS = word_set("le la on the e en du s في بتاريخ سنة يوم بتأريخ")
_NUMBER_CONNECTORS = word_set("n no nr num numero number de du d la is est رقم")
_PLACE_WORDS = word_set("a in at ب")
_PLACE_LENGTH = 6
_WITHIN_NAME = frozenset({" ", "-", "'", "’", " - ", ". "})
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
    return Evidence(
        tokens=stream,
        marks=marks,
        fields=tuple(_field(found, mark) for mark in marks if mark.kind in NAME_KINDS),
        birth_dates=tuple(_birth_dates(found, marks)),
        identifiers=(*labelled, *_unlabelled_numbers(found, labelled)),
    )


def _birth_dates(found: _Found, marks: tuple[Mark, ...]) -> Iterator[PrintedDate]:
    for mark in marks:
        if mark.kind is MarkKind.BIRTH_DATE:
            for start in (*_value_starts(found, mark, _DATE_CONNECTORS), *_after_place(found, mark)):
                if read := read_date(found.stream, start):
                    yield PrintedDate(readings=read[0], passage=Passage(start=start, end=read[1]))
                    break


def _labelled_numbers(found: _Found, marks: tuple[Mark, ...]) -> Iterator[PrintedIdentifier]:
    for mark in marks:
        if mark.kind is MarkKind.IDENTIFIER:
            for start in _value_starts(found, mark, _NUMBER_CONNECTORS):
                read = None if start in found.mark_at else read_number(found.stream, start)
                if read and not read_date(found.stream, start):
                    yield _identifier(mark.identifier, read[0], Passage(start=start, end=read[1]))
                    break


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


def _field(found: _Found, mark: Mark) -> NameField:
    starts = [
        start
        for start in _name_starts(found, mark)
        if start not in found.mark_at or _is_civility(found, start)
    ]
    start = _skip_civilities(found, starts[0]) if starts else mark.passage.end
    return NameField(kind=mark.kind, passage=Passage(start=start, end=_name_end(found, start)))


def _name_starts(found: _Found, mark: Mark) -> Iterator[int]:
    """Where a name may begin: beside its label, except in a header line, whose values are below."""
    below = found.layout.below(mark.passage)
    is_header = found.layout.is_header(mark.passage.start, found.mark_at)
    if is_header and below is not None:
        yield below
        return
    if mark.is_mirrored:
        yield found.layout.line_start(mark.passage.start)
    if found.layout.is_same_line(mark.passage.end - 1, mark.passage.end):
        yield mark.passage.end
    elif _stands_alone(found, mark) and found.layout.line_start(mark.passage.start) < mark.passage.start:
        yield found.layout.line_start(mark.passage.start)
    elif below is not None:
        yield below


def _skip_civilities(found: _Found, position: int) -> int:
    while position < len(found.stream) and _is_civility(found, position):
        position += 1
    return position


def _is_civility(found: _Found, position: int) -> bool:
    mark = found.mark_at.get(position)
    return mark is not None and mark.kind is MarkKind.CIVILITY


def _name_end(found: _Found, start: int) -> int:
    """Follow a run of name-like words, particles among them."""
    end = start
    while end < min(start + _LONGEST_NAME, len(found.stream)) and end not in found.mark_at:
        token = found.stream[end]
        if end > start and token.before not in _WITHIN_NAME:
            break
        if not token.is_name_like and token.text not in PARTICLES:
            break
        end += 1
    return end
