"""A font without a picture: it gives letters that are not drawn a place and a meaning, and nothing else.

Made here, byte by byte, rather than taken from tesseract's data or another font: no licence to keep, no file to find.
Each character of a document has a number of its own; all numbers show one glyph, half as wide as high. What they mean
is said by the ToUnicode table, in UTF-16 as PDF wants it, so that a letter beyond the first 65,536 is one character
too. The same characters give the same bytes.

The glyph is a line there and back: no area, so no ink, but an extent. pdfium takes text without one for no text as soon
as it runs down the page.
"""

import struct
from collections.abc import Iterable, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

WIDTH = 0.5
"""Of every character, in parts of the font's size."""

_UNITS = 1000
_FIRST_CODE = 1
_ROWS = 100
"""So many characters may stand in one block of a ToUnicode table (PDF 32000-1, 9.7.5.4)."""
_NAME = Name("/DossierdGlyphless")
_CHECKSUM_WHOLE = 0xB1B0AFBA
_ON_CURVE = (1, 1)


def codes_of(characters: Iterable[str]) -> dict[str, int]:
    """Number the characters of a document; a blank is always among them."""
    return {character: code for code, character in enumerate(sorted({" ", *characters}), start=_FIRST_CODE)}


def add_font(pdf: pikepdf.Pdf, codes: Mapping[str, int]) -> Object:
    """Put the font into a document, once for all its pages."""
    program = truetype()
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=_NAME,
            Flags=5,  # of one width, and with signs beyond the Latin alphabet
            FontBBox=[0, 0, int(WIDTH * _UNITS), _UNITS],
            ItalicAngle=0,
            Ascent=_UNITS,
            Descent=-1,  # poppler takes 0 for a third of the height
            CapHeight=_UNITS,
            StemV=80,
            FontFile2=Stream(pdf, program, Length1=len(program)),
        )
    )
    descendant = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=_NAME,
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=descriptor,
            DW=int(WIDTH * _UNITS),
            CIDToGIDMap=Stream(pdf, b"\x00\x01" * (len(codes) + _FIRST_CODE)),
        )
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=_NAME,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([descendant]),
            ToUnicode=Stream(pdf, to_unicode(codes)),
        )
    )


def to_unicode(codes: Mapping[str, int]) -> bytes:
    """Write what each number means."""
    rows = [
        f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for character, code in codes.items()
    ]
    blocks = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    ).encode("ascii")


def truetype() -> bytes:
    """Make the font's program: a glyph for what is missing, the line, and the tables that readers insist on."""
    advance = int(WIDTH * _UNITS)
    glyph = struct.pack(">5h2H2B4h", 1, 0, 0, advance, _UNITS, 1, 0, *_ON_CURVE, 0, advance, 0, _UNITS)
    tables = {
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _UNITS, 0, 0),
            *(0, 0, advance, _UNITS, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, _UNITS, 0, 0, advance, 0, 0, advance, 1, *[0] * 7, 2
        ),
        b"hmtx": struct.pack(">HhHh", advance, 0, advance, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 2, 1, 0, 0, 1, *[0] * 8),
    }
    offset = 12 + 16 * len(tables)
    directory, body, head = b"", b"", 0
    for tag, table in tables.items():
        if tag == b"head":
            head = offset + len(body)
        directory += struct.pack(">4sIII", tag, _checksum(table), offset + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    whole = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64) + directory + body
    adjustment = struct.pack(">I", (_CHECKSUM_WHOLE - _checksum(whole)) & 0xFFFFFFFF)
    return whole[: head + 8] + adjustment + whole[head + 12 :]


def _checksum(table: bytes) -> int:
    padded = table + bytes(-len(table) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
