"""Measures how much of a page's text was recognised: the share of the ink of a size of text that lies inside words.

Tesseract's confidence speaks of the words that it found, and is high where it left out half a page. Ink that no word
explains, and that is as high as letters are, tells.

Invariants
- What is no text doesn't count: photos and stamps are too high, rules too thin or too long, borders both, specks too
  small, the boxes of forms framed, and a few marks by themselves (a bullet, a tick) are no text.
- A word that tesseract itself hardly believes in explains nothing.

Accepted: ink that was misread counts as explained; that is the confidence's business. Level writing inside a stamp
that hangs together with its ring is not missed.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

from PIL import Image, ImageChops

from agent.adapters.reading import light
from agent.domain.document import Box, Word

_DOTS = 75
"""Coarse enough for letters to melt into words, and for specks to vanish; a stroke of small print is half a pixel."""
INK_SHARE, INK_SHARE_AMONG_SPECKS = 0.20, 0.26
_LEAST_INK = 16
"""Ink is darker than its paper by this share of the paper's brightness, and by so many of 256 levels. Pale small print
is; what shows through from the back of a sheet is not. Nor is a speck: it is a quarter of a pixel that was shrunk."""
BELIEVED = 30
"""Below it, pages on their head seemed to be read."""
_LOWEST, _HIGHEST = 0.9, 9.0
"""Millimetres: a small letter of 5 points, the capitals of a headline."""
_NARROWEST = 0.7
_LONGEST_SHARE = 40
"""A word is at most so many times as long as it is high; a rule is longer."""
_FULLEST = 0.9
"""Letters leave paper between their strokes, a bar does not."""
_LEAST_FRAME, _RULE_PIXELS = 8, 2
"""Of a third of a millimetre each."""
_UNBROKEN = 0.8
"""The part of a side along which a frame's rule is seen; the round sides of an O or a B have half."""
_QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
_FEW = 5
"""So many marks without a word are a signature, bullets or dirt."""
_MANY_RUNS = 40_000
"""A page of dense text has a third of that. Beyond it, what is drawn is texture, and its parts say nothing."""


def coverage(
    picture: Image.Image,
    dots: float,
    words: Iterable[Word],
    *,
    believed: int = BELIEVED,
    ink_share: float = INK_SHARE_AMONG_SPECKS,
) -> float | None:
    """Give the share, 0 to 1, of the text-sized ink of a grey picture that lies inside the words; None without any.

    None as well where what is drawn is texture: of that nothing can be told.

    Args:
        dots: the picture's resolution, in dots an inch.
        words: their boxes are in pixels of the picture.
        believed: the confidence from where a word explains the ink in its box.
        ink_share: by which share of the paper's brightness ink is darker: the lesser where specks were taken away.
    """
    step = max(1, min(round(dots / _DOTS), *picture.size))
    ink = _ink(picture, dots, step, ink_share)
    whole = ink.histogram()[255]
    for word in words:
        if (word.confidence or 0) >= believed:
            ink.paste(0, _round(word.box, step))
    explained = whole - ink.histogram()[255]
    millimetre = dots / step / light.MILLIMETRES_AN_INCH
    found = _blots(ink)
    if found is None:
        return None
    blots = [blot for blot in found if _is_text_sized(blot, millimetre)]
    missed = [blot.ink for blot in blots if not _is_frame(blot, ink)]
    unexplained = sum(missed) if len(missed) > _FEW else 0
    return explained / (explained + unexplained) if explained + unexplained else None


def _round(box: Box, step: int) -> tuple[int, int, int, int]:
    """Give the pixels of the shrunk picture that a word takes, and one more on each side: its ink may stand out."""
    return (
        math.floor(box.left / step) - 1,
        math.floor(box.top / step) - 1,
        math.floor(box.right / step) + 2,
        math.floor(box.bottom / step) + 2,
    )


def _ink(picture: Image.Image, dots: float, step: int, share: float) -> Image.Image:
    """Shrink the picture, and make what is darker than the paper round it white on black."""
    small = picture.reduce(step)
    bright = light.paper(picture, dots).resize(small.size, Image.Resampling.BILINEAR)
    least = bright.point([max(_LEAST_INK, int(share * level)) for level in range(256)])
    darker = ImageChops.subtract(ImageChops.subtract(bright, small), least)
    return darker.point([0] + [255] * 255)


@dataclass(slots=True)
class _Blot:
    """Ink that hangs together."""

    left: int
    top: int
    right: int
    bottom: int
    ink: int

    def take(self, other: "_Blot") -> None:
        self.left, self.top = min(self.left, other.left), min(self.top, other.top)
        self.right, self.bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        self.ink += other.ink


def _is_text_sized(blot: _Blot, millimetre: float) -> bool:
    width, height = blot.right - blot.left, blot.bottom - blot.top
    return (
        _LOWEST * millimetre <= height <= _HIGHEST * millimetre
        and _NARROWEST * millimetre <= width <= _LONGEST_SHARE * height
        and blot.ink <= _FULLEST * width * height
    )


def _is_frame(blot: _Blot, ink: Image.Image) -> bool:
    """Whether a rule runs along each side of a blot: a box to be ticked, or a row of boxes for letters."""
    if min(blot.right - blot.left, blot.bottom - blot.top) < _LEAST_FRAME:
        return False
    within = ink.crop((blot.left, blot.top, blot.right, blot.bottom))
    return all(map(_has_rule_above, (within, *map(within.transpose, _QUARTERS))))


def _has_rule_above(picture: Image.Image) -> bool:
    rows = (picture.crop((0, row, picture.width, row + 1)) for row in range(_RULE_PIXELS))
    return reduce(ImageChops.lighter, rows).histogram()[255] >= _UNBROKEN * picture.width


def _blots(ink: Image.Image) -> list[_Blot] | None:
    """Find the blots; None where the runs are too many to be text."""
    owners: list[int] = []
    blots: list[_Blot] = []
    above: list[tuple[int, int, int]] = []

    def owner(number: int) -> int:
        while owners[number] != number:
            owners[number] = number = owners[owners[number]]
        return number

    runs = 0
    for row, line in enumerate(_rows(ink)):
        here: list[tuple[int, int, int]] = []
        passed = 0
        for left, right in _runs(line):
            number = len(blots)
            blots.append(_Blot(left=left, top=row, right=right, bottom=row + 1, ink=right - left))
            owners.append(number)
            while passed < len(above) and above[passed][1] < left:
                passed += 1
            for _, _, touched in _touching(above, passed, right):
                other = owner(touched)
                if other != number:
                    blots[other].take(blots[number])
                    owners[number] = number = other
            here.append((left, right, number))
        runs += len(here)
        if runs > _MANY_RUNS:
            return None
        above = here
    return [blot for number, blot in enumerate(blots) if owners[number] == number]


def _touching(above: list[tuple[int, int, int]], first: int, right: int) -> Iterator[tuple[int, int, int]]:
    """The runs of the row above, from a first one on, that begin before a column, or right at it."""
    for position in range(first, len(above)):
        if above[position][0] > right:
            return
        yield above[position]


def _rows(ink: Image.Image) -> Iterator[bytes]:
    pixels = ink.tobytes()
    return (pixels[start : start + ink.width] for start in range(0, len(pixels), ink.width))


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where ink begins and ends in a row."""
    left = row.find(b"\xff")
    while left >= 0:
        right = row.find(b"\0", left)
        right = len(row) if right < 0 else right
        yield left, right
        left = row.find(b"\xff", right)
