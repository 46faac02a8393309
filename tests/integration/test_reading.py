"""The reader on real files, with the real libraries and the real tesseract."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent.adapters.reading import tools
from agent.adapters.reading.sandbox import SandboxedReader
from agent.adapters.reading.tools import are_there, check_tools, version, where
from agent.domain.document import DocumentText, PageProblem, TextOrigin
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable, ReaderUnavailable
from tests.integration import pdfs
from tests.turns import read_whole


@contextlib.contextmanager
def reader_in(
    folder: Path,
    *,
    languages: str = "fra+eng",
    page_seconds: float = 60.0,
    document_seconds: float = 100.0,
    memory_megabytes: int = 480,
    max_pages: int = 100,
    render_megapixels: int = 40,
    environment: dict[str, str] | None = None,
    labels: Callable[[], tuple[str, ...]] | None = None,
    passwords: tuple[str, ...] = (),
    kind: type[SandboxedReader] = SandboxedReader,
) -> Iterator[SandboxedReader]:
    reader = kind(
        scratch=folder / "scratch",
        languages=languages,
        page_seconds=page_seconds,
        document_seconds=document_seconds,
        memory_megabytes=memory_megabytes,
        max_pages=max_pages,
        max_file_megabytes=20,
        render_megapixels=render_megapixels,
        environment=environment,
        labels=labels,
        passwords=passwords,
    )
    reader.start()
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


def read(reader: SandboxedReader, path: Path) -> DocumentText:
    return read_whole(reader, path)


def failure(reader: SandboxedReader, path: Path) -> FailureReason:
    with pytest.raises(DocumentUnreadable) as caught:
        read(reader, path)
    return caught.value.failure


def test_a_letter_is_read_from_its_text_layer(reader: SandboxedReader, tmp_path: Path) -> None:
    text = read(reader, pdfs.letter(tmp_path / "letter.pdf"))
    assert [page.origin for page in text.pages] == [TextOrigin.TEXT_LAYER]
    assert text.text.splitlines() == list(pdfs.LETTER)
    assert text.is_complete


def test_words_stand_where_they_are_printed(reader: SandboxedReader, tmp_path: Path) -> None:
    page = read(reader, pdfs.letter(tmp_path / "letter.pdf")).pages[0]
    first = page.lines[0].words[0]
    assert (page.width, page.height) == pytest.approx((595.3, 841.9), abs=0.1)
    assert first.text == "Centre"
    assert first.box.left == pytest.approx(56.7, abs=0.5)  # 20 mm
    assert first.box.top < 85.0 < first.box.bottom  # the baseline: 30 mm
    assert first.confidence is None


@pytest.mark.parametrize("degrees", [0.0, -4.0, 6.5])
def test_a_poor_scan_is_read_by_ocr(reader: SandboxedReader, tmp_path: Path, degrees: float) -> None:
    page = pdfs.poor(pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf")), degrees)
    text = read(reader, pdfs.scan(tmp_path / "scan.pdf", page))
    assert [page.origin for page in text.pages] == [TextOrigin.OCR]
    assert text.text.splitlines() == list(pdfs.LETTER)
    assert all(word.confidence is not None for line in text.pages[0].lines for word in line.words)


def test_recognised_words_stand_where_they_are_on_a_leaning_page(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    """10 degrees would move the last line's first word by a centimetre; 5 are enough to see it."""
    letter = pdfs.letter(tmp_path / "letter.pdf")
    level = read(reader, pdfs.scan(tmp_path / "level.pdf", pdfs.drawn(letter))).pages[0]
    leaning = read(
        reader, pdfs.scan(tmp_path / "leaning.pdf", pdfs.drawn(letter).rotate(5, fillcolor=255))
    ).pages[0]
    before, after = level.lines[0].words[0].box, leaning.lines[0].words[0].box
    assert after.left - before.left == pytest.approx(
        -28.0, abs=3.0
    )  # up and left of the middle: turned down, left
    assert after.top - before.top == pytest.approx(20.4, abs=3.0)


@pytest.mark.parametrize(
    "turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
)
def test_a_turned_scan_is_read_upright(
    reader: SandboxedReader, tmp_path: Path, turn: Image.Transpose
) -> None:
    lines = pdfs.LETTER * 3
    turned = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", lines)).transpose(turn)
    page = read(reader, pdfs.scan(tmp_path / "scan.pdf", turned)).pages[0]
    assert page.text.splitlines() == list(lines)
    assert page.width < page.height


def test_pages_are_judged_one_by_one(reader: SandboxedReader, tmp_path: Path) -> None:
    letter = pdfs.letter(tmp_path / "letter.pdf")
    scanned = tmp_path / "page.png"
    pdfs.drawn(letter).save(scanned)
    document = pdfs.blank_document()
    pdfs.add_letter(document)
    document.add_page()
    document.image(str(scanned), x=0, y=0, w=210)
    document.add_page()
    document.output(str(tmp_path / "mixed.pdf"))
    text = read(reader, tmp_path / "mixed.pdf")
    assert [page.origin for page in text.pages] == [TextOrigin.TEXT_LAYER, TextOrigin.OCR, TextOrigin.BLANK]
    assert text.pages[1].text.splitlines() == list(pdfs.LETTER)
    assert text.is_complete


def test_a_scan_of_an_empty_sheet_is_blank(reader: SandboxedReader, tmp_path: Path) -> None:
    sheet = pdfs.poor(Image.new("L", (1240, 1754), 250), 0)
    text = read(reader, pdfs.scan(tmp_path / "blank.pdf", sheet))
    assert [(page.origin, page.problem) for page in text.pages] == [(TextOrigin.BLANK, None)]


def test_ink_without_a_word_is_told(reader: SandboxedReader, tmp_path: Path) -> None:
    photo = Image.radial_gradient("L").resize((1240, 1754))
    text = read(reader, pdfs.scan(tmp_path / "photo.pdf", photo))
    assert [page.problem for page in text.pages] == [PageProblem.TEXT_DROPPED]


@pytest.mark.security
@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(b"BT 3 Tr /F1 12 Tf 50 500 Td (Jean PRETENDER) Tj ET", id="mode 3"),
        pytest.param(b"BT 1 g /F1 12 Tf 50 500 Td (Jean PRETENDER) Tj ET", id="white"),
        pytest.param(b"BT /F1 1 Tf 50 500 Td (Jean PRETENDER) Tj ET", id="tiny"),
        pytest.param(b"BT /F1 12 Tf 700 500 Td (Jean PRETENDER) Tj ET", id="off the page"),
    ],
)
def test_text_that_nobody_can_see_identifies_nobody(
    reader: SandboxedReader, tmp_path: Path, hidden: bytes
) -> None:
    seen = b"BT /F1 12 Tf 50 700 Td (The patient Jeanne DURAND was seen today) Tj ET\n"
    text = read(reader, pdfs.of_content(tmp_path / "hidden.pdf", seen + hidden))
    assert text.text == "The patient Jeanne DURAND was seen today"


def test_white_letters_on_a_dark_bar_are_seen(reader: SandboxedReader, tmp_path: Path) -> None:
    content = (
        b"0.1 0.2 0.5 rg 40 690 300 30 re f\nBT 1 g /F1 12 Tf 50 700 Td (Patient: Jeanne DURAND) Tj ET\n"
        b"BT 0 g /F1 12 Tf 50 650 Td (was seen today for a consultation) Tj ET"
    )
    text = read(reader, pdfs.of_content(tmp_path / "bar.pdf", content))
    assert text.text.splitlines() == ["Patient: Jeanne DURAND", "was seen today for a consultation"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_with_a_turn_and_a_crop_is_read_as_shown(
    reader: SandboxedReader, tmp_path: Path, turn: int
) -> None:
    page = b"/MediaBox [0 0 595 842] /CropBox [20 30 595 842] /Rotate %d" % turn
    upright = {
        0: b"1 0 0 1 100 700",
        90: b"0 1 -1 0 200 200",
        180: b"-1 0 0 -1 500 500",
        270: b"0 -1 1 0 200 700",
    }[turn]
    content = b"BT /F1 12 Tf %s Tm (The patient Jeanne DURAND was seen today) Tj ET" % upright
    found = read(reader, pdfs.of_content(tmp_path / "turned.pdf", content, page=page)).pages[0]
    corner = {0: (80.0, 142.0), 90: (170.0, 180.0), 180: (95.0, 470.0), 270: (142.0, 395.0)}[turn]
    assert found.text == "The patient Jeanne DURAND was seen today"
    box = found.lines[0].words[0].box
    assert box.left == pytest.approx(corner[0], abs=2.0)
    assert box.top < corner[1] < box.bottom + 1.0


def test_what_was_typed_into_a_form_is_read(reader: SandboxedReader, tmp_path: Path) -> None:
    text = read(reader, pdfs.form(tmp_path / "form.pdf", "Jeanne DURAND"))
    assert text.text.splitlines() == ["Please write the name of the patient into this box", "Jeanne DURAND"]


def test_a_short_page_of_text_alone_is_not_recognised_anew(reader: SandboxedReader, tmp_path: Path) -> None:
    text = read(reader, pdfs.letter(tmp_path / "short.pdf", ("Page 3",)))
    assert [(page.origin, page.text) for page in text.pages] == [(TextOrigin.TEXT_LAYER, "Page 3")]


def test_an_owner_password_forbids_nothing_to_a_reader(reader: SandboxedReader, tmp_path: Path) -> None:
    document = pdfs.blank_document()
    document.set_encryption(owner_password="owner")
    pdfs.add_letter(document)
    document.output(str(tmp_path / "protected.pdf"))
    assert read(reader, tmp_path / "protected.pdf").text.splitlines() == list(pdfs.LETTER)


def test_a_user_password_is_encrypted(reader: SandboxedReader, tmp_path: Path) -> None:
    document = pdfs.blank_document()
    document.set_encryption(owner_password="owner", user_password="user")
    pdfs.add_letter(document)
    document.output(str(tmp_path / "secret.pdf"))
    assert failure(reader, tmp_path / "secret.pdf") is FailureReason.ENCRYPTED


def test_an_empty_file_is_told(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    assert failure(reader, tmp_path / "empty.pdf") is FailureReason.EMPTY_FILE


def test_a_text_file_is_of_no_known_format(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "note.pdf").write_text("Dear colleague\n" * 200 + "%PDF")
    assert failure(reader, tmp_path / "note.pdf") is FailureReason.UNKNOWN_FORMAT


@pytest.mark.timeout(20)
def test_a_fifo_is_not_waited_for(reader: SandboxedReader, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "fifo.pdf")
    assert failure(reader, tmp_path / "fifo.pdf") is FailureReason.UNKNOWN_FORMAT


def test_a_link_or_a_file_that_is_gone_is_no_fault_of_a_document(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    (tmp_path / "link.pdf").symlink_to(pdfs.letter(tmp_path / "letter.pdf"))
    for name in ("link.pdf", "gone.pdf"):
        with pytest.raises(ReaderUnavailable):
            read(reader, tmp_path / name)


def test_rubbish_behind_a_header_is_damaged(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "rubbish.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    assert failure(reader, tmp_path / "rubbish.pdf") is FailureReason.DAMAGED


def test_a_document_without_pages_is_told(reader: SandboxedReader, tmp_path: Path) -> None:
    assert failure(reader, pdfs.without_pages(tmp_path / "none.pdf")) is FailureReason.NO_PAGES


def test_a_file_above_the_limit_is_too_large(reader: SandboxedReader, tmp_path: Path) -> None:
    with (tmp_path / "large.pdf").open("wb") as stream:
        stream.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(DocumentUnreadable) as caught:
        read(reader, tmp_path / "large.pdf")
    assert (caught.value.failure, caught.value.detail) == (FailureReason.TOO_LARGE, "limit 20 MB")


def test_pages_above_the_limit_are_too_many(tmp_path: Path) -> None:
    path = pdfs.letters(tmp_path / "three.pdf", pdfs.LETTER, pdfs.LETTER, pdfs.LETTER)
    with reader_in(tmp_path, max_pages=2) as reader, pytest.raises(DocumentUnreadable) as caught:
        read(reader, path)
    assert (caught.value.failure, caught.value.detail) == (FailureReason.TOO_MANY_PAGES, "3 pages, limit 2")


def test_a_page_too_large_to_be_drawn_is_capped_and_the_others_are_read(tmp_path: Path) -> None:
    document = pdfs.blank_document()
    pdfs.add_letter(document)
    document.add_page(format=(5000, 5000))
    document.rect(100, 100, 3000, 3000, style="F")
    document.output(str(tmp_path / "poster.pdf"))
    with reader_in(tmp_path, render_megapixels=10) as reader:
        text = read(reader, tmp_path / "poster.pdf")
    assert [page.problem for page in text.pages] == [None, PageProblem.CAPPED]
    assert not text.is_complete


def test_a_page_that_takes_too_long_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    dense = pdfs.drawn(pdfs.letter(tmp_path / "dense.pdf", pdfs.LETTER * 5), 300).resize((2480, 3508))
    busy = Image.blend(dense, Image.effect_noise(dense.size, 200), 0.5)
    busy.save(tmp_path / "busy.png")
    document = pdfs.blank_document()
    document.add_page()
    document.image(str(tmp_path / "busy.png"), x=0, y=0, w=210)
    pdfs.add_letter(document)
    document.output(str(tmp_path / "slow.pdf"))
    with reader_in(tmp_path, page_seconds=1.8) as reader:
        text = read_whole(reader, tmp_path / "slow.pdf")
    assert [page.problem for page in text.pages] == [PageProblem.TIMED_OUT, None]
    assert text.pages[1].text.splitlines() == list(pdfs.LETTER)


def test_tesseract_missing_is_no_fault_of_the_document(tmp_path: Path) -> None:
    page = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf"))
    path = pdfs.scan(tmp_path / "scan.pdf", page)
    with (
        reader_in(tmp_path, environment={"PATH": str(tmp_path)}) as reader,
        pytest.raises(ReaderUnavailable) as caught,
    ):
        read(reader, path)
    assert caught.value.hint == "Type: sudo apt install tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng"


def test_a_missing_language_is_named_with_its_package(tmp_path: Path) -> None:
    path = pdfs.scan(tmp_path / "scan.pdf", pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf")))
    with reader_in(tmp_path, languages="fra+tlh") as reader, pytest.raises(ReaderUnavailable) as caught:
        read(reader, path)
    assert str(caught.value) == "Tesseract lacks the language data tlh."
    assert caught.value.hint == "Type: sudo apt install tesseract-ocr-tlh"


def test_a_language_that_is_removed_while_the_server_runs_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "tessdata"
    folder.mkdir()
    lying = where()
    assert lying is not None
    for language in ("fra", "eng", "osd"):
        (folder / f"{language}.traineddata").symlink_to(lying.languages / f"{language}.traineddata")
    path = pdfs.scan(tmp_path / "scan.pdf", pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf")))
    with reader_in(tmp_path, environment={"TESSDATA_PREFIX": str(folder)}) as reader:
        assert read(reader, path).pages[0].lines
        (folder / "fra.traineddata").unlink()
        with pytest.raises(ReaderUnavailable) as caught:
            read(reader, path)
    assert str(caught.value) == "Tesseract lacks the language data fra."
    assert caught.value.hint == "Type: sudo apt install tesseract-ocr-fra"


def test_check_tools_is_content_with_what_setup_installs() -> None:
    check_tools("fra+eng+ara")


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path) -> None:
    with reader_in(tmp_path) as reader:
        leftover = tmp_path / "scratch" / "reading-dead"
        leftover.mkdir()
        (leftover / "tess_input.PPM").touch()
        reader.start()
        assert not leftover.exists()
        read(reader, pdfs.scan(tmp_path / "scan.pdf", pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf"))))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_languages_are_known_to_lie_where_tesseract_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert are_there("fra+eng+ara")
    assert not are_there("fra+tlh")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert not are_there("fra")


def test_another_tesseract_than_the_one_that_was_asked_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert are_there("fra")
    newer = tmp_path / "tesseract"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert not are_there("fra")


def test_tesseract_tells_its_version_and_another_one_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(tools.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    assert version() == "none"
    for said, told in (
        ("tesseract 5.3.0\n leptonica-1.82.0", "5.3.0"),
        ("tesseract v5.4.0.20240606", "5.4.0.20240606"),
        ("good day", "none"),
    ):
        program.unlink(missing_ok=True)
        program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{said}"\n')
        program.chmod(0o755)
        assert version() == told


def test_a_tesseract_that_was_too_slow_once_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, patience = tmp_path / "tesseract", tmp_path / "quick"
    program.write_text(f"#!/bin/sh\n[ -e {patience} ] || exec sleep 60\necho tesseract 5.3.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(tools.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(tools, "_GLANCE_SECONDS", 0.2)
    assert version() == "none"
    monkeypatch.setattr(tools, "_GLANCE_SECONDS", 20.0)
    patience.touch()
    assert version() == "5.3.0"
