"""The scanned pages of documents as pictures, ready for the tesseract command: the bare cost of recognition.

The picture has the dots of the scan, 300 an inch at most: who gives tesseract more pays for nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

MOST_DOTS = 300
_INCH = 72
_SCAN_SHARE = 0.6
"""The part of a page from where a picture makes it a scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One scanned page as a file."""

    path: Path
    dots: int


def pictures_of(documents: Iterable[Path], folder: Path) -> list[Picture]:
    """Draw every scanned page of the documents into the folder, in grey."""
    return [picture for document in documents for picture in _pages(document, folder)]


def _pages(path: Path, folder: Path) -> list[Picture]:
    found = []
    with pypdfium2.PdfDocument(path) as document:
        for number, page in enumerate(document, start=1):
            dots = _dots(page)
            if dots:
                picture = folder / f"{path.stem}-{number}.pgm"
                page.render(scale=dots / _INCH, grayscale=True).to_pil().save(picture)
                found.append(Picture(path=picture, dots=dots))
            page.close()
    return found


def _dots(page: pypdfium2.PdfPage) -> int:
    """Say how many dots an inch the page was scanned with, across or down, whichever is more; 0 where it is no scan."""
    width, height = page.get_size()
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > _SCAN_SHARE * width * height:
            pixels = sorted(image.get_px_size())
            points = sorted((right - left, top - bottom))
            found = max(count / length for count, length in zip(pixels, points, strict=True))
            return int(min(MOST_DOTS, round(found * _INCH)))
    return 0
