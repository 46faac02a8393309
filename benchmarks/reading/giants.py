"""Papers that ask for much memory: many pages, large sheets, and a bomb."""

import io
import random
import zlib
from collections.abc import Iterator

from fpdf import FPDF
from PIL import Image, ImageDraw

from agent.demo.letters import draw
from benchmarks.papers import file_of
from benchmarks.reading.letter_texts import FRENCH
from benchmarks.reading.sheets import Person, letter_about, sheet_of

_A4 = (595, 842)
_A3 = (842, 1191)
_INCH = 72
_STRIP = 512
_SIDE = 40_000


def pages_about(them: Person, count: int, dots: int) -> list[bytes]:
    """Scan so many pages, each with a number of its own, as JPEGs."""
    sheet = _sheet(them, dots)
    found = []
    for number in range(1, count + 1):
        page = sheet.copy()
        ImageDraw.Draw(page).text(
            (page.width // 2, page.height - dots // 2), f"Page {number}", font_size=dots // 6
        )
        stored = io.BytesIO()
        page.save(stored, format="JPEG", quality=60)
        found.append(stored.getvalue())
    return found


def bound(pages: list[bytes]) -> bytes:
    """Make one document of pages."""
    document = FPDF(unit="pt", format="A4")
    document.set_margin(0)
    for page in pages:
        document.add_page()
        document.image(io.BytesIO(page), 0, 0, *_A4)
    return bytes(document.output())


def large_sheet(them: Person, dots: int, channels: int) -> bytes:
    """Scan an A3 sheet without loss, in grey or in colour."""
    sheet = _sheet(them, dots * _A3[0] // _A4[0])
    space = b"DeviceGray" if channels == 1 else b"DeviceRGB"
    packed = b"".join(_packed(_strips(sheet, channels)))
    return _of_image(_A3, sheet.size, 8, space, b"/FlateDecode", packed)


def bomb() -> bytes:
    """Draw a black picture of 1,600 megapixels, one bit each, packed twice into some kilobytes."""
    row = bytes(_SIDE // 8)
    once = b"".join(_packed(row for _ in range(_SIDE)))
    return _of_image(
        _A4, (_SIDE, _SIDE), 1, b"DeviceGray", b"[/FlateDecode /FlateDecode]", zlib.compress(once, 9)
    )


def _sheet(them: Person, dots: int) -> Image.Image:
    return sheet_of(draw(letter_about(them, FRENCH, random.Random(them.record_id))), dots)


def _strips(sheet: Image.Image, channels: int) -> Iterator[bytes]:
    for top in range(0, sheet.height, _STRIP):
        strip = sheet.crop((0, top, sheet.width, min(sheet.height, top + _STRIP)))
        yield (strip if channels == 1 else strip.convert("RGB")).tobytes()


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _of_image(
    page: tuple[int, int], size: tuple[int, int], bits: int, space: bytes, packing: bytes, packed: bytes
) -> bytes:
    """Write a page that one picture fills."""
    content = b"q %d 0 0 %d 0 0 cm /Im1 Do Q" % page
    return file_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 %d %d] >>" % page,
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /Im1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent %d /ColorSpace /%b"
            b" /Filter %b /Length %d >>\nstream\n%b\nendstream"
            % (*size, bits, space, packing, len(packed), packed),
        )
    )
