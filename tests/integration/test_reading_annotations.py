"""What notes, stamps and fields show on a page is text of it; what they hide is not."""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import PageProblem
from tests.integration import pdfs
from tests.integration.test_reading import read, reader_in

SEEN = "The patient Jeanne DURAND was seen today"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("annotations")) as reader:
        yield reader


def annotated(
    path: Path, annotation: bytes, drawing: bytes, *, fields: bytes = b"", place: bytes = b"50 600 350 630"
) -> Path:
    """A sentence, and an annotation 300 points wide whose drawing is object 7; `fields` makes it one of a form's."""
    form = b"/AcroForm << /Fields [6 0 R] /DR << /Font << /F1 5 0 R >> >> >>" if fields else b""
    path.write_bytes(
        pdfs.assembled(
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % form,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R] "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(pdfs.SENTENCE), pdfs.SENTENCE),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /Annot /Rect [%s] /P 3 0 R %s %s >>" % (place, annotation, fields),
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 30] /Resources << /Font << /F1 5 0 R >> >> "
            b"/Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        )
    )
    return path


def printed(text: bytes, ink: bytes = b"0 g") -> bytes:
    return b"%s BT /F1 12 Tf 5 10 Td (%s) Tj ET" % (ink, text)


@pytest.mark.parametrize(
    ("annotation", "fields"),
    [
        pytest.param(b"/Subtype /FreeText /F 4 /AP << /N 7 0 R >>", b"", id="a note"),
        pytest.param(b"/Subtype /Stamp /F 4 /AP << /N 7 0 R >>", b"", id="a stamp"),
        pytest.param(
            b"/Subtype /Widget /F 4 /AS /Yes /AP << /N << /Yes 7 0 R >> >>",
            b"/FT /Btn /T (box) /V /Yes",
            id="a box that is ticked",
        ),
        pytest.param(
            b"/Subtype /Widget /F 4 /AP << /N 7 0 R >>", b"/FT /Btn /Ff 65536 /T (button)", id="a button"
        ),
    ],
)
def test_what_an_annotation_draws_is_read_where_it_stands(
    reader: SandboxedReader, tmp_path: Path, annotation: bytes, fields: bytes
) -> None:
    path = annotated(tmp_path / "drawn.pdf", annotation, printed(b"Born on 12/03/1961"), fields=fields)
    page = read(reader, path).pages[0]
    assert page.text.splitlines() == [SEEN, "Born on 12/03/1961"]
    assert page.lines[1].words[0].box.left == pytest.approx(55.0, abs=1.0)
    assert 842 - 630 < page.lines[1].words[0].box.top < 842 - 605


@pytest.mark.security
@pytest.mark.parametrize(
    ("annotation", "drawing"),
    [
        pytest.param(b"/Subtype /FreeText /F 2 /AP << /N 7 0 R >>", printed(b"Jean PRETENDER"), id="hidden"),
        pytest.param(
            b"/Subtype /FreeText /F 32 /AP << /N 7 0 R >>", printed(b"Jean PRETENDER"), id="no view"
        ),
        pytest.param(
            b"/Subtype /FreeText /F 4 /AP << /N 7 0 R >>", printed(b"Jean PRETENDER", b"1 g"), id="white"
        ),
        pytest.param(
            b"/Subtype /FreeText /F 4 /AP << /N 7 0 R >>", printed(b"Jean PRETENDER", b"3 Tr"), id="no ink"
        ),
        pytest.param(
            b"/Subtype /FreeText /F 4 /Contents (Jean PRETENDER) /AP << /N 7 0 R >>",
            b"",
            id="said, not drawn",
        ),
    ],
)
def test_what_an_annotation_hides_identifies_nobody(
    reader: SandboxedReader, tmp_path: Path, annotation: bytes, drawing: bytes
) -> None:
    path = annotated(tmp_path / "hidden.pdf", annotation, drawing)
    assert read(reader, path).text == SEEN


def test_a_value_that_its_field_shows_is_read_once(reader: SandboxedReader, tmp_path: Path) -> None:
    path = annotated(
        tmp_path / "once.pdf",
        b"/Subtype /Widget /F 4 /AP << /N 7 0 R >>",
        printed(b"Born on 12/03/1961"),
        fields=b"/FT /Tx /T (born) /V (Born on 12/03/1961) /DA (/F1 12 Tf 0 g)",
    )
    assert read(reader, path).text.splitlines() == [SEEN, "Born on 12/03/1961"]


@pytest.mark.security
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(b"50 600 50 600", id="of no size"),
        pytest.param(b"-350 600 -50 630", id="beside the page"),
    ],
)
def test_a_value_that_its_field_has_no_room_to_show_is_left_out(
    reader: SandboxedReader, tmp_path: Path, place: bytes
) -> None:
    path = annotated(
        tmp_path / "no_room.pdf",
        b"/Subtype /Widget /F 4",
        b"",
        fields=b"/FT /Tx /T (name) /V (Jean PRETENDER) /DA (/F1 12 Tf 0 g)",
        place=place,
    )
    assert read(reader, path).text == SEEN


@pytest.mark.security
@pytest.mark.parametrize(
    "drawing", [pytest.param(b"", id="nothing"), pytest.param(printed(b"Anna SOMEBODY"), id="something else")]
)
def test_a_value_that_its_field_does_not_draw_makes_the_page_one_for_people(
    reader: SandboxedReader, tmp_path: Path, drawing: bytes
) -> None:
    path = annotated(
        tmp_path / "stale.pdf",
        b"/Subtype /Widget /F 4 /AP << /N 7 0 R >>",
        drawing,
        fields=b"/FT /Tx /T (name) /V (Jean PRETENDER) /DA (/F1 12 Tf 0 g)",
    )
    page = read(reader, path).pages[0]
    assert {"Jean", "PRETENDER"} <= set(page.text.split())
    assert page.problem is PageProblem.TEXT_DROPPED


@pytest.mark.security
def test_a_value_that_its_field_draws_in_white_is_not_read(reader: SandboxedReader, tmp_path: Path) -> None:
    path = annotated(
        tmp_path / "white.pdf",
        b"/Subtype /Widget /F 4 /AP << /N 7 0 R >>",
        printed(b"Jean PRETENDER", b"1 g"),
        fields=b"/FT /Tx /T (name) /V (Jean PRETENDER) /DA (/F1 12 Tf 0 g)",
    )
    assert read(reader, path).text == SEEN


def test_a_picture_in_a_stamp_is_recognised(reader: SandboxedReader, tmp_path: Path) -> None:
    """A letter that was pasted onto a page as one large stamp is an image of that page."""
    scan = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", pdfs.LETTER * 3))
    pixels = scan.tobytes()
    path = tmp_path / "stamp.pdf"
    path.write_bytes(
        pdfs.assembled(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
            b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [0 0 595 842] /P 3 0 R /AP << /N 5 0 R >> >>",
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /I 6 0 R >> >> "
            b"/Length 26 >>\nstream\nq 595 0 0 842 0 0 cm /I Do\nendstream",
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Length %d >>\nstream\n%s\nendstream" % (scan.width, scan.height, len(pixels), pixels),
        )
    )
    assert "Patient : Jeanne DURAND" in read(reader, path).text


@pytest.mark.security
def test_a_note_in_a_layer_is_left_out_and_told(reader: SandboxedReader, tmp_path: Path) -> None:
    note = b"/Subtype /FreeText /F 4 /OC << /Type /OCG /Name (notes) >> /AP << /N 7 0 R >>"
    text = read(reader, annotated(tmp_path / "layer.pdf", note, printed(b"Jean PRETENDER")))
    assert text.text == SEEN
    assert [page.problem for page in text.pages] == [PageProblem.TEXT_DROPPED]


@pytest.mark.reliability
@pytest.mark.parametrize(("needs_rendering", "problem"), [(True, PageProblem.TEXT_DROPPED), (False, None)])
def test_a_page_that_stands_in_for_an_xfa_form_goes_to_a_human(
    reader: SandboxedReader, tmp_path: Path, needs_rendering: bool, problem: PageProblem | None
) -> None:
    """Its own program draws the form when it opens the file; all others show a page that asks to wait."""
    path = pdfs.letter(tmp_path / "form.pdf", ("Please wait until the contents of the document appear",))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.Root.AcroForm = pikepdf.Dictionary(
            Fields=pikepdf.Array(), XFA=document.make_stream(b"<xdp:xdp/>")
        )
        document.Root.NeedsRendering = needs_rendering
        document.save(path)
    assert [page.problem for page in read(reader, path).pages] == [problem]
