"""A PDF opened by its place: what pdfium says when it can't."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pypdfium2 import raw

from agent.adapters.reading.loading import load
from tests.integration import pdfs

pytestmark = pytest.mark.reliability


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(pdfs.letter(tmp_path / "letter.pdf")) as letter:
        letter.save(path, encryption=pikepdf.Encryption(user="été", owner="owner"))
    return path


def test_a_pdf_opens_by_its_path_and_its_password(locked: Path) -> None:
    assert len(load(locked, "été")) == 1


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_password_that_is_wrong_is_said(locked: Path, password: str | None) -> None:
    with pytest.raises(pypdfium2.PdfiumError) as caught:
        load(locked, password)
    assert caught.value.err_code == raw.FPDF_ERR_PASSWORD


def test_no_pages_are_no_password_whatever_failed_before(locked: Path, tmp_path: Path) -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        load(locked)
    empty = tmp_path / "empty.pdf"
    pikepdf.new().save(empty)
    with pytest.raises(pypdfium2.PdfiumError) as caught:
        load(empty)
    assert caught.value.err_code == raw.FPDF_ERR_SUCCESS


def test_rubbish_is_no_pdf(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.pdf"
    path.write_bytes(b"rubbish")
    with pytest.raises(pypdfium2.PdfiumError) as caught:
        load(path)
    assert caught.value.err_code == raw.FPDF_ERR_FORMAT


def test_a_file_that_the_system_does_not_open_is_no_fault_of_the_document(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="can't open the file"):
        load(tmp_path / "gone.pdf")
