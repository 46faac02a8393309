"""A page's characters, as pdfminer's interpreter places them, and nothing else of the page.

pdfplumber has an object made of each character, with its colours, its matrix, its font and the state of the pen, and
one of each line and image; that was a third of what a page takes. What is asked of a character here are its letters,
its place and its size. Text that stands upright, nearly all there is, is placed a string at a time: of its characters
only `x` differs. Any other is placed by pdfminer itself.
"""

from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter

Glyph = dict[str, Any]
"""What pdfplumber's `extract_words` asks of a character, in pdfplumber's coordinates: points, from the top."""


def glyphs_of(page: Any) -> list[Glyph]:
    """Find the characters of a page of pdfplumber's, in the order in which they are drawn.

    Raises:
        Exception: whatever pdfminer does on hostile bytes.
    """
    left, top = page.mediabox[:2]
    device = _Device(page.pdf.rsrcmgr, left=left, base=page.height + top)
    PDFPageInterpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    return device.found


class _Device(PDFTextDevice):
    """What pdfminer's interpreter draws on; pictures and lines leave nothing."""

    def __init__(self, resources: Any, *, left: float, base: float) -> None:
        super().__init__(resources)
        self.found: list[Glyph] = []
        self._left = left
        self._base = base
        self._known: dict[Any, dict[int, tuple[str, float]]] = {}

    def render_string_horizontal(
        self,
        seq: Any,
        matrix: Any,
        pos: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        charspace: float,
        wordspace: float,
        rise: float,
        dxscale: float,
        ncs: Any,
        graphicstate: Any,
    ) -> Any:
        """Place a string as pdfminer's `LTChar` would each of its characters."""
        a, b, c, d, e, f = matrix
        if b or c or not all(isinstance(each, int | float | bytes) for each in seq):
            return super().render_string_horizontal(
                seq,
                matrix,
                pos,
                font,
                fontsize,
                scaling,
                charspace,
                wordspace,
                rise,
                dxscale,
                ncs,
                graphicstate,
            )
        x, y = pos
        lower = font.get_descent() * fontsize + rise
        middle = y * d + f
        one, other = d * lower + middle, d * (lower + fontsize) + middle
        y0, y1 = (other, one) if other < one else (one, other)
        top, bottom, height = self._base - y1, self._base - y0, y1 - y0
        is_upright = a * d * scaling > 0
        known, found, left = self._known.setdefault(font, {}), self.found, self._left
        is_first = True
        for each in seq:
            if not isinstance(each, bytes):
                x -= each * dxscale
                is_first = False
                continue
            for code in font.decode(each):
                if not is_first:
                    x += charspace
                is_first = False
                text, width = known.get(code) or self._look_up(font, code)
                advance = width * fontsize * scaling
                near = x * a + e
                far = a * advance + near
                x0, x1 = (far, near) if far < near else (near, far)
                found.append(
                    {
                        "text": text,
                        "x0": x0 + left,
                        "x1": x1 + left,
                        "top": top,
                        "bottom": bottom,
                        "doctop": top,
                        "height": height,
                        "size": height,
                        "upright": is_upright,
                    }
                )
                x += advance
                if code == _BLANK and wordspace:
                    x += wordspace
        return x, y

    def render_char(
        self,
        matrix: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,
        graphicstate: Any,
    ) -> float:
        """Have pdfminer place one character; gives by how much it moves the pen."""
        text, width = self._look_up(font, cid)
        placed = LTChar(
            matrix, font, fontsize, scaling, rise, text, width, font.char_disp(cid), ncs, graphicstate
        )
        self.found.append(
            {
                "text": text,
                "x0": placed.x0 + self._left,
                "x1": placed.x1 + self._left,
                "top": self._base - placed.y1,
                "bottom": self._base - placed.y0,
                "doctop": self._base - placed.y1,
                "height": placed.height,
                "size": placed.size,
                "upright": placed.upright,
            }
        )
        return placed.adv

    def _look_up(self, font: Any, code: int) -> tuple[str, float]:
        """The letters and the width of a font's character, which is asked for once a page."""
        try:
            text = font.to_unichr(code)
        except PDFUnicodeNotDefined:
            text = f"(cid:{code})"
        found = self._known.setdefault(font, {})[code] = text, font.char_width(code)
        return found


_BLANK = 32
"""The code, in a font of one byte a character, that word spacing widens."""
