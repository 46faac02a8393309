"""Runs: printed lines whose words share one box on their way out of a child, and get a part of it each behind the door.

A page that can't say who a document is about needs no box for each word; made and written in the child, those took
longer than reading the page. A run is a `Word` with blanks in it; words have none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from agent.adapters.reading import lines
from agent.domain.document import Box, Line, Page, Word

_TOKEN = re.compile(r"\S+")
_BLANK = re.compile(r"\s+")
WORD_BYTES = 100
"""What a word of its own takes in a finding. A run is charged for its words, or few bytes would make many of them."""


def lines_of(found: Iterable[Word]) -> tuple[Line, ...]:
    """Group runs, none of them from right to left, into lines from top to bottom."""
    rows = sorted(found, key=lambda run: run.box.top + run.box.bottom)
    if any(_share_a_line(one.box, other.box) for one, other in pairwise(rows)):
        return lines.rightward_lines_of(rows)
    return tuple(Line(words=(run,)) for run in rows)


def _share_a_line(one: Box, other: Box) -> bool:
    """Whether the next box from the top might stand beside, rather than below."""
    return other.top < (one.top + one.bottom) / 2 or (other.top + other.bottom) / 2 < one.bottom


def unwritten_bytes(page: Page) -> int:
    """What the words of a page's runs would have taken beyond what the runs take."""
    return WORD_BYTES * sum(
        len(_BLANK.findall(word.text)) for line in page.lines for word in line.words if _is_run(word)
    )


def written_bytes(pages: Iterable[Page]) -> int:
    """What the words of pages take at least, or would have taken had none of them been a run."""
    return WORD_BYTES * sum(len(line.words) for page in pages for line in page.lines)


def shared_out(page: Page) -> Page:
    """Give each word of a run its part of the box, by its letters."""
    if not any(_is_run(word) for line in page.lines for word in line.words):
        return page
    return replace(page, lines=tuple(Line(words=tuple(_words(line))) for line in page.lines))


def _is_run(word: Word) -> bool:
    return _BLANK.search(word.text) is not None


def _words(line: Line) -> Iterator[Word]:
    for word in line.words:
        if not _is_run(word):
            yield word
            continue
        step = (word.box.right - word.box.left) / len(word.text)
        for token in _TOKEN.finditer(word.text):
            yield replace(
                word,
                text=token[0],
                box=replace(
                    word.box,
                    left=round(word.box.left + token.start() * step, 2),
                    right=round(word.box.left + token.end() * step, 2),
                ),
            )
