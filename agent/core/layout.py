"""Where tokens stand to each other on the page: lines, cells, and what is below a label.

Boxes decide, because reading order alone mixes the columns of a page.
"""

import itertools
from collections.abc import Mapping, Sequence

from agent.domain.evidence import Mark, MarkKind, Passage, Token

_CELL_BREAKS = frozenset("\t\n\f|")
_MAX_DROP_HEIGHTS = 4.0
"""A value further below its label than this belongs to something else."""
_SLACK_POINTS = 3.0


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

    def line_up_to(self, position: int) -> range:
        """The positions of a line that come before one of it."""
        return range(self.line_start(position), position)

    def begins_cell(self, position: int) -> bool:
        return bool(_CELL_BREAKS & set(self._stream[position].before))

    def is_header(self, position: int, mark_at: Mapping[int, Mark]) -> bool:
        """Whether a line is the head of a table: labels, each with a cell to itself, and no number."""
        line = self._lines[self._stream[position].line]
        labels = {
            mark_at[place].passage
            for place in line
            if place in mark_at and mark_at[place].kind not in {MarkKind.CIVILITY, MarkKind.ROLE}
        }
        if len(labels) < 2 or any(self._stream[place].text.isdigit() for place in line):
            return False
        return all(self._fills_cell(label) for label in labels)

    def below(self, label: Passage) -> int | None:
        """The first token of the cell below a label, if one stands there."""
        last = self._stream[label.end - 1]
        following = self._next.get(last.line)
        if following is None:
            return None
        head = self._stream[label.start].box
        limit = (
            self._stream[label.end].box.left
            if self.is_same_line(label.end - 1, label.end)
            else last.box.right
        )
        for position in self._lines[following]:
            token = self._stream[position]
            is_under = token.box.right > head.left - _SLACK_POINTS and token.box.left < limit - _SLACK_POINTS
            if is_under:
                is_close = token.box.top - head.bottom <= _MAX_DROP_HEIGHTS * (head.bottom - head.top)
                return (
                    position if is_close and token.page == last.page and self.begins_cell(position) else None
                )
        return None

    def _fills_cell(self, label: Passage) -> bool:
        is_last = label.end >= len(self._stream)
        return self.begins_cell(label.start) and (is_last or self.begins_cell(label.end))
