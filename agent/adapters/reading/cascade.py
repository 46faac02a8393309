"""Recognises a page's picture: recipe after recipe, as long as it reads badly, and the best reading is kept.

Invariants
- A page that reads well costs one pass of tesseract, and a tenth of that for all that is done beside it.
- What decides is how much of the ink is explained and how surely, never what the words say.
- All passes share the page's time. A recipe that takes too long leaves some to the next.
- Boxes are in points on the page as it is read: turned upright, in quarters; a small skew is turned back.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from agent.adapters.reading import lines, tesseract
from agent.adapters.reading.coverage import BELIEVED, INK_SHARE, coverage
from agent.adapters.reading.deskew import LEVEL_DEGREES, skew
from agent.adapters.reading.frame import POINTS_PER_INCH
from agent.adapters.reading.recipes import Recipe, recipes_for
from agent.adapters.reading.tesseract import EngineError, NothingLeftError, OutOfTimeError, UnrecognisedError
from agent.domain import rivals
from agent.domain.document import Box, Line, Word
from agent.domain.rivals import COMPLETE_COVERAGE, Quality

_TURNED_CONFIDENCE = 60.0
"""Below this a page may stand on its head or its side: tesseract is asked. Pages that do had 43 to 52."""
_GOOD_CONFIDENCE = 80.0
"""Below this another recipe may read more; clean scans have 91 and more, a good fax 80 to 88."""
_BELIEVED_CONFIDENCE = 60.0
"""From here on words are believed though they are too faint to count as ink."""
_SURE_IN_BLOCK = 60
"""The confidence from where a word of a page taken as one block explains ink: it is made of handwriting, too."""
_LONG_WORD = 4
_SHARE_OF_TIME = 0.6
"""What a pass may take of the time that is left, as long as others may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What was made of a page, and how large it was the way it stood then.

    Attributes:
        turn: by how many degrees clockwise the page was turned.
        is_level: False when the lines lean.
        coverage: the share of text-sized ink inside the words; None where there is no such ink.
        passes: how many recipes were tried, earlier ones included.
    """

    lines: tuple[Line, ...]
    width: float
    height: float
    turn: int
    is_level: bool
    coverage: float | None
    passes: int

    @property
    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]

    @property
    def confidence(self) -> float:
        return rivals.confidence(self.words)

    @property
    def has_ink(self) -> bool:
        """Whether the words stand on ink, or are at least believed: tesseract finds some in a photo's shades too."""
        return self.coverage is not None or self.confidence >= _BELIEVED_CONFIDENCE

    @property
    def is_sideways(self) -> bool:
        """Whether most words stand on end: tesseract may read them so, but lines and columns are lost."""
        long = [word.box for word in self.words if len(word.text) >= _LONG_WORD]
        upended = sum(box.bottom - box.top > box.right - box.left for box in long)
        return upended * 2 > len(long)

    @property
    def is_good(self) -> bool:
        """Whether no other recipe is likely to read more."""
        if self.coverage is None and not self.lines:
            return True
        return (self.coverage or 0.0) >= COMPLETE_COVERAGE and self.confidence >= _GOOD_CONFIDENCE

    @property
    def has_dropped(self) -> bool:
        """Whether ink of the size of text has no word."""
        return self.coverage is not None and self.coverage < COMPLETE_COVERAGE

    @property
    def may_be_turned(self) -> bool:
        return self.confidence < _TURNED_CONFIDENCE or self.is_sideways


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A page's picture, turned upright as far as is known."""

    picture: Image.Image
    dots: float
    turn: int = 0

    def turned(self, degrees: int) -> "_Sheet":
        return replace(self, picture=self.picture.rotate(-degrees, expand=True), turn=degrees)


def recognise(
    picture: Image.Image, dots: float, deadline: float, *, languages: str, passes: int = 0
) -> Recognition:
    """Recognise a page drawn in grey until the deadline of `time.monotonic`.

    Args:
        dots: the drawing's resolution, in dots an inch.
        passes: how many recipes were tried before; the next one is the first now.

    Raises:
        UnrecognisedError: out of time, or the engine failed, before anything was read; or nothing is left to try.
        ReaderUnavailable: tesseract is gone.
    """
    sheet = _Sheet(picture=picture, dots=dots)
    found: list[Recognition] = []
    failure: UnrecognisedError = NothingLeftError()
    recipes = recipes_for(picture, dots)
    for number, recipe in enumerate(recipes[passes:], start=passes + 1):
        if recipe.is_one_block and not any(read.has_dropped for read in found):
            break
        until = _until(deadline, is_last=number >= len(recipes) - 1)
        try:
            read = _pass(sheet, recipe, until, languages, number)
            if not sheet.turn and read.may_be_turned:
                turn = tesseract.orientation(sheet.picture, dots, deadline)
                if turn:
                    found.append(read)
                    sheet = sheet.turned(turn)
                    read = _pass(sheet, recipe, deadline, languages, number)
        except (OutOfTimeError, EngineError) as error:
            failure = error
            continue
        found.append(read)
        if read.is_good:
            break
    if not found:
        raise failure
    return _best(found)


def _until(deadline: float, *, is_last: bool) -> float:
    """Say when a pass must end. The last recipe needs to leave nothing to the block, which is for what it drops."""
    now = time.monotonic()
    return deadline if is_last else now + _SHARE_OF_TIME * (deadline - now)


def _pass(sheet: _Sheet, recipe: Recipe, deadline: float, languages: str, number: int) -> Recognition:
    prepared = recipe.prepare(sheet.picture, sheet.dots)
    degrees = skew(prepared)
    is_level = abs(degrees) < LEVEL_DEGREES
    lean = 0.0 if is_level else degrees
    level = _levelled(prepared, lean)
    words = tesseract.read(level, sheet.dots, deadline, languages=languages, is_one_block=recipe.is_one_block)
    width, height = (side / sheet.dots * POINTS_PER_INCH for side in level.size)
    found = lines.lines_of(_in_points(words, POINTS_PER_INCH / sheet.dots))
    return Recognition(
        lines=_turned_back(found, lean, width, height) if lean else found,
        width=round(width, 2),
        height=round(height, 2),
        turn=sheet.turn,
        is_level=is_level,
        coverage=_covered(sheet, recipe, level, lean, words),
        passes=number,
    )


def _covered(
    sheet: _Sheet, recipe: Recipe, level: Image.Image, lean: float, words: Sequence[Word]
) -> float | None:
    """Measure the coverage of the page as it was, and as it was prepared: what a recipe wipes out is missed as well."""
    believed = _SURE_IN_BLOCK if recipe.is_one_block else BELIEVED
    as_it_was = _levelled(sheet.picture, lean) if recipe.is_change else level
    found = [coverage(as_it_was, sheet.dots, words, believed=believed)]
    if recipe.is_change:
        found.append(coverage(level, sheet.dots, words, believed=believed, ink_share=INK_SHARE))
    return min((each for each in found if each is not None), default=None)


def _levelled(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255) if degrees else picture


def _best(found: Sequence[Recognition]) -> Recognition:
    """Choose the reading of the highest quality; the others of the same way up cast their doubts on it."""
    best = max(found, key=_quality)
    read = best.lines if best.has_ink else ()
    for other in found:
        if other is not best and other.turn == best.turn:
            read = rivals.weighed(read, other.lines)
    return replace(best, lines=read, passes=max(each.passes for each in found))


def _quality(read: Recognition) -> tuple[bool, Quality]:
    return not read.is_sideways, rivals.quality(read.coverage, read.words)


def _in_points(words: Sequence[Word], scale: float) -> list[Word]:
    return [
        replace(
            word,
            box=Box(
                left=round(word.box.left * scale, 2),
                top=round(word.box.top * scale, 2),
                right=round(word.box.right * scale, 2),
                bottom=round(word.box.bottom * scale, 2),
            ),
        )
        for word in words
    ]


def _turned_back(found: Sequence[Line], degrees: float, width: float, height: float) -> tuple[Line, ...]:
    """Move words from the level page back to where they stand on the leaning one; their boxes stay upright."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def moved(word: Word) -> Word:
        box = word.box
        across = (box.left + box.right - width) / 2
        down = (box.top + box.bottom - height) / 2
        right = across * (cosine - 1) - down * sine
        lower = across * sine + down * (cosine - 1)
        return replace(
            word,
            box=Box(
                left=round(box.left + right, 2),
                top=round(box.top + lower, 2),
                right=round(box.right + right, 2),
                bottom=round(box.bottom + lower, 2),
            ),
        )

    return tuple(Line(words=tuple(map(moved, line.words))) for line in found)
