"""Our own characters of a page are those of pdfplumber, which makes ten times as much of each."""

from pathlib import Path

import pdfplumber
import pytest

from agent.adapters.reading.glyphs import glyphs_of
from tests.integration import pdfs

ASKED = ("text", "x0", "x1", "top", "bottom", "doctop", "height", "size", "upright")
FONT = b"BT /F1 12 Tf 72 700 Td %s ET"
VERTICAL = (
    b"/F2 << /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /UniJIS-UCS2-V /DescendantFonts [<< "
    b"/Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light /FontDescriptor << /Type /FontDescriptor "
    b"/FontName /Ryumin-Light /FontBBox [0 -100 1000 900] /Ascent 880 /Descent -120 >> "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>] >>"
)


@pytest.mark.parametrize(
    ("content", "page"),
    [
        pytest.param(FONT % b"(Nom : DUPONT) Tj", b"", id="a string"),
        pytest.param(FONT % b"[(No) -250 (m) 80.5 (DUPONT)] TJ", b"", id="pieces moved apart"),
        pytest.param(
            FONT % b"1.5 Tc 4 Tw 80 Tz 3 Ts (Nom DUPONT) Tj (Anna) Tj", b"", id="spaced, narrow and raised"
        ),
        pytest.param(b"BT /F1 12 Tf -1 0 0 1 300 700 Tm (mirrored) Tj ET", b"", id="mirrored"),
        pytest.param(b"BT /F1 12 Tf 1 0 0 -1 72 700 Tm (upside down) Tj ET", b"", id="upside down"),
        pytest.param(b"BT /F1 12 Tf 0 1 -1 0 72 300 Tm (on its side) Tj ET", b"", id="on its side"),
        pytest.param(b"BT /F1 12 Tf 0.9 0.1 -0.1 0.9 72 300 Tm (leaning) Tj ET", b"", id="leaning"),
        pytest.param(FONT % b"(turned page) Tj", b"/Rotate 90", id="a turned page"),
        pytest.param(
            FONT % b"(a corner elsewhere) Tj", b"/MediaBox [-20 -30 595 842]", id="a corner elsewhere"
        ),
        pytest.param(FONT % b"(\x01\x02 no letters) Tj", b"", id="codes without letters"),
        pytest.param(FONT % b"[(one) /Name (two)] TJ", b"", id="what is no string"),
        pytest.param(b"0 0 50 50 re f 1 0 0 RG 10 10 m 20 20 l S", b"", id="no text"),
    ],
)
def test_each_character_stands_where_pdfplumber_has_it(tmp_path: Path, content: bytes, page: bytes) -> None:
    box = b"" if b"MediaBox" in page else b"/MediaBox [0 0 595 842] "
    path = pdfs.of_content(tmp_path / "page.pdf", content, page=box + page)
    _assert_same(path, at_least=0 if b"Tj" not in content else 5)


def test_each_character_of_a_vertical_font_stands_where_pdfplumber_has_it(tmp_path: Path) -> None:
    path = pdfs.with_resources(
        tmp_path / "page.pdf",
        b"BT /F2 12 Tf 300 700 Td <65e5672c8a9e> Tj /F1 10 Tf (beside) Tj ET",
        font=VERTICAL,
    )
    _assert_same(path, at_least=9)


def _assert_same(path: Path, *, at_least: int) -> None:
    with pdfplumber.open(path) as document:
        (page,) = document.pages
        theirs = [{name: item[name] for name in ASKED} for item in page.chars]
        assert glyphs_of(page) == theirs
        assert len(theirs) >= at_least
