"""Recognises a page without a usable text layer: drawn in grey, set level, read by tesseract.

Beside a good layer only the rest of the page is recognised: the scan above a printed stamp, the form beneath typed
answers. A pass that reads badly is followed by a look at the page's orientation, and the better of two passes is kept.

Invariants
- The page's pixels are counted before they are drawn, those of its images too.
- Boxes are in points on the page as it is read: turned upright, in quarters; a small skew is turned back.
- A page's time is one budget for all its passes.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytesseract
from PIL import Image, PpmImagePlugin  # noqa: F401 # loaded before the fork: pages go to tesseract as PGM

from agent.adapters.reading import lines, overlay, tools
from agent.adapters.reading.deskew import skew
from agent.adapters.reading.pdfium import PdfiumPage
from agent.adapters.reading.survey import Survey
from agent.domain.document import Box, Line, Page, PageProblem, TextOrigin, Word
from agent.errors import ReaderUnavailable

DOTS_PER_INCH = 300.0
_POINTS_PER_INCH = 72.0
_LOWEST_DOTS = 150.0
"""Below this, letters of a normal page can't be told apart: the page counts as cut down."""
_STORED_PER_DRAWN = 5
"""An image may be stored with this many times the pixels that are drawn; more is a bomb."""
_MIN_SKEW_DEGREES = 0.2
_POOR_CONFIDENCE = 60.0
_SURE_ORIENTATION = 3.0
"""Of a blurred upright page, tesseract was 1.4 sure that it stood on its head; of turned pages, 4.9 and more."""
_DARKER_THAN_PAPER = 64
_BLANK_SHARE = 0.001
_LONG_WORD = 4
_MIN_SECONDS = 1.0
_SCAN_SHARE = 0.60
"""The part of the page from where images make it a scan."""
_STAMP_LINES = 4
"""Up to here printed lines over a scan are a stamp, or the header and footer of a fax; a letter has more."""
_HINT = "Type: sudo apt install tesseract-ocr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What one pass made of the page, and how large the page was the way it stood then.

    Attributes:
        turn: by how many degrees clockwise the page was turned.
        is_level: False when the lines lean.
    """

    lines: tuple[Line, ...]
    width: float
    height: float
    turn: int
    is_level: bool

    @property
    def confidence(self) -> float:
        """The mean of all words', by their length; 0 without a word."""
        total = sum(len(word.text) for word in self._words)
        return sum((word.confidence or 0) * len(word.text) for word in self._words) / max(total, 1)

    @property
    def is_sideways(self) -> bool:
        """Whether most words stand on end: tesseract may read them so, but lines and columns are lost."""
        long = [word.box for word in self._words if len(word.text) >= _LONG_WORD]
        upended = sum(box.bottom - box.top > box.right - box.left for box in long)
        return upended * 2 > len(long)

    @property
    def _words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]


class _UnrecognisedError(Exception):
    """The page can't be recognised; its problem says why."""

    problem: ClassVar[PageProblem]


class _CappedError(_UnrecognisedError):
    """The page or an image of it is too large to be drawn."""

    problem = PageProblem.CAPPED


class _TimeoutError(_UnrecognisedError):
    """The page's time is up."""

    problem = PageProblem.TIMED_OUT


class _EngineError(_UnrecognisedError):
    """Tesseract ended badly, or said what can't be understood."""

    problem = PageProblem.ENGINE_FAILED


class Recogniser:
    """Tesseract with its languages and limits, for the pages of one document."""

    def __init__(self, *, languages: str, render_megapixels: int) -> None:
        self._languages = languages
        self._max_pixels = render_megapixels * 1_000_000
        self._is_checked = False

    def read(
        self, page: PdfiumPage, number: int, survey: Survey, deadline: float, *, kept: Sequence[Word] = ()
    ) -> Page:
        """Recognise a page until the deadline of `time.monotonic`; what prevents that is its problem.

        Args:
            kept: words of the layer that stay; when there are any, only the rest of the page is recognised.

        Raises:
            ReaderUnavailable: tesseract or a language is missing.
        """
        self._check()
        layer = of_layer(page, number, kept)
        try:
            found = self._find(page, survey, deadline, is_rest=bool(kept))
        except _UnrecognisedError as error:
            origin = TextOrigin.TEXT_LAYER if kept else TextOrigin.OCR
            return replace(layer, origin=origin, problem=error.problem)
        if found is None:
            return layer
        if not found.lines:
            is_dropped = not kept or _is_stamped_scan(survey, layer)
            return replace(
                layer,
                origin=TextOrigin.TEXT_LAYER if kept else TextOrigin.OCR,
                problem=PageProblem.TEXT_DROPPED if is_dropped else None,
            )
        stay = overlay.turned(kept, found.turn, page.width, page.height)
        return Page(
            number=number,
            width=found.width,
            height=found.height,
            origin=TextOrigin.OCR,
            lines=overlay.merged(stay, found.lines, is_level=found.is_level),
        )

    def _find(
        self, page: PdfiumPage, survey: Survey, deadline: float, *, is_rest: bool
    ) -> Recognition | None:
        """Draw and recognise the page, or the rest of it; None when nothing is there."""
        dots = self._resolution(page)
        if dots < _LOWEST_DOTS or self.is_bomb(survey):
            raise _CappedError
        scale = dots / _POINTS_PER_INCH
        image = page.render_rest(scale) if is_rest else page.render(scale)
        return None if _is_blank(image) else self._recognise(image, dots, deadline)

    def is_bomb(self, survey: Survey) -> bool:
        """Whether an image holds so many pixels that the page must not be drawn."""
        return survey.image_pixels > _STORED_PER_DRAWN * self._max_pixels

    def _check(self) -> None:
        if not self._is_checked:
            tools.check_tools(self._languages, environment=None)
            self._is_checked = True

    def _resolution(self, page: PdfiumPage) -> float:
        square_inches = page.width * page.height / _POINTS_PER_INCH**2
        return min(DOTS_PER_INCH, math.sqrt(self._max_pixels / max(square_inches, 0.001)))

    def _recognise(self, image: Image.Image, dots: float, deadline: float) -> Recognition:
        first = self._pass(image, dots, deadline)
        if first.confidence >= _POOR_CONFIDENCE and not first.is_sideways:
            return first
        turn = self._orientation(image, dots, deadline)
        if not turn:
            return first
        try:
            second = self._pass(image.rotate(-turn, expand=True), dots, deadline, turn=turn)
        except (_TimeoutError, _EngineError):
            return first
        return max(first, second, key=lambda each: (not each.is_sideways, each.confidence))

    def _pass(self, image: Image.Image, dots: float, deadline: float, *, turn: int = 0) -> Recognition:
        degrees = skew(image)
        is_level = abs(degrees) < _MIN_SKEW_DEGREES
        level = image if is_level else image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
        table = _call(
            lambda seconds: pytesseract.image_to_data(
                _as_pgm(level),
                lang=self._languages,
                config=f"--psm 3 --dpi {dots:.0f}",
                timeout=seconds,
                output_type=pytesseract.Output.DICT,
            ),
            deadline,
        )
        width, height = image.width / dots * _POINTS_PER_INCH, image.height / dots * _POINTS_PER_INCH
        found = lines.lines_of(_words(table, _POINTS_PER_INCH / dots))
        if not is_level:
            found = _turned_back(found, degrees, width, height)
        return Recognition(
            lines=found, width=round(width, 2), height=round(height, 2), turn=turn, is_level=is_level
        )

    def _orientation(self, image: Image.Image, dots: float, deadline: float) -> int:
        """Ask by how many degrees clockwise the page must be turned; 0 when tesseract is not sure."""
        try:
            found = _call(
                lambda seconds: pytesseract.image_to_osd(
                    _as_pgm(image),
                    config=f"--dpi {dots:.0f}",
                    timeout=seconds,
                    output_type=pytesseract.Output.DICT,
                ),
                deadline,
            )
        except (_TimeoutError, _EngineError):  # "Too few characters" is a failure of its own kind
            return 0
        return int(found["rotate"]) if float(found["orientation_conf"]) >= _SURE_ORIENTATION else 0


def _call(engine: Callable[[float], Any], deadline: float) -> Any:
    """Call tesseract with the time that is left, and sort its failures."""
    seconds = deadline - time.monotonic()
    if seconds < _MIN_SECONDS:
        raise _TimeoutError
    try:
        return engine(seconds)
    except pytesseract.TesseractNotFoundError as error:
        raise ReaderUnavailable("Tesseract is not installed.", hint=_HINT) from error
    except pytesseract.TesseractError as error:
        raise _EngineError from error
    except RuntimeError as error:  # pytesseract's word for a timeout
        raise _TimeoutError from error
    except (OSError, ValueError, KeyError) as error:  # no output, no UTF-8, no table
        raise _EngineError from error


def _as_pgm(image: Image.Image) -> Image.Image:
    """Let pytesseract hand the pixels over as they are; squeezing them into a PNG takes longer than reading some."""
    image.format = "PPM"
    return image


def _words(table: Mapping[str, Sequence[Any]], scale: float) -> list[Word]:
    """Turn tesseract's table into words; rows of blocks and lines carry no text."""
    found = []
    columns = ("text", "conf", "left", "top", "width", "height")
    for text, confidence, left, top, width, height in zip(
        *(table[column] for column in columns), strict=True
    ):
        box = Box(
            left=left * scale, top=top * scale, right=(left + width) * scale, bottom=(top + height) * scale
        )
        found.append(lines.word(str(text), box, confidence=max(0, min(100, round(float(confidence))))))
    return [each for each in found if each is not None]


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


def _is_blank(image: Image.Image) -> bool:
    """Whether next to nothing is darker than the paper; specks of dust vanish when the page is shrunk."""
    shrunk = image.reduce(4) if min(image.size) >= 4 else image
    histogram = shrunk.histogram()
    total = sum(histogram)
    paper, seen = 255, 0
    for level, count in enumerate(histogram):
        seen += count
        if seen * 2 >= total:
            paper = level
            break
    dark = sum(histogram[: max(0, paper - _DARKER_THAN_PAPER)])
    light = sum(histogram[paper + _DARKER_THAN_PAPER :])  # white letters on a dark page
    return dark + light < _BLANK_SHARE * total


def _is_stamped_scan(survey: Survey, layer: Page) -> bool:
    """Whether ink without a word is a scan that can't be read, rather than the background of a letter."""
    return survey.image_share > _SCAN_SHARE and len(layer.lines) <= _STAMP_LINES


def of_layer(
    page: PdfiumPage, number: int, words: Sequence[Word], problem: PageProblem | None = None
) -> Page:
    """Make a page of the words of its layer alone."""
    return Page(
        number=number,
        width=page.width,
        height=page.height,
        origin=TextOrigin.TEXT_LAYER if words else TextOrigin.BLANK,
        lines=lines.lines_of(words),
        problem=problem,
    )
