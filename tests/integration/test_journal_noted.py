"""Lines that are handed to the kernel, and brought to disk by whoever needs that."""

import datetime
import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.journal import Journal, journal_in, survey, verify

pytestmark = [pytest.mark.observability, pytest.mark.reliability]

AT = datetime.datetime(2026, 11, 21, 3, 16, tzinfo=datetime.UTC)
NEXT_MONTH = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
OS = "agent.adapters.journal.writing.os"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return journal_in(tmp_path)


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often a file was brought to disk since this was last asked."""
    calls: list[int] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            calls.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(f"{OS}.fsync", counted)

    def since() -> int:
        found = len(calls)
        calls.clear()
        return found

    return since


def test_noted_lines_continue_the_chain_and_none_waits_for_the_disk(
    journal: Journal, path: Path, synced: Callable[[], int]
) -> None:
    journal.append("claimed", AT, document="D-1")
    assert synced() == 1
    for number in range(3):
        journal.note("message_sent", AT, message=number)
    assert synced() == 0
    found = survey(path)
    assert (found.entries, found.problems) == (4, ())


@pytest.mark.parametrize(
    "needs",
    [lambda it: it.append("rested", AT), lambda it: it.head, Journal.close],
    ids=["append", "head", "close"],
)
def test_whoever_needs_them_on_disk_brings_all_there_at_once(
    journal: Journal, synced: Callable[[], int], needs: Callable[[Journal], object]
) -> None:
    journal.append("claimed", AT, document="D-1")
    for number in range(3):
        journal.note("message_sent", AT, message=number)
    synced()
    needs(journal)
    assert synced() == 1
    assert journal.head.sequence >= 4


def test_a_head_that_is_on_disk_costs_nothing(journal: Journal, synced: Callable[[], int]) -> None:
    journal.append("claimed", AT, document="D-1")
    synced()
    assert journal.head.sequence == 1
    assert synced() == 0


def test_a_month_is_closed_with_its_lines_on_disk(
    journal: Journal, path: Path, synced: Callable[[], int]
) -> None:
    journal.append("claimed", AT, document="D-1")
    journal.note("message_sent", AT, message=1)
    synced()
    journal.note("message_sent", NEXT_MONTH, message=2)
    assert synced() == 1
    assert survey(path).files == ("audit-2026-11.jsonl", "audit.jsonl")
    assert verify(path) == []


def test_a_disk_that_refuses_a_noted_line_leaves_no_trace(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.note("message_sent", AT, message=1)
    before = path.read_bytes()

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as refusing:
        refusing.setattr(f"{OS}.write", refuse)
        with pytest.raises(errors.StorageUnavailable):
            journal.note("message_sent", AT, message=2)
    assert path.read_bytes() == before
    journal.note("message_sent", AT, message=3)
    assert verify(path) == []
