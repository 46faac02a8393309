"""What a reader's eye sees of a page: it is drawn with its text and without, and where nothing changes nothing is read.

One comparison instead of a rule for each way to hide text: white on white, transparent, covered, clipped away, in a
layer that is off, under or over a scan. Text that lies on the ink of other text can't be told from it.
"""

import itertools
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from agent.domain.document import Box

DOTS_PER_POINT = 100 / 72
"""Enough for a full stop of 6 points; both drawings of a letter take some milliseconds."""
_LOWEST_DOTS_PER_POINT = 0.5
"""Below this, letters fade into the paper."""
_MAX_PIXELS = 16_000_000
_CONTRAST = 20
"""Of 255 levels of a colour. Text that changes the page by less can't be told from the paper."""
_MARGIN_PIXELS = 1
"""By how much ink may stand out of its character's box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A page that was drawn.

    Attributes:
        pixels: row after row, one byte for each colour; where it was drawn, and never copied: each page of memory that
            is new to a child costs it 2 microseconds, and a grey sheet of A4 has 236.
        colors: bytes a pixel, 1 for grey.
    """

    pixels: memoryview
    width: int
    height: int
    colors: int


class Draw(Protocol):
    """Draws a page with its text and without it, at one scale; `None` is white paper, the rest of text alone."""

    def __call__(self, *, grayscale: bool) -> tuple[Drawing, Drawing | None]: ...


class Eye:
    """Tells the characters that can be seen. Colours, which take longer, are looked at where grey shows nothing."""

    def __init__(self, draw: Draw, scale: float) -> None:
        self._draw = draw
        self._scale = scale
        self._grey_ink = _Ink(*draw(grayscale=True))

    def sees(self, box: Box) -> bool:
        """Whether text leaves ink in the box."""
        scale = self._scale
        left = math.floor(box.left * scale) - _MARGIN_PIXELS
        top = math.floor(box.top * scale) - _MARGIN_PIXELS
        right = math.ceil(box.right * scale) + _MARGIN_PIXELS
        bottom = math.ceil(box.bottom * scale) + _MARGIN_PIXELS
        return self._grey_ink.stands_in(left, top, right, bottom) or self._color_ink.stands_in(
            left, top, right, bottom
        )

    @cached_property
    def _color_ink(self) -> "_Ink":
        return _Ink(*self._draw(grayscale=False))


class _Ink:
    """Where two drawings of a page differ. They are compared where somebody asks, in a letter's rows."""

    def __init__(self, with_text: Drawing, without_text: Drawing | None) -> None:
        self._with_text = with_text
        self._without_text = None if without_text is None else without_text.pixels

    def stands_in(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Look from the middle downwards first: most letters have ink there. A page asks for each of thousands."""
        drawn, rest = self._with_text, self._without_text
        left, right = max(left, 0), min(right, drawn.width)
        top, bottom = max(top, 0), min(bottom, drawn.height)
        if left >= right:
            return False
        pixels, width, left, right = (
            drawn.pixels,
            drawn.width * drawn.colors,
            left * drawn.colors,
            right * drawn.colors,
        )
        middle = (top + bottom) // 2
        for row in itertools.chain(range(middle, bottom), range(top, middle)):
            start, end = row * width + left, row * width + right
            if rest is None:
                is_ink = _ON_WHITE(pixels, start, end) is not None
            else:
                is_ink = _differs(pixels[start:end], rest[start:end])
            if is_ink:
                return True
        return False


_ON_WHITE = re.compile(rb"[\x00-\x%02x]" % (255 - _CONTRAST)).search
"""Finds what stands out of white paper."""


def _differs(some: memoryview, others: memoryview) -> bool:
    return some != others and any(
        abs(one - other) >= _CONTRAST for one, other in zip(some, others, strict=True)
    )


def scale_of(width: float, height: float) -> float | None:
    """Choose the pixels a point for a page of so many points; None when it is too large to be looked at."""
    scale = min(DOTS_PER_POINT, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
    return scale if scale >= _LOWEST_DOTS_PER_POINT else None
