"""The scratch folder of readers is closed, or gone, while one reads: a fault of the machine, not of the document."""

from pathlib import Path

import pytest

from agent.adapters.reading import hand
from agent.adapters.reading.answer import collect
from agent.adapters.reading.finding import FINDING, Finding
from agent.adapters.reading.leftovers import remove
from agent.errors import ReaderUnavailable
from tests.integration import reading_jobs
from tests.integration.test_reading_sandbox import letter, read, reader_of

__all__ = ["letter"]
pytestmark = pytest.mark.reliability


def test_a_folder_that_can_not_even_be_looked_at_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "reading-1"
    folder.mkdir()

    def refuse(*_: object) -> bool:
        raise PermissionError("closed")

    with monkeypatch.context() as closed:
        closed.setattr(Path, "is_symlink", refuse)
        remove(folder)
    assert folder.is_dir()
    remove(folder)
    assert not folder.exists()


def test_what_was_read_from_a_folder_that_is_gone_in_that_moment_is_read_again_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, letter: Path
) -> None:
    def collect_and_lose(scratch: Path, *room: int) -> Finding | None:
        found = collect(scratch, *room)
        (scratch / FINDING).unlink()
        return found

    with reader_of(reading_jobs.leave_a_nest, tmp_path) as reader:
        with monkeypatch.context() as closed:
            closed.setattr(hand, "collect", collect_and_lose)
            with pytest.raises(ReaderUnavailable, match=r"The scratch folder can't be used \(ENOENT"):
                read(reader, letter)
        assert read(reader, letter).text == "nested"
