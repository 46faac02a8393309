"""Each kind of hostile file ends with a reason, in review or failed, and leaves the reader as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.adapters.reading.sandbox import SandboxedReader
from agent.config import Settings
from agent.domain.document import PageProblem
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from tests.integration import hostile_pdfs, pdfs
from tests.integration.test_reading import read, reader_in

pytestmark = [pytest.mark.security, pytest.mark.reliability]

DEFAULTS = Settings.model_fields
CRASHES = {FailureReason.READER_CRASHED, FailureReason.OUT_OF_MEMORY}
"""How a bomb ends a child, by its own hand or the system's, is not the same on every machine."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    """With the limits that users have."""
    with reader_in(
        tmp_path_factory.mktemp("hostile"),
        page_seconds=DEFAULTS["page_seconds"].default,
        memory_megabytes=DEFAULTS["reader_megabytes"].default,
        render_megapixels=DEFAULTS["render_megapixels"].default,
    ) as reader:
        yield reader


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return tmp_path / "hostile.pdf"


@pytest.mark.parametrize("make", hostile_pdfs.READ_HERE)
def test_what_stops_others_is_read(
    make: Callable[[], bytes], reader: SandboxedReader, document: Path
) -> None:
    document.write_bytes(make())
    text = read(reader, document)
    assert [page.text for page in text.pages] == ["The patient Jeanne DURAND was seen here today"]


@pytest.mark.parametrize("make", [hostile_pdfs.cid_width_bomb, hostile_pdfs.character_map_bomb])
def test_a_font_that_takes_all_memory_elsewhere_costs_none_here(
    make: Callable[[], bytes], reader: SandboxedReader, document: Path
) -> None:
    document.write_bytes(make())
    assert len(read(reader, document).pages) == 1


@pytest.mark.parametrize(
    "make", [hostile_pdfs.giant_page, hostile_pdfs.bit_image_bomb, hostile_pdfs.color_image_bomb]
)
def test_a_page_that_has_no_room_in_memory_is_capped_and_never_blank(
    make: Callable[[], bytes], reader: SandboxedReader, document: Path
) -> None:
    document.write_bytes(make())
    [page] = read(reader, document).pages
    assert page.problem in {PageProblem.CAPPED, PageProblem.OUT_OF_MEMORY}


@pytest.mark.parametrize(
    ("make", "failures"),
    [
        (hostile_pdfs.billion_laughs, CRASHES | {FailureReason.TIMED_OUT}),
        (hostile_pdfs.content_bomb, CRASHES),
        (hostile_pdfs.deflate_bomb, CRASHES),
        (hostile_pdfs.no_pages, {FailureReason.NO_PAGES}),
        (hostile_pdfs.page_tree_cycle, {FailureReason.DAMAGED}),
        (hostile_pdfs.deep_page_tree, {FailureReason.DAMAGED}),
    ],
)
def test_what_can_not_be_read_fails_with_its_reason_and_its_neighbour_is_read(
    make: Callable[[], bytes],
    failures: set[FailureReason],
    reader: SandboxedReader,
    document: Path,
    tmp_path: Path,
) -> None:
    document.write_bytes(make())
    with pytest.raises(DocumentUnreadable) as caught:
        read(reader, document)
    assert caught.value.failure in failures
    assert read(reader, pdfs.letter(tmp_path / "letter.pdf")).is_complete


def test_a_bomb_among_pages_costs_its_page_alone(reader: SandboxedReader, tmp_path: Path) -> None:
    path = pdfs.bomb_between_letters(tmp_path / "between.pdf", hostile_pdfs.packed_lines())
    text = read(reader, path)
    assert [page.problem for page in text.pages] == [None, PageProblem.ENGINE_FAILED, None]
    assert text.pages[2].text == "The patient Jeanne DURAND was seen today"


def test_a_document_whose_time_is_up_keeps_what_was_read(tmp_path: Path) -> None:
    scanned = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf"))
    path = pdfs.scan(tmp_path / "long.pdf", *[scanned] * 30)
    with reader_in(tmp_path, page_seconds=30.0, document_seconds=4.0) as reader:
        problems = [page.problem for page in read(reader, path).pages]
    assert problems[0] is None
    assert problems[-1] is PageProblem.NOT_REACHED


def test_a_page_that_leaves_tesseract_too_little_memory_is_read_in_a_coarser_picture(tmp_path: Path) -> None:
    page = pdfs.drawn(pdfs.letter(tmp_path / "letter.pdf", pdfs.LETTER * 3), 300)
    path = pdfs.scan(tmp_path / "poster.pdf", page.resize((2000, 2800)), dots_per_inch=120)
    with reader_in(tmp_path, memory_megabytes=330) as reader:
        text = read(reader, path)
    assert text.is_complete
    assert "Patient : Jeanne DURAND" in text.text
