"""A PDF taken apart in a child: each part shows its pages as they were, and holds nothing of the others."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from agent.adapters.reading.sandbox import SandboxedReader
from agent.adapters.reading.splitter import PdfSplitter
from agent.domain.searchable import MadeCopy
from agent.domain.splitting import PageRange, Unsplit
from agent.errors import FileVanished, ReaderUnavailable, ReadingStopped
from tests.custody_builders import hash_of
from tests.integration import pdfs
from tests.integration.test_reading import reader_in
from tests.integration.test_searchable_children import Misbehaving

TWO_AND_ONE = (PageRange(first=1, last=2), PageRange(first=3, last=3))
HALVES = (PageRange(first=1, last=1), PageRange(first=2, last=2))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


@contextlib.contextmanager
def split(
    reader: SandboxedReader,
    path: Path,
    ranges: Sequence[PageRange] = HALVES,
    *,
    megabytes: int = 20,
    seconds: float = 60.0,
) -> Iterator[Sequence[MadeCopy] | Unsplit]:
    splitter = PdfSplitter(reader, memory_megabytes=480, max_megabytes=megabytes, seconds=seconds)
    with splitter.parts_of(path, ranges, should_stop=lambda: False) as parts:
        yield parts


@contextlib.contextmanager
def parts_of(
    reader: SandboxedReader, path: Path, ranges: Sequence[PageRange] = HALVES
) -> Iterator[list[Path]]:
    with split(reader, path, ranges) as parts:
        assert not isinstance(parts, Unsplit), parts
        yield [part.path for part in parts]


def refusal(reader: SandboxedReader, path: Path, ranges: Sequence[PageRange] = HALVES) -> Unsplit:
    with split(reader, path, ranges) as parts:
        assert isinstance(parts, Unsplit)
        return parts


def texts(path: Path) -> list[str]:
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        return [str(page.get_textpage().get_text_range()) for page in document]


def drawn(path: Path, number: int) -> bytes:
    """The pixels of a page, from 0, with its form filled in."""
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        document.init_forms()
        return bytes(document[number].render(scale=1, may_draw_forms=True).to_pil().tobytes())


def three_letters(path: Path) -> Path:
    return pdfs.letters(path, ("Letter for Anna",), ("Her second page",), ("Letter for Berta",))


def test_each_part_has_its_pages_and_looks_as_they_did(reader: SandboxedReader, tmp_path: Path) -> None:
    path = three_letters(tmp_path / "three.pdf")
    content = path.read_bytes()
    with parts_of(reader, path, TWO_AND_ONE) as (first, second):
        assert texts(first) == ["Letter for Anna", "Her second page"]
        assert texts(second) == ["Letter for Berta"]
        assert [drawn(first, 0), drawn(first, 1), drawn(second, 0)] == [drawn(path, it) for it in range(3)]
    assert path.read_bytes() == content
    assert not list(reader.scratch.iterdir())


def test_the_same_document_and_ranges_give_the_same_bytes(reader: SandboxedReader, tmp_path: Path) -> None:
    path = three_letters(tmp_path / "three.pdf")
    with split(reader, path, TWO_AND_ONE) as first, split(reader, path, TWO_AND_ONE) as second:
        assert not isinstance(first, Unsplit)
        assert not isinstance(second, Unsplit)
        assert [it.sha256 for it in first] == [it.sha256 for it in second]
        assert first[0].sha256 == hash_of(first[0].path.read_bytes())


def test_a_scans_pictures_are_copied_byte_for_byte(reader: SandboxedReader, tmp_path: Path) -> None:
    letter = pdfs.drawn(three_letters(tmp_path / "three.pdf"))
    path = pdfs.scan(tmp_path / "scan.pdf", letter, letter.rotate(180))
    with parts_of(reader, path) as parts:
        for number, part in enumerate(parts):
            assert _pictures(part, 0) == _pictures(path, number)


def _pictures(path: Path, number: int) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [bytes(image.read_raw_bytes()) for image in pdf.pages[number].get_images().values()]


@pytest.mark.security
def test_a_part_holds_nothing_that_only_other_pages_show(reader: SandboxedReader, tmp_path: Path) -> None:
    """Two pages that share their resources; an outline, an attachment, metadata and a link tell of the second."""
    path = tmp_path / "shared.pdf"
    with pikepdf.new() as pdf:
        pictures = {
            f"/Im{number}": pdf.make_stream(
                bytes([number]) * 100,
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=10,
                Height=10,
                BitsPerComponent=8,
                ColorSpace=Name.DeviceGray,
            )
            for number in (1, 2)
        }
        resources = pdf.make_indirect(Dictionary(XObject=Dictionary(pictures)))
        for number in (1, 2):
            page = pdf.add_blank_page(page_size=(100, 100)).obj
            page["/Resources"] = resources
            page["/Contents"] = pdf.make_stream(b"q 50 0 0 50 0 0 cm /Im%d Do Q" % number)
        second = pdf.pages[1].obj
        pdf.pages[0].obj["/Annots"] = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], Dest=[second, Name.Fit])]
        )
        pdf.docinfo["/Title"] = "SECRET title"
        pdf.attachments["SECRET.txt"] = b"SECRET attachment"
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("SECRET chapter", 1))
        pdf.save(path, compress_streams=False)
    with parts_of(reader, path) as (first, _):
        content = first.read_bytes()
        assert drawn(first, 0) == drawn(path, 0)
    assert b"\1" * 100 in content
    assert b"\2" * 100 not in content
    assert b"SECRET" not in content


@pytest.mark.security
def test_a_part_has_the_fields_of_its_own_pages_alone(reader: SandboxedReader, tmp_path: Path) -> None:
    """One form with a field on each page, below one common ancestor."""
    path = tmp_path / "form.pdf"
    with pikepdf.new() as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        fields = []
        for number, value in enumerate((b"ANNA", b"BERTA")):
            page = pdf.add_blank_page(page_size=(200, 100))
            drawing = pdf.make_stream(
                b"BT /Helv 12 Tf 2 2 Td (%s) Tj ET" % value,
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=[0, 0, 100, 20],
                Resources=Dictionary(Font=Dictionary(Helv=font)),
            )
            field = pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=f"name{number}", V=value.decode(), F=4
                )
            )
            field["/Rect"] = Array([10, 10, 110, 30])
            field["/AP"] = Dictionary(N=drawing)
            page.obj["/Annots"] = Array([field])
            fields.append(field)
        parent = pdf.make_indirect(Dictionary(T="people", Kids=Array(fields)))
        for field in fields:
            field["/Parent"] = parent
        pdf.Root["/AcroForm"] = Dictionary(
            Fields=Array([parent]), DA="/Helv 12 Tf 0 g", DR=Dictionary(Font=Dictionary(Helv=font))
        )
        pdf.save(path, compress_streams=False)
    with parts_of(reader, path) as (first, second):
        assert drawn(first, 0) == drawn(path, 0)
        assert drawn(second, 0) == drawn(path, 1)
        assert (b"ANNA" in first.read_bytes(), b"BERTA" in first.read_bytes()) == (True, False)
        with pikepdf.open(second) as pdf:
            (kept,) = pdf.Root.AcroForm.Fields
            assert [str(kid.V) for kid in kept.Kids] == ["BERTA"]


def test_a_password_keeps_a_document_whole(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(three_letters(tmp_path / "three.pdf")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="pw", owner="own"))
    assert refusal(reader, path, TWO_AND_ONE) is Unsplit.ENCRYPTED


def test_an_owners_password_keeps_nothing_together(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "owned.pdf"
    with pikepdf.open(three_letters(tmp_path / "three.pdf")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="", owner="own"))
    with parts_of(reader, path, TWO_AND_ONE) as (first, _):
        assert texts(first) == ["Letter for Anna", "Her second page"]


def test_a_picture_is_not_split_whatever_its_name_says(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "picture.pdf"
    pdfs.drawn(three_letters(tmp_path / "three.pdf")).save(path, "TIFF")
    assert refusal(reader, path) is Unsplit.NO_PDF


def test_a_damaged_document_is_not_split(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    path.write_bytes(b"%PDF-1.7\nand nothing that could be a page")
    assert refusal(reader, path) is Unsplit.DAMAGED


def test_a_document_with_other_pages_than_were_counted_is_not_split(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    path = three_letters(tmp_path / "three.pdf")
    assert refusal(reader, path, HALVES) is Unsplit.DAMAGED
    assert refusal(reader, path, (*TWO_AND_ONE, PageRange(first=4, last=4))) is Unsplit.DAMAGED


def test_parts_that_together_are_too_large_are_not_made(reader: SandboxedReader, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with pikepdf.new() as pdf:
        common = pdf.make_stream(bytes(700_000), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(100, 100)).obj
            page["/Resources"] = Dictionary(XObject=Dictionary(Fm=common))
            page["/Contents"] = pdf.make_stream(b"/Fm Do")
        pdf.save(path, compress_streams=False)
    with split(reader, path, megabytes=1) as parts:
        assert parts is Unsplit.TOO_LARGE


def test_a_document_that_is_gone_is_told_as_gone(reader: SandboxedReader, tmp_path: Path) -> None:
    with pytest.raises(FileVanished), split(reader, tmp_path / "gone.pdf"):
        pass


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("misbehaving"), kind=Misbehaving) as reader:
        yield reader


@pytest.mark.reliability
@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        ("hang", Unsplit.TIMED_OUT),
        ("crash", Unsplit.CRASHED),
        ("leave_nothing", Unsplit.CRASHED),
        ("leave_one_part_and_a_link", Unsplit.CRASHED),
        ("want_all_memory", Unsplit.OUT_OF_MEMORY),
    ],
)
def test_what_becomes_of_the_child_is_told(
    misbehaving: SandboxedReader, tmp_path: Path, misdeed: str, reason: Unsplit
) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text(f"%{misdeed}")
    with split(misbehaving, path, seconds=2.0) as parts:
        assert parts is reason
    assert list(misbehaving.scratch.iterdir()) == []
    assert misbehaving.slots.is_idle


@pytest.mark.reliability
def test_a_stop_and_a_full_disk_are_not_the_documents_fault(
    misbehaving: SandboxedReader, tmp_path: Path
) -> None:
    path = tmp_path / "letter.pdf"
    path.write_text("%hang")
    splitter = PdfSplitter(misbehaving, memory_megabytes=480, max_megabytes=20)
    with pytest.raises(ReadingStopped), splitter.parts_of(path, HALVES, should_stop=lambda: True):
        pass
    path.write_text("%meet_a_full_disk")
    with pytest.raises(ReaderUnavailable), splitter.parts_of(path, HALVES, should_stop=lambda: False):
        pass
