"""Tesseract's passes over one drawn page: set level, read, and turned where it stands on its head or its side.

A pass that reads badly is followed by a look at the page's orientation, and the better of two passes is kept. The
page's time is one budget for all of them.
"""

import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytesseract
from PIL import Image, PpmImagePlugin  # noqa: F401 # loaded before the fork: pages go to tesseract as PGM

from agent.adapters.reading import lines, memory
from agent.adapters.reading.deskew import skew
from agent.adapters.reading.finding import NO_ROOM
from agent.domain.document import Box, Line, PageProblem, Word
from agent.errors import ReaderUnavailable

POINTS_PER_INCH = 72.0
_MIN_SKEW_DEGREES = 0.2
_POOR_CONFIDENCE = 60.0
_SURE_ORIENTATION = 3.0
"""Of a blurred upright page, tesseract was 1.4 sure that it stood on its head; of turned pages, 4.9 and more."""
_LONG_WORD = 4
_MIN_SECONDS = 1.0
_HINT = "Type: sudo apt install tesseract-ocr"
_RESULT_BYTES = 16 * 1024 * 1024
"""Room for what tesseract writes beside the picture that it is given: some hundred kilobytes for a dense page."""


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


class UnrecognisedError(Exception):
    """The page can't be recognised; its problem says why."""

    problem: ClassVar[PageProblem]


class OutOfTimeError(UnrecognisedError):
    """The page's time is up."""

    problem = PageProblem.TIMED_OUT


class EngineError(UnrecognisedError):
    """Tesseract ended badly, or said what can't be understood."""

    problem = PageProblem.ENGINE_FAILED


def recognise(image: Image.Image, dots: float, deadline: float, *, languages: str) -> Recognition:
    """Recognise a page drawn in grey until the deadline of `time.monotonic`.

    Args:
        dots: the drawing's resolution, in dots an inch.

    Raises:
        UnrecognisedError: out of time, or the engine failed.
        ReaderUnavailable: tesseract is gone.
    """
    first = _pass(image, dots, deadline, languages)
    if first.confidence >= _POOR_CONFIDENCE and not first.is_sideways:
        return first
    turn = _orientation(image, dots, deadline)
    if not turn:
        return first
    try:
        second = _pass(image.rotate(-turn, expand=True), dots, deadline, languages, turn=turn)
    except (OutOfTimeError, EngineError):
        return first
    return max(first, second, key=lambda each: (not each.is_sideways, each.confidence))


def _pass(image: Image.Image, dots: float, deadline: float, languages: str, *, turn: int = 0) -> Recognition:
    degrees = skew(image)
    is_level = abs(degrees) < _MIN_SKEW_DEGREES
    level = image if is_level else image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    _require_room(level)
    table = _call(
        lambda seconds: pytesseract.image_to_data(
            _as_pgm(level),
            lang=languages,
            config=f"--psm 3 --dpi {dots:.0f}",
            timeout=seconds,
            output_type=pytesseract.Output.DICT,
        ),
        deadline,
    )
    width, height = image.width / dots * POINTS_PER_INCH, image.height / dots * POINTS_PER_INCH
    found = lines.lines_of(_words(table, POINTS_PER_INCH / dots))
    if not is_level:
        found = _turned_back(found, degrees, width, height)
    return Recognition(
        lines=found, width=round(width, 2), height=round(height, 2), turn=turn, is_level=is_level
    )


def _orientation(image: Image.Image, dots: float, deadline: float) -> int:
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
    except (OutOfTimeError, EngineError):  # "Too few characters" is a failure of its own kind
        return 0
    return int(found["rotate"]) if float(found["orientation_conf"]) >= _SURE_ORIENTATION else 0


def _require_room(image: Image.Image) -> None:
    """Refuse to begin where the picture and the result have no room: tesseract may take half a table for a whole one.

    Raises:
        ReaderUnavailable: the disk is full, which is not the page's fault.
    """
    scratch = os.statvfs(tempfile.gettempdir())
    if scratch.f_bavail * scratch.f_frsize < image.width * image.height + _RESULT_BYTES:
        raise _no_room()


def _no_room() -> ReaderUnavailable:
    return ReaderUnavailable(
        "The disk has no room for a page's picture.",
        hint="Free some space. Nothing is lost; it goes on by itself.",
    )


def _call(engine: Callable[[float], Any], deadline: float) -> Any:
    """Call tesseract with the time that is left, and sort its failures."""
    seconds = deadline - time.monotonic()
    if seconds < _MIN_SECONDS:
        raise OutOfTimeError
    try:
        with memory.shared():
            return engine(seconds)
    except pytesseract.TesseractNotFoundError as error:
        raise ReaderUnavailable("Tesseract is not installed.", hint=_HINT) from error
    except pytesseract.TesseractError as error:
        raise EngineError from error
    except RuntimeError as error:  # pytesseract's word for a timeout
        raise OutOfTimeError from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise _no_room() from error
        raise EngineError from error
    except (ValueError, KeyError) as error:  # no output, no UTF-8, no table
        raise EngineError from error


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
