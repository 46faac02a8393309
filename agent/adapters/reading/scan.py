"""A scanned page's own picture: what resolution it was made at, and the image itself where the page is nothing else.

To take the image as it is stored saves drawing it anew, and the blur of another grid.

Invariants
- An image is taken for its page only where it fills the page upright, nothing else is seen on it, and a small drawing
  of the page looks the same: a mask, a clip, a turn or inverted colours would show.
"""

import ctypes
from collections.abc import Sequence
from math import hypot
from typing import Any, cast

from PIL import Image, ImageChops, ImageFilter, ImageStat
from pypdfium2 import raw

from agent.adapters.reading.frame import POINTS_PER_INCH, Frame
from agent.adapters.reading.survey import Drawn, is_hidden, pixel_size, place_of, whole_matrix

_SLACK_POINTS = 1.0
"""By so much a scan may miss its page's edges."""
_SQUARE = 0.02
"""Pixels may be so much wider than high; a fax's are twice as high as wide, and must be drawn."""
_PROOF_WIDTH = 160
"""Pixels of the drawings that are compared: lines of text are still grey bars in them."""
_PROOF_MEAN, _PROOF_MOST = 4.0, 0.09
"""How far two drawings of one picture may differ: on average, in levels, and anywhere, once blurred, as a share of its
contrast. Scans that fit their page differ by 0.03, others by 0.08; a line of 8 points that the page hides, by 0.2."""

_FORMATS = {
    raw.FPDFBitmap_Gray: ("L", "L"),
    raw.FPDFBitmap_BGR: ("RGB", "BGR"),
    raw.FPDFBitmap_BGRx: ("RGB", "BGRX"),
    raw.FPDFBitmap_BGRA: ("RGBA", "BGRA"),
}
"""pdfium's formats, as Pillow calls them and as they lie in memory."""


def native_dots(objects: Sequence[Drawn]) -> float | None:
    """The resolution of the finest image, in dots an inch, of a page on which nothing but images and text is drawn."""
    images = [each for each in objects if each.kind == raw.FPDF_PAGEOBJ_IMAGE]
    if len(images) < sum(each.kind != raw.FPDF_PAGEOBJ_TEXT for each in objects):
        return None
    return max((max(_dots(image)) for image in images), default=None)


def sole_image(objects: Sequence[Drawn], frame: Frame) -> Drawn | None:
    """Find the image that is all there is to see on a page; None when there is none, or more."""
    seen = [each for each in objects if each.kind != raw.FPDF_PAGEOBJ_TEXT or not is_hidden(each.item)]
    if len(seen) != 1 or seen[0].kind != raw.FPDF_PAGEOBJ_IMAGE:
        return None
    across, down = _dots(seen[0])
    place = place_of(seen[0], frame)
    is_square = abs(across - down) <= _SQUARE * down
    fills = (
        abs(place.left) <= _SLACK_POINTS
        and abs(place.top) <= _SLACK_POINTS
        and abs(place.right - frame.width) <= _SLACK_POINTS
        and abs(place.bottom - frame.height) <= _SLACK_POINTS
    )
    return seen[0] if is_square and fills else None


def stored(image: Drawn, drawing: Image.Image) -> Image.Image | None:
    """Give an image as it is stored, in grey; None when it can't be had, or a small drawing of its page differs.

    pdfium decodes it once more: there must be room for that.
    """
    found = raw.FPDFImageObj_GetBitmap(image.item)
    if not found:
        return None
    try:
        picture = _grey(found)
    finally:
        raw.FPDFBitmap_Destroy(found)
    return picture if picture is not None and _looks_like(picture, drawing) else None


def _grey(bitmap: Any) -> Image.Image | None:
    """Copy a bitmap's pixels; None for a format that Pillow has no name for.

    Not by pypdfium2's own wrapper: that destroys the bitmap when the collector of garbage comes by, which may be after
    its document is closed, and then ended the process, or spoiled its heap.
    """
    named = _FORMATS.get(raw.FPDFBitmap_GetFormat(bitmap))
    if named is None:
        return None
    size = raw.FPDFBitmap_GetWidth(bitmap), raw.FPDFBitmap_GetHeight(bitmap)
    stride = raw.FPDFBitmap_GetStride(bitmap)
    address = ctypes.cast(raw.FPDFBitmap_GetBuffer(bitmap), ctypes.c_void_p).value
    if not address:
        return None
    pixels = (ctypes.c_ubyte * (stride * size[1])).from_address(address)
    mode, stored_as = named
    return Image.frombuffer(mode, size, pixels, "raw", stored_as, stride, 1).convert("L")


def drawing_scale(width: float) -> float:
    """Pixels a point of the small drawing that proves an image to be its page."""
    return _PROOF_WIDTH / max(width, 1.0)


def _looks_like(picture: Image.Image, drawing: Image.Image) -> bool:
    shrunk = picture.resize(drawing.size, Image.Resampling.BOX)
    is_alike = ImageStat.Stat(ImageChops.difference(shrunk, drawing)).mean[0] <= _PROOF_MEAN
    blurred = [each.filter(ImageFilter.BoxBlur(1)) for each in (shrunk, drawing)]
    most = _range(ImageChops.difference(*blurred))[1]
    darkest, brightest = _range(picture)  # pale ink must not be hidden either
    return is_alike and most <= _PROOF_MOST * (brightest - darkest)


def _range(picture: Image.Image) -> tuple[int, int]:
    return cast(tuple[int, int], picture.getextrema())


def _dots(image: Drawn) -> tuple[float, float]:
    """Dots an inch along the image's own width and height, as it is placed on the page."""
    width, height = pixel_size(image.item)
    a, b, c, d, *_ = whole_matrix(image)
    return (
        width * POINTS_PER_INCH / max(hypot(a, b), 1.0),
        height * POINTS_PER_INCH / max(hypot(c, d), 1.0),
    )
