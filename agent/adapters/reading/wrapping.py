"""Wraps a picture into a PDF: each frame a page of its size, with every pixel that the file holds.

Written by hand, object after object, so that no more than one frame is ever in memory.

Invariants
- A JPEG's bytes are taken over as they are; all other pictures are packed with Flate, in as many bits as they have.
- A picture lies on its page the way in which it was read: turned as its camera noted.

Accepted: what PDF has no way to say is shown as the reader saw it, which is numbers of 32 bits and fractions in grey,
and 16 bits a colour in 8. A colour profile is left out; the original beside the copy has it.
"""

import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

from PIL import Image

from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.grey import grey
from agent.adapters.reading.pictures import PicturePage, open_picture
from agent.domain.formats import Format

_STRIP_BYTES = 1 << 20
_HEAD = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _PAGES = 1, 2

_PLACES = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""Where right and up of a stored picture point to and where it begins, in parts of its page, by its orientation."""

_INVERTED_CMYK = b"/DeviceCMYK /Decode [1 0 1 0 1 0 1 0]"
_JPEG_COLOURS = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": _INVERTED_CMYK}
"""CMYK is stored inverted, as Adobe began to do, and as Pillow too takes for granted."""
_COLOURS = {
    "1": (b"/DeviceGray", 1),
    "L": (b"/DeviceGray", 8),
    "RGB": (b"/DeviceRGB", 8),
    "CMYK": (b"/DeviceCMYK", 8),
}
_SIXTEEN_BITS = "I;16B"
_NUMBERS = frozenset({"I", "F"})


def wrap(order: Order, stream: BufferedReader, kind: Format, target: BinaryIO) -> Unreadable | None:
    """Write the picture behind the stream as a PDF; gives what forbids it.

    Raises:
        MemoryError: a frame needs more than is allowed.
        Exception: whatever a parser of hostile bytes raises at a frame.
    """
    opened = open_picture(order, stream, kind)
    if isinstance(opened, Unreadable):
        return opened
    pdf = _Pdf(target)
    for number in range(1, opened.frame_count + 1):
        page = opened.page(number)
        if kind is Format.JPEG:
            image = _jpeg(pdf, page.header, stream)
        else:
            image = _packed(pdf, page.stored(), is_white_zero=page.is_white_zero)
        page.close()
        pdf.add_page(page, image)
    pdf.finish()
    return None


class _Pdf:
    """A PDF that is being written."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._offsets: dict[int, int] = {}
        self._next = _PAGES + 1
        self._pages: list[int] = []
        self._written = target.write(_HEAD)

    def add_stream(self, entries: bytes, content: Iterator[bytes]) -> int:
        """Write a stream, however long it will be; gives its number."""
        number, length = self._numbers(2)
        self._begin(number, b"<< %b /Length %d 0 R >>\nstream\n" % (entries, length))
        size = sum(map(self._write, content))
        self._write(b"\nendstream\nendobj\n")
        self._begin(length, b"%d\nendobj\n" % size)
        return number

    def add_page(self, page: PicturePage, image: int) -> None:
        """Write a page that shows a picture, all over it."""
        a, b, c, d, e, f = _PLACES[page.turning]
        width, height = page.width, page.height
        matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
        drawing = b"q %b cm /Im Do Q" % " ".join(f"{each:.2f}" for each in matrix).encode()
        content = self.add_stream(b"", iter([drawing]))
        (number,) = self._numbers(1)
        self._pages.append(number)
        self._begin(
            number,
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %b] /Contents %d 0 R "
            b"/Resources << /XObject << /Im %d 0 R >> >> >>\nendobj\n"
            % (_PAGES, f"{width:.2f} {height:.2f}".encode(), content, image),
        )

    def finish(self) -> None:
        """Write what holds the pages together."""
        self._begin(_CATALOG, b"<< /Type /Catalog /Pages %d 0 R >>\nendobj\n" % _PAGES)
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self._begin(_PAGES, b"<< /Type /Pages /Kids [%b] /Count %d >>\nendobj\n" % (kids, len(self._pages)))
        begins_at = self._written
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for _, offset in sorted(self._offsets.items()):
            self._write(b"%010d 00000 n \n" % offset)
        self._write(
            b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (self._next, _CATALOG, begins_at)
        )

    def _numbers(self, count: int) -> range:
        self._next += count
        return range(self._next - count, self._next)

    def _begin(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._written
        self._write(b"%d 0 obj\n%b" % (number, body))

    def _write(self, content: bytes) -> int:
        self._written += self._target.write(content)
        return len(content)


def _jpeg(pdf: _Pdf, header: Image.Image, stream: BufferedReader) -> int:
    """Take the file over as it is."""
    stream.seek(0)
    entries = _image(header.size, _JPEG_COLOURS[header.mode], 8) + b" /Filter /DCTDecode"
    return pdf.add_stream(entries, iter(lambda: stream.read(_STRIP_BYTES), b""))


def _packed(pdf: _Pdf, picture: Image.Image, *, is_white_zero: bool) -> int:
    """Write the pixels, and how far they are transparent, with Flate."""
    if picture.has_transparency_data:
        full = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        mask = _add_image(pdf, full.getchannel("A"), b"/DeviceGray", 8)
        return _add_image(pdf, full.convert("RGB"), b"/DeviceRGB /SMask %d 0 R" % mask, 8)
    if picture.mode.startswith("I;16"):
        decode = b" /Decode [1 0]" if is_white_zero else b""
        return _add_image(pdf, picture, b"/DeviceGray" + decode, 16)
    if picture.mode == "P":
        palette = bytes(picture.getpalette() or ())
        colours = b"[/Indexed /DeviceRGB %d <%b>]" % (len(palette) // 3 - 1, palette.hex().encode())
        return _add_image(pdf, picture, colours, 8)
    if picture.mode in _NUMBERS:
        picture = grey(picture)
    elif picture.mode not in _COLOURS:
        picture = picture.convert("RGB")
    return _add_image(pdf, picture, *_COLOURS[picture.mode])


def _add_image(pdf: _Pdf, picture: Image.Image, colours: bytes, bits: int) -> int:
    entries = _image(picture.size, colours, bits) + b" /Filter /FlateDecode"
    return pdf.add_stream(entries, _flate(picture))


def _image(size: tuple[int, int], colours: bytes, bits: int) -> bytes:
    return b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent %d /ColorSpace %b" % (
        *size,
        bits,
        colours,
    )


def _flate(picture: Image.Image) -> Iterator[bytes]:
    """Pack the pixels strip by strip: all of them at once would be there a second time."""
    packer = zlib.compressobj()
    rows = max(1, _STRIP_BYTES // (picture.width * 4))
    raw = ("raw", _SIXTEEN_BITS) if picture.mode.startswith("I;16") else ()
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        yield packer.compress(strip.tobytes(*raw))
    yield packer.flush()
