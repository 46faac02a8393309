"""What stands on a page beside its content: notes, stamps, filled-in fields.

pdfium's text holds none of it. So what annotations draw is pressed into the page before it is read, as a printer would
do, in memory: then text is text, whoever drew it, images are counted, and the eye judges all of it. Hidden
annotations are left out, and links draw nothing. Whether one in a layer is shown can't be asked: it is left out,
and its page says so.

A field's value is kept as well where no drawing of the field says it, unless the field has no room on the page to
show it: programs keep what is for them alone in fields of no size. Where the field has a drawing that says something
else, some viewers show the one and some the other: people must look.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pypdfium2
from pypdfium2 import raw

from agent.adapters.reading import lines
from agent.adapters.reading.frame import Frame, frame_of
from agent.adapters.reading.pdfium import PdfiumPage
from agent.domain.document import Box, Word

_TEXT_FIELDS = frozenset(
    {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
)
_DRAW_NOTHING = frozenset({raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP})
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_MAX_FIELD_BYTES = 64 * 1024
_SLACK_POINTS = 3.0
_TINY_POINTS = 2.0

Answer = TypeVar("Answer")


class Annotations:
    """The annotations of a document. Pressing is for good, so what the fields held is kept until the next page."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document
        self._number = 0
        self._values: list[_Value] = []
        self._is_pressed = False
        self._is_switched = False

    def open(self, number: int) -> PdfiumPage:
        """Open a page, from 1, its annotations pressed into it; it may be opened again before the next is."""
        page = self._document[number - 1]
        if number != self._number:
            self._number, self._values, self._is_pressed, self._is_switched = number, [], False, False
            if not all(kind in _DRAW_NOTHING for kind in _each(page, raw.FPDFAnnot_GetSubtype)):
                self._is_switched = any(_each(page, _is_switched))
                _remove_unseen(page)
                self._values, self._is_pressed = list(_values(page)), True
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
                page.close()
                page = self._document[number - 1]
        said = [(value, value.words(page)) for value in self._values]
        return PdfiumPage(
            page,
            [word for _, words in said for word in words],
            is_pressed=self._is_pressed,
            is_uncertain=self._is_switched or any(words and value.has_drawing for value, words in said),
        )


def _each(page: pypdfium2.PdfPage, ask: Callable[[Any], Answer]) -> list[Answer]:
    found = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        with _annotation(page, index) as annotation:
            found.append(ask(annotation))
    return found


def _is_unseen(annotation: Any) -> bool:
    return bool(raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN) or _is_switched(annotation)


def _is_switched(annotation: Any) -> bool:
    """Whether it belongs to a layer, which may be off; pdfium presses it in all the same."""
    return bool(raw.FPDFAnnot_HasKey(annotation, b"OC"))


def _remove_unseen(page: pypdfium2.PdfPage) -> None:
    unseen = _each(page, _is_unseen)
    for index in reversed(range(len(unseen))):
        if unseen[index]:
            raw.FPDFPage_RemoveAnnot(page, index)


@contextmanager
def _annotation(page: pypdfium2.PdfPage, index: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


class _Value:
    """What was typed into a field, or chosen there, and where the field stands on its page."""

    def __init__(
        self, text: str, rectangle: tuple[float, float, float, float], frame: Frame, *, has_drawing: bool
    ) -> None:
        self.has_drawing = has_drawing
        self._text = text
        self._rectangle = rectangle
        self._box = frame.seen(*rectangle)
        self._has_room = frame.shows(self._box) and _shorter_side(self._box) >= _TINY_POINTS

    def words(self, page: pypdfium2.PdfPage) -> list[Word]:
        """Lay the value out, unless the page says it where the field stands, or the field can't be seen."""
        if not self._has_room or _dense(self._text) in _dense(self._drawn(page)):
            return []
        return [word for word in _laid_out(self._text, self._box) if word is not None]

    def _drawn(self, page: pypdfium2.PdfPage) -> str:
        left, bottom, right, top = self._rectangle
        text_page = page.get_textpage()
        try:
            return str(
                text_page.get_text_bounded(
                    left - _SLACK_POINTS, bottom - _SLACK_POINTS, right + _SLACK_POINTS, top + _SLACK_POINTS
                )
            )
        finally:
            text_page.close()


def _values(page: pypdfium2.PdfPage) -> Iterator[_Value]:
    form = page.formenv
    if form is None:
        return
    frame = frame_of(page)
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        with _annotation(page, index) as annotation:
            text = _field_value(form, annotation) if _is_text_field(form, annotation) else ""
            if text.split():
                rectangle = raw.FS_RECTF()
                raw.FPDFAnnot_GetRect(annotation, rectangle)
                sides = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                has_drawing = bool(raw.FPDFAnnot_HasKey(annotation, b"AP"))
                yield _Value(text, sides, frame, has_drawing=has_drawing)


def _is_text_field(form: Any, annotation: Any) -> bool:
    return (
        raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET
        and not raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN
        and raw.FPDFAnnot_GetFormFieldType(form, annotation) in _TEXT_FIELDS
    )


def _shorter_side(box: Box) -> float:
    return min(box.right - box.left, box.bottom - box.top)


def _dense(text: str) -> str:
    return "".join(text.split())


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
