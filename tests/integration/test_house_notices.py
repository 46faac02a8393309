"""What health, probe and space say of a home that is short of room, or whose folders refuse."""

import datetime
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import durable, errors
from agent.adapters import folders as folders_module
from agent.adapters.folders import FOLDERS, HomeFolders
from agent.adapters.home import LEDGER_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, SqlOutbox, open_engine
from agent.adapters.space import HomeSpace
from agent.app import make_home
from agent.config import Settings
from agent.core.notices import paused_notice, resumed_notice
from agent.core.voice import ENGLISH
from agent.domain.document import CorrelationId, DocumentId, SeenFile, Sha256
from agent.domain.message import Message
from agent.domain.outcome import Event, Failed, FailureReason
from agent.domain.room import MEGABYTE, Room
from agent.domain.settlement import Settlement
from agent.health import Finding, Level, examine

pytestmark = pytest.mark.observability

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
SEEN = SeenFile(name="scan.pdf", device=1, inode=2, size=3, modified_ns=4)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_home(tmp_path / "home")
    return tmp_path / "home"


def finding(home: Path, part: str, floor_megabytes: int = 0) -> Finding:
    settings = Settings(home=home, disk_floor_megabytes=floor_megabytes)
    return next(it for it in examine(settings) if it.part == part)


def test_room_is_well_above_the_floor_and_bad_below_it(home: Path) -> None:
    assert finding(home, "disk").level is Level.GOOD
    short = finding(home, "disk", floor_megabytes=1_000_000)
    assert short.level is Level.BAD
    assert short.sentence.startswith("nothing is taken in: the home's disk: ")
    assert "DOSSIERD_DISK_FLOOR_MEGABYTES" in short.hint


def test_a_home_without_folders_has_no_room_to_tell_of(tmp_path: Path) -> None:
    assert finding(tmp_path / "nowhere", "disk").level is Level.NOTICE


@pytest.mark.parametrize(
    ("last", "level"),
    [
        (None, Level.GOOD),
        (paused_notice("archive/: 199 MB free.", "", voice=ENGLISH), Level.BAD),
        (resumed_notice(voice=ENGLISH), Level.GOOD),
    ],
)
def test_check_says_that_intake_still_pauses_a_little_above_the_floor(
    home: Path, last: Message | None, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(home / "state" / LEDGER_FILE, may_upgrade=True)
    if last is not None:
        SqlOutbox(engine).announce([("anna", last)], NOON)
    engine.dispose()
    nearly = Room(folders=("archive",), free_bytes=220 * MEGABYTE, free_inodes=None)
    monkeypatch.setattr(HomeSpace, "rooms", lambda _: [nearly])
    assert finding(home, "disk", floor_megabytes=200).level is level


def test_each_file_system_is_asked_once(home: Path, tmp_path: Path) -> None:
    (one,) = HomeSpace(home, (*FOLDERS, "not there")).rooms()
    assert one.folders == FOLDERS
    room = os.statvfs(home)
    assert one.free_bytes <= room.f_blocks * room.f_frsize
    (home / "review").rmdir()
    (home / "review").symlink_to("/dev/shm")
    assert {it.folders for it in HomeSpace(home, FOLDERS).rooms()} == {
        ("incoming", "archive", "failed", "logs", "state"),
        ("review",),
    }


def _moving(home: Path, settled_at: datetime.datetime) -> DocumentId:
    ledger = SqlLedger(open_engine(home / "state" / LEDGER_FILE, may_upgrade=True))
    opened = ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON)
    ledger.confirm_claim(opened.document_id, "incoming/.claimed/h/D-1", NOON)
    ledger.start(opened.document_id, Sha256("a" * 64), 3, NOON)
    outcome = Failed(reason=FailureReason.DAMAGED)
    settlement = Settlement(event=Event.SETTLED, outcome=outcome, target="failed/2026-03-01_D-1.pdf")
    ledger.settle(opened.document_id, settlement, settled_at)
    ledger.close()
    return opened.document_id


def test_a_move_that_waits_for_long_is_named_with_the_folder_to_look_at(home: Path) -> None:
    _moving(home, NOON)
    stuck = finding(home, "moves")
    assert stuck.level is Level.BAD
    assert stuck.sentence == "1 can't be put in place: D-1"
    assert str(home / "failed") in stuck.hint


def test_a_move_that_has_just_begun_is_well(home: Path) -> None:
    _moving(home, datetime.datetime.now(datetime.UTC))
    assert finding(home, "moves").level is Level.GOOD


def test_no_ledger_has_no_moves(home: Path) -> None:
    assert finding(home, "moves").level is Level.NOTICE


# --- The probe


def test_a_probe_names_the_folder_that_refuses_and_holds_for_a_while(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = HomeFolders(home, "h")
    probed, probe, refuse = list[str](), durable.probe_folder, {"review"}

    def count(folder: Path, host: str) -> None:
        probed.append(folder.name)
        if folder.name in refuse:
            raise OSError(errno.EACCES, "Permission denied")
        probe(folder, host)

    monkeypatch.setattr(folders_module, "probe_folder", count)
    for _ in range(2):
        with pytest.raises(errors.StorageUnavailable) as refused:
            folders.probe()
        assert refused.value.sentence == "review/ can't be read or written to (EACCES)."
        assert "owner" in refused.value.hint
    refuse.clear()
    folders.probe()
    probed.clear()
    folders.probe()
    assert probed == []
    assert not list(home.rglob(".dossierd-probe*"))


def _lay_symlink(path: Path, ledger: Path) -> None:
    path.symlink_to(ledger)


def _lay_pipe(path: Path, _ledger: Path) -> None:
    os.mkfifo(path)


def _lay_file(path: Path, _ledger: Path) -> None:
    path.write_bytes(b"left by a death")


@pytest.mark.security
@pytest.mark.timeout(30)
@pytest.mark.parametrize("lay", [_lay_symlink, _lay_pipe, _lay_file])
def test_what_a_stranger_lays_in_the_way_of_the_probe_is_neither_written_to_nor_waited_for(
    home: Path, lay: Callable[[Path, Path], None]
) -> None:
    ledger = home / "state" / LEDGER_FILE
    ledger.write_bytes(b"the ledger")
    for name in (".dossierd-probe", ".dossierd-probe-2"):
        lay(home / "incoming" / name, ledger)
    HomeFolders(home, "h").probe()
    assert ledger.read_bytes() == b"the ledger"
    assert not list(home.rglob(".dossierd-probe*"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_home_that_is_only_full_is_prepared(home: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(folder: Path, _host: str) -> None:
        if folder.name == "archive":
            raise OSError(code, os.strerror(code))
        folder.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(folders_module, "probe_folder", refuse)
    HomeFolders(home, "h").prepare()


def test_a_lock_is_held_though_nobody_can_be_written_down_as_its_holder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", refuse)
    lock = HomeLock(home / "state")
    lock.take()
    assert HomeLock(home / "state").is_held()
    assert lock.holder() is None
    lock.release()
