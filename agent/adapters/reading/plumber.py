"""pdfplumber's words: the finest boxes there are, from a parser that any damaged file may throw off its course.

Every failure of it is a reason to go on with pdfium, so nothing here is an error: `None` says "ask the other engine".
The characters are our own (`glyphs.py`): pdfplumber's hold ten times as much of each, colours and fonts and marks,
which took half of the time that a page takes.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from io import BufferedReader
from typing import Any, TypeVar

import pdfplumber
from pdfplumber.utils.text import extract_words

from agent.adapters.reading import alarm, lines
from agent.adapters.reading.eye import Eye
from agent.adapters.reading.glyphs import Glyph, glyphs_of
from agent.domain.document import Box, Word

_TINY_POINTS = 2.0
_SAME_POINTS = 1.0
"""How far the engines' ideas of a page's size may differ."""
_MAX_LOST = 0.2
"""The share of pdfium's characters that pdfplumber may miss before it is distrusted."""
_MAX_FAILURES = 2

Result = TypeVar("Result")


class Plumber:
    """A document as pdfplumber sees it. After two failures it is not asked again: each costs up to its time limit."""

    def __init__(self, stream: BufferedReader, *, seconds: float, password: str | None = None) -> None:
        self._stream = stream
        self._password = password
        self._seconds = seconds
        self._failures = 0
        self._is_released = False

    @cached_property
    def _pages(self) -> Sequence[Any]:
        """All pages, none when it can't open the document. Opened when first asked: many documents never need it."""
        return self._guarded(lambda: pdfplumber.open(self._stream, password=self._password).pages) or ()

    @property
    def page_count(self) -> int:
        """How many pages it sees."""
        return len(self._pages)

    def size(self, number: int) -> tuple[float, float]:
        """The width and height of a page, in points."""
        page = self._pages[number - 1]
        return float(page.width), float(page.height)

    def words(self, number: int, eye: Eye | None, seconds: float) -> "PlumbedWords | None":
        """Find the words of a page that a reader can see, as far as there is an eye; None when the engine fails.

        Args:
            seconds: what is left of the page's time; it gets its own share at most.
        """
        if self._is_released or self._failures >= _MAX_FAILURES or not 0 < number <= self.page_count:
            return None
        page = self._pages[number - 1]
        found = self._guarded(lambda: _words(page, eye), seconds)
        self._guarded(page.close)
        return found

    def release(self) -> bool:
        """Let go of the document, for want of memory; False when nothing is held. It is not asked again."""
        is_held = not self._is_released and bool(self.__dict__.pop("_pages", ()))
        self._is_released = True
        return is_held

    def _guarded(self, call: Callable[[], Result], seconds: float = math.inf) -> Result | None:
        """Call the engine on hostile bytes: it may raise anything, not come back, or ask for all memory there is."""
        try:
            with alarm.within(min(self._seconds, seconds)):
                return call()
        except (Exception, alarm.OutOfTime):  # noqa: BLE001 # MemoryError too: pdfium needs a thousandth
            self._failures += 1
            return None


class PlumbedWords:
    """The words of one page, and how much text the engine saw in all, hidden text included."""

    def __init__(
        self, words: list[Word], *, characters: int, hidden: int, width: float, height: float
    ) -> None:
        self.words = words
        self.hidden = hidden
        self._characters = characters
        self._size = width, height

    def agrees(self, text: str, width: float, height: float) -> bool:
        """Whether the other engine's text and page size say that nothing is lost or misplaced here."""
        others = len("".join(text.split()))
        is_same_page = all(
            abs(ours - theirs) <= _SAME_POINTS
            for ours, theirs in zip(self._size, (width, height), strict=True)
        )
        return is_same_page and self._characters >= (1 - _MAX_LOST) * others and not self._is_undecoded()

    def _is_undecoded(self) -> bool:
        return sum("(cid:" in word.text for word in self.words) * 50 > len(self.words)


def _words(page: Any, eye: Eye | None) -> PlumbedWords | None:
    if page.rotation and tuple(page.cropbox) != tuple(page.mediabox):
        return None  # pdfplumber does not turn the crop box with the page
    characters = glyphs_of(page)
    if eye is not None and any(_has_no_width(item) for item in characters):
        return None  # where it stands, and so whether it is seen, is not known
    left, top, right, bottom = page.cropbox
    width, height = float(right - left), float(bottom - top)

    def placed(item: Glyph) -> Box:
        return Box(
            left=float(item["x0"] - left),
            top=float(item["top"] - top),
            right=float(item["x1"] - left),
            bottom=float(item["bottom"] - top),
        )

    def is_seen(item: Glyph) -> bool:
        box = placed(item)
        if max(box.right - box.left, box.bottom - box.top) < _TINY_POINTS:
            return False
        if not (0 <= (box.left + box.right) / 2 <= width and 0 <= (box.top + box.bottom) / 2 <= height):
            return False
        return eye is None or item["text"].isspace() or eye.sees(box)

    seen = list(filter(is_seen, characters))
    found = extract_words(seen, x_tolerance_ratio=0.2, y_tolerance=2, keep_blank_chars=False)
    words = [lines.word(str(item["text"]), placed(item)) for item in found]
    printed = _count(characters)
    return PlumbedWords(
        [each for each in words if each is not None],
        characters=printed,
        hidden=printed - _count(seen),
        width=width,
        height=height,
    )


def _count(characters: Iterable[Glyph]) -> int:
    return sum(not item["text"].isspace() for item in characters)


def _has_no_width(item: Glyph) -> bool:
    """Whether pdfplumber knows no width of a character: its font is not in the file, nor in its tables."""
    return bool(item["x0"] == item["x1"]) and not item["text"].isspace()
