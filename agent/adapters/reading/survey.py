"""Looks at what is drawn on a page beside its characters: how much of it is images, and whether text is hidden."""

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw

from agent.adapters.reading.frame import Frame
from agent.domain.document import Box

_HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})

_SHAPES = frozenset({raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING})
_PALE, _OPAQUE = 192, 192
"""Of 255. Text lighter than this, or that more shines through, is looked at."""

_USUAL_BYTES_A_PIXEL = 3
_BYTES_A_PIXEL = {b"CCITTFaxDecode": 1, b"JBIG2Decode": 1, b"JPXDecode": 16}
"""What pdfium takes while it decodes: black and white is widened, JPEG 2000 works on four bytes a colour."""
_MAX_FILTER_NAME = 64

Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One object of a page, with the matrix that leads from its own space to the page's."""

    item: Any
    kind: int
    matrix: Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What stands on a page beside its characters.

    Attributes:
        image_share: the part of the page that images cover, 0 to 1; where they overlap it says too much.
        image_pixels: the pixels of the largest image, as stored.
        image_bytes: the memory that all images take when they are decoded, estimated; the same image counts once.
        has_hidden_text: text is written in a mode that draws nothing.
        is_text_alone: no shape, image or annotation is drawn that could show text to the eye alone.
    """

    image_share: float
    image_pixels: int
    image_bytes: int
    has_hidden_text: bool
    is_text_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Image:
    """An image as stored. Two with the same pixels, filter and length are taken for one, drawn twice."""

    pixels: int
    stored_bytes: int
    filter: bytes

    @classmethod
    def of(cls, image: Any) -> "_Image":
        width, height = pixel_size(image)
        return cls(
            pixels=width * height,
            stored_bytes=raw.FPDFImageObj_GetImageDataRaw(image, None, 0),
            filter=_last_filter(image),
        )

    @property
    def decoded_bytes(self) -> int:
        return self.pixels * _BYTES_A_PIXEL.get(self.filter, _USUAL_BYTES_A_PIXEL)


def survey(objects: Iterable[Drawn], frame: Frame, *, has_annotations: bool) -> Survey:
    """Look at all objects of a page."""
    share, has_hidden_text, is_text_alone = 0.0, False, not has_annotations
    images = set[_Image]()
    for drawn in objects:
        if drawn.kind == raw.FPDF_PAGEOBJ_TEXT:
            has_hidden_text = has_hidden_text or is_hidden(drawn.item)
            continue
        is_text_alone = False
        if drawn.kind == raw.FPDF_PAGEOBJ_IMAGE:
            share += frame.share(_box_of(drawn.item, drawn.matrix, frame))
            images.add(_Image.of(drawn.item))
    return Survey(
        image_share=min(share, 1.0),
        image_pixels=max((image.pixels for image in images), default=0),
        image_bytes=sum(image.decoded_bytes for image in images),
        has_hidden_text=has_hidden_text,
        is_text_alone=is_text_alone,
    )


def pixel_size(image: Any) -> tuple[int, int]:
    """Width and height of an image as stored; 0 where they are not known."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    is_known = raw.FPDFImageObj_GetImagePixelSize(image, width, height)
    return (width.value, height.value) if is_known else (0, 0)


def place_of(drawn: Drawn, frame: Frame) -> Box:
    """Where an object stands on the page as it is shown."""
    return _box_of(drawn.item, drawn.matrix, frame)


def whole_matrix(drawn: Drawn) -> Matrix:
    """What leads from an object's own space to the page's: of an image, from the unit square."""
    return _combine(_matrix(drawn.item), drawn.matrix)


def is_plain(page: Any) -> bool:
    """Whether a page holds nothing but printed text, shapes and links: no image, no form, nothing written unseen.

    Text that is white, transparent, or in a colour that pdfium doesn't know is for the eye to judge.
    """
    return all(_is_link(index, page) for index in range(raw.FPDFPage_GetAnnotCount(page))) and _is_printed(
        page.raw
    )


def _is_link(index: int, page: Any) -> bool:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        return bool(raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_LINK)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _is_printed(page: Any) -> bool:
    """Asked of each object of each page: one set of variables for all of them is half of the time."""
    red, green, blue, alpha = colours = tuple(ctypes.c_uint() for _ in range(4))
    object_of, kind_of, colour_of = (
        raw.FPDFPage_GetObject,
        raw.FPDFPageObj_GetType,
        raw.FPDFPageObj_GetFillColor,
    )
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = object_of(page, index)
        kind = kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            is_known = colour_of(item, *colours)
            is_dark = min(red.value, green.value, blue.value) < _PALE and alpha.value > _OPAQUE
            if not is_known or not is_dark or is_hidden(item):
                return False
        elif kind not in _SHAPES:
            return False
    return True


def is_hidden(text: Any) -> bool:
    """Whether a text object is written in a mode that draws nothing."""
    return raw.FPDFTextObj_GetTextRenderMode(text) in _HIDDEN_MODES


def objects_of(page: Any) -> Iterator[Drawn]:
    """Walk through all objects, those inside forms included: what is left out could hide text."""
    pending = [
        (raw.FPDFPage_GetObject(page, index), _UPRIGHT) for index in range(raw.FPDFPage_CountObjects(page))
    ]
    while pending:
        item, matrix = pending.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield Drawn(item=item, kind=kind, matrix=matrix)
            continue
        inner = _combine(_matrix(item), matrix)
        pending += [
            (raw.FPDFFormObj_GetObject(item, index), inner)
            for index in range(raw.FPDFFormObj_CountObjects(item))
        ]


def _box_of(item: Any, matrix: Matrix, frame: Frame) -> Box:
    bounds = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *bounds)
    left, bottom, right, top = (bound.value for bound in bounds)
    corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    across, up = zip(*corners, strict=True)
    return frame.seen(min(across), min(up), max(across), max(up))


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


def _last_filter(image: Any) -> bytes:
    """The filter that makes pixels; those before it only unpack. Empty when there is none."""
    count = raw.FPDFImageObj_GetImageFilterCount(image)
    if count <= 0:
        return b""
    name = ctypes.create_string_buffer(_MAX_FILTER_NAME)
    raw.FPDFImageObj_GetImageFilter(image, count - 1, name, _MAX_FILTER_NAME)
    return name.value
