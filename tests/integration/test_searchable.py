"""Searchable copies of scans: other programs find the words where they stand, and what can be seen stays."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from agent.adapters.folders import HomeFolders
from agent.adapters.reading.copies import SearchableCopies
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import Box, DocumentText, Line, Page, TextOrigin, Word
from agent.domain.searchable import MadeCopy, Unsearchable
from agent.errors import DestinationTaken
from tests.custody_builders import hash_of
from tests.integration import pdfs

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("pdftotext", "qpdf"))), reason="poppler-utils and qpdf are not installed"
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    reader = SandboxedReader(
        scratch=tmp_path_factory.mktemp("reader") / "scratch",
        languages="eng",
        page_seconds=60.0,
        document_seconds=60.0,
        memory_megabytes=480,
        max_pages=10,
        max_file_megabytes=10,
        render_megapixels=10,
    )
    reader.start()
    yield reader
    reader.close()


@contextlib.contextmanager
def made(
    reader: SandboxedReader, path: Path, text: DocumentText, *, megabytes: int = 40, seconds: float = 60.0
) -> Iterator[MadeCopy | Unsearchable]:
    copies = SearchableCopies(reader, memory_megabytes=480, max_megabytes=megabytes, seconds=seconds)
    with copies.made(path, text, should_stop=lambda: False) as copy:
        yield copy


@contextlib.contextmanager
def copy_of(reader: SandboxedReader, path: Path, *pages: Page) -> Iterator[Path]:
    with made(reader, path, DocumentText(pages=pages)) as copy:
        assert isinstance(copy, MadeCopy), copy
        yield copy.path


def word(
    text: str, left: float, top: float, right: float, bottom: float, confidence: int | None = 90
) -> Word:
    return Word(text=text, confidence=confidence, box=Box(left=left, top=top, right=right, bottom=bottom))


def line(*words: Word) -> Line:
    return Line(words=words)


LINES = (
    line(word("Madame", 50, 50, 110, 62), word("Müller", 115, 50, 160, 65), word("née", 165, 52, 190, 62)),
    line(word("Office", 50, 80, 100, 92), word("𝒜lpha", 105, 80, 150, 92)),
)


def page_of(path: Path, lines: tuple[Line, ...] = LINES, *, turn: int = 0) -> Page:
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        width, height = document[0].get_size()
    if turn % 180:
        width, height = height, width
    return Page(number=1, width=width, height=height, turn=turn, origin=TextOrigin.OCR, lines=lines)


def empty(path: Path, *, rotate: int = 0, crop: list[int] | None = None) -> Path:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(400, 600)).obj
        page["/Rotate"] = rotate
        if crop:
            page["/CropBox"] = pikepdf.Array(crop)
        pdf.save(path)
    return path


def poppler_words(path: Path) -> dict[str, tuple[float, ...]]:
    told = subprocess.run(
        ["pdftotext", "-bbox", "-cropbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<', told)
    return {text: tuple(map(float, sides)) for *sides, text in found}


def poppler_text(path: Path) -> str:
    return subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout


def pdfium_text(path: Path) -> str:
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        return str(document[0].get_textpage().get_text_range())


@needs_tools
@pytest.mark.parametrize("crop", [None, [20, 30, 380, 560]])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_copy_has_its_words_where_they_were_read(
    reader: SandboxedReader, tmp_path: Path, turn: int, rotate: int, crop: list[int] | None
) -> None:
    path = empty(tmp_path / "scan.pdf", rotate=rotate, crop=crop)
    with copy_of(reader, path, page_of(path, turn=turn)) as copy:
        found = poppler_words(copy)
        text = pdfium_text(copy)
        checked = subprocess.run(["qpdf", "--check", copy], capture_output=True, text=True, check=False)
    for it in (it for line in LINES for it in line.words):
        box = (it.box.left, it.box.top, it.box.right, it.box.bottom)
        assert found[it.text] == pytest.approx(box, abs=0.6), it.text
        assert it.text in text
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_tools
def test_phrases_are_found_in_both_engines(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    low = line(word("Anna", 50, 50, 90, 62), word("-", 94, 57, 98, 59), word("Lea", 102, 50, 130, 62))
    with copy_of(reader, path, page_of(path, (low,))) as copy:
        assert "Anna - Lea" in poppler_text(copy)
        assert "Anna - Lea" in pdfium_text(copy)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_phrases_stay_whole_on_a_page_that_lies_on_its_side(
    reader: SandboxedReader, tmp_path: Path, rotate: int
) -> None:
    path = empty(tmp_path / "scan.pdf", rotate=rotate)
    lines = tuple(
        line(word("Anna-Lea", 50, top, 98, top + 12), word("Durand", 103, top, 139, top + 12))
        for top in range(40, 360, 16)
    )
    with copy_of(reader, path, page_of(path, lines)) as copy:
        assert pdfium_text(copy).splitlines() == ["Anna-Lea Durand"] * len(lines)


@needs_tools
def test_arabic_comes_out_in_logical_order(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    arabic = line(
        word("الاسم", 260, 100, 300, 115),
        word("محمد", 222, 100, 255, 115),
        word("12/03/1990", 140, 100, 217, 115),
    )
    with copy_of(reader, path, page_of(path, (arabic,))) as copy:
        assert "الاسم محمد" in poppler_text(copy)
        assert "12/03/1990" in poppler_text(copy)
        assert "الاسم محمد 12/03/1990" in pdfium_text(copy)


def test_words_of_a_layer_are_not_written_twice(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.letter(tmp_path / "letter.pdf", ("Stamped",))
    both = line(word("Stamped", 60, 60, 100, 72, confidence=None), word("recognised", 200, 300, 280, 312))
    with copy_of(reader, path, page_of(path, (both,))) as copy:
        text = pdfium_text(copy)
    assert text.count("Stamped") == 1
    assert text.count("recognised") == 1


def test_invisible_garbage_is_left_out_and_what_is_seen_stays(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    content = b"BT /F1 12 Tf 3 Tr 50 700 Td (gArbAge) Tj ET q BT /F1 12 Tf 0 Tr 50 600 Td (printed) Tj ET Q"
    path = pdfs.of_content(tmp_path / "scan.pdf", content)
    with copy_of(reader, path, page_of(path)) as copy:
        text = pdfium_text(copy)
    assert "gArbAge" in pdfium_text(path)
    assert "gArbAge" not in text
    assert "printed" in text
    assert "Müller" in text


def test_copy_looks_like_its_original(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.scan(tmp_path / "scan.pdf", pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf")))
    before = pypdfium2.PdfDocument(path)[0].render().to_pil().tobytes()
    with copy_of(reader, path, page_of(path)) as copy:
        assert pypdfium2.PdfDocument(copy)[0].render().to_pil().tobytes() == before


def test_same_document_gives_the_same_bytes(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    copies = []
    for _ in range(2):
        with copy_of(reader, path, page_of(path)) as copy:
            copies.append(copy.read_bytes())
    assert copies[0] == copies[1]


def test_metadata_and_page_labels_stay(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Title"] = "Scan 12"
        pdf.Root["/PageLabels"] = pikepdf.Dictionary(Nums=[0, pikepdf.Dictionary(S=pikepdf.Name.r)])
        pdf.save(path)
    with copy_of(reader, path, page_of(path)) as copy, pikepdf.open(copy) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Scan 12"
        assert pikepdf.Name.r == pdf.Root.PageLabels.Nums[1].S


def test_signature_does_not_survive_in_the_copy(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="one", V=pikepdf.Dictionary(Type=pikepdf.Name.Sig))
        )
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        pdf.save(path)
    with copy_of(reader, path, page_of(path)) as copy, pikepdf.open(copy) as pdf:
        assert "/V" not in pdf.Root.AcroForm.Fields[0]
        assert "/SigFlags" not in pdf.Root.AcroForm


def test_password_protected_original_has_no_copy(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    text = DocumentText(pages=(page_of(path),))
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(path) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with made(reader, locked, text) as copy:
        assert copy is Unsearchable.ENCRYPTED


def test_damaged_or_other_document_has_no_copy(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    page = page_of(path)
    other_size = Page(number=1, width=100, height=100, origin=TextOrigin.OCR, lines=LINES)
    (tmp_path / "rubbish.pdf").write_bytes(b"%PDF-1.4 rubbish")
    for document, text in (
        (tmp_path / "rubbish.pdf", DocumentText(pages=(page,))),
        (path, DocumentText(pages=(page, page))),
        (path, DocumentText(pages=(other_size,))),
    ):
        with made(reader, document, text) as copy:
            assert copy is Unsearchable.DAMAGED


def test_copy_beyond_its_limit_is_not_made(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/Large"] = pdf.make_stream(bytes(range(256)) * 80_000, Filter=pikepdf.Name.Unknown)
        pdf.save(path)
    with made(reader, path, DocumentText(pages=(page_of(path),)), megabytes=2) as copy:
        assert copy is Unsearchable.TOO_LARGE


def test_nothing_is_left_in_the_scratch_folder(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    with copy_of(reader, path, page_of(path)) as copy:
        folder = copy.parent
    assert not folder.exists()
    assert list(folder.parent.iterdir()) == []


PLACE = "archive/P-1/x.pdf"


def place(folders: HomeFolders, made_file: Path, content: bytes) -> dict[str, str]:
    """Put a copy into its place; gives what a sidecar tells of it."""
    made_file.write_bytes(content)
    copy = MadeCopy(path=made_file, sha256=hash_of(content))
    folders.place_searchable(PLACE, copy, "D-1-e1")
    return {"file": "x.searchable.pdf", "sha256": copy.sha256}


def test_place_is_safe_to_repeat_and_overwrites_no_stranger(tmp_path: Path) -> None:
    folders = HomeFolders(tmp_path, "home")
    folder = tmp_path / "archive" / "P-1"
    folder.mkdir(parents=True)
    copy = folder / "x.searchable.pdf"
    told = place(folders, tmp_path / "made.pdf", b"first")
    assert place(folders, tmp_path / "made.pdf", b"first") == told
    folders.write_sidecar(PLACE, {"searchable_pdf": told})
    folders.remove_searchable(PLACE)
    assert not copy.exists()
    copy.write_bytes(b"a stranger's")
    with pytest.raises(DestinationTaken):
        place(folders, tmp_path / "made.pdf", b"second")
    folders.remove_searchable(PLACE)
    assert copy.read_bytes() == b"a stranger's"
    assert sorted(it.name for it in folder.iterdir()) == ["x.json", "x.searchable.pdf"]


@pytest.mark.parametrize(
    "told",
    [{"file": None}, {"file": "../../../x", "sha256": "ab"}, {"file": "x.searchable.pdf"}, [], "x", 7, None],
)
def test_what_no_sidecar_of_ours_says_takes_nothing_away(tmp_path: Path, told: object) -> None:
    folders = HomeFolders(tmp_path, "home")
    copy = tmp_path / "archive" / "P-1" / "x.searchable.pdf"
    folders.write_sidecar(PLACE, {"searchable_pdf": told})
    copy.write_bytes(b"somebody's")
    folders.remove_searchable(PLACE)
    assert copy.exists()
