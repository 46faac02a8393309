"""What a reader's eye sees of a page: it is drawn with its text and without, and where nothing changes nothing is read.

One comparison instead of a rule for each way to hide text: white on white, transparent, covered, clipped away, in a
layer that is off, under or over a scan. Text that lies on the ink of other text can't be told from it.
"""

import itertools
import math
from functools import cached_property, reduce
from typing import Protocol

from PIL import Image, ImageChops

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


class Draw(Protocol):
    """Draws a page with its text and without it, at one scale."""

    def __call__(self, *, grayscale: bool) -> tuple[Image.Image, Image.Image]: ...


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
    """The part of a page in which two drawings differ, one byte a pixel: a letter's rows are searched, not cut out."""

    def __init__(self, with_text: Image.Image, without_text: Image.Image) -> None:
        change = ImageChops.difference(with_text, without_text)
        if change.mode != "L":
            change = reduce(ImageChops.lighter, change.split())
        self._left, self._top, self._right, self._bottom = box = change.getbbox() or (0, 0, 0, 0)
        self._pixels = change.crop(box).tobytes().translate(_IS_INK)

    def stands_in(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Look from the middle downwards first: most letters have ink there. A page asks for each of thousands."""
        left, right = max(left, self._left) - self._left, min(right, self._right) - self._left
        top, bottom = max(top, self._top) - self._top, min(bottom, self._bottom) - self._top
        if left >= right:
            return False
        width, middle, find = self._right - self._left, (top + bottom) // 2, self._pixels.find
        for row in itertools.chain(range(middle, bottom), range(top, middle)):
            if find(b"\1", row * width + left, row * width + right) >= 0:
                return True
        return False


_IS_INK = bytes(_CONTRAST) + b"\1" * (256 - _CONTRAST)


def scale_of(width: float, height: float) -> float | None:
    """Choose the pixels a point for a page of so many points; None when it is too large to be looked at."""
    scale = min(DOTS_PER_POINT, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
    return scale if scale >= _LOWEST_DOTS_PER_POINT else None
