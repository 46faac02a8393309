"""Runs: printed lines whose words share one box on their way out of a child, and get a part of it each behind the door.

A page that can't say who a document is about needs no box for each word; made and written in the child, those took
longer than reading the page. A run is a `Word` with blanks in it; words have none.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from agent.adapters.reading import lines
from agent.domain.document import Box, Line, Word


def lines_of(found: Iterable[Word]) -> tuple[Line, ...]:
    """Group runs, none of them from right to left, into lines from top to bottom."""
    rows = sorted(found, key=lambda run: run.box.top + run.box.bottom)
    if any(_share_a_line(one.box, other.box) for one, other in pairwise(rows)):
        return lines.rightward_lines_of(rows)
    return tuple(Line(words=(run,)) for run in rows)


def _share_a_line(one: Box, other: Box) -> bool:
    """Whether the next box from the top might stand beside, rather than below."""
    return other.top < (one.top + one.bottom) / 2 or (other.top + other.bottom) / 2 < one.bottom


def tokens(text: str, left: int, right: int) -> Iterator[tuple[str, int, int]]:
    """Give each word of a run its part of the width, by its letters; a single word has all of it."""
    step, start = (right - left) / max(len(text), 1), 0
    for word in text.split(" "):
        end = start + len(word)
        if word:
            yield word, left + round(start * step), left + round(end * step)
        start = end + 1
