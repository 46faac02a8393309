"""The journal on a real disk: appended, torn, tampered with, refused."""

import base64
import datetime
import errno
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.journal import Head, Journal, Problem, ProblemKind, chain, verify, writing

pytestmark = pytest.mark.observability

OS = "agent.adapters.journal.writing.os"
AT = datetime.datetime(2026, 11, 21, 3, 16, tzinfo=datetime.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


def written(path: Path, count: int) -> Path:
    journal = Journal(path)
    for number in range(1, count + 1):
        journal.append("claimed", AT, document=f"D-{number}")
    journal.close()
    return path


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def first_problem(path: Path, expected: Head | None = None) -> Problem:
    return verify(path, expected=expected)[0]


def test_line_holds_what_happened_and_continues_the_one_before(journal: Journal, path: Path) -> None:
    paris = datetime.timezone(datetime.timedelta(hours=1))
    journal.append("claimed", AT.astimezone(paris), document="D-1", sha256="ab")
    journal.append("rested", AT, outcome="archived", reason=None)
    first, second = lines_of(path)
    assert first == {
        "sequence": 1,
        "at": "2026-11-21T03:16:00+00:00",
        "event": "claimed",
        "fields": {"document": "D-1", "sha256": "ab"},
        "prev": "0" * 64,
        "hash": first["hash"],
    }
    assert second["sequence"] == 2
    assert second["prev"] == first["hash"]
    assert second["fields"] == {"outcome": "archived", "reason": None}
    assert journal.head == Head(sequence=2, hash=str(second["hash"]))
    assert verify(path) == []


def test_field_may_be_called_like_a_part_of_the_line(journal: Journal, path: Path) -> None:
    journal.append("settling", AT, event="answered", at="desk", hash="x")
    assert lines_of(path)[0]["fields"] == {"event": "answered", "at": "desk", "hash": "x"}
    assert verify(path) == []


def test_file_is_readable_for_the_group_and_nobody_else(journal: Journal, path: Path) -> None:
    journal.append("claimed", AT)
    assert stat.S_IMODE(path.stat().st_mode) & 0o037 == 0


def test_naive_time_is_refused_and_nothing_is_written(journal: Journal, path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        journal.append("claimed", AT.replace(tzinfo=None))
    assert path.read_bytes() == b""


def test_reopened_journal_continues_the_chain(path: Path) -> None:
    written(path, 2)
    again = Journal(path)
    again.append("claimed", AT, document="D-3")
    again.close()
    assert [line["sequence"] for line in lines_of(path)] == [1, 2, 3]
    assert verify(path) == []


def test_opening_reads_the_end_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, 400)
    read = 0
    real_pread = os.pread

    def counting_pread(descriptor: int, length: int, offset: int) -> bytes:
        nonlocal read
        read += length
        return real_pread(descriptor, length, offset)

    monkeypatch.setattr(writing, "TAIL_BYTES", 1000)
    monkeypatch.setattr(f"{OS}.pread", counting_pread)
    journal = Journal(path)
    assert journal.head.sequence == 400
    journal.close()
    assert read == 1000
    assert path.stat().st_size > 50_000


def test_line_longer_than_the_first_read_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "TAIL_BYTES", 100)
    for _ in range(3):
        journal = Journal(path)
        journal.append("claimed", AT, steps=["x" * 50] * 20)
        journal.close()
    assert verify(path) == []


def test_lines_of_many_threads_make_one_chain(journal: Journal, path: Path) -> None:
    def append_some() -> None:
        for _ in range(25):
            journal.append("claimed", AT)

    threads = [threading.Thread(target=append_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line["sequence"] for line in lines_of(path)] == list(range(1, 101))
    assert verify(path) == []


@pytest.mark.reliability
@pytest.mark.parametrize("kept", [1, 40, -1], ids=["one_byte", "some", "all_but_the_line_end"])
def test_torn_line_is_kept_in_the_next_one_and_is_no_tampering(path: Path, kept: int) -> None:
    whole = written(path, 3).read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    torn = last[:kept]
    path.write_bytes(whole[: -len(last)] + torn)
    assert [problem.kind for problem in verify(path)] == [ProblemKind.TORN]
    journal = Journal(path)
    journal.append("claimed", AT, document="D-4")
    journal.append("claimed", AT, document="D-5")
    journal.close()
    third, fourth = lines_of(path)[2:]
    assert third["sequence"] == 3
    fields = third["fields"]
    assert isinstance(fields, dict)
    assert base64.b64decode(fields["torn"]) == torn
    assert fourth["fields"] == {"document": "D-5"}
    assert verify(path) == []


@pytest.mark.reliability
def test_journal_of_nothing_but_a_torn_line_starts_anew(path: Path) -> None:
    path.write_bytes(b'{"at":"2026')
    journal = Journal(path)
    journal.append("claimed", AT)
    journal.close()
    assert lines_of(path)[0]["sequence"] == 1
    assert verify(path) == []


@pytest.mark.reliability
def test_unreadable_last_line_stays_for_verify_to_name(path: Path) -> None:
    with written(path, 2).open("ab") as file:
        file.write(b"scribble\n")
    journal = Journal(path)
    journal.append("claimed", AT)
    journal.close()
    assert verify(path) == [
        Problem(
            file="audit.jsonl",
            line=3,
            kind=ProblemKind.UNREADABLE,
            sentence="Line 3 of audit.jsonl is no line of a journal.",
        )
    ]


Tampering = Callable[[list[bytes]], list[bytes]]


def _edited(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b"D-3", b"D-9"), *lines[3:]]


def _rehashed(lines: list[bytes]) -> list[bytes]:
    before = json.loads(lines[1])
    head = Head(sequence=before["sequence"], hash=before["hash"])
    _, forged = chain.written(head, "claimed", AT, {"document": "D-9"})
    return [*lines[:2], forged, *lines[3:]]


@pytest.mark.security
@pytest.mark.parametrize(
    ("tamper", "line", "kind"),
    [
        (_edited, 3, ProblemKind.EDITED),
        (lambda lines: [*lines[:2], lines[2].replace(b":", b": ", 1), *lines[3:]], 3, ProblemKind.EDITED),
        (_rehashed, 4, ProblemKind.UNCHAINED),
        (lambda lines: lines[:2] + lines[3:], 3, ProblemKind.MISSING),
        (lambda lines: lines[1:], 1, ProblemKind.MISSING),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2, ProblemKind.MISSING),
        (lambda lines: [*lines[:3], lines[1], *lines[3:]], 4, ProblemKind.OUT_OF_ORDER),
        (lambda lines: [*lines[:2], b"{}\n", *lines[2:]], 3, ProblemKind.UNREADABLE),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], 3, ProblemKind.UNREADABLE),
    ],
    ids=[
        "edit",
        "blank_added",
        "edit_with_new_hash",
        "delete",
        "delete_first",
        "swap",
        "repeat",
        "insert",
        "empty",
    ],
)
def test_tampering_is_found_at_its_first_line(
    path: Path, tamper: Tampering, line: int, kind: ProblemKind
) -> None:
    lines = written(path, 5).read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(tamper(lines)))
    problem = first_problem(path)
    assert (problem.line, problem.kind) == (line, kind)
    assert problem.sentence.startswith(f"Line {line} ")


@pytest.mark.security
def test_one_edit_is_one_problem(path: Path) -> None:
    lines = written(path, 5).read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(_edited(lines)))
    assert len(verify(path)) == 1


@pytest.mark.security
def test_end_that_was_cut_off_is_found_by_a_head_kept_elsewhere(path: Path) -> None:
    journal = Journal(path)
    for _ in range(3):
        journal.append("claimed", AT)
    head = journal.head
    journal.close()
    assert verify(path, expected=head) == []
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    assert verify(path) == []
    problem = first_problem(path, head)
    assert (problem.line, problem.kind) == (3, ProblemKind.CUT)


@pytest.mark.security
def test_rewritten_chain_is_found_by_a_head_kept_elsewhere(path: Path) -> None:
    journal = Journal(written(path, 3))
    head = journal.head
    journal.close()
    path.unlink()
    forged = Journal(path)
    for number in (1, 2, 9, 4):
        forged.append("claimed", AT, document=f"D-{number}")
    forged.close()
    assert verify(path) == []
    problem = first_problem(path, head)
    assert (problem.line, problem.kind) == (3, ProblemKind.REPLACED)


def test_absent_journal_is_an_empty_one(path: Path) -> None:
    assert verify(path) == []
    assert first_problem(path, Head(sequence=2, hash="ab")).kind is ProblemKind.CUT


@pytest.mark.reliability
@pytest.mark.parametrize("removal", [Path.unlink, lambda path: path.rename(path.with_suffix(".1"))])
def test_file_taken_away_is_made_again_and_the_gap_shows(
    journal: Journal, path: Path, removal: Callable[[Path], object]
) -> None:
    journal.append("claimed", AT)
    journal.append("claimed", AT)
    removal(path)
    journal.append("claimed", AT)
    assert [line["sequence"] for line in lines_of(path)] == [3]
    assert first_problem(path).kind is ProblemKind.MISSING


def refuse(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "no space left")


class FullDisk:
    """Takes the first bytes of a line, then no more."""

    def __init__(self) -> None:
        self._real_write = os.write
        self._has_room = True

    def write(self, descriptor: int, line: bytes) -> int:
        if not self._has_room:
            refuse()
        self._has_room = False
        return self._real_write(descriptor, line[:20])


@pytest.mark.reliability
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_refusing_disk_leaves_no_trace_and_the_next_append_succeeds(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    journal.append("claimed", AT, document="D-1")
    before = path.read_bytes()
    with monkeypatch.context() as refusing:
        refusing.setattr(f"{OS}.{call}", FullDisk().write if call == "write" else refuse)
        with pytest.raises(errors.StorageUnavailable) as raised:
            journal.append("claimed", AT, document="D-2")
    assert raised.value.retryable
    assert path.read_bytes() == before
    journal.append("claimed", AT, document="D-3")
    assert [line["sequence"] for line in lines_of(path)] == [1, 2]
    assert verify(path) == []


@pytest.mark.reliability
def test_half_line_that_could_not_be_cut_off_is_torn(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("claimed", AT)
    with monkeypatch.context() as refusing:
        refusing.setattr(f"{OS}.write", FullDisk().write)
        refusing.setattr(f"{OS}.ftruncate", refuse)
        with pytest.raises(errors.StorageUnavailable):
            journal.append("claimed", AT)
    journal.append("claimed", AT)
    fields = lines_of(path)[1]["fields"]
    assert isinstance(fields, dict)
    assert len(base64.b64decode(fields["torn"])) == 20
    assert verify(path) == []


@pytest.mark.reliability
def test_folder_that_is_not_there_is_unavailable_storage(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "nowhere" / "audit.jsonl")
    with pytest.raises(errors.StorageUnavailable):
        journal.append("claimed", AT)
    with pytest.raises(errors.StorageUnavailable):
        verify(tmp_path)


@pytest.mark.security
def test_symlink_in_place_of_the_journal_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.StorageUnavailable):
        Journal(path).append("claimed", AT)
    assert not (tmp_path / "elsewhere").exists()
