"""Small PDFs that hang, burst or mislead common libraries, one kind each, written here from the published ideas."""

import zlib
from collections.abc import Callable, Sequence

from tests.integration.pdfs import assembled

SENTENCE = b"BT /F1 12 Tf 50 700 Td (The patient Jeanne DURAND was seen here today) Tj ET"
_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def object_cycle() -> bytes:
    """A stream whose length is the stream itself, filtered by what refers back to it."""
    return assembled(
        _CATALOGUE,
        _PAGES,
        _page(),
        b"<< /Length 4 0 R /Filter 6 0 R >>\nstream\n%s\nendstream" % SENTENCE,
        _HELVETICA,
        b"[ 6 0 R ]",
    )


def parent_cycle() -> bytes:
    """A page without a size, whose ancestors are each other's parents: what it inherits is looked for in a circle."""
    return assembled(
        _CATALOGUE,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 6 0 R >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        _stream(SENTENCE),
        _HELVETICA,
        b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
    )


def cid_width_bomb() -> bytes:
    """A font that says the width of hundred million characters, one after the other."""
    return _composite(b"/W [ 0 99999999 500 ]")


def character_map_bomb() -> bytes:
    """A map from codes to letters that spans four thousand million codes."""
    character_map = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Bomb def "
        b"1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
        b"1 beginbfrange <00000000> <0FFFFFFF> <0041> endbfrange "
        b"1 begincidrange <00000000> <0FFFFFFF> 0 endcidrange endcmap end end"
    )
    return _composite(b"/DW 500", character_map)


def nested_states() -> bytes:
    """Graphics states within graphics states, never closed: each is copied whole."""
    return _of_content(b"q " * 600_000 + SENTENCE)


def billion_laughs() -> bytes:
    """Forms that draw forms that draw forms, ten times each: ten thousand million sentences."""
    levels = 10
    first = 6
    forms = []
    for level in range(levels):
        is_last = level == levels - 1
        content = SENTENCE if is_last else b"/X Do " * 10
        inner = b"/Font << /F1 5 0 R >>" if is_last else b"/XObject << /X %d 0 R >>" % (first + level + 1)
        forms.append(
            _stream(
                content,
                b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %s >>" % inner,
            )
        )
    return assembled(
        _CATALOGUE,
        _PAGES,
        _page(b"/XObject << /X 6 0 R >>"),
        _stream(b"/X Do"),
        _HELVETICA,
        *forms,
    )


def form_cycle() -> bytes:
    """A form that draws itself."""
    form = _stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return assembled(
        _CATALOGUE,
        _PAGES,
        _page(b"/XObject << /X 6 0 R >>"),
        _stream(SENTENCE + b" /X Do"),
        _HELVETICA,
        form,
    )


def content_bomb() -> bytes:
    """Some kilobytes of content that unpack to 280 million bytes of it."""
    return _of_content(packed_lines(), b"/Filter /FlateDecode")


def packed_lines() -> bytes:
    """Twenty million strokes of a pen, deflated."""
    return _packed(b"0 0 m 9 9 l S\n" * 1000, times=20_000)


def deflate_bomb() -> bytes:
    """A content stream that unpacks twice: each time to a thousand times its size."""
    inner = _packed(bytes(1024 * 1024), times=1000)
    return _of_content(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode]")


def giant_page() -> bytes:
    """A page of 350 metres by 350 metres."""
    return _of_content(SENTENCE, page=b"/MediaBox [0 0 1000000 1000000]")


def bit_image_bomb() -> bytes:
    """A black and white image of 1,600 megapixels in some kilobytes."""
    side = 40_000
    return _of_image(side, side, 1, b"DeviceGray", _packed(bytes(side // 8), times=side))


def color_image_bomb() -> bytes:
    """An image below the limit of pixels that, unpacked, is larger than a reader's memory."""
    width, height = 12_000, 16_000
    return _of_image(width, height, 8, b"DeviceRGB", _packed(bytes(3 * width), times=height))


def table_loop() -> bytes:
    """A table of objects that names itself as the one before it."""
    return _with_trailer(b"/Prev %d")


def stream_and_table_loop() -> bytes:
    """A table of objects that takes itself for its own hidden part."""
    return _with_trailer(b"/XRefStm %d /Prev 0")


def no_pages() -> bytes:
    return assembled(_CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>")


def page_tree_cycle() -> bytes:
    """A page tree that is its own branch."""
    return assembled(_CATALOGUE, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")


def deep_page_tree() -> bytes:
    """One page below twenty thousand branches."""
    depth = 20_000
    branches = [
        b"<< /Type /Pages /Kids [%d 0 R] /Count 1 %s >>"
        % (number + 1, b"/Parent %d 0 R" % (number - 1) if number > 2 else b"")
        for number in range(2, depth + 2)
    ]
    last = depth + 1
    page = (
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
        b"/Resources << /Font << /F1 %d 0 R >> >> >>" % (last, last + 2, last + 3)
    )
    return assembled(_CATALOGUE, *branches, page, _stream(SENTENCE), _HELVETICA)


def claimed_pages() -> bytes:
    """One page that says it is two thousand million."""
    return assembled(
        _CATALOGUE,
        b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>",
        _page(),
        _stream(SENTENCE),
        _HELVETICA,
    )


def nested_arrays() -> bytes:
    """Half a million brackets: readers that call themselves for each run out of stack."""
    return assembled(
        _CATALOGUE,
        _PAGES,
        _page(b"/ColorSpace << /C 6 0 R >>"),
        _stream(b"/C cs " + SENTENCE),
        _HELVETICA,
        b"[" * 500_000,
    )


def _page(resources: bytes = b"", *, size: bytes = b"/MediaBox [0 0 595 842]") -> bytes:
    return b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %s >> >>" % (
        size,
        resources,
    )


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def _of_content(content: bytes, entries: bytes = b"", *, page: bytes = b"/MediaBox [0 0 595 842]") -> bytes:
    return assembled(_CATALOGUE, _PAGES, _page(size=page), _stream(content, entries), _HELVETICA)


def _of_image(width: int, height: int, bits: int, colors: bytes, packed: bytes) -> bytes:
    image = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent %d /ColorSpace /%s "
        b"/Filter /FlateDecode" % (width, height, bits, colors)
    )
    return assembled(
        _CATALOGUE,
        _PAGES,
        _page(b"/XObject << /I 6 0 R >>"),
        _stream(b"q 595 0 0 842 0 0 cm /I Do Q"),
        _HELVETICA,
        _stream(packed, image),
    )


def _composite(widths: bytes, character_map: bytes = b"") -> bytes:
    """A page in a font of many thousand characters."""
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Bomb /Encoding /Identity-H /ToUnicode 8 0 R "
        b"/DescendantFonts [6 0 R] >>"
    )
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Bomb %s /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>" % widths
    )
    descriptor = b"<< /Type /FontDescriptor /FontName /Bomb /Flags 4 /FontBBox [0 0 9 9] /ItalicAngle 0 >>"
    content = _stream(b"BT /F1 12 Tf 50 700 Td <00410042> Tj ET")
    return assembled(
        _CATALOGUE, _PAGES, _page(), content, font, descendant, descriptor, _stream(character_map)
    )


def _with_trailer(entries: bytes) -> bytes:
    """A letter whose trailer says more, with the place of its own table in it."""
    plain = _of_content(SENTENCE)
    start = plain.index(b"xref\n")
    return plain.replace(b"trailer\n<< ", b"trailer\n<< %s " % (entries % start))


def _packed(piece: bytes, *, times: int) -> bytes:
    compressor = zlib.compressobj(9)
    return b"".join([*(compressor.compress(piece) for _ in range(times)), compressor.flush()])


READ_HERE: Sequence[Callable[[], bytes]] = (
    object_cycle,
    parent_cycle,
    nested_states,
    form_cycle,
    table_loop,
    stream_and_table_loop,
    claimed_pages,
    nested_arrays,
)
"""They stop others; here the sentence is read."""
