"""A piece of a page, drawn in a child: what stands there as its reader sees it, small enough for a telephone."""

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from agent.adapters.reading.drawer import MOST_BYTES, SnippetDrawer
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import Box
from agent.domain.snippet import HIGHEST, WIDEST, Crop, Undrawn
from agent.errors import FileVanished, ReaderUnavailable, ReadingStopped
from tests.integration import pdfs
from tests.integration.test_reading import reader_in
from tests.integration.test_searchable_children import Misbehaving

PIECE = Box(left=50, top=110, right=350, bottom=200)
"""Of the letter: the lines of the patient and the birth date."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


def drawer(
    reader: SandboxedReader, *, seconds: float = 20.0, passwords: tuple[str, ...] = ()
) -> SnippetDrawer:
    return SnippetDrawer(
        reader, memory_megabytes=480, render_megapixels=40, max_pages=10, passwords=passwords, seconds=seconds
    )


def drawn(reader: SandboxedReader, path: Path, crop: Crop, *passwords: str) -> Image.Image:
    made = drawer(reader, passwords=passwords).snippet(path, crop, should_stop=lambda: False)
    assert isinstance(made, bytes), made
    assert len(made) <= MOST_BYTES
    assert not list(reader.scratch.iterdir())
    piece = Image.open(io.BytesIO(made))
    assert (piece.format, piece.mode) == ("PNG", "L")
    assert piece.width <= WIDEST
    assert piece.height <= HIGHEST
    return piece


def expected(path: Path, box: Box = PIECE) -> Image.Image:
    """The same piece of the letter, drawn by the test."""
    scale = 4.0
    page = pdfs.drawn(path, 288)
    return page.crop(tuple(round(it * scale) for it in (box.left, box.top, box.right, box.bottom)))  # type: ignore[arg-type]


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures differ on average, 0 to 255, at the size of a thumbnail, which no noise reaches."""
    thumbnails = [it.convert("L").resize((150, 45), Image.Resampling.BOX) for it in (one, other)]
    changed = ImageChops.difference(*thumbnails)
    return sum(value * count for value, count in enumerate(changed.histogram())) / (150 * 45)


def test_a_piece_of_a_printed_page_is_drawn(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf")
    piece = drawn(reader, path, Crop(page=1, box=PIECE))
    assert piece.size == (1200, 360)
    assert difference(piece, expected(path)) < 2
    assert difference(piece, Image.new("L", (9, 9), 255)) > 4


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_turned_as_it_was_turned_to_be_read(
    reader: SandboxedReader, tmp_path: Path, turn: int
) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf")
    lying = pdfs.scan(tmp_path / "scan.pdf", pdfs.drawn(path).rotate(turn, expand=True))
    piece = drawn(reader, lying, Crop(page=1, box=PIECE, turn=turn))
    assert difference(piece, expected(path)) < 4


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_a_piece_of_a_picture_is_drawn(reader: SandboxedReader, tmp_path: Path, kind: str) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf")
    picture = tmp_path / "picture"
    pdfs.drawn(path).save(picture, kind, dpi=(150, 150))
    assert difference(drawn(reader, picture, Crop(page=1, box=PIECE)), expected(path)) < 4


def test_a_piece_of_a_page_turned_by_its_file_is_drawn_as_it_is_shown(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    path, turned = pdfs.letter(tmp_path / "letter.pdf"), tmp_path / "turned.pdf"
    with pikepdf.open(path) as pdf:
        pdf.pages[0].obj["/Rotate"] = 90
        pdf.save(turned)
    assert difference(drawn(reader, turned, Crop(page=1, box=PIECE)), expected(turned)) < 2


def test_the_right_page_is_drawn(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.letters(tmp_path / "two.pdf", (), pdfs.LETTER)
    letter = pdfs.letter(tmp_path / "letter.pdf")
    assert difference(drawn(reader, path, Crop(page=2, box=PIECE)), expected(letter)) < 2


def test_a_piece_as_high_as_its_page_is_no_higher_than_is_shown(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf")
    piece = drawn(reader, path, Crop(page=1, box=Box(left=0, top=0, right=595, bottom=842)))
    assert piece.height == HIGHEST


def test_a_password_that_is_set_opens_the_document(reader: SandboxedReader, tmp_path: Path) -> None:
    path, locked = pdfs.letter(tmp_path / "letter.pdf"), tmp_path / "locked.pdf"
    with pikepdf.open(path) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="pw", owner="own"))
    assert difference(drawn(reader, locked, Crop(page=1, box=PIECE), "pw"), expected(path)) < 2
    made = drawer(reader).snippet(locked, Crop(page=1, box=PIECE), should_stop=lambda: False)
    assert made is Undrawn.ENCRYPTED


@pytest.mark.parametrize("page", [0, 2, 99])
def test_a_page_that_is_not_there_is_not_drawn(reader: SandboxedReader, tmp_path: Path, page: int) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf")
    made = drawer(reader).snippet(path, Crop(page=page, box=PIECE), should_stop=lambda: False)
    assert made is Undrawn.DAMAGED


def test_what_is_no_document_is_not_drawn(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "memo.pdf"
    path.write_bytes(b"A memo.")
    made = drawer(reader).snippet(path, Crop(page=1, box=PIECE), should_stop=lambda: False)
    assert made is Undrawn.UNKNOWN_FORMAT
    with pytest.raises(FileVanished):
        drawer(reader).snippet(tmp_path / "gone.pdf", Crop(page=1, box=PIECE), should_stop=lambda: False)


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("misbehaving"), kind=Misbehaving) as reader:
        yield reader


@pytest.mark.reliability
@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        ("hang", Undrawn.TIMED_OUT),
        ("crash", Undrawn.CRASHED),
        ("leave_no_picture", Undrawn.CRASHED),
        ("leave_too_large_a_picture", Undrawn.CRASHED),
        ("want_all_memory", Undrawn.OUT_OF_MEMORY),
    ],
)
def test_what_becomes_of_the_child_is_told(
    misbehaving: SandboxedReader, tmp_path: Path, misdeed: str, reason: Undrawn
) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text(f"%{misdeed}")
    crop = Crop(page=1, box=PIECE)
    made = drawer(misbehaving, seconds=2.0).snippet(path, crop, should_stop=lambda: False)
    assert made is reason
    assert misbehaving.slots.is_idle
    assert list(misbehaving.scratch.iterdir()) == []


@pytest.mark.reliability
def test_a_stop_and_a_full_disk_are_not_the_documents_fault(
    misbehaving: SandboxedReader, tmp_path: Path
) -> None:
    path, crop = tmp_path / "letter.pdf", Crop(page=1, box=PIECE)
    path.write_text("%hang")
    with pytest.raises(ReadingStopped):
        drawer(misbehaving).snippet(path, crop, should_stop=lambda: True)
    path.write_text("%meet_a_full_disk")
    with pytest.raises(ReaderUnavailable):
        drawer(misbehaving).snippet(path, crop, should_stop=lambda: False)
