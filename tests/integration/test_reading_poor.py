"""Scans that one plain pass of tesseract does not read, and pages of which no pass reads all."""

import ctypes
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw
from pypdfium2 import raw

from agent.adapters.reading.pdfium import PdfiumPage
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import PageProblem
from tests.integration import pdfs
from tests.integration.test_reading import read, reader_in

LINES = pdfs.LETTER * 3


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


@pytest.fixture
def letter(tmp_path: Path) -> Image.Image:
    return pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", LINES), 200)


def shadowed(page: Image.Image) -> Image.Image:
    """Photographed beside a lamp: the paper at the foot is darker than print at the head."""
    levels = [max(30, 255 - level) for level in range(256)]
    shadow = Image.radial_gradient("L").resize(page.size).point(levels)
    return ImageChops.multiply(page, shadow)


def speckled(page: Image.Image) -> Image.Image:
    chance = random.Random(7)
    pixels = bytearray(page.tobytes())
    for place in chance.sample(range(len(pixels)), len(pixels) // 20):
        pixels[place] = 255 if chance.random() < 0.5 else 0
    return Image.frombytes("L", page.size, bytes(pixels))


def scribbled(page: Image.Image) -> Image.Image:
    """Writing beneath the letter that nobody can read."""
    drawn, chance = page.copy(), random.Random(7)
    pen = ImageDraw.Draw(drawn)
    for row in range(12):
        for column in range(10):
            left, top = 150 + column * 130, 1350 + row * 70
            points = [(left + chance.random() * 90, top + chance.random() * 34) for _ in range(9)]
            pen.line(points, fill=0, width=4)
    return drawn


def scan_of(page: Image.Image, path: Path) -> Path:
    return pdfs.scan(path, page, dots_per_inch=200)


def test_a_page_under_uneven_light_is_read_whole(
    reader: SandboxedReader, tmp_path: Path, letter: Image.Image
) -> None:
    page = read(reader, scan_of(shadowed(letter), tmp_path / "shadow.pdf")).pages[0]
    assert page.text.splitlines() == list(LINES)
    assert page.problem is None


def test_a_speckled_page_is_read_whole(reader: SandboxedReader, tmp_path: Path, letter: Image.Image) -> None:
    page = read(reader, scan_of(speckled(letter), tmp_path / "specks.pdf")).pages[0]
    assert page.text.splitlines() == list(LINES)
    assert page.problem is None


def test_a_clean_page_takes_one_pass_and_is_covered(
    reader: SandboxedReader, tmp_path: Path, letter: Image.Image
) -> None:
    page = read(reader, scan_of(letter, tmp_path / "clean.pdf")).pages[0]
    assert (page.passes, page.coverage) == (1, 1.0)


def test_writing_that_no_pass_can_read_makes_the_page_incomplete(
    reader: SandboxedReader, tmp_path: Path, letter: Image.Image
) -> None:
    page = read(reader, scan_of(scribbled(letter), tmp_path / "scribbled.pdf")).pages[0]
    assert pdfs.LETTER[2] in page.text
    assert page.problem is PageProblem.TEXT_DROPPED


def test_a_scan_too_coarse_for_anybody_is_incomplete_and_not_silently_poor(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    coarse = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", LINES), 40)
    page = read(reader, pdfs.scan(tmp_path / "coarse.pdf", coarse, dots_per_inch=40)).pages[0]
    assert page.problem is PageProblem.TEXT_DROPPED


def test_a_page_whose_ink_can_not_be_measured_is_incomplete(
    reader: SandboxedReader, tmp_path: Path, letter: Image.Image
) -> None:
    """Texture lies under all but the head of the page: what is read of it is sure, and far from all."""
    letter = letter.resize((1240, 1754))
    grain = Image.frombytes("L", (620, 877), random.Random(7).randbytes(620 * 877))
    texture = grain.resize(letter.size, Image.Resampling.BICUBIC)
    letter.paste(Image.blend(letter, texture, 0.5).crop((0, 350, *letter.size)), (0, 350))
    path = pdfs.scan(tmp_path / "texture.pdf", letter, dots_per_inch=150)
    (page,) = read(reader, path).pages
    assert page.lines
    assert page.coverage is None
    assert page.problem is PageProblem.TEXT_DROPPED


def test_a_scan_s_own_picture_is_taken_where_it_is_the_page(tmp_path: Path, letter: Image.Image) -> None:
    with pypdfium2.PdfDocument(scan_of(letter, tmp_path / "scan.pdf")) as document:
        page = PdfiumPage(document[0])
        stored = page.stored_scan()
        page.close()
    assert stored is not None
    assert stored.size == letter.size


@pytest.mark.reliability
def test_a_scan_s_own_picture_is_destroyed_once(
    tmp_path: Path, letter: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is destroyed twice spoils the memory of the process, which ends at once or far from there."""
    pictures: list[int] = []
    ends: list[int] = []
    destroy, decode = raw.FPDFBitmap_Destroy, raw.FPDFImageObj_GetBitmap

    def note_the_picture(image: Any) -> Any:
        bitmap = decode(image)
        ends.clear()  # an earlier bitmap may have stood at the same address
        pictures.append(address(bitmap))
        return bitmap

    def note_the_end(bitmap: Any) -> None:
        ends.append(address(bitmap))
        if ends.count(address(bitmap)) == 1:
            destroy(bitmap)

    monkeypatch.setattr(raw, "FPDFImageObj_GetBitmap", note_the_picture)
    monkeypatch.setattr(raw, "FPDFBitmap_Destroy", note_the_end)
    with pypdfium2.PdfDocument(scan_of(letter, tmp_path / "scan.pdf")) as document:
        page = PdfiumPage(document[0])
        page.stored_scan()
        page.close()
    [picture] = pictures
    assert ends.count(picture) == 1


def address(bitmap: Any) -> int:
    return ctypes.cast(bitmap, ctypes.c_void_p).value or 0


def image_page(path: Path, letter: Image.Image, *, entries: bytes = b"", place: bytes) -> Path:
    pixels = letter.tobytes()
    content = b"q %s cm /I0 Do Q" % place
    path.write_bytes(
        pdfs.assembled(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /I0 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
            b" %b /Length %d >>\nstream\n%b\nendstream" % (*letter.size, entries, len(pixels), pixels),
        )
    )
    return path


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        pytest.param(b"", b"-595 0 0 -842 595 842", id="on its head"),
        pytest.param(b"", b"595 0 0 -842 0 842", id="mirrored"),
        pytest.param(b"", b"500 0 0 700 40 40", id="with a margin"),
        pytest.param(b"/Mask [0 100]", b"595 0 0 842 0 0", id="masked"),
    ],
)
def test_an_image_that_is_not_shown_as_it_is_stored_is_drawn(
    entries: bytes, place: bytes, tmp_path: Path, letter: Image.Image
) -> None:
    path = image_page(tmp_path / "page.pdf", letter, entries=entries, place=place)
    with pypdfium2.PdfDocument(path) as document:
        page = PdfiumPage(document[0])
        assert page.stored_scan() is None
        page.close()


@pytest.mark.security
def test_pale_lines_that_the_page_clips_away_are_not_taken_from_the_stored_image(
    tmp_path: Path, letter: Image.Image
) -> None:
    """The image names somebody, and is drawn without those lines: nobody can see them on the page."""
    pale = letter.point(lambda level: 110 + level * 145 // 255)
    shown = b"0 0 595 700 re 0 770 595 72 re W n 595 0 0 842 0 0"
    path = image_page(tmp_path / "page.pdf", pale, place=shown)
    with pypdfium2.PdfDocument(path) as document:
        page = PdfiumPage(document[0])
        assert page.stored_scan() is None
        page.close()


def test_inverted_colours_are_taken_as_they_are_shown(tmp_path: Path, letter: Image.Image) -> None:
    path = image_page(tmp_path / "page.pdf", letter, entries=b"/Decode [1 0]", place=b"595 0 0 842 0 0")
    with pypdfium2.PdfDocument(path) as document:
        page = PdfiumPage(document[0])
        stored = page.stored_scan()
        page.close()
    assert stored is not None
    assert stored.tobytes() == ImageChops.invert(letter).tobytes()


def test_a_scan_with_a_stamp_over_it_is_drawn(tmp_path: Path, letter: Image.Image) -> None:
    document = pdfs.blank_document()
    document.add_page()
    document.image(letter, x=0, y=0, w=210, h=297)
    document.text(20, 280, "RECU LE 12/03/2025")
    document.output(str(tmp_path / "stamped.pdf"))
    with pypdfium2.PdfDocument(tmp_path / "stamped.pdf") as opened:
        page = PdfiumPage(opened[0])
        assert page.stored_scan() is None
        page.close()
