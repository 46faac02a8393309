"""Which piece of which page shows best why a question is asked: the printed words that its reasons rest on.

The piece is a strip of whole lines: what stands before a name says whose name it is. Where the words stand too far
apart for one strip, the one that holds most of them is taken.
"""

from collections.abc import Sequence

from agent.core.extract import extract
from agent.core.reasons import NAMING
from agent.domain.decision import Decision, Reason, candidates_of
from agent.domain.document import Box, DocumentText, Line, Page
from agent.domain.evidence import NAME_KINDS
from agent.domain.snippet import HIGHEST, WIDEST, Crop

_MARGIN = 14.0
"""Points; a line above and below, about."""
_GAP = 4.0
"""Points, beyond a line that is taken in as a neighbour."""
_LEAST_WIDTH = 300.0
"""Points; a narrower piece would show letters as large as a headline."""
_FLATTEST = 16.0
"""How often a piece's height may go into its width; Telegram takes no picture of more than twenty times."""


def crop_of(decision: Decision, text: DocumentText) -> Crop | None:
    """Choose the piece; None when no page was read.

    The first candidate's reasons come first, then the others', then the decision's own. Where none of them has a place,
    a human decides by what stands where the document says whom it is about, or by the top of its first page.
    """
    for reasons in _in_order(decision):
        placed = [reason for reason in reasons if reason.box is not None]
        for number in _pages(placed):
            page = next((it for it in text.pages if it.number == number), None)
            if page is not None:
                boxes = [it.box for it in placed if it.page == number and it.box is not None]
                return Crop(page=page.number, box=_strip(boxes, page), turn=page.turn)
    if not text.pages:
        return None
    return _of_label(text) or _top_of(text.pages[0])


def _of_label(text: DocumentText) -> Crop | None:
    """The lines round the first label of the one whom it is about."""
    evidence = extract(text)
    for mark in evidence.marks:
        if mark.kind in NAME_KINDS:
            number = evidence.tokens[mark.passage.start].page
            page = next(it for it in text.pages if it.number == number)
            return Crop(page=number, box=_strip([evidence.box(mark.passage)], page), turn=page.turn)
    return None


def _top_of(page: Page) -> Crop:
    bottom = min(page.height, page.width * HIGHEST / WIDEST)
    return Crop(page=page.number, box=Box(left=0.0, top=0.0, right=page.width, bottom=bottom), turn=page.turn)


def _in_order(decision: Decision) -> list[Sequence[Reason]]:
    own = getattr(decision, "reason", None)
    return [*(it.reasons for it in candidates_of(decision)), [own] if own is not None else []]


def _pages(placed: Sequence[Reason]) -> list[int]:
    """The pages, that first on which most is said; a name or number that names the person counts most."""
    weights: dict[int, int] = {}
    for reason in placed:
        if reason.page is not None:
            weights[reason.page] = weights.get(reason.page, 0) + (3 if reason.code in NAMING else 1)
    return sorted(weights, key=lambda page: (-weights[page], page))


def _strip(boxes: Sequence[Box], page: Page) -> Box:
    left, right = _sides(boxes, page)
    most = HIGHEST / WIDEST * (right - left)
    highest = most - 2 * _MARGIN
    tops = sorted(box.top for box in boxes)
    inside = {top: [it for it in boxes if top <= it.top and it.bottom <= top + highest] for top in tops}
    top = max(tops, key=lambda it: (len(inside[it]), -it))
    bottom = max((it.bottom for it in inside[top]), default=top + highest)
    top, bottom = _to_whole_lines(top, bottom, most, page)
    lacking = max(0.0, (right - left) / _FLATTEST - (bottom - top)) / 2
    top, bottom = top - lacking, bottom + lacking
    return Box(left=left, top=max(0.0, top), right=right, bottom=min(page.height, bottom))


def _to_whole_lines(top: float, bottom: float, most: float, page: Page) -> tuple[float, float]:
    """Move the edges out by a margin, and then so that they cut no line: past it, or back before it."""
    lines = [_reach(line) for line in page.lines if line.words]
    above, below = top - _MARGIN, bottom + _MARGIN
    for high, low in lines:
        if high < below < low and high >= bottom:
            below = low + _GAP if low + _GAP - above <= most else high
    for high, low in lines:
        if high < above < low and low <= top:
            above = high - _GAP if below - high + _GAP <= most else low
    return above, below


def _reach(line: Line) -> tuple[float, float]:
    return min(it.box.top for it in line.words), max(it.box.bottom for it in line.words)


def _sides(boxes: Sequence[Box], page: Page) -> tuple[float, float]:
    """How far the lines reach on which the words stand."""
    lines = [
        word.box
        for line in page.lines
        if any(_is_level(word.box, box) for word in line.words for box in boxes)
        for word in line.words
    ]
    left = min(it.left for it in (*lines, *boxes)) - _MARGIN
    right = max(it.right for it in (*lines, *boxes)) + _MARGIN
    lacking = max(0.0, _LEAST_WIDTH - (right - left)) / 2
    return max(0.0, left - lacking), min(page.width, right + lacking)


def _is_level(one: Box, other: Box) -> bool:
    """Whether the middle of one stands between the top and bottom of the other."""
    return other.top <= (one.top + one.bottom) / 2 <= other.bottom
