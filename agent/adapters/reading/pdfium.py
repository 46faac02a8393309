"""What pdfium knows of a page: text in logical order, where each character stands, what a form holds."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import pypdfium2
from pypdfium2 import raw

from agent.adapters.reading import lines, memory, scan, survey
from agent.adapters.reading.eye import Drawing, Eye, scale_of
from agent.adapters.reading.frame import frame_of
from agent.adapters.reading.survey import Drawn, Survey, is_hidden, objects_of
from agent.domain.document import Box, Word

_CODES = 0x110000
_FOREIGN = re.compile(r"(?![\u0000-\u024f])[^\W\d_]")
_GENERATED_BREAKS = " \r\n\t\u00a0"
_HYPHENS = "\x02\ufffe"
"""How pdfium writes a hyphen at the end of a line."""
_ROW = re.compile(rf"[^\s{_HYPHENS}][^\r\n{_HYPHENS}]*[{_HYPHENS}]?")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_TINY_POINTS = 2.0
_TRANSPARENT = 13
_CANVASES = 3
"""The one drawn, and two that Pillow makes of it."""
_NOTHING = Drawing(pixels=memoryview(b"\xff"), width=1, height=1, colors=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """One character of the text layer.

    Attributes:
        box: None for blanks and line ends that pdfium added itself.
        is_visible: large enough, and written in a way that leaves ink; whether it does is the eye's business.
    """

    text: str
    box: Box | None
    is_visible: bool


def with_hyphens(text: str) -> str:
    """Write the hyphens at the ends of lines as printed; nothing changes its place."""
    return text.replace(_HYPHENS[0], "-").replace(_HYPHENS[1], "-")


class PdfiumPage:
    """A page; `close` it before the next is opened. Its width and height stay known, nothing else does."""

    def __init__(
        self,
        page: pypdfium2.PdfPage,
        typed: Sequence[Word] = (),
        *,
        is_pressed: bool = False,
        is_uncertain: bool = False,
    ) -> None:
        """Take a page.

        Args:
            typed: what its fields hold and do not draw.
            is_pressed: annotations were pressed into it.
            is_uncertain: some viewers may show what was left out of it, or hide what was taken.
        """
        self._page = page
        self.typed = typed
        self.is_pressed = is_pressed
        self.is_uncertain = is_uncertain
        self._frame = frame_of(page)
        self.width, self.height = self._frame.width, self._frame.height
        self._text_page = page.get_textpage()

    def close(self) -> None:
        self._text_page.close()
        self._page.close()

    @cached_property
    def text(self) -> str:
        """The text layer as it is, seen or not, in logical order."""
        return str(self._text_page.get_text_range())

    def look(self) -> Eye | None:
        """Compare the page with and without its text; None when it is too large to be drawn.

        A page that shows no text needs no drawing for that: both would be the same. Nor does paper with nothing on it.
        """
        scale = scale_of(self.width, self.height)
        if scale is None:
            return None

        def draw(*, grayscale: bool) -> tuple[Drawing, Drawing | None]:
            if not self.shows_text:
                return _NOTHING, None
            with_text = self._drawing(scale, grayscale=grayscale)
            if self.survey.is_text_alone:
                return with_text, None
            with self._without_text():
                return with_text, self._drawing(scale, grayscale=grayscale)

        return Eye(draw, scale)

    def lacks_glyphs(self, eye: Eye) -> bool:
        """Whether text of a font that the file does not bring along can't be seen on this machine.

        For Latin letters there is always a font, so those are not asked.
        """
        if not _FOREIGN.search(self.text):
            return False
        return any(self._lacks_glyph(index, eye) for index in range(self._text_page.count_chars()))

    def _lacks_glyph(self, index: int, eye: Eye) -> bool:
        if not _FOREIGN.match(chr(raw.FPDFText_GetUnicode(self._text_page, index) % _CODES)):
            return False
        text = raw.FPDFText_GetTextObject(self._text_page, index)
        if not text or raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(text)):
            return False
        box = self._character_box(index)
        return _leaves_ink(self._text_page, index) and self._frame.shows(box) and not eye.sees(box)

    def render(self, scale: float) -> Any:
        """Draw the page in grey, `scale` pixels a point, as a PIL image."""
        with self._bitmap(scale, grayscale=True) as bitmap:
            return bitmap.to_pil()

    def _drawing(self, scale: float, *, grayscale: bool) -> Drawing:
        with self._bitmap(scale, grayscale=grayscale) as bitmap:
            return Drawing(
                pixels=memoryview(bitmap.buffer).cast("B"),
                width=bitmap.width,
                height=bitmap.height,
                colors=bitmap.n_channels,
            )

    @property
    def native_dots(self) -> float | None:
        """The resolution of the images that the page is made of; None where other things are drawn on it."""
        return scan.native_dots(self._objects)

    def stored_scan(self) -> Any | None:
        """The image that fills the page, as it is stored, as a PIL image in grey; None where there is more to see."""
        image = None
        if raw.FPDFPage_GetAnnotCount(self._page) == 0:
            image = scan.sole_image(self._objects, self._frame)
        if image is None:
            return None
        memory.demand(2 * self.survey.image_bytes)
        return scan.stored(image, self.render(scan.drawing_scale(self.width)))

    def render_rest(self, scale: float) -> Any:
        """Draw in grey what is on the page beside the text of its layer, as a PIL image."""
        with self._without_text():
            return self.render(scale)

    @contextmanager
    def _without_text(self) -> Iterator[None]:
        texts = [drawn.item for drawn in self._objects if drawn.kind == raw.FPDF_PAGEOBJ_TEXT]
        for text in texts:
            raw.FPDFPageObj_SetIsActive(text, False)
        try:
            yield
        finally:
            for text in texts:
                raw.FPDFPageObj_SetIsActive(text, True)

    @contextmanager
    def _bitmap(self, scale: float, *, grayscale: bool) -> Iterator[Any]:
        """Draw the page, if there is room for it: an image that finds none is left out by pdfium without a word.

        The buffer is Python's own (pypdfium2's `new_native`), and packed: what is made of it outlives the bitmap.
        """
        canvas = self.width * self.height * scale**2 * (1 if grayscale else 4)
        memory.demand(self.survey.image_bytes + round(_CANVASES * canvas))
        bitmap = self._page.render(
            scale=scale, grayscale=grayscale, bitmap_maker=pypdfium2.PdfBitmap.new_native
        )
        try:
            yield bitmap
        finally:
            bitmap.close()

    @cached_property
    def shows_text(self) -> bool:
        """Whether text is written in a way that leaves ink; a scan has none, or a hidden layer."""
        return any(it.kind == raw.FPDF_PAGEOBJ_TEXT and not is_hidden(it.item) for it in self._objects)

    @cached_property
    def survey(self) -> Survey:
        """Look at what is drawn beside the characters. An alarm bounds the time."""
        has_annotations = raw.FPDFPage_GetAnnotCount(self._page) > 0
        return survey.survey(self._objects, self._frame, has_annotations=has_annotations)

    @cached_property
    def _objects(self) -> tuple[Drawn, ...]:
        return tuple(objects_of(self._page))

    def words(self, eye: Eye | None) -> tuple[list[Word], int]:
        """Find the words that a reader can see, as far as there is an eye, and how many characters none can."""
        found, hidden = [], 0

        def seen() -> Iterator[Character]:
            nonlocal hidden
            for each in self._characters():
                if self._is_seen(each, eye):
                    yield each
                else:
                    hidden += not each.text.isspace()

        for is_blank, run in groupby(seen(), key=lambda each: each.text in _GENERATED_BREAKS):
            characters = [] if is_blank else [each for each in run if each.box is not None]
            if characters:
                text = _joined(characters)
                found.append(lines.word(text, _hull([each.box for each in characters if each.box])))
        return [each for each in found if each is not None], hidden

    @property
    def is_plain(self) -> bool:
        """Whether nothing but text, shapes and links is drawn, and no text is written so that it can't be seen."""
        return survey.is_plain(self._page)

    def runs(self) -> list[Word] | None:
        """Find the lines of the layer as runs of words, a box for each; None where one is odd and must be looked at."""
        if len(self.text) != self._text_page.count_chars():
            return None  # places in it are none on the page
        printed = with_hyphens(self.text).replace("\u00a0", " ").replace("\t", " ")
        clean = lines.clean if _LIGATURE.search(printed) else None
        handle, seen, shows = self._text_page.raw, self._frame.seen, self._frame.shows
        box_of, one, other = raw.FPDFText_GetLooseCharBox, raw.FS_RECTF(), raw.FS_RECTF()
        found = []
        for row in _ROW.finditer(self.text):
            start, end = row.span()
            text = printed[start:end].rstrip()
            box_of(handle, start, one)
            box_of(handle, start + len(text) - 1, other)
            box = seen(
                min(one.left, other.left),
                min(one.bottom, other.bottom),
                max(one.right, other.right),
                max(one.top, other.top),
            )
            if box.bottom - box.top < _TINY_POINTS or not shows(box):
                return None
            found.append(Word(text=clean(text) if clean else text, box=box))
        return found

    def _is_seen(self, character: Character, eye: Eye | None) -> bool:
        if character.box is None:
            return True
        return (
            character.is_visible
            and self._frame.shows(character.box)
            and (eye is None or character.text.isspace() or eye.sees(character.box))
        )

    def _characters(self) -> Iterator[Character]:
        for index in range(self._text_page.count_chars()):
            code = raw.FPDFText_GetUnicode(self._text_page, index)
            text = chr(code) if 0 < code <= 0x10FFFF else " "
            if text in _GENERATED_BREAKS:
                yield Character(text=" ", box=None, is_visible=True)
                continue
            box = self._character_box(index)
            yield Character(
                text="-" if text in _HYPHENS else text,
                box=box,
                is_visible=max(box.right - box.left, box.bottom - box.top) >= _TINY_POINTS
                and _leaves_ink(self._text_page, index),
            )

    def _character_box(self, index: int) -> Box:
        rectangle = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._text_page, index, rectangle)
        return self._frame.seen(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


def _leaves_ink(text_page: Any, index: int) -> bool:
    """Ask of a single character what the eye can't tell where other text lies beneath."""
    text = raw.FPDFText_GetTextObject(text_page, index)
    if text and is_hidden(text):
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    is_known = raw.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    return not is_known or alpha.value >= _TRANSPARENT


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
