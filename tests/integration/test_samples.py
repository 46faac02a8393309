"""The sample documents, as a PDF library and a real tesseract see them."""

import csv
from pathlib import Path

import pypdfium2
import pytesseract
import pytest
from PIL import Image, ImageOps

from agent.demo.samples import COLUMNS, Sample, make_samples
from agent.domain.outcome import FailureReason, State


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Sample]]:
    """The samples, drawn once: a test that asks for the folder alone may be the first to run."""
    drawn_in = tmp_path_factory.mktemp("samples")
    return drawn_in, {sample.name: sample for sample in make_samples(drawn_in)}


@pytest.fixture(scope="module")
def folder(made: tuple[Path, dict[str, Sample]]) -> Path:
    return made[0]


@pytest.fixture(scope="module")
def samples(made: tuple[Path, dict[str, Sample]]) -> dict[str, Sample]:
    return made[1]


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_each_sample_is_written_and_each_state_at_rest_is_shown(
    folder: Path, samples: dict[str, Sample]
) -> None:
    assert {path.name for path in folder.iterdir()} == {*samples, "people.csv"}
    assert {sample.state for sample in samples.values()} == {
        State.ARCHIVED,
        State.IN_REVIEW,
        State.FAILED,
        State.DUPLICATE,
    }


def test_archived_samples_name_a_record_and_failed_ones_a_reason(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        assert (sample.record_id is not None) == (sample.state is State.ARCHIVED)
        assert (sample.reason is not None) == (sample.state is State.FAILED)


def test_registry_holds_the_record_of_each_archived_sample(folder: Path, samples: dict[str, Sample]) -> None:
    with (folder / "people.csv").open(encoding="utf-8", newline="") as registry:
        people = {row["id"]: row for row in csv.DictReader(registry)}
    assert tuple(people["1001"]) == COLUMNS
    assert {sample.record_id for sample in samples.values() if sample.record_id} <= set(people)


def test_clean_letter_prints_the_name_birth_date_and_number_of_its_record(folder: Path) -> None:
    text = text_of(folder / "compte-rendu-cardiologie.pdf")
    assert "Patiente : Salma TIZNARI" in text
    assert "Date de naissance : 27/11/1991" in text
    assert "CIN : ZA117365" in text


def test_name_only_letter_prints_the_shared_name_and_no_birth_date_or_number(folder: Path) -> None:
    text = text_of(folder / "rendez-vous-imagerie.pdf")
    assert "Salma TIZNARI" in text
    assert not any(word in text for word in ("1984", "1991", "CIN", "naissance"))


def test_stranger_is_nobody_of_the_registry(folder: Path) -> None:
    assert "Ludovic PERVANCHON" in text_of(folder / "radiographie-genou.pdf")
    registry = (folder / "people.csv").read_text(encoding="utf-8").casefold()
    assert "pervanchon" not in registry
    assert "ludovic" not in registry


def test_poor_scan_has_no_text_layer_yet_tesseract_reads_name_date_and_number(folder: Path) -> None:
    assert text_of(folder / "scan0047.pdf") == ""
    document = pypdfium2.PdfDocument(folder / "scan0047.pdf")
    try:
        picture = document[0].render(scale=200 / 72, grayscale=True).to_pil()
    finally:
        document.close()
    text = pytesseract.image_to_string(picture, lang="fra+eng", timeout=100)
    assert "Amine ROZELBOIS" in text
    assert "05/09/1967" in text
    assert "ZD284417" in text


def test_duplicate_has_the_bytes_of_a_sample_that_is_dropped_before_it(
    folder: Path, samples: dict[str, Sample]
) -> None:
    names = list(samples)
    assert names.index("scan0047.pdf") < names.index("scan0047 (1).pdf")
    assert (folder / "scan0047.pdf").read_bytes() == (folder / "scan0047 (1).pdf").read_bytes()
    assert samples["scan0047 (1).pdf"].state is State.DUPLICATE


@pytest.mark.parametrize(
    ("name", "reason", "complaint"),
    [
        ("confidentiel.pdf", FailureReason.ENCRYPTED, "password"),
        ("envoi-interrompu.pdf", FailureReason.DAMAGED, "format"),
        ("memo.pdf", FailureReason.UNKNOWN_FORMAT, "format"),
    ],
)
def test_bad_sample_can_not_be_opened(
    folder: Path, samples: dict[str, Sample], name: str, reason: FailureReason, complaint: str
) -> None:
    assert samples[name].reason is reason
    with pytest.raises(pypdfium2.PdfiumError, match=complaint):
        pypdfium2.PdfDocument(folder / name)


def test_only_photograph_and_text_file_lack_the_mark_of_a_pdf(
    folder: Path, samples: dict[str, Sample]
) -> None:
    others = [name for name in samples if not (folder / name).read_bytes().startswith(b"%PDF-")]
    assert others == ["IMG_2041.jpg", "memo.pdf"]


def test_photograph_is_stored_lying_and_turned_upright_tesseract_reads_it(folder: Path) -> None:
    with Image.open(folder / "IMG_2041.jpg") as photo:
        assert photo.width > photo.height
        upright = ImageOps.exif_transpose(photo)
    text = pytesseract.image_to_string(upright, lang="fra+eng", timeout=100)
    assert "Imane AGLOUVI" in text
    assert "09/10/2001" in text
    assert "ZA189316" in text


def test_making_the_samples_again_replaces_them(tmp_path: Path) -> None:
    assert make_samples(tmp_path) == make_samples(tmp_path)
    assert len(list(tmp_path.iterdir())) == 10
