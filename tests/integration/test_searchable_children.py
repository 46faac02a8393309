"""The child that makes a searchable copy: one among the readers, ended when it goes wrong, and never believed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.reading.copies import SearchableCopies
from agent.adapters.reading.pages import unread
from agent.adapters.reading.sandbox import SandboxedReader
from agent.domain.document import DocumentText, Page, PageProblem, TextOrigin
from agent.domain.searchable import MadeCopy, Unsearchable
from agent.errors import ReaderUnavailable, ReadingStopped
from tests.integration.test_reading import reader_in
from tests.integration.test_searchable import LINES, copy_of, empty, made, page_of

pytestmark = pytest.mark.reliability


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("reader")) as reader:
        yield reader


def test_a_copy_waits_for_a_slot_as_readers_do(reader: SandboxedReader, tmp_path: Path) -> None:
    path = empty(tmp_path / "scan.pdf")
    text = DocumentText(pages=(page_of(path),))
    copies = SearchableCopies(reader, memory_megabytes=480, max_megabytes=40)
    assert reader.slots.take_idle()
    asked: list[bool] = []

    def give_back_when_asked_again() -> bool:
        asked.append(True)
        if len(asked) == 3:
            assert [it.name for it in reader.scratch.glob("*/*")] == ["words.jsonl"]  # no child yet
            reader.slots.give_back()
        return False

    with copies.made(path, text, should_stop=give_back_when_asked_again) as copy:
        assert isinstance(copy, MadeCopy)
    assert reader.slots.is_idle


class Misbehaving(SandboxedReader):
    """Its children do what the document says, in place of their work."""

    _job = "tests.integration.reading_jobs:act_out"


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxedReader]:
    with reader_in(tmp_path_factory.mktemp("misbehaving"), kind=Misbehaving) as reader:
        yield reader


def told_by(misbehaving: Misbehaving, folder: Path, misdeed: str) -> MadeCopy | Unsearchable:
    path = folder / "scan.pdf"
    path.write_text(f"%{misdeed}")
    page = Page(number=1, width=100, height=100, origin=TextOrigin.OCR, lines=LINES)
    with made(misbehaving, path, DocumentText(pages=(page,)), seconds=2.0) as copy:
        return copy


@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        ("hang", Unsearchable.TIMED_OUT),
        ("crash", Unsearchable.CRASHED),
        ("kill_itself", Unsearchable.OUT_OF_MEMORY),
        ("raise_an_error", Unsearchable.CRASHED),
        ("leave_nothing", Unsearchable.CRASHED),
        ("leave_garbage", Unsearchable.CRASHED),
        ("leave_a_link_as_copy", Unsearchable.CRASHED),
        ("want_all_memory", Unsearchable.OUT_OF_MEMORY),
    ],
)
def test_what_becomes_of_the_child_is_told(
    misbehaving: Misbehaving, tmp_path: Path, misdeed: str, reason: Unsearchable
) -> None:
    assert told_by(misbehaving, tmp_path, misdeed) is reason
    assert list(misbehaving.scratch.iterdir()) == []
    assert misbehaving.slots.is_idle


def test_a_stop_ends_the_child_and_is_told(misbehaving: Misbehaving, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_text("%hang")
    copies = SearchableCopies(misbehaving, memory_megabytes=480, max_megabytes=40)
    text = DocumentText(pages=(unread(1, PageProblem.ENGINE_FAILED),))
    with pytest.raises(ReadingStopped), copies.made(path, text, should_stop=lambda: True):
        pass
    assert misbehaving.slots.is_idle
    assert list(misbehaving.scratch.iterdir()) == []


def test_a_full_disk_is_not_the_documents_fault(misbehaving: Misbehaving, tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable):
        told_by(misbehaving, tmp_path, "meet_a_full_disk")


def test_neither_daemon_nor_fork_server_loads_what_copies_need(
    reader: SandboxedReader, tmp_path: Path
) -> None:
    """It is 15 MB that an idle daemon would hold for nothing."""
    path = empty(tmp_path / "scan.pdf")
    with copy_of(reader, path, page_of(path)):
        pass
    server = reader.server._process
    assert server is not None
    maps = Path(f"/proc/{server.pid}/maps").read_text()
    assert "pypdfium2" in maps
    assert "pikepdf" not in maps
    loaded = "import sys, agent.app, agent.daemon, agent.cli; print('pikepdf' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
