"""Tesseract itself: one call reads a picture, another says which way up it stands; its failures get names of ours."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from subprocess import SubprocessError
from typing import Any, ClassVar, TypeVar

import pytesseract
from PIL import Image, PpmImagePlugin  # noqa: F401 # loaded before the fork: pages go to tesseract as PGM

from agent.adapters.reading import lines, memory
from agent.adapters.reading.finding import NO_ROOM
from agent.domain.document import Box, PageProblem, Word
from agent.errors import ReaderUnavailable

_SURE_ORIENTATION = 3.0
"""Of a blurred upright page, tesseract was 1.4 sure that it stood on its head; of turned pages, 4.9 and more."""
_LAID_OUT, _ONE_BLOCK = 3, 6
"""Tesseract's numbers for how a page is divided."""
_MEET_SECONDS = 5.0
_MIN_SECONDS = 1.0
_RESULT_BYTES = 16 * 1024 * 1024
"""Room for what tesseract writes beside the picture that it is given: some hundred kilobytes for a dense page."""

_Answer = TypeVar("_Answer")


class UnrecognisedError(Exception):
    """The page can't be recognised; its problem says why."""

    problem: ClassVar[PageProblem]


class OutOfTimeError(UnrecognisedError):
    """The page's time is up."""

    problem = PageProblem.TIMED_OUT


class NothingLeftError(UnrecognisedError):
    """Every recipe that may help was tried before."""

    problem = PageProblem.TEXT_DROPPED


class EngineError(UnrecognisedError):
    """Tesseract ended badly, or said what can't be understood."""

    problem = PageProblem.ENGINE_FAILED


def meet() -> None:
    """Let pytesseract ask once for tesseract's version, which it remembers, as do the children that are forked then.

    Where tesseract is broken, each child finds that out for itself.
    """
    with contextlib.suppress(OSError, SubprocessError, SystemExit, ValueError):
        subprocess.run(["tesseract", "--version"], capture_output=True, timeout=_MEET_SECONDS, check=True)  # noqa: S607 # in the PATH that we give; pytesseract would wait for ever
        pytesseract.get_tesseract_version(cached=True)


def read(
    picture: Image.Image, dots: float, deadline: float, *, languages: str, is_one_block: bool = False
) -> list[Word]:
    """Read a level, upright picture in grey until the deadline of `time.monotonic`; boxes are in its pixels.

    Args:
        dots: the picture's resolution, in dots an inch.
        is_one_block: tesseract is not to look for columns and pictures: all that stands there is lines of text.

    Raises:
        UnrecognisedError: out of time, or the engine failed.
        ReaderUnavailable: the disk is full.
    """
    _require_room(picture)

    def words(seconds: float) -> list[Word]:
        return _words(
            pytesseract.image_to_data(
                _as_pgm(picture),
                lang=languages,
                config=f"--psm {_ONE_BLOCK if is_one_block else _LAID_OUT} --dpi {dots:.0f}",
                timeout=seconds,
                output_type=pytesseract.Output.DICT,
            )
        )

    return _call(words, deadline)


def orientation(picture: Image.Image, dots: float, deadline: float) -> int:
    """Ask by how many degrees clockwise the page must be turned; 0 when tesseract is not sure."""
    try:
        found = _call(
            lambda seconds: pytesseract.image_to_osd(
                _as_pgm(picture),
                config=f"--dpi {dots:.0f}",
                timeout=seconds,
                output_type=pytesseract.Output.DICT,
            ),
            deadline,
        )
    except (OutOfTimeError, EngineError):  # "Too few characters" is a failure of its own kind
        return 0
    return int(found["rotate"]) if float(found["orientation_conf"]) >= _SURE_ORIENTATION else 0


def _require_room(picture: Image.Image) -> None:
    """Refuse to begin where the picture and the result have no room: tesseract may take half a table for a whole one.

    Raises:
        ReaderUnavailable: the disk is full, which is not the page's fault.
    """
    scratch = os.statvfs(tempfile.gettempdir())
    if scratch.f_bavail * scratch.f_frsize < picture.width * picture.height + _RESULT_BYTES:
        raise _no_room()


def _no_room() -> ReaderUnavailable:
    return ReaderUnavailable(
        "The disk has no room for a page's picture.",
        hint="Free some space. Nothing is lost; it goes on by itself.",
    )


def _call(engine: Callable[[float], _Answer], deadline: float) -> _Answer:
    """Call tesseract with the time that is left, and sort its failures."""
    seconds = deadline - time.monotonic()
    if seconds < _MIN_SECONDS:
        raise OutOfTimeError
    try:
        with memory.shared():
            return engine(seconds)
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, SubprocessError) as error:
        raise EngineError from error
    except SystemExit as error:  # pytesseract's word for a version that it can't read
        raise EngineError from error
    except RuntimeError as error:  # pytesseract's word for a timeout
        raise OutOfTimeError from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise _no_room() from error
        raise EngineError from error
    except (ValueError, KeyError) as error:  # no output, no UTF-8, no table
        raise EngineError from error


def _as_pgm(picture: Image.Image) -> Image.Image:
    """Let pytesseract hand the pixels over as they are; squeezing them into a PNG takes longer than reading some."""
    picture.format = "PPM"
    return picture


def _words(table: Mapping[str, Sequence[Any]]) -> list[Word]:
    """Turn tesseract's table into words; rows of blocks and lines carry no text."""
    found = []
    columns = ("text", "conf", "left", "top", "width", "height")
    for text, confidence, left, top, width, height in zip(
        *(table[column] for column in columns), strict=True
    ):
        box = Box(left=left, top=top, right=left + width, bottom=top + height)
        found.append(lines.word(str(text), box, confidence=max(0, min(100, round(float(confidence))))))
    return [each for each in found if each is not None]
