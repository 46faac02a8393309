"""Recognises a page without a usable text layer, or what a page shows beside its layer.

Beside a good layer only the rest of the page is recognised: the scan above a printed stamp, the form beneath typed
answers.

Invariants
- The page's pixels are counted before they are drawn, those of its images too.
- Boxes are in points on the page as it is read: turned upright, in quarters; a small skew is turned back.
- Text-sized ink that no word explains, and words that are hardly believed, make a page incomplete.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PIL import Image

from agent.adapters.reading import cascade, lines, overlay, proof, tools
from agent.adapters.reading.cascade import Recognition
from agent.adapters.reading.frame import POINTS_PER_INCH
from agent.adapters.reading.pages import Sheet
from agent.adapters.reading.survey import Survey
from agent.adapters.reading.tesseract import EngineError, NothingLeftError, UnrecognisedError
from agent.domain.document import Line, Page, PageProblem, TextOrigin, Word
from agent.domain.rivals import COMPLETE_COVERAGE, MOST_PASSES

DOTS_PER_INCH = 300.0
_LOWEST_DOTS = 150.0
"""Below this, letters of a normal page can't be told apart: the page counts as cut down."""
_COARSEST_DOTS = 100.0
"""What is left of a resolution that is halved for want of memory; clean letters can be read at it."""
_NEARLY = 1.02
"""Scanners round: a scan of 300 dots an inch has 299 or 302."""
_STORED_PER_DRAWN = 5
"""An image may be stored with this many times the pixels that are drawn; more is a bomb."""
_DARKER_THAN_PAPER = 64
_LARGE_PIXELS = 20_000_000
"""More than A3 at 300 dots an inch: pictures for which tesseract may lack the memory."""
_BLANK_SHARE = 0.001
_MISREAD_CONFIDENCE = 60.0
"""Below this a scan's words are mostly wrong, though each has its place. Poor faxes that can be read have 80."""
_SCAN_SHARE = 0.60
"""The part of the page from where images make it a scan."""
_STAMP_LINES = 4
"""Up to here printed lines over a scan are a stamp, or the header and footer of a fax; a letter has more."""


class CappedError(UnrecognisedError):
    """The page or an image of it is too large to be drawn."""

    problem = PageProblem.CAPPED


class Recogniser:
    """Tesseract with its languages and limits, for the pages of one document."""

    def __init__(self, *, languages: str, render_megapixels: int, passes: int = 0) -> None:
        """Keep the limits.

        Args:
            passes: how many recipes were tried on these pages before.
        """
        self._languages = languages
        self._passes = passes
        self._max_pixels = render_megapixels * 1_000_000
        self._is_checked = False
        self._is_proven = False

    def read(
        self, page: Sheet, number: int, survey: Survey, deadline: float, *, kept: Sequence[Word] = ()
    ) -> Page:
        """Recognise a page until the deadline of `time.monotonic`; what prevents that is its problem.

        Args:
            kept: words of the layer that stay; when there are any, only the rest of the page is recognised.

        Raises:
            ReaderUnavailable: tesseract or a language is missing, or it can't read even lines of ours.
        """
        self._check()
        layer = of_layer(page, number, kept)
        try:
            found = self._find(page, survey, deadline, is_rest=bool(kept))
        except UnrecognisedError as error:
            if isinstance(error, EngineError):
                self._require_tesseract()
            origin = TextOrigin.TEXT_LAYER if kept else TextOrigin.OCR
            tried = MOST_PASSES if isinstance(error, NothingLeftError) else self._passes + 1
            return replace(layer, origin=origin, problem=error.problem, passes=tried)
        if found is None:
            return layer
        if not found.lines:
            self._require_tesseract()
            is_dropped = not kept or _is_stamped_scan(survey, layer)
            return replace(
                layer,
                origin=TextOrigin.TEXT_LAYER if kept else TextOrigin.OCR,
                problem=PageProblem.TEXT_DROPPED if is_dropped else None,
                passes=found.passes,
                coverage=found.coverage,
            )
        return replace(
            _joined(layer, kept, found),
            problem=PageProblem.TEXT_DROPPED if _is_dropped(found, is_rest=bool(kept)) else None,
            passes=found.passes,
            coverage=found.coverage,
        )

    def _find(self, page: Sheet, survey: Survey, deadline: float, *, is_rest: bool) -> Recognition | None:
        """Draw and recognise the page, or the rest of it; None when nothing is there."""
        most = self._most_dots(page)
        if most < _LOWEST_DOTS or self.is_bomb(survey):
            raise CappedError
        image, dots = _picture(page, most, is_rest=is_rest)
        page.close()  # its decoded images would stay in memory beside tesseract
        return None if _is_blank(image) else self._recognise(image, dots, deadline)

    def _recognise(self, image: Image.Image, dots: float, deadline: float) -> Recognition:
        """Recognise the picture, or a coarser one of it: short of memory, tesseract fails or finds not a word."""
        can_be_coarser = dots >= 2 * _COARSEST_DOTS
        try:
            found = self._cascade(image, dots, deadline)
        except (EngineError, MemoryError):
            if not can_be_coarser:
                raise
        else:
            if found.lines or not can_be_coarser or image.width * image.height < _LARGE_PIXELS:
                return found
        return self._cascade(image.reduce(2), dots / 2, deadline)

    def _cascade(self, image: Image.Image, dots: float, deadline: float) -> Recognition:
        return cascade.recognise(image, dots, deadline, languages=self._languages, passes=self._passes)

    def is_bomb(self, survey: Survey) -> bool:
        """Whether an image holds so many pixels that the page must not be drawn."""
        return survey.image_pixels > _STORED_PER_DRAWN * self._max_pixels

    def _check(self) -> None:
        """Ask once for the languages: tesseract goes on without one of them, and reads less.

        One that hangs is met by the pages, which then run out of time.
        """
        if not self._is_checked:
            if not tools.are_there(self._languages):
                tools.check_tools(self._languages, environment=None)
            self._is_checked = True

    def _require_tesseract(self) -> None:
        """Find out once whether it is tesseract, and not the page, that is to blame."""
        if not self._is_proven:
            proof.require_tesseract(self._languages)
            self._is_proven = True

    def _most_dots(self, page: Sheet) -> float:
        square_inches = page.width * page.height / POINTS_PER_INCH**2
        return min(DOTS_PER_INCH, math.sqrt(self._max_pixels / max(square_inches, 0.001)))


def _picture(page: Sheet, most: float, *, is_rest: bool) -> tuple[Image.Image, float]:
    """Give the page in grey, with its resolution: a scan's own picture where it will do, else a drawing.

    More dots than the scan has tell tesseract nothing and cost it time; fewer than `_LOWEST_DOTS` are doubled.
    """
    native = page.native_dots or most
    dots = max(_LOWEST_DOTS, min(most, native if native >= _LOWEST_DOTS else 2 * native))
    if not is_rest and _LOWEST_DOTS <= native <= most * _NEARLY:
        stored = page.stored_scan()
        if stored is not None:
            return stored, stored.width / page.width * POINTS_PER_INCH
    scale = dots / POINTS_PER_INCH
    return (page.render_rest(scale) if is_rest else page.render(scale)), dots


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
        turn=found.turn,
        origin=TextOrigin.OCR,
        lines=overlay.merged(stay, found.lines, is_level=found.is_level),
    )


def _is_dropped(found: Recognition, *, is_rest: bool) -> bool:
    """Whether ink of a size of text is left unread, or the page is misread; a photo beside a layer may well be.

    Nor is a page known to be read where its ink can't be measured, as in texture: half of it may be missing.
    """
    if found.coverage is None:
        return not is_rest
    is_misread = not is_rest and found.confidence < _MISREAD_CONFIDENCE
    return is_misread or found.coverage < COMPLETE_COVERAGE


def _letters(words: Iterable[Word]) -> int:
    return sum(len(word.text) for word in words)


def _is_stamped_scan(survey: Survey, layer: Page) -> bool:
    """Whether ink without a word is a scan that can't be read, rather than the background of a letter."""
    return survey.image_share > _SCAN_SHARE and len(layer.lines) <= _STAMP_LINES


def of_layer(page: Sheet, number: int, words: Sequence[Word], problem: PageProblem | None = None) -> Page:
    """Make a page of the words of its layer alone."""
    return Page(
        number=number,
        width=page.width,
        height=page.height,
        origin=TextOrigin.TEXT_LAYER if words else TextOrigin.BLANK,
        lines=lines.lines_of(words),
        problem=problem,
    )
