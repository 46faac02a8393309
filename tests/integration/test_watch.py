"""The watcher over a real folder, with real events."""

import errno
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent.adapters.watch import IncomingWatcher, OddityKind, WatchMode, events
from agent.adapters.watch import settling as settling_module
from agent.adapters.watch import watcher as watcher_module
from agent.domain.document import SeenFile
from tests.integration.watching import DEADLINE, HALF, NEVER, PDF, SETTLE, Watch, collect, names, wait_until

pytestmark = pytest.mark.reliability


def test_file_that_was_there_before_the_start_is_seen(incoming: Path, watch: Watch) -> None:
    (incoming / "a.pdf").write_bytes(PDF)
    status = (incoming / "a.pdf").stat()
    [file] = collect(watch(), 1)
    assert file == SeenFile(
        name="a.pdf",
        device=status.st_dev,
        inode=status.st_ino,
        size=len(PDF),
        modified_ns=status.st_mtime_ns,
    )


def test_written_file_is_ready_soon_after_the_settle_time(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    assert watcher.mode is WatchMode.EVENTS
    (incoming / "a.pdf").write_bytes(PDF)
    dropped_at = time.monotonic()
    assert names(watcher.stable(DEADLINE)) == ["a.pdf"]
    assert SETTLE - 0.01 <= time.monotonic() - dropped_at <= SETTLE + 1.0


def test_file_is_handed_out_once(incoming: Path, watch: Watch) -> None:
    watcher = watch(rescan=0.05)
    (incoming / "a.pdf").write_bytes(PDF)
    collect(watcher, 1)
    assert watcher.stable(SETTLE * 4) == []


def test_temporary_file_is_seen_when_it_gets_its_name(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "a.pdf.part").write_bytes(PDF)
    assert watcher.stable(SETTLE * 3) == []
    (incoming / "a.pdf.part").rename(incoming / "a.pdf")
    assert names(collect(watcher, 1)) == ["a.pdf"]
    assert watcher.oddities == ()


def test_file_moved_in_from_outside_is_seen(incoming: Path, tmp_path: Path, watch: Watch) -> None:
    watcher = watch()
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "a.pdf").rename(incoming / "a.pdf")
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_writer_that_pauses_longer_than_the_settle_time_is_waited_for(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    with (incoming / "a.pdf").open("wb") as writer:
        writer.write(HALF)
        writer.flush()
        assert watcher.stable(SETTLE * 5) == []
        writer.write(PDF[len(HALF) :])
    [file] = collect(watcher, 1)
    assert file.size == len(PDF)


@pytest.mark.parametrize("content", [HALF, b""], ids=["cut_off", "empty"])
def test_damaged_file_is_ready_after_the_grace_time(incoming: Path, watch: Watch, content: bytes) -> None:
    watcher = watch(grace=0.6)
    (incoming / "a.pdf").write_bytes(content)
    dropped_at = time.monotonic()
    collect(watcher, 1)
    assert time.monotonic() - dropped_at >= 0.59


def test_text_renamed_to_pdf_is_ready_without_the_grace_time(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "a.pdf").write_text("Dear Sir,")
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_replaced_file_is_handed_out_with_its_new_inode(incoming: Path, tmp_path: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "a.pdf").write_bytes(PDF)
    [first] = collect(watcher, 1)
    (tmp_path / "new").write_bytes(PDF + b"\n")
    (tmp_path / "new").replace(incoming / "a.pdf")
    [second] = collect(watcher, 1)
    assert second.size == first.size + 1
    assert second.inode != first.inode


def test_withdrawn_file_is_dropped_silently(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "a.pdf").write_bytes(HALF)
    wait_until(watcher, lambda: watcher.health().waiting == 1)
    (incoming / "a.pdf").rename(incoming / ".a")
    (incoming / "b.pdf").write_bytes(PDF)
    (incoming / "b.pdf").unlink()
    (incoming / "c.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["c.pdf"]


def test_failed_claim_is_handed_out_again_at_a_rescan(incoming: Path, watch: Watch) -> None:
    watcher = watch(rescan=0.3)
    (incoming / "a.pdf").write_bytes(PDF)
    collect(watcher, 1)
    watcher.give_back("a.pdf")
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_file_whose_claim_was_refused_just_now_is_left_as_well(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who misses it takes it for gone, and tells of it again at the next look."""
    monkeypatch.setattr(settling_module, "FIRST_PAUSE_SECONDS", 0.01)
    watcher = watch()
    (incoming / "a.pdf").write_bytes(PDF)
    for _ in range(settling_module.TELLING_REFUSALS + 1):
        collect(watcher, 1)
        watcher.give_back("a.pdf")
    assert watcher.leftovers() == {"a.pdf": "can't be taken away"}


def test_file_that_is_neither_claimed_nor_given_back_is_not_stuck(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "UNCLAIMED_SECONDS", 0.2)
    watcher = watch(rescan=0.1)
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 2)) == ["a.pdf", "a.pdf"]


def test_caller_without_room_can_keep_the_rescans_going(incoming: Path, watch: Watch) -> None:
    watcher = watch(rescan=0.05)
    first = watcher.health().last_rescan_at
    (incoming / "a.pdf").write_bytes(PDF)
    deadline = time.monotonic() + DEADLINE
    while watcher.health().last_rescan_at == first:
        assert time.monotonic() < deadline
        watcher.attend()
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_claimed_file_of_the_same_name_can_come_again(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / ".claimed").mkdir()
    for number in range(3):
        (incoming / "scan.pdf").write_bytes(PDF)
        assert names(collect(watcher, 1)) == ["scan.pdf"]
        (incoming / "scan.pdf").rename(incoming / ".claimed" / f"D-{number}")


@pytest.mark.security
def test_names_of_any_bytes_are_handed_out(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    raw = [b"\xe9\xff.pdf", b"a\nb.pdf", "\u202efdp😀.pdf".encode(), b"x" * 251 + b".pdf"]
    for name in raw:
        Path(os.fsdecode(os.fsencode(incoming) + b"/" + name)).write_bytes(PDF)
    assert sorted(os.fsencode(name) for name in names(collect(watcher, 4))) == sorted(raw)


@pytest.mark.security
def test_odd_things_are_neither_followed_nor_opened_but_shown(
    incoming: Path, tmp_path: Path, watch: Watch
) -> None:
    (tmp_path / "secret").write_bytes(PDF)
    (incoming / "link.pdf").symlink_to(tmp_path / "secret")
    (incoming / "dangling.pdf").symlink_to(tmp_path / "nowhere")
    os.mkfifo(incoming / "pipe.pdf")
    (incoming / "folder.pdf").mkdir()
    (incoming / "letter.docx").write_bytes(b"PK")
    with socket.socket(socket.AF_UNIX) as server, working_in(incoming):
        server.bind("socket.pdf")
    with capture_logs() as logs:
        watcher = watch(rescan=0.05)
        (incoming / "good.pdf").write_bytes(PDF)
        assert names(collect(watcher, 1)) == ["good.pdf"]
        assert watcher.stable(SETTLE * 3) == []
    assert {oddity.name: oddity.kind for oddity in watcher.oddities} == {
        "link.pdf": OddityKind.SYMLINK,
        "dangling.pdf": OddityKind.SYMLINK,
        "pipe.pdf": OddityKind.FIFO,
        "folder.pdf": OddityKind.DIRECTORY,
        "letter.docx": OddityKind.OTHER_FORMAT,
        "socket.pdf": OddityKind.SOCKET,
    }
    lines = [log for log in logs if log["event"] == "oddity_seen"]
    assert len(lines) == 6, "each is logged once, however many rescans"
    assert all(set(line) == {"event", "log_level", "kind", "inode"} for line in lines)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """A socket's address is limited to 107 bytes, so it is bound from within the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def test_oddity_that_is_taken_away_is_shown_no_more(incoming: Path, watch: Watch) -> None:
    (incoming / "folder.pdf").mkdir()
    watcher = watch(rescan=0.05)
    assert len(watcher.oddities) == 1
    (incoming / "folder.pdf").rmdir()
    wait_until(watcher, lambda: watcher.oddities == ())


def test_unreadable_file_is_odd_until_it_can_be_read(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"a.pdf"}
    real_open = os.open

    def refusing_open(path: str, flags: int, **where: int) -> int:
        if path in refused:
            raise PermissionError(errno.EACCES, "refused")
        return real_open(path, flags, **where)

    monkeypatch.setattr("agent.adapters.watch.looking.os.open", refusing_open)
    (incoming / "a.pdf").write_bytes(PDF)
    watcher = watch(rescan=0.05)
    wait_until(watcher, lambda: watcher.oddities != ())
    assert [oddity.kind for oddity in watcher.oddities] == [OddityKind.UNREADABLE]
    refused.clear()
    assert names(collect(watcher, 1)) == ["a.pdf"]
    assert watcher.oddities == ()


def test_two_thousand_files_at_once_are_all_handed_out_once(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    for number in range(2000):
        (incoming / f"{number}.pdf").write_bytes(PDF)
    files = collect(watcher, 2000)
    assert sorted(names(files)) == sorted(f"{number}.pdf" for number in range(2000))


def test_no_more_files_than_asked_for_are_handed_out_at_once(incoming: Path, watch: Watch) -> None:
    for number in range(5):
        (incoming / f"{number}.pdf").write_bytes(PDF)
    watcher = watch()
    assert len(watcher.stable(DEADLINE, at_most=3)) == 3
    assert len(watcher.stable(DEADLINE, at_most=3)) == 2


def test_lost_events_are_made_good_by_a_rescan(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events._Hints, "on_any_event", lambda self, event: None)
    watcher = watch(rescan=0.2)
    (incoming / "a.pdf").write_bytes(PDF)
    assert watcher.mode is WatchMode.EVENTS
    assert names(collect(watcher, 1)) == ["a.pdf"]


@pytest.mark.parametrize("removal", ["removed", "renamed_away"])
def test_replaced_folder_is_watched_again(incoming: Path, tmp_path: Path, watch: Watch, removal: str) -> None:
    watcher = watch()
    if removal == "removed":
        shutil.rmtree(incoming)
    else:
        incoming.rename(tmp_path / "elsewhere")
    wait_until(watcher, lambda: not watcher.health().is_folder_there)
    assert watcher.health().why == "the folder is not there"
    incoming.mkdir()
    wait_until(watcher, lambda: watcher.health().is_observer_alive)
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_folder_replaced_between_two_looks_is_noticed(incoming: Path, tmp_path: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "old.pdf").write_bytes(HALF)
    wait_until(watcher, lambda: watcher.health().waiting == 1)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "new.pdf").write_bytes(PDF)
    incoming.rename(tmp_path / "old")
    (tmp_path / "new").rename(incoming)
    assert names(collect(watcher, 1)) == ["new.pdf"]
    assert watcher.health().waiting == 0


def test_missing_folder_at_the_start_is_waited_for(incoming: Path, watch: Watch) -> None:
    incoming.rmdir()
    watcher = watch()
    assert watcher.mode is WatchMode.POLLING
    incoming.mkdir()
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]
    assert watcher.health().is_observer_alive


def test_folder_that_is_a_symlink_gives_events(incoming: Path, tmp_path: Path, watch: Watch) -> None:
    link = tmp_path / "link"
    link.symlink_to(incoming)
    watcher = watch(link)
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_dead_observer_is_built_again(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    assert watcher._events is not None
    watcher._events._observer.stop()
    assert not watcher.health().is_observer_alive
    watcher.stable(0.0)
    assert watcher.health().is_observer_alive
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]


@pytest.mark.parametrize(
    ("number", "why"),
    [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances")],
    ids=["watches", "instances"],
)
def test_reached_inotify_limit_falls_back_to_polling_until_it_is_raised(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, number: int, why: str
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(number, "limit reached")

    with monkeypatch.context() as limited:
        limited.setattr("agent.adapters.watch.arrivals.ArrivalObserver.start", refuse)
        watcher = watch(rescan=0.2)
        assert watcher.mode is WatchMode.POLLING
        assert why in watcher.health().why
        (incoming / "a.pdf").write_bytes(PDF)
        assert names(collect(watcher, 1)) == ["a.pdf"]
    wait_until(watcher, lambda: watcher.health().why == "")
    assert watcher.health().is_observer_alive


def test_network_file_system_is_polled(incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "remote_type", lambda _folder: "cifs")
    watcher = watch(rescan=0.2)
    assert watcher.mode is WatchMode.POLLING
    assert "cifs" in watcher.health().why
    (incoming / "a.pdf").write_bytes(PDF)
    assert names(collect(watcher, 1)) == ["a.pdf"]


def test_idle_wait_looks_at_nothing(incoming: Path) -> None:
    asked = 0

    def monotonic() -> float:
        nonlocal asked
        asked += 1
        return time.monotonic()

    watcher = IncomingWatcher(
        incoming,
        settle_seconds=SETTLE,
        damaged_grace_seconds=NEVER,
        rescan_seconds=NEVER,
        monotonic=monotonic,
    )
    watcher.start()
    try:
        (incoming / "waits.pdf").write_bytes(HALF)
        assert watcher.stable(SETTLE * 3) == []
        asked = 0
        assert watcher.stable(0.5) == []
        assert asked <= 10
    finally:
        watcher.close()


def test_close_ends_a_wait_at_once(watch: Watch) -> None:
    watcher = watch()
    results: list[list[SeenFile]] = []
    waiter = threading.Thread(target=lambda: results.append(watcher.stable(DEADLINE)))
    waiter.start()
    watcher.close()
    waiter.join(5.0)
    assert not waiter.is_alive()
    assert results == [[]]
    assert watcher.stable(DEADLINE) == []


def test_health_tells_of_the_last_rescan(watch: Watch) -> None:
    before = time.monotonic()
    watcher = watch()
    last = watcher.health().last_rescan_at
    assert last is not None
    assert before <= last <= time.monotonic()


def test_a_rescan_that_is_refused_is_no_hang(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon ends itself for want of rescans; documents that are being read would be blamed for its end."""
    watcher = watch(rescan=0.05)
    last = watcher.health().last_rescan_at

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(watcher_module, "walk", refuse)
    wait_until(watcher, lambda: watcher.health().last_rescan_at != last)


@pytest.mark.parametrize("content", [PDF, HALF], ids=["finished", "half"])
def test_a_file_that_a_program_has_open_for_writing_waits_for_its_end(
    incoming: Path, watch: Watch, content: bytes
) -> None:
    """Longer than settle and grace time: whoever writes it, a scanner for instance, may pause."""
    watcher = watch(grace=2 * SETTLE)
    with (incoming / "a.pdf").open("wb", buffering=0) as writer:
        writer.write(content)
        (incoming / "b.pdf").write_bytes(PDF)
        (incoming / "c.pdf").write_bytes(HALF)
        assert set(names(collect(watcher, 2))) == {"b.pdf", "c.pdf"}
        writer.write(PDF)
    [file] = collect(watcher, 1)
    assert (file.name, file.size) == ("a.pdf", len(content) + len(PDF))


def test_a_reader_does_not_hold_a_file_up(incoming: Path, watch: Watch) -> None:
    watcher = watch()
    (incoming / "a.pdf").write_bytes(PDF)
    with (incoming / "a.pdf").open("rb"):
        assert names(collect(watcher, 1)) == ["a.pdf"]


def test_who_writes_on_another_machine_is_not_asked(
    incoming: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network file system refuses each lease, which would look like a writer."""
    monkeypatch.setattr(watcher_module, "remote_type", lambda folder: "nfs4")
    watcher = watch()
    with (incoming / "a.pdf").open("wb", buffering=0) as writer:
        writer.write(PDF)
        assert names(collect(watcher, 1)) == ["a.pdf"]
