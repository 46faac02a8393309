"""The content stream of a page's invisible text: each recognised word where it stands, and blanks between the words.

Invariants
- Words stand as they are seen from left to right, letters of a right-to-left script too: that is the order in which
  PDF programs expect them, and turn them round again.
- A word that is low, such as a hyphen, stands on its neighbour's line, so that it does not fall out of it.
- Text render mode 3: nothing is drawn, whatever the page looks like.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from agent.adapters.reading import overlay
from agent.adapters.reading.frame import Frame
from agent.adapters.reading.glyphless import WIDTH
from agent.domain.document import Line, Page, Word

_LOW = 0.6
"""The part of its line's usual height below which a word says nothing of where the line stands."""
_LEAST_POINTS = 0.1
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+")


def recognised(page: Page) -> list[Line]:
    """The lines of the words that come from OCR; those of a text layer stand in the document already."""
    lines = (Line(words=tuple(it for it in line.words if it.confidence is not None)) for line in page.lines)
    return [line for line in lines if line.words]


def is_whole(page: Page) -> bool:
    """Whether all words of the page come from OCR: what a layer says beside them was found to be no use."""
    return all(word.confidence is not None for line in page.lines for word in line.words)


def content(page: Page, frame: Frame, codes: Mapping[str, int], font: str) -> bytes:
    """Write the page's recognised words in the page's own space.

    Args:
        frame: how the page is shown; the words stand on the shown page, turned by `page.turn`.
        codes: the font's number of each character.
        font: its name among the page's resources.
    """
    axes = " ".join(f"{number:g}" for number in _axes(page, frame))
    written = [f"q BT 3 Tr /{font} 1 Tf"]
    for line in recognised(page):
        for text, left, baseline, stretch, height in _placed(line):
            x, y = _own(left, baseline, page, frame)
            shown = "".join(f"{codes[character]:04X}" for character in text)
            written.append(f"/{font} {height:.2f} Tf {stretch:.2f} Tz {axes} {x:.2f} {y:.2f} Tm <{shown}> Tj")
    return "\n".join([*written, "ET Q\n"]).encode("ascii")


def _axes(page: Page, frame: Frame) -> list[int]:
    """Where right and up of the page that was read point to in the page's own space."""
    origin, right, down = (_own(*point, page, frame) for point in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    across = [round(there - here) for there, here in zip(right, origin, strict=True)]
    return across + [round(here - there) for there, here in zip(down, origin, strict=True)]


def _own(x: float, y: float, page: Page, frame: Frame) -> tuple[float, float]:
    shown = overlay.turned_point(x, y, -page.turn, page.width, page.height)
    return frame.own(*shown)


def _placed(line: Line) -> Iterator[tuple[str, float, float, float, float]]:
    """Give text, left, baseline, how far it is stretched, in percent, and height of each word, from left to right.

    The blank after a word is said with it: on a page that lies on its side, pdfium takes one that stands alone for
    a new line.
    """
    words = sorted(line.words, key=lambda word: word.box.left)
    usual = median(_height(word) for word in words)
    tall = [word for word in words if _height(word) >= _LOW * usual]
    for number, word in enumerate(words):
        like = word if word in tall else _nearest(word, tall)
        height, baseline = max(_height(like), _LEAST_POINTS), like.box.bottom
        width = max(word.box.right - word.box.left, _LEAST_POINTS)
        stretch = 100 * width / (height * WIDTH * len(word.text))
        blank = " " if number + 1 < len(words) else ""
        yield as_seen(word.text) + blank, word.box.left, baseline, stretch, height


def _height(word: Word) -> float:
    return word.box.bottom - word.box.top


def _nearest(word: Word, others: Sequence[Word]) -> Word:
    return min(others, key=lambda other: abs(other.box.left - word.box.left))


def as_seen(text: str) -> str:
    """Write a word as it is seen from left to right; numbers within a right-to-left word keep their order."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    runs, end = [], 0
    for found in _RIGHT_TO_LEFT.finditer(text):
        runs += [text[end : found.start()], found[0][::-1]]
        end = found.end()
    return "".join(reversed([*runs, text[end:]]))
