"""What pdfium knows of a page: text in logical order, where each character stands, what a form holds."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pypdfium2
from pypdfium2 import raw

from agent.adapters.reading import lines
from agent.adapters.reading.frame import Frame
from agent.adapters.reading.survey import TRANSPARENT, WHITE, Survey, survey
from agent.domain.document import Box, Word

_GENERATED_BREAKS = " \r\n\t\u00a0"
_HYPHENS = "\x02\ufffe"
"""How pdfium writes a hyphen at the end of a line."""
_TINY_POINTS = 2.0
_TEXT_FIELDS = frozenset(
    {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
)
_UNSEEN_ANNOTATION = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_MAX_FIELD_BYTES = 64 * 1024


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


class PdfiumPage:
    """A page; `close` it before the next is opened."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page
        self.width, self.height = (round(float(side), 2) for side in page.get_size())
        self._frame = Frame(
            width=self.width, height=self.height, bounds=page.get_bbox(), turn=page.get_rotation()
        )
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
        """Look at what is drawn beside the characters."""
        return survey(self._page, self._frame)

    def words(self, drawn: Survey, *, hidden_is_seen: bool) -> list[Word]:
        """Find the words that a reader can see, with their boxes.

        Args:
            hidden_is_seen: True on a scan, whose layer is written in a hidden mode over its image.
        """
        found = []
        seen = (each for each in self._characters() if self._is_seen(each, drawn, hidden_is_seen))
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
        box = self._frame.seen(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        return _laid_out(_field_value(form, annotation), box)

    def _is_seen(self, character: Character, drawn: Survey, hidden_is_seen: bool) -> bool:
        if character.box is None:
            return True
        return bool(
            character.is_visible
            and self._frame.shows(character.box)
            and (hidden_is_seen or not drawn.hides(character.box))
            and (not character.is_white or hidden_is_seen or drawn.backs(character.box))
        )

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
                and alpha >= TRANSPARENT,
                is_white=min(red, green, blue) >= WHITE,
            )

    def _character_box(self, index: int) -> Box:
        rectangle = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text_page, index, rectangle)
        return self._frame.seen(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _fill_color(text_page: Any, index: int) -> tuple[int, int, int, int]:
    colors = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFText_GetFillColor(text_page, index, *colors):
        return 0, 0, 0, 255
    red, green, blue, alpha = (color.value for color in colors)
    return red, green, blue, alpha


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
