"""What a child wrote of a page becomes a page, behind the child's door: validated, and its runs shared out to words.

Written places are whole numbers of hundredths, with a bound, so that none is infinite or takes time to be read.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from agent.adapters.reading.encoding import HUNDREDTHS
from agent.adapters.reading.runs import tokens
from agent.domain.document import Box, Line, Page, PageProblem, TextOrigin, Word

_FARTHEST = 10**9
"""Three kilometres: no page is so large, and no number so long that it takes time."""

_Place = Annotated[int, Field(ge=-_FARTHEST, le=_FARTHEST)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Written = tuple[str, _Place, _Place, _Place, _Place, int | None]


class _Page(BaseModel):
    """A page as `encoding.py` writes it."""

    model_config = ConfigDict(extra="forbid")

    number: int
    width: _Finite
    height: _Finite
    turn: int
    origin: TextOrigin
    problem: PageProblem | None
    passes: int
    coverage: _Finite | None
    hidden_characters: int
    lines: list[list[_Written]]


def page_of(line: bytes) -> Page:
    """Read a page.

    Raises:
        ValidationError: it is none.
    """
    found = _Page.model_validate_json(line)
    return Page(
        number=found.number,
        width=found.width,
        height=found.height,
        turn=found.turn,
        origin=found.origin,
        problem=found.problem,
        passes=found.passes,
        coverage=found.coverage,
        hidden_characters=found.hidden_characters,
        lines=tuple(Line(words=tuple(_words(written))) for written in found.lines),
    )


def word_count(pages: Iterable[Page]) -> int:
    """How many words stand on pages."""
    return sum(len(line.words) for page in pages for line in page.lines)


def _words(written: list[_Written]) -> Iterator[Word]:
    for text, left, top, right, bottom, confidence in written:
        above, below = top / HUNDREDTHS, bottom / HUNDREDTHS
        for token, starts, ends in tokens(text, left, right):
            box = Box(left=starts / HUNDREDTHS, top=above, right=ends / HUNDREDTHS, bottom=below)
            yield Word(text=token, box=box, confidence=confidence)
