"""The home's folders on real file systems: nothing is lost, overwritten or left half, whenever a call is cut short."""

import ctypes
import errno
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import durable, errors
from agent.adapters import folders as module
from agent.adapters.folders import LAST_NUMBER, HomeFolders
from agent.adapters.home import highest_number
from agent.domain.document import DocumentId, SeenFile
from agent.durable import hash_file
from tests.custody_builders import HOME_ID, hash_of, seen_file

pytestmark = pytest.mark.reliability

SEVEN, EIGHT = DocumentId(7), DocumentId(8)
RESTING = "review/D-8.pdf"
CLAIMED = f"incoming/.claimed/{HOME_ID}/D-7"
TARGET = "archive/R1/2026/2026-03-01_D-7.pdf"
TAG = "D-7-e1"
BYTES = b"%PDF-1.7 a letter"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def folders(home: Path) -> HomeFolders:
    made = HomeFolders(home, HOME_ID)
    made.prepare()
    return made


def _drop(home: Path, content: bytes = BYTES, name: str = "scan.pdf") -> SeenFile:
    path = home / "incoming" / name
    path.write_bytes(content)
    return seen_file(path, home / "incoming")


def _put(home: Path, location: str, content: bytes = BYTES) -> Path:
    path = home / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _files(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and not path.name.startswith(LAST_NUMBER)
    )


# --- Claim


def test_a_claim_renames_the_very_file_into_the_claim_folder(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    assert folders.claim(seen, SEVEN) == CLAIMED == folders.claimed_location(SEVEN)
    assert _files(home) == [CLAIMED]
    assert folders.path(CLAIMED).stat().st_ino == seen.inode
    assert folders.fingerprint(CLAIMED) == (hash_of(BYTES), len(BYTES))


def test_a_claim_repeated_after_the_rename_gives_the_same_place(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    folders.claim(seen, SEVEN)
    _drop(home, b"the next one of that name")
    assert folders.claim(seen, SEVEN) == CLAIMED
    assert _files(home) == [CLAIMED, "incoming/scan.pdf"]


def test_a_file_that_is_gone_can_not_be_claimed(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    (home / "incoming/scan.pdf").unlink()
    with pytest.raises(errors.FileVanished):
        folders.claim(seen, SEVEN)
    assert _files(home) == []


def test_another_file_under_the_seen_name_stays_where_it_is(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    (home / "incoming/scan.pdf").rename(home / "incoming/elsewhere.pdf")
    _drop(home, b"another")
    with pytest.raises(errors.FileVanished):
        folders.claim(seen, SEVEN)
    assert (home / "incoming/scan.pdf").read_bytes() == b"another"
    assert _files(home) == ["incoming/elsewhere.pdf", "incoming/scan.pdf"]


def test_a_file_that_was_written_to_since_it_was_seen_waits(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    with (home / "incoming/scan.pdf").open("ab") as writer:
        writer.write(b", and more of it")
    with pytest.raises(errors.FileVanished):
        folders.claim(seen, SEVEN)
    assert _files(home) == ["incoming/scan.pdf"]


def test_a_claim_is_repeated_though_the_writer_still_writes(home: Path, folders: HomeFolders) -> None:
    seen = _drop(home)
    folders.claim(seen, SEVEN)
    with (home / CLAIMED).open("ab") as writer:
        writer.write(b", and more of it")
    assert folders.claim(seen, SEVEN) == CLAIMED


def test_a_file_that_slips_in_between_look_and_rename_is_put_back(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _drop(home)
    rename, calls = durable.rename_without_replacing, list[str]()

    def slip_in(source: Path, target: Path) -> None:
        if not calls:
            source.rename(home / "incoming/elsewhere.pdf")
            source.write_bytes(b"another")
        calls.append(source.name)
        rename(source, target)

    monkeypatch.setattr(module, "rename_without_replacing", slip_in)
    with pytest.raises(errors.FileVanished):
        folders.claim(seen, SEVEN)
    assert calls == ["scan.pdf", "D-7"]
    assert (home / "incoming/scan.pdf").read_bytes() == b"another"
    assert _files(home) == ["incoming/elsewhere.pdf", "incoming/scan.pdf"]


@pytest.mark.security
def test_the_last_number_is_written_into_no_other_file(home: Path, folders: HomeFolders) -> None:
    """Who may write in incoming/ may swap the claim folder for one of theirs."""
    ledger = _put(home, "state/ledger.sqlite", b"the ledger")
    laid = home / "incoming/.claimed" / HOME_ID / f"{LAST_NUMBER}.part"
    laid.symlink_to(ledger)
    folders.claim(_drop(home), SEVEN)
    assert ledger.read_bytes() == b"the ledger"
    assert folders.last_number() == SEVEN


def test_a_claim_never_replaces_what_stands_under_its_number(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED, b"of an older ledger")
    with pytest.raises(errors.DestinationTaken):
        folders.claim(_drop(home), SEVEN)
    assert (home / CLAIMED).read_bytes() == b"of an older ledger"
    assert (home / "incoming/scan.pdf").read_bytes() == BYTES


def _make_symlink(path: Path) -> None:
    path.symlink_to("/etc/hostname")


ODD: list[Callable[[Path], None]] = [_make_symlink, Path.mkdir, os.mkfifo]


@pytest.mark.security
@pytest.mark.parametrize("make", ODD)
def test_what_is_no_regular_file_is_not_claimed(
    home: Path, folders: HomeFolders, make: Callable[[Path], None]
) -> None:
    path = home / "incoming/scan.pdf"
    make(path)
    with pytest.raises(errors.FileVanished):
        folders.claim(seen_file(path, home / "incoming"), SEVEN)
    assert os.path.lexists(path)
    assert not (home / CLAIMED).exists()


@pytest.mark.security
@pytest.mark.parametrize("make", ODD)
def test_what_is_no_regular_file_is_neither_hashed_nor_moved(
    home: Path, folders: HomeFolders, make: Callable[[Path], None]
) -> None:
    make(home / CLAIMED)
    with pytest.raises(errors.FileVanished):
        folders.fingerprint(CLAIMED)
    with pytest.raises(errors.FileVanished):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert os.path.lexists(home / CLAIMED)


@pytest.mark.parametrize("make", [_make_symlink, Path.mkdir, os.mkfifo])
def test_what_is_no_regular_file_at_the_target_is_left_alone(
    home: Path, folders: HomeFolders, make: Callable[[Path], None]
) -> None:
    _put(home, CLAIMED)
    (home / TARGET).parent.mkdir(parents=True)
    make(home / TARGET)
    with pytest.raises(errors.DestinationTaken):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert (home / CLAIMED).read_bytes() == BYTES


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9.pdf", b"\xff\xfe\x01.pdf", b"new\nline.pdf", "تقرير.pdf".encode(), b" .pdf", b"-rf.pdf"],
)
def test_a_name_of_any_bytes_is_claimed(home: Path, folders: HomeFolders, name: bytes) -> None:
    assert folders.claim(_drop(home, name=os.fsdecode(name)), SEVEN) == CLAIMED
    assert _files(home) == [CLAIMED]


# --- Move within one file system


def test_a_move_makes_the_folders_and_leaves_nothing_behind(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED)
    folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert _files(home) == [TARGET]
    assert (home / TARGET).read_bytes() == BYTES


def test_a_move_waits_until_the_bytes_themselves_are_on_disk(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut leaves an empty file where people were told that the document is filed."""
    source, done = _put(home, CLAIMED), list[str]()
    inode, sync, rename = source.stat().st_ino, os.fsync, durable.rename_without_replacing

    def note_sync(descriptor: int) -> None:
        sync(descriptor)
        if os.fstat(descriptor).st_ino == inode:
            done.append("synced")

    def note_rename(*paths: Path) -> None:
        rename(*paths)
        done.append("renamed")

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(module, "rename_without_replacing", note_rename)
    folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert done == ["synced", "renamed"]


def test_a_move_repeated_when_it_is_done_changes_nothing(home: Path, folders: HomeFolders) -> None:
    _put(home, TARGET)
    folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert _files(home) == [TARGET]


def test_a_move_to_the_place_where_it_lies_keeps_the_file(home: Path, folders: HomeFolders) -> None:
    _put(home, TARGET)
    folders.move(TARGET, TARGET, hash_of(BYTES), TAG)
    assert (home / TARGET).read_bytes() == BYTES


def test_a_taken_target_is_not_replaced(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED)
    _put(home, TARGET, b"a stranger's")
    with pytest.raises(errors.DestinationTaken):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert (home / TARGET).read_bytes() == b"a stranger's"
    assert (home / CLAIMED).read_bytes() == BYTES


def test_a_changed_source_is_not_moved(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED, b"written to since")
    with pytest.raises(errors.FileChanged):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert _files(home) == [CLAIMED]


def test_a_missing_source_is_told(home: Path, folders: HomeFolders) -> None:
    with pytest.raises(errors.FileVanished):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    with pytest.raises(errors.FileVanished):
        folders.fingerprint(CLAIMED)


def test_a_file_in_a_folder_s_place_is_the_disk_s_refusal(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED)
    _put(home, "archive/R1", b"no folder")
    with pytest.raises(errors.StorageUnavailable) as refused:
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert refused.value.sentence == "The disk refuses (ENOTDIR)."
    assert (home / CLAIMED).read_bytes() == BYTES


# --- Move across file systems


@pytest.fixture
def across(home: Path, folders: HomeFolders, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An archive on another file system: the same home, whose archive/ leads there."""
    other = Path("/dev/shm")  # every Linux has it; a folder of our own in it
    if not other.is_dir() or other.stat().st_dev == home.stat().st_dev:
        pytest.skip("no second file system: /dev/shm is none")
    folder = other / f"dossierd-test-{os.getpid()}-{home.name}"
    folder.mkdir()
    (home / "archive").rmdir()
    (home / "archive").symlink_to(folder)
    yield folder
    subprocess.run(["rm", "-r", folder], check=True)


def _archived(across: Path) -> list[str]:
    return [f"archive/{name}" for name in _files(across)]


def test_a_move_across_file_systems_publishes_the_bytes_and_takes_the_source_away(
    home: Path, folders: HomeFolders, across: Path
) -> None:
    content = os.urandom(3 << 20)
    _put(home, CLAIMED, content)
    folders.move(CLAIMED, TARGET, hash_of(content), TAG)
    assert _archived(across) == [TARGET]
    assert (home / TARGET).read_bytes() == content
    assert not (home / CLAIMED).exists()


class _Died(BaseException):
    """Stands for the death of the process."""


class _Mortal(HomeFolders):
    """Dies once, before or after a step."""

    dies_at: str | None = None

    def _copy(self, source: Path, temporary: Path) -> None:
        self._reach("before copy")
        if self.dies_at == "half-way through copy":
            temporary.write_bytes(source.read_bytes()[:3])
            self._reach("half-way through copy")
        super()._copy(source, temporary)
        self._reach("after copy")

    def _publish(self, temporary: Path, target: Path) -> None:
        self._reach("before publish")
        super()._publish(temporary, target)
        self._reach("after publish")

    def _unlink(self, source: Path) -> None:
        self._reach("before unlink")
        super()._unlink(source)
        self._reach("after unlink")

    def _reach(self, point: str) -> None:
        if self.dies_at == point:
            self.dies_at = None
            raise _Died


POINTS = [
    "before copy",
    "half-way through copy",
    "after copy",
    "before publish",
    "after publish",
    "before unlink",
    "after unlink",
]


@pytest.mark.parametrize("point", POINTS)
def test_a_copy_cut_short_anywhere_is_finished_by_the_next_call(home: Path, across: Path, point: str) -> None:
    _put(home, CLAIMED)
    mortal = _Mortal(home, HOME_ID)
    mortal.dies_at = point
    with pytest.raises(_Died):
        mortal.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    kept = [path for path in (home / CLAIMED, home / TARGET) if path.exists() and path.read_bytes() == BYTES]
    assert kept
    mortal.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert (home / TARGET).read_bytes() == BYTES
    assert _archived(across) == [TARGET]
    assert not (home / CLAIMED).exists()


def test_a_source_that_changes_while_it_is_copied_is_not_published(home: Path, across: Path) -> None:
    class Rewritten(HomeFolders):
        def _copy(self, source: Path, temporary: Path) -> None:
            source.write_bytes(b"rewritten")
            super()._copy(source, temporary)

    _put(home, CLAIMED)
    with pytest.raises(errors.FileChanged):
        Rewritten(home, HOME_ID).move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert _archived(across) == []
    assert (home / CLAIMED).read_bytes() == b"rewritten"


def test_a_source_that_changed_after_the_copy_was_published_is_kept(
    home: Path, folders: HomeFolders, across: Path
) -> None:
    _put(home, TARGET)
    _put(home, CLAIMED, b"another by now")
    folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert (home / CLAIMED).read_bytes() == b"another by now"
    assert (home / TARGET).read_bytes() == BYTES


def test_a_taken_target_across_file_systems_is_not_replaced(
    home: Path, folders: HomeFolders, across: Path
) -> None:
    _put(home, CLAIMED)
    _put(home, TARGET, b"a stranger's")
    with pytest.raises(errors.DestinationTaken):
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert (home / TARGET).read_bytes() == b"a stranger's"
    assert (home / CLAIMED).read_bytes() == BYTES


def test_half_a_copy_on_its_way_back_is_no_orphan(home: Path, folders: HomeFolders, across: Path) -> None:
    mortal = _Mortal(home, HOME_ID)
    mortal.dies_at = "half-way through copy"
    _put(home, TARGET)
    with pytest.raises(_Died):
        mortal.move(TARGET, CLAIMED, hash_of(BYTES), TAG)
    assert (home / f"incoming/.claimed/{HOME_ID}/.{TAG}.part").exists()
    assert folders.orphans(lambda: frozenset({SEVEN})) == []
    folders.move(TARGET, CLAIMED, hash_of(BYTES), TAG)
    assert _files(home / "incoming") == [f".claimed/{HOME_ID}/D-7"]


# --- File systems that don't know RENAME_NOREPLACE


class _OldKernel:
    """The C library of a file system that refuses the flag."""

    def __init__(self, number: int = errno.EINVAL) -> None:
        self._number = number

    def renameat2(self, *_: object) -> int:
        ctypes.set_errno(self._number)
        return -1


@pytest.fixture(params=[errno.EINVAL, errno.ENOSYS, errno.ENOTSUP])
def flagless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "_libc", _OldKernel(request.param))


@pytest.mark.usefixtures("flagless")
class TestWithoutTheFlag:
    def test_claim_and_move_work(self, home: Path, folders: HomeFolders) -> None:
        folders.claim(_drop(home), SEVEN)
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
        assert _files(home) == [TARGET]

    def test_a_taken_target_is_not_replaced(self, home: Path, folders: HomeFolders) -> None:
        _put(home, CLAIMED)
        _put(home, TARGET, b"a stranger's")
        with pytest.raises(errors.DestinationTaken):
            folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
        assert (home / TARGET).read_bytes() == b"a stranger's"

    def test_a_move_that_died_after_reserving_the_name_is_finished(
        self, home: Path, folders: HomeFolders
    ) -> None:
        _put(home, CLAIMED)
        _put(home, TARGET, b"")
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
        assert _files(home) == [TARGET]
        assert (home / TARGET).read_bytes() == BYTES

    def test_a_claim_that_died_after_reserving_the_number_is_finished(
        self, home: Path, folders: HomeFolders
    ) -> None:
        _put(home, CLAIMED, b"")
        folders.claim(_drop(home), SEVEN)
        assert _files(home) == [CLAIMED]
        assert (home / CLAIMED).read_bytes() == BYTES

    def test_a_number_reserved_for_a_file_that_went_away_is_freed(
        self, home: Path, folders: HomeFolders
    ) -> None:
        seen = _drop(home)
        _put(home, CLAIMED, b"")
        (home / "incoming/scan.pdf").unlink()
        with pytest.raises(errors.FileVanished):
            folders.claim(seen, SEVEN)
        assert _files(home) == []

    def test_a_name_is_not_kept_reserved_when_the_rename_fails(self, home: Path) -> None:
        with pytest.raises(FileNotFoundError):
            durable.rename_without_replacing(home / "absent", home / "target")
        assert _files(home) == []

    def test_what_another_host_put_there_meanwhile_is_let_be(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source, target, reserve = home / "ours", home / "target", durable.make_empty
        source.write_bytes(BYTES)

        def take_over(path: Path) -> os.stat_result:
            made = reserve(path)
            source.rename(path)
            return made

        monkeypatch.setattr(durable, "make_empty", take_over)
        with pytest.raises(FileNotFoundError):
            durable.rename_without_replacing(source, target)
        assert target.read_bytes() == BYTES

    def test_a_take_s_name_that_was_only_reserved_is_freed_by_the_next(
        self, home: Path, folders: HomeFolders
    ) -> None:
        _put(home, CLAIMED)
        _put(home, f"{CLAIMED}-t1", b"")
        assert folders.hold(SEVEN, 2) == f"{CLAIMED}-t2"
        assert _files(home) == [f"{CLAIMED}-t2"]
        assert (home / f"{CLAIMED}-t2").read_bytes() == BYTES

    def test_a_copy_across_is_published(self, home: Path, folders: HomeFolders, across: Path) -> None:
        _put(home, CLAIMED)
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
        assert _archived(across) == [TARGET]
        assert _files(home / "incoming") == []


def test_any_other_refusal_of_the_kernel_is_told_by_its_name_and_hint(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_libc", _OldKernel(errno.EROFS))
    _put(home, CLAIMED)
    with pytest.raises(errors.StorageUnavailable) as refused:
        folders.move(CLAIMED, TARGET, hash_of(BYTES), TAG)
    assert refused.value.sentence == "The disk refuses (EROFS)."
    assert "read-only" in refused.value.hint
    assert refused.value.retryable


# --- Hosts that take over from each other


def test_each_take_has_a_name_of_its_own_and_on_one_host_there_is_none(folders: HomeFolders) -> None:
    names = [folders.claimed_location(SEVEN, take) for take in (0, 1, 12)]
    assert names == [CLAIMED, f"{CLAIMED}-t1", f"{CLAIMED}-t12"]


@pytest.mark.parametrize("earlier", [CLAIMED, f"{CLAIMED}-t1", f"{CLAIMED}-t2", f"{CLAIMED}-t3"])
def test_a_file_gets_the_name_of_its_take_whichever_it_had(
    home: Path, folders: HomeFolders, earlier: str
) -> None:
    _put(home, earlier)
    for _ in range(2):
        assert folders.hold(SEVEN, 3) == f"{CLAIMED}-t3"
        assert _files(home) == [f"{CLAIMED}-t3"]


@pytest.mark.parametrize("reserved", [[], [f"{CLAIMED}-t2"]], ids=["nothing-reserved", "a-name-reserved"])
def test_of_two_files_the_later_take_s_is_the_document_and_the_other_stays(
    home: Path, folders: HomeFolders, reserved: list[str]
) -> None:
    _put(home, CLAIMED, b"a stranger's, of a claimer that died")
    _put(home, f"{CLAIMED}-t1")
    for name in reserved:
        _put(home, name, b"")
    assert folders.hold(SEVEN, 3) == f"{CLAIMED}-t3"
    assert (home / f"{CLAIMED}-t3").read_bytes() == BYTES
    assert _files(home) == [CLAIMED, f"{CLAIMED}-t3"]


def test_on_one_host_a_file_keeps_its_name(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED)
    assert folders.hold(SEVEN, 0) == CLAIMED
    assert _files(home) == [CLAIMED]


def test_names_of_takes_are_no_orphans_of_a_document_that_is_known(home: Path, folders: HomeFolders) -> None:
    for number in (7, 9):
        _put(home, f"incoming/.claimed/{HOME_ID}/D-{number}-t2")
    assert folders.orphans(lambda: frozenset({SEVEN})) == [f"incoming/.claimed/{HOME_ID}/D-9-t2"]
    assert folders.last_number() == highest_number(home) == 9


def test_each_host_notes_the_last_number_by_itself_and_each_reads_all(home: Path) -> None:
    ada, bob = (HomeFolders(home, HOME_ID, host=host) for host in ("ada", "bob"))
    ada.prepare()
    ada.claim(_drop(home), DocumentId(9))
    bob.claim(_drop(home, name="later.pdf"), SEVEN)
    for number in (9, 7):
        (home / f"incoming/.claimed/{HOME_ID}/D-{number}").unlink()
    assert ada.last_number() == bob.last_number() == 9


def test_what_others_left_half_written_is_removed_and_nothing_else(home: Path, folders: HomeFolders) -> None:
    folder = str(Path(TARGET).parent)
    for name in (f".{TAG}-t1.part", f".{TAG}-t1.searchable.part", f".{TAG}-t2.json.part", f".{TAG}-t3.part"):
        _put(home, f"{folder}/{name}")
    folders.remove_unfinished(TARGET, (TAG, f"{TAG}-t1", f"{TAG}-t2"))
    assert _files(home) == [f"{folder}/.{TAG}-t3.part"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda folders, seen: folders.claim(seen, SEVEN), id="claim"),
        pytest.param(lambda folders, _: folders.hold(EIGHT, 1), id="hold"),
        pytest.param(lambda folders, _: folders.move(RESTING, TARGET, hash_of(BYTES), TAG), id="move"),
        pytest.param(lambda folders, _: folders.write_sidecar(RESTING, {}), id="sidecar"),
        pytest.param(lambda folders, _: folders.remove_sidecar(RESTING), id="no-sidecar"),
        pytest.param(lambda folders, _: folders.remove_searchable(RESTING), id="no-copy"),
        pytest.param(lambda folders, _: folders.remove_unfinished(RESTING, ("D-8-e1",)), id="unfinished"),
        pytest.param(lambda folders, _: folders.erase(RESTING, hash_of(BYTES)), id="erase"),
        pytest.param(lambda folders, _: folders.stage_parts(SEVEN, []), id="stage"),
        pytest.param(lambda folders, _: folders.lay_parts(EIGHT), id="lay"),
        pytest.param(lambda folders, _: folders.discard_parts(EIGHT), id="no-parts"),
    ],
)
def test_who_may_not_act_changes_nothing(home: Path, act: Callable[[HomeFolders, SeenFile], object]) -> None:
    is_lost: list[bool] = []

    def check() -> None:
        if is_lost:
            raise errors.LeaseLost

    folders = HomeFolders(home, HOME_ID, check)
    folders.prepare()
    seen = _drop(home)
    for left in ("D-8.pdf", ".D-8-e1.part", "D-8.searchable.pdf"):
        _put(home, f"review/{left}")
    copy = {"file": "D-8.searchable.pdf", "sha256": hash_of(BYTES)}
    folders.write_sidecar(RESTING, {"searchable_pdf": copy})
    _put(home, f"incoming/.claimed/{HOME_ID}/D-8")
    _put(home, f"incoming/.claimed/{HOME_ID}/.D-8.parts/one.pdf")
    before = _files(home)
    is_lost.append(True)
    with pytest.raises(errors.LeaseLost):
        act(folders, seen)
    assert _files(home) == before


# --- Sidecars


def test_a_sidecar_lies_beside_its_document_in_utf_8(home: Path, folders: HomeFolders) -> None:
    folders.write_sidecar(TARGET, {"name": "تقرير é", "number": 1})
    path = home / "archive/R1/2026/2026-03-01_D-7.json"
    assert json.loads(path.read_bytes().decode("utf-8")) == {"name": "تقرير é", "number": 1}
    assert _files(home) == [str(path.relative_to(home))]
    assert path.stat().st_mode & 0o007 == 0


def test_a_sidecar_is_utf_8_in_any_locale(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda *_: "ascii")
    monkeypatch.setattr("locale.getencoding", lambda: "ascii")
    folders.write_sidecar(TARGET, {"name": "تقرير"})
    assert "تقرير".encode() in (home / "archive/R1/2026/2026-03-01_D-7.json").read_bytes()


def test_a_sidecar_that_fails_half_way_leaves_the_old_one(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.write_sidecar(TARGET, {"epoch": 1})

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(errors.StorageUnavailable, match="ENOSPC"):
            folders.write_sidecar(TARGET, {"epoch": 2})
    path = home / "archive/R1/2026/2026-03-01_D-7.json"
    assert json.loads(path.read_text()) == {"epoch": 1}
    folders.write_sidecar(TARGET, {"epoch": 3})
    assert _files(home) == [str(path.relative_to(home))]


def test_a_sidecar_can_be_removed_twice(home: Path, folders: HomeFolders) -> None:
    folders.write_sidecar("failed/D-7.pdf", {})
    _put(home, "failed/D-7.pdf")
    folders.remove_sidecar("failed/D-7.pdf")
    folders.remove_sidecar("failed/D-7.pdf")
    assert _files(home) == ["failed/D-7.pdf"]


# --- Full disk


@pytest.fixture
def small(home: Path, folders: HomeFolders) -> Iterator[Path]:
    """An archive with room for 256 KiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    archive = home / "archive"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", archive], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    yield archive
    subprocess.run(["umount", archive], check=True)


def test_a_full_disk_keeps_the_document_where_it_is_until_there_is_room(
    home: Path, folders: HomeFolders, small: Path
) -> None:
    content = os.urandom(200_000)
    _put(home, CLAIMED, content)
    ballast = small / "ballast"
    ballast.write_bytes(bytes(150_000))
    with pytest.raises(errors.StorageUnavailable) as refused:
        folders.move(CLAIMED, TARGET, hash_of(content), TAG)
    assert refused.value.sentence == "The disk refuses (ENOSPC)."
    assert "free some space" in refused.value.hint
    assert (home / CLAIMED).read_bytes() == content
    assert not (home / TARGET).exists()
    ballast.unlink()
    folders.move(CLAIMED, TARGET, hash_of(content), TAG)
    assert _files(small) == ["R1/2026/2026-03-01_D-7.pdf"]
    assert (home / TARGET).read_bytes() == content
    assert not (home / CLAIMED).exists()


# --- The home


def test_prepare_makes_every_folder_and_leaves_no_trace_of_its_probe(
    home: Path, folders: HomeFolders
) -> None:
    folders.prepare()
    made = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_dir()}
    claim_folder = {"incoming/.claimed", f"incoming/.claimed/{HOME_ID}"}
    assert made == {"incoming", "archive", "review", "failed", "logs", "state"} | claim_folder
    assert _files(home) == []


@pytest.mark.deployment
def test_prepare_names_the_folder_that_refuses(home: Path) -> None:
    _put(home, "review", b"a file where a folder belongs")
    with pytest.raises(errors.HomeUnusable) as refused:
        HomeFolders(home, HOME_ID).prepare()
    assert refused.value.sentence.startswith(f"{home / 'review'} can't be used")
    assert "EEXIST" in refused.value.sentence
    assert refused.value.hint == f"Make it belong to the daemon's user: chown dossierd: {home / 'review'}"


@pytest.mark.security
def test_prepare_refuses_the_claim_folder_of_another_home(home: Path, folders: HomeFolders) -> None:
    with pytest.raises(errors.HomeForeign) as refused:
        HomeFolders(home, "home2").prepare()
    assert f"incoming/.claimed/{HOME_ID}" in refused.value.hint


def test_orphans_are_what_no_row_knows(home: Path, folders: HomeFolders) -> None:
    _put(home, CLAIMED)
    _put(home, f"incoming/.claimed/{HOME_ID}/D-9")
    assert folders.orphans(lambda: frozenset({SEVEN})) == [f"incoming/.claimed/{HOME_ID}/D-9"]
    assert folders.orphans(frozenset) == [CLAIMED, f"incoming/.claimed/{HOME_ID}/D-9"]


def test_a_large_file_is_hashed_in_pieces(home: Path) -> None:
    content = os.urandom((1 << 20) + 1)
    assert hash_file(_put(home, "large", content)) == (hash_of(content), len(content))


# --- Sub-folders of incoming/


def _drop_below(home: Path) -> SeenFile:
    (home / "incoming/Dupont").mkdir()
    return _drop(home, name="Dupont/scan.pdf")


def test_a_claim_takes_a_file_out_of_a_sub_folder_and_leaves_that_behind(
    home: Path, folders: HomeFolders
) -> None:
    seen = _drop_below(home)
    assert folders.is_unclaimed(seen)
    assert folders.claim(seen, SEVEN) == CLAIMED
    assert not folders.is_unclaimed(seen)
    assert _files(home) == [CLAIMED]
    assert (home / "incoming/Dupont").is_dir()


def test_a_claim_repeated_after_the_sub_folder_is_gone_gives_the_same_place(
    home: Path, folders: HomeFolders
) -> None:
    seen = _drop_below(home)
    folders.claim(seen, SEVEN)
    (home / "incoming/Dupont").rmdir()
    assert folders.claim(seen, SEVEN) == CLAIMED
    assert _files(home) == [CLAIMED]


@pytest.mark.security
def test_a_sub_folder_swapped_for_a_symlink_is_not_followed(home: Path, folders: HomeFolders) -> None:
    """The symlink leads to the very file that was seen: still nothing is taken through it."""
    seen = _drop_below(home)
    (home / "incoming/Dupont").rename(home / "elsewhere")
    (home / "incoming/Dupont").symlink_to(home / "elsewhere")
    assert not folders.is_unclaimed(seen)
    with pytest.raises(errors.FileVanished):
        folders.claim(seen, SEVEN)
    assert (home / "elsewhere/scan.pdf").read_bytes() == BYTES


@pytest.mark.security
def test_a_sub_folder_swapped_between_look_and_rename_leads_nowhere_else(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, rename = _drop_below(home), durable.rename_without_replacing
    victim = _put(home, "secrets/scan.pdf", b"not for filing")

    def swap(source: Path, target: Path) -> None:
        if not (home / "elsewhere").exists():
            (home / "incoming/Dupont").rename(home / "elsewhere")
            (home / "incoming/Dupont").symlink_to(victim.parent)
        rename(source, target)

    monkeypatch.setattr(module, "rename_without_replacing", swap)
    folders.claim(seen, SEVEN)
    assert victim.read_bytes() == b"not for filing"
    assert (home / CLAIMED).read_bytes() == BYTES


def test_a_file_that_can_not_be_renamed_out_of_a_mount_says_what_to_do(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    seen = _drop_below(home)
    monkeypatch.setattr(module, "rename_without_replacing", refuse)
    with pytest.raises(errors.StorageUnavailable) as refused:
        folders.claim(seen, SEVEN)
    assert "mount" in refused.value.hint
    assert folders.is_unclaimed(seen)


def test_two_names_of_one_file_are_claimed_one_by_one(home: Path, folders: HomeFolders) -> None:
    first = _drop(home, name="a.pdf")
    (home / "incoming/b.pdf").hardlink_to(home / "incoming/a.pdf")
    second = seen_file(home / "incoming/b.pdf", home / "incoming")
    folders.claim(first, SEVEN)
    folders.claim(second, DocumentId(8))
    assert _files(home) == [CLAIMED, CLAIMED.replace("D-7", "D-8")]


@pytest.mark.security
@pytest.mark.parametrize("replaced", ["incoming/.claimed", f"incoming/.claimed/{HOME_ID}"])
def test_a_claim_folder_that_somebody_replaced_is_not_used(
    home: Path, folders: HomeFolders, tmp_path_factory: pytest.TempPathFactory, replaced: str
) -> None:
    """Who may write in incoming/ could lead the daemon's own writes elsewhere."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (home / replaced).rename(home / "taken")
    (home / replaced).symlink_to(elsewhere)
    with pytest.raises(errors.StorageUnavailable, match=r"\.claimed"):
        folders.probe()
    with pytest.raises(errors.HomeUnusable, match=r"\.claimed"):
        HomeFolders(home, HOME_ID).prepare()
    assert list(elsewhere.iterdir()) == []
    (home / replaced).unlink()
    (home / "taken").rename(home / replaced)
    folders.probe()


@pytest.mark.security
def test_a_claim_folder_of_another_owner_is_used_only_where_owners_are_what_a_mount_says(
    home: Path, folders: HomeFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that is mounted with `uid=`, or exported with all_squash, shows one owner for everything."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(errors.StorageUnavailable, match="belongs to another user"):
        folders.probe()
    monkeypatch.setattr("agent.mounts.remote_type", lambda folder: "cifs")
    folders.probe()
    HomeFolders(home, HOME_ID).prepare()
