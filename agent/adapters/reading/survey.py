"""Looks at what is drawn on a page beside its characters: images, shapes, and text in modes that draw nothing."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw

from agent.adapters.reading.frame import Frame, contains
from agent.domain.document import Box

WHITE = 242
"""From this level of red, green and blue on, ink can't be told from paper."""
TRANSPARENT = 13
_HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})

Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What stands on a page beside its characters.

    Attributes:
        image_share: the part of the page that the largest image covers, 0 to 1.
        image_pixels: the pixels of the largest image, as stored.
        hidden: where text is written in a mode that draws nothing.
        backgrounds: what white text can be seen on: filled shapes and images.
        is_text_alone: no shape, image or annotation is drawn that could show text to the eye alone.
    """

    image_share: float
    image_pixels: int
    hidden: tuple[Box, ...]
    backgrounds: tuple[Box, ...]
    is_text_alone: bool

    def hides(self, box: Box) -> bool:
        return any(contains(area, box) for area in self.hidden)

    def backs(self, box: Box) -> bool:
        return any(contains(area, box) for area in self.backgrounds)


def survey(page: Any, frame: Frame) -> Survey:
    """Look at all objects, those of nested forms too: what is left out could hide text. An alarm bounds the time."""
    share, pixels, hidden, backgrounds = 0.0, 0, [], []
    is_text_alone = raw.FPDFPage_GetAnnotCount(page) == 0
    for item, kind, matrix in _objects(page):
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) in _HIDDEN_MODES:
                hidden.append(_box_of(item, matrix, frame))
            continue
        is_text_alone = False
        if kind == raw.FPDF_PAGEOBJ_PATH and not _is_filled_dark(item):
            continue
        box = _box_of(item, matrix, frame)
        backgrounds.append(box)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            share = max(share, frame.share(box))
            pixels = max(pixels, _stored_pixels(item))
    return Survey(
        image_share=share,
        image_pixels=pixels,
        hidden=tuple(hidden),
        backgrounds=tuple(backgrounds),
        is_text_alone=is_text_alone,
    )


def _box_of(item: Any, matrix: Matrix, frame: Frame) -> Box:
    bounds = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *bounds)
    left, bottom, right, top = (bound.value for bound in bounds)
    corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    across, up = zip(*corners, strict=True)
    return frame.seen(min(across), min(up), max(across), max(up))


def _objects(page: Any) -> Iterator[tuple[Any, int, Matrix]]:
    """Walk through all objects, those inside forms included, each with the matrix that leads to the page."""
    pending = [
        (raw.FPDFPage_GetObject(page, index), _UPRIGHT) for index in range(raw.FPDFPage_CountObjects(page))
    ]
    while pending:
        item, matrix = pending.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield item, kind, matrix
            continue
        inner = _combine(_matrix(item), matrix)
        pending += [
            (raw.FPDFFormObj_GetObject(item, index), inner)
            for index in range(raw.FPDFFormObj_CountObjects(item))
        ]


def _matrix(item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return _UPRIGHT
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _combine(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _is_filled_dark(path: Any) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, mode, stroked)
    colors = [ctypes.c_uint() for _ in range(4)]
    if mode.value == raw.FPDF_FILLMODE_NONE or not raw.FPDFPageObj_GetFillColor(path, *colors):
        return False
    red, green, blue, alpha = (color.value for color in colors)
    return alpha >= TRANSPARENT and bool(min(red, green, blue) < WHITE)


def _stored_pixels(image: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(image, width, height):
        return 0
    return width.value * height.value
