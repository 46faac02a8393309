"""What pdfium knows of a page: text in logical order, where each character stands, what is hidden, what a form holds.

Coordinates leave this module as the reader sees the page: in points, from the top left of the visible part.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pypdfium2
from pypdfium2 import raw

from agent.adapters.reading import lines
from agent.domain.document import Box, Word

_GENERATED_BREAKS = " \r\n\t\u00a0"
_HYPHENS = "\x02\ufffe"
"""How pdfium writes a hyphen at the end of a line."""
_TINY_POINTS = 2.0
_WHITE = 242
_TRANSPARENT = 13
_HIDDEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})
_MAX_OBJECTS = 20_000
_MAX_DEPTH = 5
_TEXT_FIELDS = frozenset(
    {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
)
_UNSEEN_ANNOTATION = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_MAX_FIELD_BYTES = 64 * 1024

Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """One character of the text layer.

    Attributes:
        box: None for blanks and line ends that pdfium added itself.
        is_visible: large and dark enough to be seen; hidden render modes are the survey's business.
    """

    text: str
    box: Box | None
    is_visible: bool
    is_white: bool


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
        return any(_contains(area, box) for area in self.hidden)

    def backs(self, box: Box) -> bool:
        return any(_contains(area, box) for area in self.backgrounds)


class PdfiumPage:
    """A page; `close` it before the next is opened."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page
        self.width, self.height = (round(float(side), 2) for side in page.get_size())
        self._bounds: tuple[float, float, float, float] = page.get_bbox()
        self._turn: int = page.get_rotation()
        self._text_page = page.get_textpage()

    def close(self) -> None:
        self._text_page.close()
        self._page.close()

    @property
    def text(self) -> str:
        """The text layer as it is, seen or not, in logical order."""
        return str(self._text_page.get_text_range())

    def render(self, scale: float) -> Any:
        """Draw the page in grey, `scale` pixels a point, as a PIL image."""
        bitmap = self._page.render(scale=scale, grayscale=True)
        try:
            return bitmap.to_pil().copy()
        finally:
            bitmap.close()

    def survey(self) -> Survey:
        """Look at what is drawn on the page, as deep as forms nest in a sane document."""
        share, pixels, hidden, backgrounds = 0.0, 0, [], []
        is_text_alone = raw.FPDFPage_GetAnnotCount(self._page) == 0
        for count, (item, kind, matrix) in enumerate(_objects(self._page), start=1):
            if count > _MAX_OBJECTS:
                break
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                if raw.FPDFTextObj_GetTextRenderMode(item) in _HIDDEN_MODES:
                    hidden.append(self._box_of(item, matrix))
                continue
            is_text_alone = False
            if kind == raw.FPDF_PAGEOBJ_PATH and not _is_filled_dark(item):
                continue
            box = self._box_of(item, matrix)
            backgrounds.append(box)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                share = max(share, self._share(box))
                pixels = max(pixels, _stored_pixels(item))
        return Survey(
            image_share=share,
            image_pixels=pixels,
            hidden=tuple(hidden),
            backgrounds=tuple(backgrounds),
            is_text_alone=is_text_alone,
        )

    def words(self, survey: Survey, *, hidden_is_seen: bool) -> list[Word]:
        """Find the words that a reader can see, with their boxes.

        Args:
            hidden_is_seen: True on a scan, whose layer is written in a hidden mode over its image.
        """
        found = []
        seen = (each for each in self._characters() if self._is_seen(each, survey, hidden_is_seen))
        for is_blank, run in groupby(seen, key=lambda each: each.text in _GENERATED_BREAKS):
            characters = [] if is_blank else [each for each in run if each.box is not None]
            if characters:
                text = _joined(characters)
                found.append(lines.word(text, _hull([each.box for each in characters if each.box])))
        return [each for each in found if each is not None]

    def fields(self) -> list[Word]:
        """Find what was typed into the fields of a form, which is no part of the text layer."""
        form = self._page.formenv
        if form is None:
            return []
        found: list[Word | None] = []
        for index in range(raw.FPDFPage_GetAnnotCount(self._page)):
            annotation = raw.FPDFPage_GetAnnot(self._page, index)
            if not annotation:
                continue
            try:
                found += self._field(form, annotation)
            finally:
                raw.FPDFPage_CloseAnnot(annotation)
        return [each for each in found if each is not None]

    def _field(self, form: Any, annotation: Any) -> list[Word | None]:
        if (
            raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET
            or raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN_ANNOTATION
            or raw.FPDFAnnot_GetFormFieldType(form, annotation) not in _TEXT_FIELDS
        ):
            return []
        rectangle = raw.FS_RECTF()
        raw.FPDFAnnot_GetRect(annotation, rectangle)
        box = self._seen_box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        return _laid_out(_field_value(form, annotation), box)

    def _is_seen(self, character: Character, survey: Survey, hidden_is_seen: bool) -> bool:
        if character.box is None:
            return True
        return bool(
            character.is_visible
            and self._is_on_page(character.box)
            and (hidden_is_seen or not survey.hides(character.box))
            and (not character.is_white or hidden_is_seen or survey.backs(character.box))
        )

    def _is_on_page(self, box: Box) -> bool:
        across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        return 0 <= across <= self.width and 0 <= down <= self.height

    def _characters(self) -> Iterator[Character]:
        for index in range(self._text_page.count_chars()):
            code = raw.FPDFText_GetUnicode(self._text_page, index)
            text = chr(code) if 0 < code <= 0x10FFFF else " "
            if text in _GENERATED_BREAKS:
                yield Character(text=" ", box=None, is_visible=True, is_white=False)
                continue
            box = self._character_box(index)
            red, green, blue, alpha = _fill_color(self._text_page, index)
            yield Character(
                text="-" if text in _HYPHENS else text,
                box=box,
                is_visible=max(box.right - box.left, box.bottom - box.top) >= _TINY_POINTS
                and alpha >= _TRANSPARENT,
                is_white=min(red, green, blue) >= _WHITE,
            )

    def _character_box(self, index: int) -> Box:
        rectangle = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text_page, index, rectangle)
        return self._seen_box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def _box_of(self, item: Any, matrix: Matrix) -> Box:
        bounds = [ctypes.c_float() for _ in range(4)]
        raw.FPDFPageObj_GetBounds(item, *bounds)
        left, bottom, right, top = (bound.value for bound in bounds)
        corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
        across, up = zip(*corners, strict=True)
        return self._seen_box(min(across), min(up), max(across), max(up))

    def _seen_box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Turn a rectangle of the page's own space, whose origin is at the bottom left, the way it is shown."""
        west, south, east, north = self._bounds
        match self._turn:
            case 90:
                return Box(left=bottom - south, top=left - west, right=top - south, bottom=right - west)
            case 180:
                return Box(left=east - right, top=bottom - south, right=east - left, bottom=top - south)
            case 270:
                return Box(left=north - top, top=east - right, right=north - bottom, bottom=east - left)
            case _:
                return Box(left=left - west, top=north - top, right=right - west, bottom=north - bottom)

    def _share(self, box: Box) -> float:
        across = min(box.right, self.width) - max(box.left, 0)
        down = min(box.bottom, self.height) - max(box.top, 0)
        return float(max(across, 0) * max(down, 0) / max(self.width * self.height, 1))


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, int, Matrix]]:
    """Walk through all objects, those inside forms included, each with the matrix that leads to the page."""
    pending = [
        (raw.FPDFPage_GetObject(page, index), _UPRIGHT, 0)
        for index in reversed(range(min(raw.FPDFPage_CountObjects(page), _MAX_OBJECTS + 1)))
    ]
    while pending:
        item, matrix, depth = pending.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield item, kind, matrix
        elif depth < _MAX_DEPTH:
            inner = _combine(_matrix(item), matrix)
            pending += [
                (raw.FPDFFormObj_GetObject(item, index), inner, depth + 1)
                for index in range(min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS + 1))
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
    return alpha >= _TRANSPARENT and min(red, green, blue) < _WHITE


def _fill_color(text_page: Any, index: int) -> tuple[int, int, int, int]:
    colors = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFText_GetFillColor(text_page, index, *colors):
        return 0, 0, 0, 255
    red, green, blue, alpha = (color.value for color in colors)
    return red, green, blue, alpha


def _stored_pixels(image: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(image, width, height):
        return 0
    return width.value * height.value


def _field_value(form: Any, annotation: Any) -> str:
    size = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    if not 2 < size <= _MAX_FIELD_BYTES:
        return ""
    buffer = (raw.FPDF_WCHAR * (size // 2))()
    raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\x00")


def _laid_out(value: str, box: Box) -> list[Word | None]:
    """Spread a field's value over its box: a row for each line, a share of the width for each word."""
    found: list[Word | None] = []
    rows = value.splitlines() or [""]
    height = (box.bottom - box.top) / len(rows)
    for number, row in enumerate(rows):
        top = box.top + number * height
        step = (box.right - box.left) / max(len(row), 1)
        position = 0
        for text in row.split():
            position = row.index(text, position)
            left = box.left + position * step
            position += len(text)
            right = box.left + position * step
            found.append(lines.word(text, Box(left=left, top=top, right=right, bottom=top + height)))
    return found


def _joined(characters: list[Character]) -> str:
    """Put halves of surrogate pairs together; a half without the other becomes a replacement character."""
    text = "".join(each.text for each in characters)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _hull(boxes: list[Box]) -> Box:
    return Box(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


def _contains(area: Box, box: Box) -> bool:
    """Whether the middle of the box lies in the area."""
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return area.left <= across <= area.right and area.top <= down <= area.bottom
