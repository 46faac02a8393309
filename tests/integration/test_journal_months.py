"""A journal over several months: one chain through all its files, whatever happens where one ends."""

import datetime
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.journal import (
    Head,
    Journal,
    ProblemKind,
    chain,
    glance,
    segments,
    survey,
    verify,
)

pytestmark = pytest.mark.observability


def on(month: int, day: int = 15, year: int = 2026) -> datetime.datetime:
    return datetime.datetime(year, month, day, 9, tzinfo=datetime.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def write(path: Path, *moments: datetime.datetime) -> Head:
    journal = Journal(path)
    for moment in moments:
        journal.append("claimed", moment, document="D-1")
    head = journal.head
    journal.close()
    return head


def months_of(path: Path) -> dict[str, list[int]]:
    """The numbers of the lines, by file."""
    return {
        one.name: [json.loads(line)["sequence"] for line in one.read_bytes().splitlines()]
        for one in sorted(path.parent.iterdir())
    }


def three_months(path: Path) -> Head:
    return write(path, on(9), on(9), on(10), on(10), on(10), on(11), on(11))


def test_the_first_line_of_a_month_closes_the_file_of_the_one_before(path: Path) -> None:
    head = three_months(path)
    assert months_of(path) == {
        "audit-2026-09.jsonl": [1, 2],
        "audit-2026-10.jsonl": [3, 4, 5],
        "audit.jsonl": [6, 7],
    }
    found = survey(path)
    assert found.problems == ()
    assert found.files == ("audit-2026-09.jsonl", "audit-2026-10.jsonl", "audit.jsonl")
    assert (found.entries, found.head) == (7, head)


def test_a_month_is_that_of_utc(path: Path) -> None:
    paris = datetime.timezone(datetime.timedelta(hours=1))
    write(path, on(9), datetime.datetime(2026, 10, 1, 0, 30, tzinfo=paris))
    assert months_of(path) == {"audit.jsonl": [1, 2]}


def test_a_trail_from_before_there_were_months_is_carried_over(path: Path) -> None:
    before = chain.START
    with path.open("wb") as file:
        for month in (6, 7, 8):
            before, line = chain.written(before, "claimed", on(month), {"document": "D-1"})
            file.write(line)
    write(path, on(9))
    assert months_of(path) == {"audit-2026-08.jsonl": [1, 2, 3], "audit.jsonl": [4]}
    assert verify(path) == []


def test_a_restart_goes_on_where_the_last_file_ends(path: Path) -> None:
    for month in (9, 9, 10, 10):
        write(path, on(month))
    assert months_of(path) == {"audit-2026-09.jsonl": [1, 2], "audit.jsonl": [3, 4]}
    assert verify(path) == []


@pytest.mark.reliability
@pytest.mark.parametrize("left", [None, b"", b'{"at":"2026'], ids=["no_file", "empty_file", "torn_line"])
def test_a_death_between_two_months_loses_nothing(path: Path, left: bytes | None) -> None:
    write(path, on(9), on(9))
    path.rename(path.with_name("audit-2026-09.jsonl"))
    if left is not None:
        path.write_bytes(left)
    assert survey(path).is_whole
    assert glance(path).head.sequence == 2
    write(path, on(10))
    assert months_of(path) == {"audit-2026-09.jsonl": [1, 2], "audit.jsonl": [3]}
    assert verify(path) == []


@pytest.mark.reliability
def test_a_torn_line_is_kept_before_the_month_is_closed(path: Path) -> None:
    write(path, on(9), on(9))
    with path.open("ab") as file:
        file.write(b'{"at":"2026')
    write(path, on(10), on(10))
    assert months_of(path) == {"audit.jsonl": [1, 2, 3, 4]}
    assert verify(path) == []
    write(path, on(11))
    assert months_of(path) == {"audit-2026-10.jsonl": [1, 2, 3, 4], "audit.jsonl": [5]}


@pytest.mark.reliability
def test_a_clock_that_was_set_back_overwrites_no_month(path: Path) -> None:
    write(path, on(12), on(5, year=2027), on(12), on(12), on(1, year=2027), on(2, year=2027))
    assert months_of(path) == {
        "audit-2026-12.jsonl": [1],
        "audit-2027-01.jsonl": [2, 3, 4, 5],
        "audit.jsonl": [6],
    }
    assert verify(path) == []


@pytest.mark.reliability
def test_a_disk_that_refuses_the_renaming_lets_the_same_file_go_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EACCES, "no")

    with monkeypatch.context() as refusing:
        refusing.setattr(segments, "rename_without_replacing", refuse)
        write(path, on(9), on(10))
    assert months_of(path) == {"audit.jsonl": [1, 2]}
    write(path, on(11))
    assert months_of(path) == {"audit-2026-10.jsonl": [1, 2], "audit.jsonl": [3]}
    assert verify(path) == []


@pytest.mark.reliability
def test_a_new_file_that_can_not_be_made_is_made_at_the_next_try(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    journal.append("claimed", on(9))
    real_open = os.open

    def full(where: Path, flags: int, *mode: int) -> int:
        if where == path and not path.exists():
            raise OSError(errno.ENOSPC, "no space left")
        return real_open(where, flags, *mode)

    with monkeypatch.context() as refusing:
        refusing.setattr("agent.adapters.journal.writing.os.open", full)
        with pytest.raises(errors.StorageUnavailable):
            journal.append("claimed", on(10))
    journal.append("claimed", on(10))
    journal.close()
    assert months_of(path) == {"audit-2026-09.jsonl": [1], "audit.jsonl": [2]}
    assert verify(path) == []


def test_other_files_are_no_months(path: Path) -> None:
    three_months(path)
    for name in ("audit-2026-09.jsonl.bak", "audit-2026-9.jsonl", "other-2026-09.jsonl", "api_costs.jsonl"):
        (path.parent / name).write_bytes(b"x\n")
    assert verify(path) == []


def test_a_month_that_is_closed_while_it_is_read_is_seen_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, on(9), on(9))
    real_existing = segments._existing
    looks = 0

    def existing(where: Path) -> list[Path]:
        nonlocal looks
        looks += 1
        if looks == 2:
            write(path, on(10))
        return real_existing(where)

    monkeypatch.setattr(segments, "_existing", existing)
    found = survey(path)
    assert (found.files, found.entries) == (("audit-2026-09.jsonl", "audit.jsonl"), 3)
    assert found.problems == ()


def _swap_names(folder: Path) -> None:
    september, october = folder / "audit-2026-09.jsonl", folder / "audit-2026-10.jsonl"
    aside = september.rename(folder / "aside")
    october.rename(september)
    aside.rename(october)


def _cut(name: str, kept: int) -> Callable[[Path], object]:
    def cut(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(lines[:kept]))

    return cut


def _edit(folder: Path) -> None:
    october = folder / "audit-2026-10.jsonl"
    october.write_bytes(october.read_bytes().replace(b"D-1", b"D-9", 1))


def _open_end(folder: Path) -> None:
    october = folder / "audit-2026-10.jsonl"
    october.write_bytes(october.read_bytes()[:-1])


@pytest.mark.security
@pytest.mark.parametrize(
    ("tamper", "file", "line", "kind"),
    [
        (_edit, "audit-2026-10.jsonl", 1, ProblemKind.EDITED),
        (lambda at: (at / "audit-2026-10.jsonl").unlink(), "audit.jsonl", 1, ProblemKind.MISSING),
        (lambda at: (at / "audit-2026-09.jsonl").unlink(), "audit-2026-10.jsonl", 1, ProblemKind.MISSING),
        (_cut("audit-2026-09.jsonl", 1), "audit-2026-10.jsonl", 1, ProblemKind.MISSING),
        (_swap_names, "audit-2026-09.jsonl", 1, ProblemKind.MISSING),
        (_open_end, "audit-2026-10.jsonl", 3, ProblemKind.EDITED),
        (_cut("audit.jsonl", 1), "audit.jsonl", 2, ProblemKind.CUT),
        (_cut("audit.jsonl", 0), "audit.jsonl", 1, ProblemKind.CUT),
        (lambda at: (at / "audit.jsonl").unlink(), "audit-2026-10.jsonl", 4, ProblemKind.CUT),
    ],
    ids=[
        "edit",
        "month_gone",
        "first_month_gone",
        "end_of_month_gone",
        "months_swapped",
        "line_end_gone",
        "end_gone",
        "all_lines_gone",
        "last_file_gone",
    ],
)
def test_tampering_is_named_by_file_and_line(
    path: Path, tamper: Callable[[Path], object], file: str, line: int, kind: ProblemKind
) -> None:
    head = three_months(path)
    tamper(path.parent)
    first = verify(path, expected=Head(sequence=7, hash=head.hash[:12]))[0]
    assert (first.file, first.line, first.kind) == (file, line, kind)
    assert first.sentence.startswith(f"Line {line} of {file} ")


@pytest.mark.security
def test_any_head_that_was_kept_must_still_be_there(path: Path) -> None:
    first = write(path, on(9))
    head = write(path, on(10), on(10))
    kept = (Head(sequence=1, hash=first.hash[:12]), head)
    assert survey(path, expected=kept).problems == ()
    other = Head(sequence=1, hash="0" * 12)
    [problem] = survey(path, expected=(other, head)).problems
    assert (problem.file, problem.line, problem.kind) == ("audit-2026-09.jsonl", 1, ProblemKind.REPLACED)


def test_a_glance_reads_the_end_only_and_finds_what_is_wrong_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.journal.verifying.TAIL_BYTES", 700)
    head = write(path, *[on(9)] * 9)
    found = glance(path, expected=(head,))
    assert found.problems == ()
    assert 1 <= found.entries < 9
    assert [it.kind for it in glance(path, expected=(Head(sequence=10, hash="ab"),)).problems] == [
        ProblemKind.CUT
    ]
    path.write_bytes(path.read_bytes().replace(b'"sequence":8', b'"sequence":9'))
    assert not glance(path).is_whole


def test_a_glance_at_nothing_is_an_empty_trail(path: Path) -> None:
    assert glance(path).head == Head(sequence=0, hash="0" * 64)
    assert glance(path).is_whole


def test_a_line_that_says_no_month_closes_no_file(path: Path) -> None:
    content = {"event": "x", "fields": {}, "prev": "0" * 64, "sequence": 1, "hash": "0" * 64}
    path.write_bytes(json.dumps(content).encode() + b"\n")
    write(path, on(10))
    assert months_of(path) == {"audit.jsonl": [1, 2]}
