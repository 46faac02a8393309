"""Whole folders that are dragged into the watched one, moved about in it, and taken away."""

import ctypes
import errno
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.watch import IncomingWatcher, OddityKind
from agent.adapters.watch import watcher as watcher_module
from agent.adapters.watch.lying import look_around
from agent.adapters.watch.walking import DEEPEST, walk
from agent.domain.formats import Format, suffixes_of
from tests.integration.watching import DEADLINE, HALF, NEVER, PDF, SETTLE, Watch, collect, names, wait_until

pytestmark = pytest.mark.reliability

PDF_ONLY = suffixes_of((Format.PDF,))


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.adapters.watch.pace.POLL_SECONDS", 0.05)


def _tree(top: Path, *paths: str) -> Path:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(PDF)
    return top


def test_a_folder_that_is_moved_in_full_is_emptied_through_all_levels(
    incoming: Path, tmp_path: Path, watch: Watch
) -> None:
    watcher = watch()
    _tree(tmp_path / "Dupont", "a.pdf", "2025/b.PDF", "2025/12/c.pdf").rename(incoming / "Dupont")
    assert sorted(names(collect(watcher, 3))) == ["Dupont/2025/12/c.pdf", "Dupont/2025/b.PDF", "Dupont/a.pdf"]
    assert watcher.oddities == ()


def test_a_folder_that_can_not_be_listed_is_shown_by_whoever_only_looks(
    incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was entered, and then the process had no descriptor left for its list."""
    _tree(incoming, "a.pdf", "folder/b.pdf")
    listing, listed = os.scandir, itertools.count()

    def list_once(folder: int) -> "os._ScandirIterator[str]":
        if next(listed):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return listing(folder)

    monkeypatch.setattr(os, "scandir", list_once)
    lying = look_around(incoming, PDF_ONLY)
    assert lying.waiting == 1
    assert [(it.name, it.kind) for it in lying.oddities] == [("folder", OddityKind.UNREADABLE)]


def test_what_comes_later_into_a_folder_that_is_there_is_found_without_a_full_rescan_time(
    incoming: Path, watch: Watch
) -> None:
    (incoming / "Dupont" / "2025").mkdir(parents=True)
    watcher = watch()
    assert watcher.stable(SETTLE) == []
    _tree(incoming, "Dupont/2025/late.pdf")
    assert names(collect(watcher, 1)) == ["Dupont/2025/late.pdf"]


def test_the_same_name_in_two_folders_is_two_files(incoming: Path, watch: Watch) -> None:
    _tree(incoming, "a/scan.pdf", "b/scan.pdf", "scan.pdf")
    assert sorted(names(collect(watch(), 3))) == ["a/scan.pdf", "b/scan.pdf", "scan.pdf"]


def test_a_half_written_file_in_a_folder_is_waited_for(incoming: Path, watch: Watch) -> None:
    (incoming / "a").mkdir()
    (incoming / "a" / "x.pdf").write_bytes(HALF)
    watcher = watch()
    assert watcher.stable(SETTLE * 5) == []
    (incoming / "a" / "x.pdf").write_bytes(PDF)
    [file] = collect(watcher, 1)
    assert file.size == len(PDF)


def test_a_file_moved_to_another_folder_while_it_settles_is_handed_out_once_from_there(
    incoming: Path, watch: Watch
) -> None:
    _tree(incoming, "a/x.pdf", "b/keep.part")
    watcher = watch()
    assert watcher.health().waiting == 1
    (incoming / "a" / "x.pdf").rename(incoming / "b" / "x.pdf")
    assert names(collect(watcher, 1)) == ["b/x.pdf"]
    assert watcher.stable(SETTLE * 3) == []


def test_a_renamed_folder_hands_out_its_files_under_the_new_name(incoming: Path, watch: Watch) -> None:
    _tree(incoming, "a/x.pdf", "a/b/y.pdf")
    watcher = watch()
    (incoming / "a").rename(incoming / "z")
    assert sorted(names(collect(watcher, 2))) == ["z/b/y.pdf", "z/x.pdf"]
    assert watcher.stable(SETTLE * 3) == []


def test_a_folder_with_a_temporary_name_is_entered_when_it_gets_its_own(incoming: Path, watch: Watch) -> None:
    _tree(incoming, "batch.part/x.pdf", ".hidden/y.pdf", ".claimed/home/D-1")
    watcher = watch(rescan=0.05)
    assert watcher.stable(SETTLE * 3) == []
    assert watcher.oddities == ()
    (incoming / "batch.part").rename(incoming / "batch")
    assert names(collect(watcher, 1)) == ["batch/x.pdf"]


def test_a_folder_that_is_removed_while_its_files_settle_leaves_nothing_behind(
    incoming: Path, watch: Watch
) -> None:
    (incoming / "a").mkdir()
    (incoming / "a" / "x.pdf").write_bytes(HALF)
    watcher = watch()
    assert watcher.health().waiting == 1
    shutil.rmtree(incoming / "a")
    wait_until(watcher, lambda: watcher.health().waiting == 0)
    assert watcher.oddities == ()


def test_ten_thousand_files_in_a_hundred_folders_are_all_handed_out_once(
    incoming: Path, watch: Watch
) -> None:
    watcher = watch()
    expected = [f"{folder}/{number}.pdf" for folder in range(100) for number in range(100)]
    for folder in range(100):
        (incoming / str(folder)).mkdir()
        for number in range(100):
            (incoming / str(folder) / f"{number}.pdf").write_bytes(PDF)
    assert sorted(names(collect(watcher, 10_000))) == sorted(expected)
    assert watcher.stable(SETTLE * 3) == []


# --- Where it doesn't go


@pytest.mark.security
def test_no_folder_is_entered_through_a_symlink(incoming: Path, tmp_path: Path, watch: Watch) -> None:
    _tree(tmp_path / "secret", "x.pdf")
    (incoming / "link").symlink_to(tmp_path / "secret")
    (incoming / "loop").mkdir()
    (incoming / "loop" / "again").symlink_to(incoming)
    watcher = watch()
    assert watcher.stable(SETTLE * 3) == []
    assert {oddity.name: oddity.kind for oddity in watcher.oddities} == {
        "link": OddityKind.SYMLINK,
        "loop/again": OddityKind.SYMLINK,
    }


@pytest.mark.security
def test_a_folder_swapped_for_a_symlink_while_its_file_settles_is_not_followed(
    incoming: Path, tmp_path: Path, watch: Watch
) -> None:
    _tree(tmp_path / "secret", "x.pdf")
    _tree(incoming, "a/x.pdf")
    watcher = watch()
    (incoming / "a").rename(tmp_path / "away")
    (incoming / "a").symlink_to(tmp_path / "secret")
    assert watcher.stable(SETTLE * 3) == []
    assert [(oddity.name, oddity.kind) for oddity in watcher.oddities] == [("a", OddityKind.SYMLINK)]


def test_folders_too_deep_or_called_like_a_document_are_shown(incoming: Path, watch: Watch) -> None:
    deepest = "/".join("d" * DEEPEST)
    _tree(incoming, f"{deepest}/last.pdf", f"{deepest}/more/unseen.pdf", "bundle.pdf/page.pdf", "sub/b.pdf/p")
    watcher = watch()
    assert names(collect(watcher, 1)) == [f"{deepest}/last.pdf"]
    assert {oddity.name: oddity.kind for oddity in watcher.oddities} == {
        f"{deepest}/more": OddityKind.TOO_DEEP,
        "bundle.pdf": OddityKind.DIRECTORY,
        "sub/b.pdf": OddityKind.DIRECTORY,
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_can_not_be_listed_is_shown(incoming: Path, watch: Watch) -> None:
    _tree(incoming, "closed/x.pdf", "open/y.pdf")
    (incoming / "closed").chmod(0)
    try:
        watcher = watch()
        assert names(collect(watcher, 1)) == ["open/y.pdf"]
        assert [(it.name, it.kind) for it in watcher.oddities] == [("closed", OddityKind.UNREADABLE)]
    finally:
        (incoming / "closed").chmod(0o700)


@pytest.fixture
def mounted(incoming: Path) -> Iterator[Path]:
    """Another file system below the watched folder."""
    point = incoming / "stick"
    point.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(point), b"tmpfs", 0, None) != 0:
        pytest.skip(f"mounting needs root's rights: {os.strerror(ctypes.get_errno())}")
    yield point
    assert libc.umount2(os.fsencode(point), 2) == 0


def test_a_mount_is_shown_and_not_entered(incoming: Path, mounted: Path, watch: Watch) -> None:
    (mounted / "x.pdf").write_bytes(PDF)
    watcher = watch()
    assert watcher.stable(SETTLE * 3) == []
    assert [(oddity.name, oddity.kind) for oddity in watcher.oddities] == [("stick", OddityKind.MOUNT)]


@pytest.mark.security
def test_a_deep_or_vanishing_tree_leaves_no_folder_open(incoming: Path, tmp_path: Path) -> None:
    _tree(incoming, "/".join("d" * 12) + "/x.pdf", "a/b/x.pdf")
    (incoming / "link").symlink_to(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert len(list(walk(incoming, PDF_ONLY))) > DEEPEST
    for found in walk(incoming, PDF_ONLY):
        if found.name == "a/b/x.pdf":
            break
    assert look_around(incoming, PDF_ONLY).waiting == 1
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.security
def test_a_file_too_large_for_every_setting_is_left_alone_and_shown(incoming: Path, watch: Watch) -> None:
    with (incoming / "huge.pdf").open("wb") as writer:
        writer.write(PDF)
        writer.truncate(10 * 2**30)
    watcher = watch()
    assert watcher.stable(SETTLE * 3) == []
    assert [(oddity.name, oddity.kind) for oddity in watcher.oddities] == [("huge.pdf", OddityKind.TOO_LARGE)]


def test_a_claim_that_fails_again_and_again_is_tried_less_and_less_often(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.watch.settling.FIRST_PAUSE_SECONDS", 0.1)
    assert watcher_module.UNCLAIMED_SECONDS > DEADLINE
    _tree(incoming, "a.pdf", "sub/b.pdf")
    watcher = watch(rescan=0.02)
    handed_out: list[float] = []
    deadline = time.monotonic() + DEADLINE
    while len(handed_out) < 5 and time.monotonic() < deadline:
        if "a.pdf" in names(watcher.stable(0.5)):
            handed_out.append(time.monotonic())
            watcher.give_back("a.pdf")
    pauses = [later - earlier for earlier, later in itertools.pairwise(handed_out)]
    assert len(pauses) == 4
    assert all(pause >= 0.1 * 2**number for number, pause in enumerate(pauses))


def test_a_rescan_tells_of_each_thing_that_it_looks_at(incoming: Path) -> None:
    """A slow network and many files make it long; whoever watches over it must not take that for a hang."""
    for number in range(3):
        (incoming / f"{number}.pdf").write_bytes(PDF)
    seen = list[int]()
    watcher = IncomingWatcher(
        incoming,
        settle_seconds=NEVER,
        damaged_grace_seconds=NEVER,
        rescan_seconds=NEVER,
        on_progress=lambda: seen.append(1),
    )
    assert watcher.health().last_progress_at is None
    watcher.start()
    watcher.close()
    assert len(seen) == 3
    assert watcher.health().last_progress_at is not None
