"""Which words a label of a name announces."""

import itertools
from collections.abc import Iterator

from agent.core.marks import MarkedText
from agent.core.names import JOINERS, PARTICLES
from agent.core.values import stands_alone
from agent.domain.evidence import NAME_KINDS, Mark, MarkKind, NameField, Passage

_WITHIN_NAME = frozenset({" ", "-", "'", "’", ". ", " & ", " / "})
_LONGEST_NAME = 8
_LONGEST_BARE_NAME = 4
"""Of a line in a script without capitals, more words than these are a sentence."""
_LIKE_COLONS = frozenset({".", ";", ","})
"""What OCR takes a colon for."""


def fields_of(found: MarkedText, marks: tuple[Mark, ...]) -> Iterator[NameField]:
    """Find what stands beside, below or, in a table, all the way down under each label of a name."""
    for mark in marks:
        if mark.kind in NAME_KINDS or mark.kind is MarkKind.PARTY:
            is_announced = _is_announced(found, mark)
            for start in _name_starts(found, mark):
                begin = _skip_civilities(found, start)
                if begin < len(found.stream) and begin not in found.mark_at:
                    passage = Passage(start=begin, end=_name_end(found, begin))
                    yield NameField(kind=mark.kind, passage=passage, is_announced=is_announced)


def _is_announced(found: MarkedText, mark: Mark) -> bool:
    """Whether a colon stands behind a label, or rows of cells below it."""
    has_colon = mark.passage.end < len(found.stream) and _is_colon(found, mark)
    is_head = found.layout.is_header(mark.passage.start, found.mark_at)
    return has_colon or is_head or any(_under_damaged_head(found, mark))


def _is_colon(found: MarkedText, mark: Mark) -> bool:
    """Whether a colon stands behind a label, or, behind one that opens its cell, what OCR reads for one."""
    token = found.stream[mark.passage.end]
    is_like_one = token.confidence is not None and token.before.strip() in _LIKE_COLONS
    return ":" in token.before or (is_like_one and found.layout.begins_cell(mark.passage.start))


def _name_starts(found: MarkedText, mark: Mark) -> Iterator[int]:
    """Where names may begin: beside their label; under it where nothing is; in each row under a table's head."""
    first, after = found.layout.line_start(mark.passage.start), mark.passage.end
    if found.layout.is_header(mark.passage.start, found.mark_at):
        column = found.layout.column(mark.passage)
        yield from itertools.takewhile(lambda place: _is_row(found, place), column)
    elif mark.is_mirrored or (stands_alone(found, mark) and first < mark.passage.start):
        yield first
    elif found.layout.is_same_line(after - 1, after):
        yield after
        yield from _under_damaged_head(found, mark)
    else:
        yield from itertools.islice(found.layout.column(mark.passage), 1)


def _under_damaged_head(found: MarkedText, mark: Mark) -> Iterator[int]:
    """Where a label has a cell to itself beside others that OCR has damaged, and rows of cells stand below."""
    is_ocr = found.stream[mark.passage.start].confidence is not None
    if is_ocr and found.layout.fills_cell(mark.passage):
        yield from itertools.takewhile(found.layout.is_table_row, found.layout.column(mark.passage))


def _is_row(found: MarkedText, position: int) -> bool:
    """Whether a line goes on with a table: it has several cells, or a name and nothing else.

    One word alone counts where no paragraph would begin: in a further column, or right below the row above.
    """
    if found.layout.is_table_row(position):
        return True
    begin = _skip_civilities(found, position)
    end = _name_end(found, begin)
    if end == begin or found.layout.is_same_line(position, end):
        return False
    is_name = 1 < end - begin <= _LONGEST_BARE_NAME
    return is_name or found.layout.is_set_in(position) or found.layout.is_right_below(position)


def _skip_civilities(found: MarkedText, position: int) -> int:
    while position < len(found.stream) and _is_civility(found, position):
        position += 1
    return position


def _is_civility(found: MarkedText, position: int) -> bool:
    mark = found.mark_at.get(position)
    return mark is not None and mark.kind is MarkKind.CIVILITY


def _name_end(found: MarkedText, start: int) -> int:
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


def _is_name_at(found: MarkedText, position: int) -> bool:
    place = _skip_civilities(found, position)
    return place < len(found.stream) and place not in found.mark_at and found.stream[place].is_name_like
