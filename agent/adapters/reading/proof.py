"""Whether tesseract or the page is to blame when recognition fails: a few lines of our own are put before it.

A tesseract that is broken, or forbidden something, would else fail one scan after another as damaged.
"""

import time

import pypdfium2
from PIL import Image

from agent.adapters.reading import own_page, tesseract
from agent.adapters.reading.frame import POINTS_PER_INCH
from agent.adapters.reading.tesseract import EngineError, OutOfTimeError
from agent.errors import ReaderUnavailable

_DOTS = 200.0
_LAST_LINE_POINTS = 250
"""How far down the lines of our own page go."""
_SECONDS = 10.0
_HINT = (
    "Type: tesseract --version. If it complains, type: sudo apt install --reinstall tesseract-ocr. Documents wait "
    "until it works."
)


def require_tesseract(languages: str) -> None:
    """Let tesseract read lines of our own. When that takes too long, nothing is known, and nobody is blamed.

    Raises:
        ReaderUnavailable: it fails at those as well, or finds nothing in them.
    """
    try:
        words = tesseract.read(_lines(), _DOTS, time.monotonic() + _SECONDS, languages=languages)
    except OutOfTimeError:
        return
    except EngineError as error:
        raise ReaderUnavailable("Tesseract fails at lines of our own.", hint=_HINT) from error
    if not words:
        raise ReaderUnavailable("Tesseract finds no word in lines of our own.", hint=_HINT)


def _lines() -> Image.Image:
    document = pypdfium2.PdfDocument(own_page.draw())
    try:
        page: Image.Image = document[0].render(scale=_DOTS / POINTS_PER_INCH, grayscale=True).to_pil()
        return page.crop((0, 0, page.width, round(_LAST_LINE_POINTS * _DOTS / POINTS_PER_INCH)))
    finally:
        document.close()
