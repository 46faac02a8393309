"""What a reader's eye sees of a page: it is drawn with its text and without, and where nothing changes nothing is read.

One comparison instead of a rule for each way to hide text: white on white, transparent, covered, clipped away, in a
layer that is off, under or over a scan. Text that lies on the ink of other text can't be told from it.
"""

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
        self._grey_ink = _ink(*draw(grayscale=True))

    def sees(self, box: Box) -> bool:
        """Whether text leaves ink in the box."""
        left, top = (max(0, math.floor(side * self._scale) - _MARGIN_PIXELS) for side in (box.left, box.top))
        right, bottom = (math.ceil(side * self._scale) + _MARGIN_PIXELS for side in (box.right, box.bottom))
        area = left, top, min(self._grey_ink.width, right), min(self._grey_ink.height, bottom)
        if area[0] >= area[2] or area[1] >= area[3]:
            return False
        return _has_ink(self._grey_ink, area) or _has_ink(self._color_ink, area)

    @cached_property
    def _color_ink(self) -> Image.Image:
        return _ink(*self._draw(grayscale=False))


def _has_ink(ink: Image.Image, area: tuple[int, int, int, int]) -> bool:
    return ink.crop(area).getbbox() is not None


def _ink(with_text: Image.Image, without_text: Image.Image) -> Image.Image:
    bands = ImageChops.difference(with_text, without_text).split()
    return reduce(ImageChops.lighter, bands).point([0] * _CONTRAST + [255] * (256 - _CONTRAST))


def scale_of(width: float, height: float) -> float | None:
    """Choose the pixels a point for a page of so many points; None when it is too large to be looked at."""
    scale = min(DOTS_PER_POINT, math.sqrt(_MAX_PIXELS / max(width * height, 1.0)))
    return scale if scale >= _LOWEST_DOTS_PER_POINT else None
