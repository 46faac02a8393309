"""Recognises a page without a usable text layer, or what a page shows beside its layer.

Beside a good layer only the rest of the page is recognised: the scan above a printed stamp, the form beneath typed
answers.

Invariants
- The page's pixels are counted before they are drawn, those of its images too.
- Boxes are in points on the page as it is read: turned upright, in quarters; a small skew is turned back.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PIL import Image

from agent.adapters.reading import lines, overlay, tesseract, tools
from agent.adapters.reading.pdfium import PdfiumPage
from agent.adapters.reading.survey import Survey
from agent.adapters.reading.tesseract import POINTS_PER_INCH, EngineError, Recognition, UnrecognisedError
from agent.domain.document import Line, Page, PageProblem, TextOrigin, Word

DOTS_PER_INCH = 300.0
_LOWEST_DOTS = 150.0
"""Below this, letters of a normal page can't be told apart: the page counts as cut down."""
_STORED_PER_DRAWN = 5
"""An image may be stored with this many times the pixels that are drawn; more is a bomb."""
_DARKER_THAN_PAPER = 64
_LARGE_PIXELS = 20_000_000
"""More than A3 at 300 dots an inch: pictures for which tesseract may lack the memory."""
_BLANK_SHARE = 0.001
_SCAN_SHARE = 0.60
"""The part of the page from where images make it a scan."""
_STAMP_LINES = 4
"""Up to here printed lines over a scan are a stamp, or the header and footer of a fax; a letter has more."""


class CappedError(UnrecognisedError):
    """The page or an image of it is too large to be drawn."""

    problem = PageProblem.CAPPED


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
        except UnrecognisedError as error:
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
        return _joined(layer, kept, found)

    def _find(
        self, page: PdfiumPage, survey: Survey, deadline: float, *, is_rest: bool
    ) -> Recognition | None:
        """Draw and recognise the page, or the rest of it; None when nothing is there."""
        dots = self._resolution(page)
        if dots < _LOWEST_DOTS or self.is_bomb(survey):
            raise CappedError
        scale = dots / POINTS_PER_INCH
        image = page.render_rest(scale) if is_rest else page.render(scale)
        page.close()  # its decoded images would stay in memory beside tesseract
        return None if _is_blank(image) else self._recognise(image, dots, deadline)

    def _recognise(self, image: Image.Image, dots: float, deadline: float) -> Recognition:
        """Recognise the picture, or a coarser one of it: short of memory, tesseract fails or finds not a word."""
        can_be_coarser = dots >= 2 * _LOWEST_DOTS
        try:
            found = tesseract.recognise(image, dots, deadline, languages=self._languages)
        except (EngineError, MemoryError):
            if not can_be_coarser:
                raise
        else:
            if found.lines or not can_be_coarser or image.width * image.height < _LARGE_PIXELS:
                return found
        return tesseract.recognise(image.reduce(2), dots / 2, deadline, languages=self._languages)

    def is_bomb(self, survey: Survey) -> bool:
        """Whether an image holds so many pixels that the page must not be drawn."""
        return survey.image_pixels > _STORED_PER_DRAWN * self._max_pixels

    def _check(self) -> None:
        if not self._is_checked:
            tools.check_tools(self._languages, environment=None)
            self._is_checked = True

    def _resolution(self, page: PdfiumPage) -> float:
        square_inches = page.width * page.height / POINTS_PER_INCH**2
        return min(DOTS_PER_INCH, math.sqrt(self._max_pixels / max(square_inches, 0.001)))


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


def _joined(layer: Page, kept: Sequence[Word], found: Recognition) -> Page:
    """Put the layer's words and the recognised ones on one page, the way most of its text stands."""
    recognised = [word for line in found.lines for word in line.words]
    if found.turn and _letters(kept) > _letters(recognised):
        back = [
            Line(words=tuple(overlay.turned(line.words, -found.turn, found.width, found.height)))
            for line in found.lines
        ]
        return replace(layer, origin=TextOrigin.OCR, lines=overlay.merged(kept, back, is_level=False))
    stay = overlay.turned(kept, found.turn, layer.width, layer.height)
    return replace(
        layer,
        width=found.width,
        height=found.height,
        origin=TextOrigin.OCR,
        lines=overlay.merged(stay, found.lines, is_level=found.is_level),
    )


def _letters(words: Iterable[Word]) -> int:
    return sum(len(word.text) for word in words)


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
