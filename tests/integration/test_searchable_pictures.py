"""Searchable copies of pictures: every pixel is kept, the way the camera was held, with the words where they stand."""

import contextlib
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from agent.adapters.reading import heic
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import DocumentText, Page, TextOrigin
from agent.domain.searchable import Unsearchable
from tests.integration import pictures
from tests.integration.test_reading import reader_in
from tests.integration.test_searchable import (
    LINES,
    copy_of,
    made,
    needs_tools,
    pdfium_text,
    poppler_words,
)

DOTS = 150
POINTS = (400, 600)
SIZE = POINTS[0] * DOTS // 72, POINTS[1] * DOTS // 72


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


def drawn(mode: str = "RGB") -> Image.Image:
    """A picture of which no corner is like another."""
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 200, 120), fill="black")
    pen.rectangle((SIZE[0] - 300, 20, SIZE[0] - 20, 60), fill="red")
    pen.rectangle((20, SIZE[1] - 500, 90, SIZE[1] - 20), fill="blue")
    if mode == "I;16":
        grey = picture.convert("L").tobytes()
        return Image.frombytes(
            mode, SIZE, bytes(each for pair in zip(grey, grey, strict=True) for each in pair)
        )
    return picture.convert(mode)


def page_of(number: int = 1, *, turn: int = 0, size: tuple[float, float] = POINTS) -> Page:
    width, height = size
    if turn % 180:
        width, height = height, width
    return Page(number=number, width=width, height=height, turn=turn, origin=TextOrigin.OCR, lines=LINES)


@contextlib.contextmanager
def stored_in(copy: Path) -> Iterator[Any]:
    """The image of the first page, as it lies in the copy."""
    with pikepdf.open(copy) as pdf:
        yield pdf.pages[0].obj.Resources.XObject.Im


def seen(copy: Path, number: int = 0) -> Image.Image:
    with contextlib.closing(pypdfium2.PdfDocument(copy)) as document:
        picture: Image.Image = document[number].render(scale=DOTS / 72).to_pil()
        return picture.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' pixels, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean)


def is_sound(copy: Path) -> bool:
    checked = subprocess.run(["qpdf", "--check", copy], capture_output=True, text=True, check=False)
    return checked.returncode == 0 and "No syntax or stream encoding errors" in checked.stdout


@needs_tools
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_taken_over_byte_by_byte_and_shown_as_the_camera_was_held(
    reader: SandboxedReader, tmp_path: Path, orientation: int
) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    on_its_side = orientation >= 5
    stored = drawn().transpose(Image.Transpose.ROTATE_90) if on_its_side else drawn()
    stored.save(path, exif=exif, dpi=(DOTS, DOTS), quality=95)
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    with copy_of(reader, path, page_of()) as copy:
        with stored_in(copy) as image:
            assert image.read_raw_bytes() == path.read_bytes()
        assert difference(upright, seen(copy)) < 1
        assert is_sound(copy)
        found = poppler_words(copy)
        text = pdfium_text(copy)
    for it in (it for line in LINES for it in line.words):
        box = (it.box.left, it.box.top, it.box.right, it.box.bottom)
        assert found[it.text] == pytest.approx(box, abs=0.6), it.text
        assert it.text in text


@needs_tools
@pytest.mark.parametrize(
    ("kind", "mode", "bits"),
    [
        *(
            (kind, *it)
            for kind in ("PNG", "TIFF")
            for it in (("1", 1), ("L", 8), ("P", 8), ("RGB", 8), ("I;16", 16))
        ),
        ("TIFF", "CMYK", 8),
    ],
)
def test_every_pixel_of_a_picture_is_kept_in_as_many_bits(
    reader: SandboxedReader, tmp_path: Path, kind: str, mode: str, bits: int
) -> None:
    path = tmp_path / "picture"
    original = drawn(mode)
    original.save(path, kind, dpi=(DOTS, DOTS))
    with copy_of(reader, path, page_of()) as copy:
        with stored_in(copy) as image:
            assert (image.Width, image.Height, image.BitsPerComponent) == (*SIZE, bits)
            content = image.read_bytes()
        shown = drawn("L" if mode == "I;16" else mode).convert("RGB")
        assert difference(shown, seen(copy)) < 10  # of CMYK, each program has its own idea
        assert is_sound(copy)
    raw = ("raw", "I;16B") if mode == "I;16" else ()
    assert content == original.tobytes(*raw)


def test_cmyk_of_a_photograph_is_shown_in_its_colours(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    drawn("CMYK").save(path, "JPEG", dpi=(DOTS, DOTS), quality=95)
    with copy_of(reader, path, page_of()) as copy:
        assert difference(drawn(), seen(copy)) < 20


def test_what_is_transparent_lies_on_white_paper(reader: SandboxedReader, tmp_path: Path) -> None:
    picture = drawn("RGBA")
    picture.putalpha(Image.new("L", SIZE, 255))
    picture.paste((0, 0, 0, 0), (300, 300, 500, 500))
    picture.save(tmp_path / "picture.png", dpi=(DOTS, DOTS))
    with copy_of(reader, tmp_path / "picture.png", page_of()) as copy:
        shown = seen(copy)
    assert shown.getpixel((400, 400)) == (255, 255, 255)
    assert difference(drawn(), shown) < 2


@needs_tools
def test_each_frame_of_a_tiff_is_a_page(reader: SandboxedReader, tmp_path: Path) -> None:
    fax = drawn("1")
    upside_down = fax.transpose(Image.Transpose.ROTATE_180)
    options = {"compression": "group4", "dpi": (DOTS, DOTS)}
    path = pictures.tiff(tmp_path / "fax.tif", fax, upside_down, **options)
    with copy_of(reader, path, page_of(1), page_of(2, turn=180)) as copy:
        assert is_sound(copy)
        with stored_in(copy) as image:
            assert image.BitsPerComponent == 1
        assert difference(fax.convert("RGB"), seen(copy)) < 2
        assert difference(fax.convert("RGB"), seen(copy, 1)) < 2  # it stands upright, as it was read
        with contextlib.closing(pypdfium2.PdfDocument(copy)) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
    assert ["Müller" in text for text in texts] == [True, True]


def test_a_tiff_is_turned_once(reader: SandboxedReader, tmp_path: Path) -> None:
    stored, note = pictures.oriented(drawn(), 8)
    stored.save(tmp_path / "scan", "TIFF", exif=note, dpi=(DOTS, DOTS))
    with copy_of(reader, tmp_path / "scan", page_of()) as copy:
        assert difference(drawn(), seen(copy)) < 1


def test_numbers_that_pdf_has_no_way_to_say_are_shown_as_they_were_read(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    drawn("L").convert("F").save(tmp_path / "picture", "TIFF", dpi=(DOTS, DOTS))
    with copy_of(reader, tmp_path / "picture", page_of()) as copy:
        assert difference(drawn("L").convert("RGB"), seen(copy)) < 2


@pytest.mark.skipif(not heic.is_installed(), reason="the extra dossierd[heic] is not installed")
def test_the_kind_of_telephones_is_copied_where_its_library_is(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    import pillow_heif

    path = tmp_path / "photo.heic"
    pillow_heif.from_pillow(drawn()).save(path, quality=90)
    page = page_of(size=(595.0, 892.86))
    with copy_of(reader, path, page) as copy:
        assert difference(drawn(), seen(copy)) < 5


def test_a_picture_of_which_pixels_or_frames_are_missing_has_no_copy(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    whole = io.BytesIO()
    drawn().save(whole, "PNG", dpi=(DOTS, DOTS))
    (tmp_path / "cut.png").write_bytes(whole.getvalue()[:2000])
    drawn("1").save(tmp_path / "loop.tif", dpi=(DOTS, DOTS))
    pictures.looped(tmp_path / "loop.tif")
    for name, pages in (("cut.png", 1), ("loop.tif", 2)):
        text = DocumentText(pages=tuple(page_of(number) for number in range(1, pages + 1)))
        with made(reader, tmp_path / name, text) as copy:
            assert copy is Unsearchable.DAMAGED, name


def test_a_picture_that_promises_more_than_the_memory_holds_has_no_copy(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    path = pictures.png_of_size(tmp_path / "bomb.png", 20_000, 30_000)
    page = page_of(size=(595.0, 892.5))
    with made(reader, path, DocumentText(pages=(page,))) as copy:
        assert copy is Unsearchable.OUT_OF_MEMORY
