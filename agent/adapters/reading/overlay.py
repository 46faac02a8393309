"""Puts two kinds of words on one page: those of its text layer, and those recognised in what is drawn beside it."""

from collections.abc import Sequence
from dataclasses import replace

from agent.adapters.reading.lines import lines_of
from agent.domain.document import Box, Line, Word

_SAME = 0.5
"""The part of the area that two boxes have in common from where they hold the same word."""


def merged(kept: Sequence[Word], found: Sequence[Line], *, is_level: bool) -> tuple[Line, ...]:
    """Join the layer's words with recognised lines; where both stand in one box the layer's stays.

    Args:
        is_level: False when the recognised lines lean: then they stay as they are, and the layer's stand between.
    """
    if not kept:
        return tuple(found)
    added = [line for line in (_without_doubles(line, kept) for line in found) if line.words]
    if is_level:
        return lines_of([*kept, *(word for line in added for word in line.words)])
    return tuple(sorted([*lines_of(kept), *added], key=_top))


def turned(words: Sequence[Word], degrees: int, width: float, height: float) -> list[Word]:
    """Move words along when their page, of this size, is turned clockwise by quarters."""
    return [replace(word, box=_turned(word.box, degrees, width, height)) for word in words]


def turned_point(x: float, y: float, degrees: int, width: float, height: float) -> tuple[float, float]:
    """Move a point along when its page, of this size, is turned clockwise by quarters."""
    moved = _turned(Box(left=x, top=y, right=x, bottom=y), degrees, width, height)
    return moved.left, moved.top


def _without_doubles(line: Line, kept: Sequence[Word]) -> Line:
    return Line(
        words=tuple(
            word for word in line.words if not any(word.box.shares(other.box) >= _SAME for other in kept)
        )
    )


def _turned(box: Box, degrees: int, width: float, height: float) -> Box:
    match degrees % 360:
        case 90:
            return Box(left=height - box.bottom, top=box.left, right=height - box.top, bottom=box.right)
        case 180:
            return Box(
                left=width - box.right,
                top=height - box.bottom,
                right=width - box.left,
                bottom=height - box.top,
            )
        case 270:
            return Box(left=box.top, top=width - box.right, right=box.bottom, bottom=width - box.left)
        case _:
            return box


def _top(line: Line) -> float:
    return min(word.box.top for word in line.words)
