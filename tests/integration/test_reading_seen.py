"""What a reader of the page can see, and nothing else: hidden text, scans with a layer, scans with a stamp."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from agent.adapters.reading.pdfium import PdfiumPage
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import Box, Page, PageProblem, TextOrigin
from tests.integration import pdfs
from tests.integration.test_reading import read, reader_in

FOOTER = "Ce document est confidentiel et ne doit pas être transmis sans l'accord de son auteur ni à un tiers"
GRAPHICS_STATE = b"/ExtGState << /Clear << /ca 0 /CA 0 >> >>"
SPOT_COLOR = (
    b"/ColorSpace << /Spot [/Separation /Spot /DeviceGray "
    b"<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>] >>"
)
ARABIC_HELVETICA = (
    b"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
    b"/Encoding << /Type /Encoding /Differences [65 /afii57415 /afii57444] >> >>"
)
LAYER = b"/Properties << /Notes 6 0 R >>"
FORM = b"/XObject << /Form 7 0 R >>"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("seen")) as reader:
        yield reader


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    """A letter as a scanner sees it."""
    return pdfs.drawn(pdfs.letter(tmp_path_factory.mktemp("scanned") / "letter.pdf", pdfs.LETTER * 2))


def photo() -> Image.Image:
    """Shades without a letter."""
    return Image.radial_gradient("L").resize((800, 800))


def confidences(page: Page, text: str) -> list[int | None]:
    return [word.confidence for line in page.lines for word in line.words if word.text == text]


@pytest.mark.security
@pytest.mark.parametrize(
    ("content", "resources"),
    [
        pytest.param(b"q /Clear gs %s Q", GRAPHICS_STATE, id="transparent"),
        pytest.param(b"%s 1 g 40 490 300 30 re f", b"", id="under white"),
        pytest.param(b"%s 0 g 40 490 300 30 re f", b"", id="under black"),
        pytest.param(b"0 g 40 490 300 30 re f %s", b"", id="black on black"),
        pytest.param(b"1 0 0 rg 40 490 300 30 re f %s", b"", id="red on red"),
        pytest.param(b"/Spot cs 0 scn %s", SPOT_COLOR, id="no ink of a spot colour"),
        pytest.param(b"q 0 0 10 10 re W n %s Q", b"", id="clipped away"),
        pytest.param(b"/OC /Notes BDC %s EMC", LAYER, id="in a layer that is off"),
        pytest.param(b"1 g /Form Do %% %s", FORM, id="white in a form"),
        pytest.param(b"q 1 0 0 1 0 300 cm 3 Tr %s Q", b"", id="hidden mode"),
    ],
)
def test_text_without_ink_identifies_nobody(
    reader: SandboxedReader, tmp_path: Path, content: bytes, resources: bytes
) -> None:
    ink = b"1 0 0 rg " if b"1 0 0 rg" in content else b""
    path = pdfs.with_resources(
        tmp_path / "hidden.pdf",
        pdfs.SENTENCE + content % (ink + pdfs.PRETENDER),
        resources=resources,
        layer=b"/OFF [6 0 R]" if resources == LAYER else b"",
    )
    assert read(reader, path).text == "The patient Jeanne DURAND was seen today"


@pytest.mark.security
def test_hidden_text_over_text_that_is_seen_is_not_read(reader: SandboxedReader, tmp_path: Path) -> None:
    hidden = b"BT 3 Tr /F1 12 Tf 50 700 Td (Jean PRETENDER, born in Paris, was seen) Tj ET"
    path = pdfs.of_content(tmp_path / "stacked.pdf", pdfs.SENTENCE + hidden)
    assert read(reader, path).text == "The patient Jeanne DURAND was seen today"


@pytest.mark.parametrize(
    ("content", "resources"),
    [
        pytest.param(b"0 g %s", b"", id="black"),
        pytest.param(b"0.8 g %s", b"", id="light grey"),
        pytest.param(b"1 1 0 rg %s", b"", id="yellow on white"),
        pytest.param(b"0 0.51 0 rg 40 490 300 30 re f 1 0 0 rg %s", b"", id="red on a green as light"),
        pytest.param(b"/Spot cs 1 scn %s", SPOT_COLOR, id="full ink of a spot colour"),
        pytest.param(b"/OC /Notes BDC %s EMC", LAYER, id="in a layer that is on"),
        pytest.param(b"/Form Do %% %s", FORM, id="in a form"),
        pytest.param(b"0 g 40 490 300 30 re S %s", b"", id="in a frame"),
    ],
)
def test_text_with_ink_is_read(
    reader: SandboxedReader, tmp_path: Path, content: bytes, resources: bytes
) -> None:
    path = pdfs.with_resources(
        tmp_path / "seen.pdf",
        pdfs.SENTENCE + content % pdfs.PRETENDER,
        resources=resources,
        layer=b"/ON [6 0 R]" if resources == LAYER else b"",
    )
    assert read(reader, path).text.splitlines() == [
        "The patient Jeanne DURAND was seen today",
        "Jean PRETENDER",
    ]


@pytest.mark.security
def test_letters_that_no_font_of_this_machine_can_draw_are_read_and_told(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    """Arabic letters of Helvetica, which has none: what a reader sees of them depends on his machine."""
    path = pdfs.with_resources(
        tmp_path / "arabic.pdf", pdfs.SENTENCE + b"BT /F2 12 Tf 50 500 Td (BAB) Tj ET", font=ARABIC_HELVETICA
    )
    text = read(reader, path)
    assert text.text.splitlines() == ["The patient Jeanne DURAND was seen today", "\u0644\u0627\u0644"]
    assert [page.problem for page in text.pages] == [PageProblem.TEXT_DROPPED]


@pytest.mark.security
def test_white_text_on_a_white_image_identifies_nobody(reader: SandboxedReader, tmp_path: Path) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document)
    document.image(Image.new("L", (200, 100), 255), x=15, y=150, w=80, h=30)
    document.set_text_color(255, 255, 255)
    document.text(20, 160, "Patient : Jean PRETENDER")
    document.output(str(tmp_path / "white.pdf"))
    assert read(reader, tmp_path / "white.pdf").text.splitlines() == list(pdfs.LETTER)


@pytest.mark.security
def test_a_scan_with_a_printed_footer_is_recognised_too(
    reader: SandboxedReader, tmp_path: Path, scanned: Image.Image
) -> None:
    text = read(reader, pdfs.under_text(tmp_path / "footer.pdf", scanned, (FOOTER,)))
    page = text.pages[0]
    assert text.text.splitlines() == [*pdfs.LETTER * 2, FOOTER]
    assert page.origin is TextOrigin.OCR
    assert None not in confidences(page, "DURAND")
    assert confidences(page, "confidentiel") == [None]
    assert text.is_complete


@pytest.mark.security
def test_an_image_of_a_letter_under_a_printed_sentence_is_recognised_too(
    reader: SandboxedReader, tmp_path: Path, scanned: Image.Image
) -> None:
    path = pdfs.under_text(
        tmp_path / "part.pdf", scanned, (FOOTER,), top=30.0, place=(25.0, 60.0, 160.0, 215.0)
    )
    assert read(reader, path).text.splitlines() == [FOOTER, *pdfs.LETTER * 2]


def test_typed_answers_stand_beside_the_questions_of_a_scanned_form(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    questions = ("Nom du patient :", "Date de naissance :", "Motif de la consultation :")
    form = pdfs.drawn(pdfs.letter(tmp_path / "questions.pdf", questions))
    document = pdfs.blank_document()
    document.add_page()
    document.image(form, x=0, y=0, w=210, h=297)
    for row, answer in enumerate(("Jeanne DURAND", "12/03/1961", "bilan de la fonction")):
        document.text(90, 30 + 8 * row, answer)
    document.output(str(tmp_path / "form.pdf"))
    page = read(reader, tmp_path / "form.pdf").pages[0]
    assert page.text.splitlines() == [
        "Nom du patient : Jeanne DURAND",
        "Date de naissance : 12/03/1961",
        "Motif de la consultation : bilan de la fonction",
    ]
    assert confidences(page, "DURAND") == [None]


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180])
def test_a_stamp_on_a_turned_scan_turns_with_it(
    reader: SandboxedReader, tmp_path: Path, turn: Image.Transpose
) -> None:
    lines = pdfs.LETTER * 3
    turned = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", lines)).transpose(turn)
    page = read(reader, pdfs.under_text(tmp_path / "turned.pdf", turned, (FOOTER,))).pages[0]
    stamp = next(word.box for line in page.lines for word in line.words if word.text == "confidentiel")
    assert all(line in page.text for line in lines)
    if turn is Image.Transpose.ROTATE_180:
        assert stamp.bottom < 60.0
    else:
        assert stamp.bottom - stamp.top > stamp.right - stamp.left


@pytest.mark.security
def test_the_hidden_layer_of_a_scan_is_not_believed(
    reader: SandboxedReader, tmp_path: Path, scanned: Image.Image
) -> None:
    said = ("Patient : Jean PRETENDER", "Date de naissance : 12/03/1980", *pdfs.LETTER[4:])
    page = read(
        reader, pdfs.under_text(tmp_path / "layer.pdf", scanned, said, top=150.0, is_hidden=True)
    ).pages[0]
    assert page.text.splitlines() == list(pdfs.LETTER * 2)
    assert page.origin is TextOrigin.OCR
    assert all(word.confidence is not None for line in page.lines for word in line.words)


@pytest.mark.security
def test_text_under_a_scan_is_not_believed(
    reader: SandboxedReader, tmp_path: Path, scanned: Image.Image
) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document, ("Patient : Jean PRETENDER", "Date de naissance : 12/03/1980", FOOTER))
    document.image(scanned, x=0, y=0, w=210, h=297)
    document.output(str(tmp_path / "under.pdf"))
    assert read(reader, tmp_path / "under.pdf").text.splitlines() == list(pdfs.LETTER * 2)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param((30.0, 120.0, 150.0, 150.0), id="a third of the page"),
        pytest.param((0.0, 0.0, 210.0, 297.0), id="the whole page"),
    ],
)
def test_a_photo_without_text_leaves_a_letter_complete(
    reader: SandboxedReader, tmp_path: Path, place: tuple[float, float, float, float]
) -> None:
    lines = (*pdfs.LETTER, *pdfs.LETTER)
    path = pdfs.under_text(
        tmp_path / "photo.pdf",
        photo().point([128 + level // 2 for level in range(256)]),
        lines,
        top=20.0,
        place=place,
    )
    text = read(reader, path)
    assert [line for line in text.text.splitlines() if line in lines] == list(lines)
    assert text.is_complete


@pytest.mark.security
def test_a_scan_that_can_not_be_read_is_told_in_spite_of_its_footer(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    text = read(reader, pdfs.under_text(tmp_path / "footer.pdf", photo(), (FOOTER,)))
    assert [page.problem for page in text.pages] == [PageProblem.TEXT_DROPPED]
    assert text.text == FOOTER


@pytest.mark.security
def test_a_scan_too_large_to_be_drawn_is_told_in_spite_of_its_footer(tmp_path: Path) -> None:
    sheet = Image.new("1", (2600, 2600), 1)
    ImageDraw.Draw(sheet).rectangle((300, 300, 900, 900), fill=0)
    path = pdfs.under_text(tmp_path / "footer.pdf", sheet, (FOOTER,))
    with reader_in(tmp_path, render_megapixels=1) as reader:
        text = read(reader, path)
    assert [page.problem for page in text.pages] == [PageProblem.CAPPED]
    assert text.text == FOOTER


def test_a_letter_stands_upright_beside_a_photographed_card_that_does_not(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    lines = pdfs.LETTER * 3
    card = pdfs.drawn(pdfs.letter(tmp_path / "card.pdf", pdfs.LETTER[:5])).crop((150, 200, 950, 500))
    document = pdfs.blank_document()
    pdfs.add_letter(document, lines)
    document.image(card.transpose(Image.Transpose.ROTATE_180), x=15, y=180, w=180, h=100)
    document.output(str(tmp_path / "card_below.pdf"))
    page = read(reader, tmp_path / "card_below.pdf").pages[0]
    assert page.text.splitlines()[: len(lines)] == list(lines)
    assert (page.width, page.height) == pytest.approx((595.3, 841.9), abs=0.1)


def test_a_logo_is_not_recognised_beside_a_letter(tmp_path: Path) -> None:
    """Without tesseract there is no other way to read the letter than its layer."""
    document = pdfs.blank_document()
    pdfs.add_letter(document)
    document.image(photo(), x=150, y=10, w=40)
    document.output(str(tmp_path / "logo.pdf"))
    with reader_in(tmp_path, environment={"PATH": str(tmp_path)}) as reader:
        text = read(reader, tmp_path / "logo.pdf")
    assert text.text.splitlines() == list(pdfs.LETTER)
    assert text.is_complete


@pytest.mark.parametrize("has_layer", [False, True], ids=["no text", "a hidden layer"])
def test_a_page_that_shows_no_text_is_not_drawn_to_look_for_it(
    scanned: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_layer: bool
) -> None:
    path = tmp_path / "scan.pdf"
    pdfs.under_text(path, scanned, pdfs.LETTER if has_layer else (), top=150.0, is_hidden=True)
    drawn: list[float] = []
    monkeypatch.setattr(pypdfium2.PdfPage, "render", lambda *_, scale, **__: drawn.append(scale))
    with pypdfium2.PdfDocument(path) as document:
        page = PdfiumPage(document[0])
        eye = page.look()
        page.close()
    assert eye is not None
    assert not eye.sees(Box(left=0.0, top=0.0, right=600.0, bottom=800.0))
    assert drawn == []


def test_a_page_of_text_alone_is_not_drawn_a_second_time_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[float] = []
    render = pypdfium2.PdfPage.render

    def counted(page: pypdfium2.PdfPage, *, scale: float, **options: object) -> object:
        drawn.append(scale)
        return render(page, scale=scale, **options)

    monkeypatch.setattr(pypdfium2.PdfPage, "render", counted)
    with pypdfium2.PdfDocument(pdfs.letter(tmp_path / "letter.pdf")) as document:
        page = PdfiumPage(document[0])
        eye = page.look()
        assert eye is not None
        assert eye.sees(Box(left=50.0, top=70.0, right=300.0, bottom=90.0))
        assert len(drawn) == 1
        assert not eye.sees(Box(left=50.0, top=500.0, right=300.0, bottom=600.0))  # nor in colours
        assert len(drawn) == 2
        page.close()
