"""Text to evidence: what is labelled, and where its value stands.

Labels are found by phrase and values by form; nothing is decided here and no name is judged. A label of a birth date or
a number whose value can't be read leaves a doubt.
"""

import datetime
from collections.abc import Iterator

from agent.core.ages import ages_of
from agent.core.dates import read_date
from agent.core.doubts import doubts_of
from agent.core.fields import fields_of
from agent.core.identifiers import IdentifierKind, compact, read_number
from agent.core.layout import Layout
from agent.core.marks import MarkedText, marks_of
from agent.core.stream import tokens_of
from agent.core.values import dates_under, number_starts, numbers_under
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.document import DocumentText
from agent.domain.evidence import (
    Doubt,
    DoubtKind,
    Evidence,
    Mark,
    MarkKind,
    Passage,
    PrintedDate,
    PrintedIdentifier,
    Token,
)

_LONGEST_UNREAD = 6
_SHORTEST_PROSE = 3
_UNREAD_BREAKS = frozenset("\n\f\t|;,")


def extract(text: DocumentText, vocabulary: Vocabulary = STANDARD) -> Evidence:
    """Collect all that a document says about identity."""
    stream = tokens_of(text)
    marks = tuple(marks_of(stream, vocabulary.phrases))
    found = MarkedText(
        stream=stream,
        layout=Layout(stream),
        mark_at={
            position: mark for mark in marks for position in range(mark.passage.start, mark.passage.end)
        },
    )
    labelled = tuple(_labelled_numbers(found, marks, vocabulary))
    birth_dates = tuple(_birth_dates(found, marks))
    dated = {place for date in birth_dates for place in range(date.passage.start, date.passage.end)}
    return Evidence(
        tokens=stream,
        marks=marks,
        fields=tuple(fields_of(found, marks)),
        birth_dates=birth_dates,
        identifiers=(*labelled, *_unlabelled_numbers(found, labelled, vocabulary)),
        ages=tuple(ages_of(stream, found.mark_at, _other_dates(stream, dated))),
        doubts=(*_unread(found, marks, vocabulary), *doubts_of(stream, found.mark_at, dated)),
    )


def _birth_dates(found: MarkedText, marks: tuple[Mark, ...]) -> Iterator[PrintedDate]:
    for mark in marks:
        if mark.kind is MarkKind.BIRTH_DATE:
            for start, end in dates_under(found, mark):
                readings, _ = read_date(found.stream, start) or ((), end)
                yield PrintedDate(readings=readings, passage=Passage(start=start, end=end))


def _labelled_numbers(
    found: MarkedText, marks: tuple[Mark, ...], vocabulary: Vocabulary
) -> Iterator[PrintedIdentifier]:
    for mark in marks:
        if mark.kind is MarkKind.IDENTIFIER:
            kind = vocabulary.kind(mark.identifier)
            for start, end in numbers_under(found, mark, kind):
                value = "".join(token.text for token in found.stream[start:end])
                yield _identifier(kind, value, Passage(start=start, end=end))


def _other_dates(stream: tuple[Token, ...], dated: set[int]) -> list[datetime.date]:
    """All dates but those of birth."""
    reads = (read_date(stream, place) for place in range(len(stream)) if place not in dated)
    return [date for read in reads if read for date in read[0]]


def _unread(found: MarkedText, marks: tuple[Mark, ...], vocabulary: Vocabulary) -> Iterator[Doubt]:
    """The labels of birth dates and numbers under which nothing could be read."""
    for mark in marks:
        if mark.kind is MarkKind.BIRTH_DATE and not any(dates_under(found, mark)):
            if _is_negation(found.stream, mark):
                continue
            yield Doubt(kind=DoubtKind.BIRTH_DATE, passage=_rest_of_phrase(found, mark))
        elif mark.kind is MarkKind.IDENTIFIER:
            kind = vocabulary.kind(mark.identifier)
            if not any(numbers_under(found, mark, kind)):
                yield from _unread_number(found, mark, kind)


def _is_negation(stream: tuple[Token, ...], mark: Mark) -> bool:
    """`ne montre pas`: without its accent it is the French "not"."""
    (first, *rest) = stream[mark.passage.start : mark.passage.end]
    return not rest and first.printed.strip(".,;:()").lower() == "ne"


def _rest_of_phrase(found: MarkedText, mark: Mark) -> Passage:
    end = mark.passage.end
    while end - mark.passage.start < _LONGEST_UNREAD and found.layout.is_same_line(mark.passage.start, end):
        end += 1
    return Passage(start=mark.passage.start, end=end)


def _unread_number(found: MarkedText, mark: Mark, kind: IdentifierKind | None) -> Iterator[Doubt]:
    """What follows a label and holds digits, though it has not the form of a number: `AB/999999`, `(AB) 999999`."""
    for start in number_starts(found, mark):
        end = _unread_end(found, start)
        value = compact(" ".join(token.text for token in found.stream[start:end]))
        if any(map(str.isdigit, value)):
            yield Doubt(
                kind=DoubtKind.IDENTIFIER,
                passage=Passage(start=start, end=end),
                value=value,
                identifier=mark.identifier,
                is_of_insured=kind is not None and kind.is_of_insured,
            )
            return


def _unread_end(found: MarkedText, start: int) -> int:
    end = start
    while end < min(start + _LONGEST_UNREAD, len(found.stream)) and end not in found.mark_at:
        token = found.stream[end]
        is_prose = token.text.isalpha() and len(token.text) >= _SHORTEST_PROSE and not token.is_name_like
        is_apart = end > start and bool(_UNREAD_BREAKS & set(token.before))
        if is_prose or is_apart or read_date(found.stream, end):
            break
        end += 1
    return end


def _identifier(kind: IdentifierKind | None, value: str, passage: Passage) -> PrintedIdentifier:
    if kind is None:
        return PrintedIdentifier(
            kind=None, value=compact(value), is_labelled=True, is_valid=True, passage=passage
        )
    normal = kind.normalise(value)
    return _of_kind(kind, normal, passage, is_labelled=True, is_valid=kind.fits(normal))


def _of_kind(
    kind: IdentifierKind, value: str, passage: Passage, *, is_labelled: bool, is_valid: bool
) -> PrintedIdentifier:
    return PrintedIdentifier(
        kind=kind.name,
        title=kind.title,
        value=value,
        is_labelled=is_labelled,
        is_valid=is_valid,
        proves=kind.proves,
        is_of_insured=kind.is_of_insured,
        passage=passage,
    )


def _unlabelled_numbers(
    found: MarkedText, labelled: tuple[PrintedIdentifier, ...], vocabulary: Vocabulary
) -> Iterator[PrintedIdentifier]:
    taken = {position for each in labelled for position in range(each.passage.start, each.passage.end)}
    position = 0
    while position < len(found.stream):
        read = None if position in taken or position in found.mark_at else read_number(found.stream, position)
        known = vocabulary.recognise(read[0]) if read else None
        if read and known:
            passage = Passage(start=position, end=read[1])
            yield _of_kind(*known, passage, is_labelled=False, is_valid=True)
        position = read[1] if read and known else position + 1
