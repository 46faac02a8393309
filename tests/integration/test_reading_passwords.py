"""PDFs with passwords: the owner's hinders nobody, the reader's is tried from the list, and none stays anywhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fpdf.enums import EncryptionMethod

from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.outcome import FailureReason
from tests.integration import pdfs
from tests.integration.test_reading import failure, read, reader_in

pytestmark = pytest.mark.security

METHODS = [EncryptionMethod.RC4, EncryptionMethod.AES_128, EncryptionMethod.AES_256]
SECRET = "Passwort, mit Blank und é"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    folder = tmp_path_factory.mktemp("reader")
    with reader_in(folder, passwords=("not this one", SECRET, "nor this")) as reader:
        yield reader


def locked(path: Path, method: EncryptionMethod, *, owner: str, user: str | None) -> Path:
    document = pdfs.blank_document()
    pdfs.add_letter(document)
    document.set_encryption(owner_password=owner, user_password=user, encryption_method=method)
    document.output(str(path))
    return path


@pytest.mark.parametrize("method", METHODS)
def test_what_only_its_owner_may_change_is_read(
    reader: SandboxedReader, tmp_path: Path, method: EncryptionMethod
) -> None:
    text = read(reader, locked(tmp_path / "letter.pdf", method, owner="somebody's", user=None))
    assert text.text.splitlines() == list(pdfs.LETTER)
    assert text.is_complete


@pytest.mark.parametrize("method", METHODS)
def test_a_password_of_the_list_opens_it(
    reader: SandboxedReader, tmp_path: Path, method: EncryptionMethod
) -> None:
    text = read(reader, locked(tmp_path / "letter.pdf", method, owner="somebody's", user=SECRET))
    assert text.text.splitlines() == list(pdfs.LETTER)
    assert text.is_complete


def test_the_owner_s_password_opens_it_too(reader: SandboxedReader, tmp_path: Path) -> None:
    path = locked(tmp_path / "letter.pdf", EncryptionMethod.AES_256, owner=SECRET, user="unknown")
    assert read(reader, path).text.splitlines() == list(pdfs.LETTER)


@pytest.mark.parametrize("method", METHODS)
def test_a_password_that_nobody_has_listed_is_a_failure(
    reader: SandboxedReader, tmp_path: Path, method: EncryptionMethod
) -> None:
    path = locked(tmp_path / "letter.pdf", method, owner="somebody's", user="unknown")
    assert failure(reader, path) is FailureReason.ENCRYPTED


def test_no_password_stays_with_the_fork_server(tmp_path: Path) -> None:
    """Its memory is what the next document's child is made of."""
    with reader_in(tmp_path, passwords=(SECRET,)) as reader:
        path = locked(tmp_path / "letter.pdf", EncryptionMethod.AES_256, owner="somebody's", user=SECRET)
        assert read(reader, path).is_complete
        process = reader._server._process
        assert process is not None
        memory = _memory_of(process.pid)
    as_sent = SECRET.encode("ascii", "backslashreplace").replace(b"\\xe9", b"\\u00e9")
    assert b"DOSSIERD" in memory or b"agent.adapters.reading" in memory  # it is that memory
    assert as_sent not in memory
    assert SECRET.encode() not in memory


def _memory_of(pid: int) -> bytes:
    """All that a process may write; only root may look at one that hides its memory."""
    try:
        ranges = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
        descriptor = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except PermissionError:
        pytest.skip("the memory of the fork server can't be looked at by this user")
    found = []
    try:
        for where, rights, *_ in ranges:
            if not rights.startswith("rw"):
                continue
            start, end = (int(bound, 16) for bound in where.split("-"))
            found.append(os.pread(descriptor, end - start, start))
    finally:
        os.close(descriptor)
    return b"".join(found)


@pytest.mark.parametrize("method", METHODS)
def test_the_ciphers_that_the_fork_server_does_not_hold_are_there_for_both_engines(
    tmp_path: Path, method: EncryptionMethod
) -> None:
    path = locked(tmp_path / "letter.pdf", method, owner="somebody's", user=SECRET)
    told = subprocess.run(
        [sys.executable, "-c", LATE, path, SECRET], capture_output=True, text=True, check=True
    ).stdout
    held, words = told.splitlines()
    assert held == "False"
    assert words == " ".join(pdfs.LETTER)


LATE = """
import sys
from agent.adapters.reading import forkserver, late
with late.loaded_when_called(*forkserver.FOR_FEW):
    from agent.adapters.reading import plumber
print("cryptography" in sys.modules)
with open(sys.argv[1], "rb") as stream:
    found = plumber.Plumber(stream, seconds=60.0, password=sys.argv[2]).words(1, None, 60.0)
print(*(word.text for word in found.words))
"""
