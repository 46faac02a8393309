"""SIGKILL in the middle of a command: no half is taken for a whole, and the next call ends it and leaves nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import errors
from agent.adapters.folders import HomeFolders
from agent.adapters.watch.names import is_temporary
from agent.app import build
from agent.cli import app
from agent.cli.scratch import throwaway
from agent.config import Settings
from agent.domain.document import text_of_plain
from agent.durable import remove_old_checks
from agent.health import examine_part
from agent.keeping import back_up, restore
from agent.keeping.manifest import MARKER
from agent.keeping.unfinished import HOLDER, Unfinished, held, remove_unfinished
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, NOON, make_ports

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(120)]

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """D-1 is filed, and no daemon runs."""
    (home := tmp_path / "home").mkdir()
    made = make_ports(home)
    made.text_source.script = [text_of_plain(ABOUT_ANNA)]
    document_id = take_in(made.drop(b"letter"), made.ports)
    assert document_id is not None
    process_document(document_id, made.ports)
    made.ledger.close()
    (home / ".env").touch(mode=0o600)
    (home / "state" / "home.json").write_text('{"home_id": "home1"}\n')
    return home


def killed(point: str, side: str, nth: int, *command: str | Path) -> None:
    """Type a command that is killed there."""
    trap = ["--point", point, "--side", side, "--nth", str(nth), "--", *map(str, command)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing_commands", *trap],
        env=os.environ | {"DOSSIERD_ALLOW_ROOT": "true"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9, f"{point} was never reached:\n{done.stdout}{done.stderr}"


def files(folder: Path) -> dict[str, bytes]:
    return {str(it.relative_to(folder)): it.read_bytes() for it in folder.rglob("*") if it.is_file()}


@pytest.mark.parametrize(
    ("point", "side", "nth"), [("database_kept", "after", 1), ("lines_written", "after", 2)]
)
def test_a_backup_that_was_killed_is_none_and_the_next_one_takes_its_rest_away(
    point: str, side: str, nth: int, home: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    killed(point, side, nth, "backup", kept, "--documents", "--home", home)
    [part] = kept.iterdir()
    assert part.suffix == ".part"
    made = back_up(home, kept, with_documents=True, now=NOON)
    assert list(kept.iterdir()) == [made.folder]
    assert made.unfinished == Unfinished(removed=(part,))
    assert not (made.folder / HOLDER).exists()
    assert restore(made.folder, tmp_path / "new").marker == made.marker


def test_a_backup_that_was_killed_once_it_had_its_name_is_whole(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    killed("named", "after", 1, "backup", kept, "--documents", "--home", home)
    [whole] = kept.iterdir()
    assert (whole / MARKER).is_file()
    restore(whole, tmp_path / "new")
    assert (tmp_path / "new" / FILED).read_bytes() == b"letter"
    assert back_up(home, kept, with_documents=True, now=NOON).unfinished == Unfinished()
    assert whole.is_dir()


def test_a_backup_that_is_being_written_is_left_alone_and_so_is_what_only_looks_like_one(
    tmp_path: Path,
) -> None:
    writing, dead = (tmp_path / f"dossierd-20261127T13150{number}Z.part" for number in (1, 2))
    others = [tmp_path / "dossierd-old.part", tmp_path / "dossierd-20261127T131503Z"]
    for folder in (writing, dead, *others):
        folder.mkdir()
    (tmp_path / "dossierd-20261127T131504Z.part").symlink_to(others[0], target_is_directory=True)
    with held(writing, "ours"):
        assert remove_unfinished(tmp_path, "ours") == Unfinished(removed=(dead,))
    assert remove_unfinished(tmp_path, "another home's") == Unfinished()
    assert remove_unfinished(tmp_path, "ours") == Unfinished(removed=(writing,))
    assert all(folder.is_dir() for folder in others)


def test_what_a_backup_has_left_and_can_not_be_removed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    (part := tmp_path / "dossierd-20261127T131501Z.part").mkdir()
    monkeypatch.setattr(shutil, "rmtree", refuse)
    assert remove_unfinished(tmp_path, "ours") == Unfinished(left=(part,))


def test_a_restore_that_was_killed_again_and_again_goes_on_where_it_stopped(
    home: Path, tmp_path: Path
) -> None:
    backup = back_up(home, tmp_path / "kept", with_documents=True, now=NOON).folder
    restore(backup, tmp_path / "undisturbed")
    new = tmp_path / "new"
    for point, side, nth in (
        ("restore_marked", "before", 1),
        ("file_restored", "after", 2),
        ("restored_synced", "after", 1),
    ):
        killed(point, side, nth, "restore", backup, "--home", new)
        if point != "restore_marked":
            with pytest.raises(errors.HomeUnusable, match="half restored"):
                build(Settings(home=new, allow_root=True, ocr_languages="fra"))
            (new / "state" / "lock").unlink()
    restore(backup, new)
    assert files(new) == files(tmp_path / "undisturbed")


def test_a_restore_goes_on_with_the_same_backup_only_and_over_nothing(home: Path, tmp_path: Path) -> None:
    backup = back_up(home, tmp_path / "kept", with_documents=True, now=NOON).folder
    new = tmp_path / "new"
    restore(backup, new)
    (new / "state" / "restored").rename(new / "state" / "restoring")
    (new / FILED).write_bytes(b"a person's")
    with pytest.raises(errors.RequestRefused, match=r"2026-03-01_D-1\.pdf is not of this backup"):
        restore(backup, new)
    assert (new / FILED).read_bytes() == b"a person's"
    (new / "state" / "restoring").write_text("another\n")
    with pytest.raises(errors.RequestRefused, match="not empty"):
        restore(backup, new)


LEFT = ".dossierd-check-*"
FAR = (0.0, 0.0)
"""Times of a file that was made long ago."""


def test_what_a_killed_check_has_left_is_no_arrival_and_goes_with_the_next_check_or_start(home: Path) -> None:
    killed("check_made", "after", 1, "check", "--home", home)
    [left] = home.rglob(LEFT)
    assert left.parent == home / "incoming"
    assert is_temporary(left.name)
    settings = Settings(home=home, ocr_languages="fra")
    examine_part("folders", settings)
    assert left.exists()  # another check may be at it
    own = home / "incoming" / ".claimed" / "home1" / f"{left.name}-2"
    folders = HomeFolders(home, "home1")
    for sweep in (folders.prepare, lambda: examine_part("folders", settings)):
        for path in (left, own):
            path.touch()
            os.utime(path, FAR)
        assert folders.orphans(frozenset) == []
        sweep()
        assert list(home.rglob(LEFT)) == []


def test_what_only_looks_like_a_check_s_file_stays(tmp_path: Path) -> None:
    (folder := tmp_path / ".dossierd-check-1-2").mkdir()
    others = [tmp_path / ".dossierd-check-1-3", tmp_path / ".dossierd-check-letter.pdf"]
    others[0].write_bytes(b"a person's")
    others[1].touch()
    for path in (folder, *others):
        os.utime(path, FAR)
    remove_old_checks(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([folder, *others])


def test_an_export_that_was_killed_has_left_no_file_of_that_name_and_the_next_makes_it(
    home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "ledger.csv"
    export = ("export", "--output", target, "--home", home)
    killed("written_out", "after", 1, *export)
    assert not target.exists()
    assert CliRunner().invoke(app, [str(word) for word in export]).exit_code == 0
    assert target.read_text().count("D-1") == 2  # its number, and where it lies
    assert sorted(tmp_path.iterdir()) == [home, target]


@pytest.mark.security
def test_what_a_killed_dry_run_has_copied_of_the_home_goes_with_the_next(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place := tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    killed("home_copied", "before", 1, "run", "--dry-run", "--home", home)
    [left] = place.iterdir()
    assert (left / "state" / "ledger.sqlite").is_file()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    others = [place / "dossierd-dry-run-link", place / "dossierd-eval-of-another-command"]
    others[0].symlink_to(home, target_is_directory=True)
    others[1].mkdir()
    with throwaway("dossierd-dry-run-") as folder, throwaway("dossierd-dry-run-") as beside:
        assert sorted(place.iterdir()) == sorted([folder, beside, *others])
    assert sorted(place.iterdir()) == sorted(others)
    assert home.is_dir()


def test_a_folder_of_the_user_s_own_by_such_a_name_is_never_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (letters := tmp_path / "dossierd-eval-letters").mkdir()
    (letters / "letter.pdf").write_bytes(b"letter")
    with throwaway("dossierd-eval-"):
        pass
    assert files(tmp_path) == {"dossierd-eval-letters/letter.pdf": b"letter"}
