"""Pictures as documents, in the fenced child, with the real tesseract."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent.adapters.reading import heic
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import PageProblem, TextOrigin
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from tests.integration import pdfs, pictures
from tests.integration.test_reading import failure, read, reader_in

pytestmark = pytest.mark.reliability


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader"), languages="fra") as reader:
        yield reader


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    return pictures.letter(tmp_path_factory.mktemp("letter"))


def test_a_photograph_is_read_the_way_the_camera_was_held(
    reader: SandboxedReader, letter: Image.Image, tmp_path: Path
) -> None:
    stored, note = pictures.oriented(letter.convert("RGB"), 6)
    stored.save(tmp_path / "photo.pdf", "JPEG", exif=note, dpi=(72, 72))
    text = read(reader, tmp_path / "photo.pdf")
    assert pictures.NAME in text.text
    assert [(round(page.width), round(page.height)) for page in text.pages] == [(596, 842)]
    assert text.pages[0].origin is TextOrigin.OCR
    assert text.is_complete


def test_each_frame_of_a_fax_is_a_page(reader: SandboxedReader, letter: Image.Image, tmp_path: Path) -> None:
    """Its dots are half as dense from line to line as along it."""
    fax = letter.resize((letter.width * 204 // 150, letter.height * 98 // 150)).convert("1")
    path = pictures.tiff(
        tmp_path / "fax", fax, Image.new("1", fax.size, 1), compression="group4", dpi=(204, 98)
    )
    text = read(reader, path)
    assert [page.origin for page in text.pages] == [TextOrigin.OCR, TextOrigin.BLANK]
    assert "DURAND" in text.text
    assert [(round(page.width, -1), round(page.height, -1)) for page in text.pages] == [(600, 840)] * 2


def test_a_tiff_is_turned_once(reader: SandboxedReader, letter: Image.Image, tmp_path: Path) -> None:
    """Pillow does it itself, for a TIFF alone."""
    stored, note = pictures.oriented(letter, 8)
    stored.save(tmp_path / "scan", "TIFF", exif=note, dpi=(150, 150))
    page = read(reader, tmp_path / "scan").pages[0]
    assert pictures.NAME in page.text
    assert (round(page.width), round(page.height)) == (596, 842)


@pytest.mark.skipif(not heic.is_installed(), reason="the extra dossierd[heic] is not installed")
def test_the_kind_of_telephones_is_read_where_its_library_is(
    reader: SandboxedReader, letter: Image.Image, tmp_path: Path
) -> None:
    import pillow_heif

    pillow_heif.from_pillow(letter.convert("RGB")).save(tmp_path / "photo.heic", quality=80)
    assert pictures.NAME in read(reader, tmp_path / "photo.heic").text


def test_a_picture_that_was_cut_off_is_damaged(
    reader: SandboxedReader, letter: Image.Image, tmp_path: Path
) -> None:
    for kind in ("JPEG", "PNG"):
        letter.save(tmp_path / "whole", kind)
        content = (tmp_path / "whole").read_bytes()
        (tmp_path / "half").write_bytes(content[: len(content) // 2])
        assert failure(reader, tmp_path / "half") is FailureReason.DAMAGED


def test_frames_that_were_cut_off_are_a_page_that_is_missing(reader: SandboxedReader, tmp_path: Path) -> None:
    blank = Image.new("L", (600, 800), 255)
    whole = pictures.tiff(tmp_path / "whole", blank, blank, blank).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    pages = read(reader, tmp_path / "cut").pages
    assert [page.problem for page in pages] == [None, PageProblem.ENGINE_FAILED, PageProblem.ENGINE_FAILED]


def test_frames_that_lead_back_are_a_page_that_is_missing(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pictures.looped(pictures.tiff(tmp_path / "loop", Image.new("L", (600, 800), 255)))
    assert [page.problem for page in read(reader, path).pages] == [None, PageProblem.ENGINE_FAILED]


@pytest.mark.security
def test_a_bomb_is_refused_by_its_header(reader: SandboxedReader, tmp_path: Path) -> None:
    """900 million pixels in 110 kilobytes."""
    path = pictures.png_of_size(tmp_path / "bomb", 30_000, 30_000)
    assert [page.problem for page in read(reader, path).pages] == [PageProblem.CAPPED]


def test_a_large_photograph_is_decoded_no_finer_than_its_page(tmp_path: Path, letter: Image.Image) -> None:
    """48 million pixels would take twice what the reader may have."""
    large = letter.resize((6000, 8000)).convert("RGB")
    large.save(tmp_path / "large", "JPEG")
    with reader_in(tmp_path, languages="fra", memory_megabytes=340) as reader:
        assert pictures.NAME in read(reader, tmp_path / "large").text


@pytest.mark.security
def test_frames_without_end_are_too_many_pages(reader: SandboxedReader, tmp_path: Path) -> None:
    dot = Image.new("1", (8, 8), 1)
    assert failure(reader, pictures.tiff(tmp_path / "many", *[dot] * 101)) is FailureReason.TOO_MANY_PAGES


def test_a_hundred_frames_are_a_hundred_pages(reader: SandboxedReader, tmp_path: Path) -> None:
    blank = Image.new("1", (600, 800), 1)
    text = read(reader, pictures.tiff(tmp_path / "hundred", *[blank] * 100))
    assert [page.origin for page in text.pages] == [TextOrigin.BLANK] * 100
    assert text.is_complete


def test_a_small_version_of_a_page_is_no_page(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pictures.tiff(tmp_path / "scan", Image.new("L", (600, 800), 255), Image.new("L", (60, 80), 0))
    content = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, first)
    (second,) = struct.unpack_from("<I", content, first + 2 + 12 * count)
    struct.pack_into("<HHII", content, second + 2, 254, 4, 1, 1)  # in the place of its first tag
    path.write_bytes(content)
    assert len(read(reader, path).pages) == 1


def test_a_moving_picture_is_read_frame_by_frame(reader: SandboxedReader, tmp_path: Path) -> None:
    blank = Image.new("L", (600, 800), 255)
    blank.save(tmp_path / "moving", "PNG", save_all=True, append_images=[Image.new("L", (600, 800), 254)])
    assert len(read(reader, tmp_path / "moving").pages) == 2


def test_what_begins_like_two_kinds_is_neither(reader: SandboxedReader, tmp_path: Path) -> None:
    pdf = pdfs.letter(tmp_path / "letter.pdf").read_bytes()
    (tmp_path / "both").write_bytes(b"\xff\xd8\xff\xfe\x10\x00" + pdf)
    with pytest.raises(DocumentUnreadable) as caught:
        read(reader, tmp_path / "both")
    assert caught.value.failure is FailureReason.UNKNOWN_FORMAT
    assert caught.value.detail == "it begins like a PDF and JPEG at once"


def test_a_pdf_is_one_whatever_its_name_says(reader: SandboxedReader, tmp_path: Path) -> None:
    assert pictures.NAME in read(reader, pdfs.letter(tmp_path / "letter.jpg")).text


def test_an_unreadable_header_is_damage(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x89PNG\r\n\x1a\n" + b"nonsense" * 100)
    assert failure(reader, tmp_path / "x") is FailureReason.DAMAGED
