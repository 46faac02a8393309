"""A backup is whole or is none; a home made from it goes on where the old one was, and gives no number twice."""

import errno
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import errors
from agent.adapters.journal import Journal
from agent.adapters.ledger.schema import REVISION
from agent.app import build
from agent.cli import app
from agent.config import Settings
from agent.domain.document import DocumentId, Sha256, text_of_plain
from agent.domain.outcome import State
from agent.durable import hash_file
from agent.keeping import back_up, backup, manifest, restore
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, ABOUT_NOBODY, NOON, Office, make_ports

pytestmark = pytest.mark.reliability

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"
ASKED = "review/D-2.pdf"
UNDER_WAY = "incoming/.claimed/home1/D-3"
LATER = NOON + timedelta(days=1)
SECRET = "DOSSIERD_REGISTRY_TABLE=people"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """D-1 is filed, D-2 a question, D-3 taken in and not yet read."""
    (home := tmp_path / "home").mkdir()
    made = make_ports(home)
    (home / ".env").write_text(SECRET)
    (home / ".env").chmod(0o600)
    (home / "state" / "home.json").write_text('{"home_id": "home1"}\n')
    for number, text in enumerate((ABOUT_ANNA, ABOUT_NOBODY), start=1):
        made.text_source.script = [text_of_plain(text)]
        process_document(_taken(made, f"letter {number}"), made.ports)
    _taken(made, "letter 3")
    journal = Journal(home / "logs" / "audit.jsonl")
    journal.append("claimed", NOON, document="D-9")
    journal.close()
    yield made
    made.ledger.close()


def _taken(office: Office, content: str) -> DocumentId:
    document_id = take_in(office.drop(content.encode(), f"{content}.pdf"), office.ports)
    assert document_id is not None
    return document_id


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _kept(office: Office, target: Path, *, documents: bool = True) -> Path:
    return back_up(office.home, target, with_documents=documents, now=NOON).folder


def _typed(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "300"})
    return done.exit_code, " ".join(done.output.split())


def _settings(home: Path) -> Settings:
    return Settings(home=home, allow_root=True, ocr_languages="fra")


class TestBackup:
    def test_holds_ledger_journal_and_each_document_but_no_secret(
        self, office: Office, tmp_path: Path
    ) -> None:
        code, told = _typed("backup", tmp_path / "kept", "--documents", "--home", office.home)
        assert code == 0
        assert "3 documents in the ledger" in told
        assert "The .env is not in it" in told
        [folder] = (tmp_path / "kept").iterdir()
        files = _files(folder)
        assert files[FILED] == b"letter 1"
        assert files[ASKED] == b"letter 2"
        assert files[UNDER_WAY] == b"letter 3"
        assert "archive/R1/2026/2026-03-01_D-1.json" in files
        assert files["logs/audit.jsonl"] == (office.home / "logs" / "audit.jsonl").read_bytes()
        assert not any(SECRET.encode() in content for content in files.values())
        marker = json.loads(files["backup.json"])
        assert marker["documents"] == {"archived": 1, "claimed": 1, "in_review": 1}
        assert marker["last_number"] == 3
        assert marker["revision"] == REVISION

    def test_is_for_its_owners_eyes_only(self, office: Office, tmp_path: Path) -> None:
        folder = _kept(office, tmp_path / "kept")
        modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
        assert (folder.stat().st_mode & 0o777, modes) == (0o700, {0o600})

    def test_without_documents_holds_none(self, office: Office, tmp_path: Path) -> None:
        files = _files(_kept(office, tmp_path / "kept", documents=False))
        assert {name.partition("/")[0] for name in files} == {"state", "logs", "files.jsonl", "backup.json"}

    def test_leaves_out_what_was_erased_and_a_line_that_is_being_written(
        self, office: Office, tmp_path: Path
    ) -> None:
        whole = (office.home / "logs" / "audit.jsonl").read_bytes()
        with (office.home / "logs" / "audit.jsonl").open("ab") as journal:
            journal.write(b'{"at":"half a li')
        assert _files(_kept(office, tmp_path / "kept"))["logs/audit.jsonl"] == whole

    def test_keeps_each_line_once_though_a_month_ends_meanwhile(
        self, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        current, sealed = (office.home / "logs" / name for name in ("audit.jsonl", "audit-2026-02.jsonl"))
        whole, copy = current.read_bytes(), backup.copy_hashed

        def copy_while_a_month_ends(source: Path, target: Path, *, whole_lines: bool = False) -> object:
            copied = copy(source, target, whole_lines=whole_lines)
            if source == current and not sealed.exists():
                current.rename(sealed)
                current.write_bytes(b"")
            return copied

        monkeypatch.setattr(backup, "copy_hashed", copy_while_a_month_ends)
        files = _files(_kept(office, tmp_path / "kept"))
        assert (files["logs/audit-2026-02.jsonl"], files["logs/audit.jsonl"]) == (whole, b"")

    def test_shares_what_has_not_changed_with_the_backup_before(self, office: Office, tmp_path: Path) -> None:
        first = _kept(office, tmp_path / "kept")
        second = back_up(office.home, tmp_path / "kept", with_documents=True, now=LATER).folder
        assert (first / FILED).samefile(second / FILED)
        assert not (first / "state" / "ledger.sqlite").samefile(second / "state" / "ledger.sqlite")
        shutil.rmtree(first)
        restore(second, tmp_path / "new")

    def test_reads_what_it_shares_once_here_and_once_there(
        self, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _kept(office, tmp_path / "kept")
        opened: list[int] = []

        def seen(path: Path) -> tuple[Sha256, int]:
            opened.append(path.stat().st_ino)
            return hash_file(path)

        for module in (backup, manifest):
            monkeypatch.setattr(module, "hash_file", seen)
        later = back_up(office.home, tmp_path / "kept", with_documents=True, now=LATER).folder
        for path in (office.home / FILED, later / FILED):
            assert opened.count(path.stat().st_ino) == 1

    def test_takes_no_changed_file_for_the_one_before(self, office: Office, tmp_path: Path) -> None:
        _kept(office, tmp_path / "kept")
        (office.home / FILED).write_bytes(b"changed!")
        made = back_up(office.home, tmp_path / "kept", with_documents=True, now=LATER)
        assert (made.folder / FILED).read_bytes() == b"changed!"
        assert made.marker.changed == ("D-1",)

    def test_shares_no_file_that_has_decayed_in_the_backup_before(
        self, office: Office, tmp_path: Path
    ) -> None:
        first = _kept(office, tmp_path / "kept")
        (first / FILED).write_bytes(b"Letter 1")
        second = back_up(office.home, tmp_path / "kept", with_documents=True, now=LATER)
        assert (second.folder / FILED).read_bytes() == b"letter 1"
        assert second.marker.missing == second.marker.changed == ()

    def test_copies_all_anew_where_the_list_of_the_backup_before_has_decayed(
        self, office: Office, tmp_path: Path
    ) -> None:
        first = _kept(office, tmp_path / "kept")
        (first / "files.jsonl").write_bytes(b"{")
        second = back_up(office.home, tmp_path / "kept", with_documents=True, now=LATER).folder
        restore(second, tmp_path / "new")

    def test_names_a_document_that_is_not_where_the_ledger_has_it(
        self, office: Office, tmp_path: Path
    ) -> None:
        (office.home / FILED).unlink()
        code, told = _typed("backup", tmp_path / "kept", "--documents", "--home", office.home)
        assert code == 1
        assert "D-1: not where the ledger has it. Look at each: dossierd check --deep" in told

    def test_finds_a_document_that_moves_meanwhile(
        self, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office.text_source.script = [text_of_plain(ABOUT_ANNA)]
        keep_documents = backup._Writing._keep_documents

        def keep_while_it_moves(writing: backup._Writing) -> None:
            process_document(DocumentId(3), office.ports)
            keep_documents(writing)

        monkeypatch.setattr(backup._Writing, "_keep_documents", keep_while_it_moves)
        made = back_up(office.home, tmp_path / "kept", with_documents=True, now=NOON)
        assert (made.folder / UNDER_WAY).read_bytes() == b"letter 3"
        assert made.marker.missing == ()
        assert made.marker.documents["claimed"] == 1

    def test_on_a_full_disk_leaves_nothing_that_looks_like_one(
        self, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(backup, "copy_hashed", full)
        with pytest.raises(errors.StorageUnavailable) as refused:
            _kept(office, tmp_path / "kept")
        assert refused.value.sentence == "The backup can't be written (ENOSPC)."
        assert refused.value.hint.startswith("No backup was made. Free some space")
        assert list((tmp_path / "kept").iterdir()) == []

    def test_of_a_damaged_ledger_is_none(self, office: Office, tmp_path: Path) -> None:
        office.ledger.close()
        path = office.home / "state" / "ledger.sqlite"
        path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 40960 + path.read_bytes()[49152:])
        with pytest.raises(errors.LedgerUnavailable):
            _kept(office, tmp_path / "kept")
        assert list((tmp_path / "kept").iterdir()) == []

    def test_overwrites_none(self, office: Office, tmp_path: Path) -> None:
        before = _files(_kept(office, tmp_path / "kept"))
        with pytest.raises(errors.DestinationTaken, match="this second"):
            _kept(office, tmp_path / "kept")
        [folder] = (tmp_path / "kept").iterdir()
        assert _files(folder) == before

    @pytest.mark.parametrize("place", ["home/backups", "home", "elsewhere/../home/archive"])
    def test_in_the_home_is_refused(self, office: Office, tmp_path: Path, place: str) -> None:
        with pytest.raises(errors.RequestRefused, match="inside the home"):
            _kept(office, tmp_path / place)

    def test_of_a_folder_that_is_no_home_is_refused(self, tmp_path: Path) -> None:
        assert _typed("backup", tmp_path / "kept", "--home", tmp_path)[0] == 1


class TestRestore:
    def test_makes_a_home_that_goes_on(self, office: Office, tmp_path: Path) -> None:
        folder = _kept(office, tmp_path / "kept")
        code, told = _typed("restore", folder, "--home", tmp_path / "new")
        assert code == 0
        assert "last number D-3" in told
        assert (tmp_path / "new" / "state" / "restored").exists()
        build(_settings(tmp_path / "new")).close()
        restored = make_ports(tmp_path / "new")
        assert restored.ledger.check() == "ok"
        assert [restored.bytes_of(DocumentId(number)) for number in (1, 2)] == [b"letter 1", b"letter 2"]
        restored.text_source.script = [text_of_plain(ABOUT_ANNA)]
        process_document(DocumentId(3), restored.ports)
        assert restored.row(DocumentId(3)).state is State.ARCHIVED
        assert restored.bytes_of(DocumentId(3)) == b"letter 3"
        assert _taken(restored, "letter 4") == DocumentId(10)  # the journal has told of D-9
        restored.ledger.close()

    def test_counts_the_files_that_were_laid_there_before_the_start(
        self, office: Office, tmp_path: Path
    ) -> None:
        restore(_kept(office, tmp_path / "kept"), tmp_path / "new")
        later = tmp_path / "new" / "archive" / "R2" / "2026" / "2026-03-02_D-41.pdf"
        later.parent.mkdir(parents=True)
        later.write_bytes(b"filed after the backup")
        build(_settings(tmp_path / "new")).close()
        restored = make_ports(tmp_path / "new")
        assert _taken(restored, "letter 4") == DocumentId(42)
        restored.ledger.close()
        assert not (tmp_path / "new" / "state" / "restored").exists()

    def test_lays_nothing_over_anything(self, office: Office, tmp_path: Path) -> None:
        folder = _kept(office, tmp_path / "kept")
        before = _files(office.home)
        with pytest.raises(errors.RequestRefused, match="not empty"):
            restore(folder, office.home)
        assert _files(office.home) == before

    @pytest.mark.parametrize("path", [FILED, "state/ledger.sqlite", "files.jsonl"])
    def test_refuses_a_backup_of_which_a_byte_has_changed(
        self, office: Office, tmp_path: Path, path: str
    ) -> None:
        folder = _kept(office, tmp_path / "kept")
        content = (folder / path).read_bytes()
        (folder / path).write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        with pytest.raises(errors.RequestRefused, match=f"damaged: {path}"):
            restore(folder, tmp_path / "new")
        assert not (tmp_path / "new").exists()

    def test_refuses_what_is_no_whole_backup(self, office: Office, tmp_path: Path) -> None:
        folder = _kept(office, tmp_path / "kept")
        (folder / "backup.json").unlink()
        with pytest.raises(errors.RequestRefused, match="no whole backup"):
            restore(folder, tmp_path / "new")

    def test_refuses_a_list_that_leads_out_of_the_backup(self, office: Office, tmp_path: Path) -> None:
        folder = _kept(office, tmp_path / "kept")
        listing = folder / "files.jsonl"
        listing.write_text('{"path":"../../outside","sha256":"00","size":1}\n')
        marker = json.loads((folder / "backup.json").read_text())
        marker["files_sha256"] = hash_file(listing)[0]
        (folder / "backup.json").write_text(json.dumps(marker))
        with pytest.raises(errors.RequestRefused, match="damaged"):
            restore(folder, tmp_path / "new")

    def test_refuses_a_ledger_of_a_newer_program(self, office: Office, tmp_path: Path) -> None:
        with sqlite3.connect(office.home / "state" / "ledger.sqlite") as ledger:
            ledger.execute("UPDATE alembic_version SET version_num = '9999'")
        ledger.close()
        with pytest.raises(errors.RequestRefused, match="newer program"):
            restore(_kept(office, tmp_path / "kept"), tmp_path / "new")

    def test_that_did_not_end_keeps_every_daemon_away(self, office: Office, tmp_path: Path) -> None:
        restore(_kept(office, tmp_path / "kept"), tmp_path / "new")
        (tmp_path / "new" / "state" / "restored").rename(tmp_path / "new" / "state" / "restoring")
        with pytest.raises(errors.HomeUnusable, match="half restored"):
            build(_settings(tmp_path / "new"))


def test_a_backup_of_a_file_is_laid_down_nowhere_while_the_ledger_is_said_to_lie_in_postgresql(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(office.home, tmp_path / "backups", with_documents=False, now=LATER)
    monkeypatch.setenv("DOSSIERD_LEDGER_URL", "postgresql://anna:s3cret@db/office")
    new = tmp_path / "new"
    done = CliRunner().invoke(app, ["restore", str(made.folder), "--home", str(new)])
    assert isinstance(done.exception, errors.RequestRefused)
    assert done.exception.hint.startswith("Restore the database from what pg_dump kept")
    assert not new.exists()
