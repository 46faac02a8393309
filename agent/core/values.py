"""Where a label's birth date or number stands on the page.

A value follows its label on the line, or, where nothing does, stands below it in the same column, or opens the next
line.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from agent.core.dates import read_date
from agent.core.forms import goes_on, read_form
from agent.core.identifiers import IdentifierKind, read_number
from agent.core.marks import MarkedText
from agent.core.names import word_set
from agent.domain.evidence import Mark

_DATE_CONNECTORS = word_set("le la on the e en du s في بتاريخ سنة يوم بتأريخ")
_NUMBER_CONNECTORS = word_set("n no nr num numero number de du d la is est رقم")
_PLACE_WORDS = word_set("a in at ب")
_PLACE_LENGTH = 6
_HEAD_GAPS = frozenset({" ", "-"})
_NUMBER_GOES_ON = frozenset({"/", "_"})


def dates_under(found: MarkedText, mark: Mark) -> Iterator[tuple[int, int]]:
    """The birth dates that a label announces, by where each begins and ends."""
    starts = (*_value_starts(found, mark, _DATE_CONNECTORS), *_after_place(found, mark))
    return _values(found, mark, starts, _date_end)


def numbers_under(found: MarkedText, mark: Mark, kind: IdentifierKind | None) -> Iterator[tuple[int, int]]:
    """The numbers that a label announces, by where each begins and ends.

    Args:
        kind: the one that the label names, where it names one.
    """
    return _values(found, mark, tuple(number_starts(found, mark)), partial(_number_end, kind))


def number_starts(found: MarkedText, mark: Mark) -> Iterator[int]:
    """Where a label's number may begin, the likeliest first."""
    return _value_starts(found, mark, _NUMBER_CONNECTORS)


def _values(
    found: MarkedText, mark: Mark, starts: Iterable[int], end_of: Callable[[MarkedText, int], int | None]
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


def _date_end(found: MarkedText, start: int) -> int | None:
    read = read_date(found.stream, start)
    return read[1] if read else None


def _number_end(kind: IdentifierKind | None, found: MarkedText, start: int) -> int | None:
    if start in found.mark_at:
        return None
    forms = kind.forms if kind else ()
    if forms and (end := read_form(found.stream, start, forms)):
        return end
    read = None if read_date(found.stream, start) else read_number(found.stream, start)
    if read is None:
        return None
    is_cut = read[1] < len(found.stream) and found.stream[read[1]].before in _NUMBER_GOES_ON
    return None if is_cut or (forms and goes_on(found.stream, read[1])) else read[1]


def _value_starts(found: MarkedText, mark: Mark, connectors: frozenset[str]) -> Iterator[int]:
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
    if stands_alone(found, mark):
        yield from found.layout.line_up_to(mark.passage.start)


def _skip(found: MarkedText, position: int, words: frozenset[str]) -> int:
    while (
        position < len(found.stream)
        and position not in found.mark_at
        and found.stream[position].text in words
        and not _is_head_of_number(found, position)
    ):
        position += 1
    return position


def _is_head_of_number(found: MarkedText, position: int) -> bool:
    """`D-633630` is one number, and no `d'` before one."""
    token, after = found.stream[position], found.stream[position + 1 : position + 2]
    is_letter = token.text == "d" and token.is_name_like
    return is_letter and bool(after) and after[0].before in _HEAD_GAPS and after[0].text.isdigit()


def _after_place(found: MarkedText, mark: Mark) -> Iterator[int]:
    """`né à Casablanca le 12/03/1980`: pass over the place, on the label's own line."""
    words = {
        found.stream[position].text
        for position in range(mark.passage.start, mark.passage.end + 1)
        if position < len(found.stream)
    }
    if not words & _PLACE_WORDS:
        return
    end = mark.passage.end
    while end < mark.passage.end + _PLACE_LENGTH and end not in found.mark_at:
        if not found.layout.is_same_line(mark.passage.start, end):
            return
        if found.stream[end].text[0].isdigit():
            yield end
            return
        end += 1


def stands_alone(found: MarkedText, mark: Mark) -> bool:
    """Whether it is a one-word Arabic label at the end of its line: perhaps a line in visual order."""
    last = mark.passage.end - 1
    is_arabic = "\u0600" <= found.stream[last].text[0] <= "\u06ff"
    return is_arabic and not found.layout.is_same_line(last, last + 1)
