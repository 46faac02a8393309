"""Where tokens stand to each other on the page: lines, cells, and what is below a label.

Boxes decide, because reading order alone mixes the columns of a page.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from agent.domain.evidence import Mark, MarkKind, Passage, Token

_CELL_BREAKS = frozenset("\t\n\f|")
_MAX_DROP_HEIGHTS = 4.0
"""A value further below its label than this belongs to something else."""
_SLACK_POINTS = 3.0
_MAX_LEADING = 0.8
"""What stands between two rows of a table, in heights of a line; an empty line leaves one or more."""


class Layout:
    """The lines of a stream."""

    def __init__(self, stream: Sequence[Token]) -> None:
        self._stream = stream
        self._lines: dict[int, list[int]] = {}
        for position, token in enumerate(stream):
            self._lines.setdefault(token.line, []).append(position)
        numbers = list(self._lines)
        self._next = dict(itertools.pairwise(numbers))

    def is_same_line(self, one: int, other: int) -> bool:
        return other < len(self._stream) and self._stream[one].line == self._stream[other].line

    def line_start(self, position: int) -> int:
        return self._lines[self._stream[position].line][0]

    def line(self, position: int) -> range:
        """The positions of a token's line."""
        line = self._lines[self._stream[position].line]
        return range(line[0], line[-1] + 1)

    def line_up_to(self, position: int) -> range:
        """The positions of a line that come before one of it."""
        return range(self.line_start(position), position)

    def begins_cell(self, position: int) -> bool:
        return bool(_CELL_BREAKS & set(self._stream[position].before))

    def cell_start(self, position: int) -> int:
        """The first token of a token's cell."""
        first = self.line_start(position)
        while position > first and not self.begins_cell(position):
            position -= 1
        return position

    def is_header(self, position: int, mark_at: Mapping[int, Mark]) -> bool:
        """Whether a line is the head of a table: labels, each with a cell to itself, and no number."""
        line = self._lines[self._stream[position].line]
        marks = [mark_at[place] for place in line if place in mark_at]
        heads = {mark.passage for mark in marks if self.fills_cell(mark.passage)}
        others = {mark.kind for mark in marks if mark.passage not in heads}
        if len(heads) < 2 or any(self._stream[place].text.isdigit() for place in line):
            return False
        return others <= {MarkKind.CIVILITY, MarkKind.NEUTRAL}

    def below(self, label: Passage) -> int | None:
        """The first token of the cell below a label, if one stands there."""
        return next(self.column(label), None)

    def column(self, label: Passage) -> Iterator[int]:
        """The first token of each cell below a label, down to the first line that has none or is too far away."""
        last = self._stream[label.end - 1]
        head = self._stream[label.start].box
        limit = (
            self._stream[label.end].box.left
            if self.is_same_line(label.end - 1, label.end)
            else last.box.right
        )
        above, following = last, self._next.get(last.line)
        while following is not None:
            position = self._under(following, head.left - _SLACK_POINTS, limit - _SLACK_POINTS)
            if (
                position is None
                or not self.begins_cell(position)
                or not _is_close(above, self._stream[position])
            ):
                return
            yield position
            above, following = self._stream[position], self._next.get(following)

    def is_table_row(self, position: int) -> bool:
        """Whether a line has several cells, unlike a paragraph's."""
        line = self._lines[self._stream[position].line]
        return any(self.begins_cell(place) for place in line[1:])

    def is_set_in(self, position: int) -> bool:
        """Whether a line, not the first one, begins at a token, and further to the right than the line above."""
        first = self.line_start(position)
        shift = self._stream[position].box.left - self._stream[self.line_start(first - 1)].box.left
        return position == first and shift > _SLACK_POINTS

    def is_right_below(self, position: int) -> bool:
        """Whether no space parts a line, not the first one, from the one above it, as it would part a paragraph."""
        upper, token = self._stream[self.line_start(position) - 1], self._stream[position]
        height = upper.box.bottom - upper.box.top
        return token.page == upper.page and token.box.top - upper.box.bottom <= height * _MAX_LEADING

    def fills_cell(self, label: Passage) -> bool:
        is_last = label.end >= len(self._stream)
        return self.begins_cell(label.start) and (is_last or self.begins_cell(label.end))

    def _under(self, line: int, left: float, right: float) -> int | None:
        """The first token of a line that reaches into a column."""
        for position in self._lines[line]:
            box = self._stream[position].box
            if box.right > left and box.left < right:
                return position
        return None


def _is_close(above: Token, token: Token) -> bool:
    drop = token.box.top - above.box.bottom
    return token.page == above.page and drop <= _MAX_DROP_HEIGHTS * (above.box.bottom - above.box.top)
