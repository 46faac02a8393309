"""`audit verify`, and the parts of `check` that look at the audit trail."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from agent.adapters.home import LEDGER_FILE
from agent.adapters.journal import Head, Journal, journal_in
from agent.adapters.ledger import SqlDigests, open_engine
from agent.cli import app
from agent.config import load
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay
from agent.health import Level
from agent.health.audit import end_of_trail, whole_trail
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import NOON, make_ports
from tests.findings import each_in_french

pytestmark = [pytest.mark.observability, pytest.mark.security]

DAY = datetime.date(2026, 11, 26)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("logs", "state"):
        (tmp_path / name).mkdir()
    (tmp_path / ".env").touch(mode=0o600)
    with each_in_french(monkeypatch):
        yield tmp_path


@pytest.fixture
def ledger(home: Path) -> Iterator[Engine]:
    engine = open_engine(home / "state" / LEDGER_FILE, may_upgrade=True)
    yield engine
    engine.dispose()


def write(home: Path, *months: int) -> Head:
    journal = Journal(journal_in(home))
    for month in months:
        journal.append("claimed", datetime.datetime(2026, month, 3, tzinfo=datetime.UTC), document="D-1")
    head = journal.head
    journal.close()
    return head


def note(ledger: Engine, head: Head, day: datetime.date = DAY) -> None:
    """Have a digest told of the trail's end."""
    until = datetime.datetime.combine(day, datetime.time(8), datetime.UTC)
    audit = Anchor(entry=head.sequence, hash=head.hash)
    SqlDigests(ledger).write(DigestDay(day=day, until=until, audit=audit), ())


def rest_two_documents(home: Path) -> None:
    office = make_ports(home)
    for content in (b"first", b"first"):
        document_id = take_in(office.drop(content), office.ports)
        assert document_id is not None
        process_document(document_id, office.ports)
    office.ledger.close()


def cut(home: Path, lines: int) -> None:
    """Take lines off the end."""
    path = journal_in(home)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-lines]))


def edit(home: Path, name: str) -> None:
    path = home / "logs" / name
    path.write_bytes(path.read_bytes().replace(b"D-1", b"D-2", 1))


def verify(home: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["audit", "verify", *options, "--home", str(home)], env={"COLUMNS": "300"})


def test_a_whole_trail_is_told_with_its_end_to_note(home: Path) -> None:
    head = write(home, 9, 10, 11)
    done = verify(home)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "3 entries in 3 files, each as it was written and in its place.",
        "The ledger has noted nothing of it yet, so a cut end may not show.",
        f"To hold it against later, note its end: 3:{head.hash[:12]}",
    ]


def test_a_home_without_a_trail_has_nothing_to_find(home: Path) -> None:
    done = verify(home)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (
        0,
        "0 entries in 0 files, each as it was written and in its place.",
    )


def test_a_bad_line_is_named_with_its_file_and_the_exit_code_is_one(home: Path) -> None:
    write(home, 9, 10, 10, 11)
    edit(home, "audit-2026-10.jsonl")
    done = verify(home)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "The audit trail is not as it was written.",
        "  Line 1 of audit-2026-10.jsonl was changed: its hash doesn't fit its content.",
        "Keep the files as they are, and hold them against a backup.",
    ]


def test_many_bad_lines_are_counted_behind_the_first_twenty(home: Path) -> None:
    journal_in(home).write_bytes(b"scribble\n" * 25)
    lines = verify(home).stdout.splitlines()
    assert lines[20:22] == ["  Line 20 of audit.jsonl is no line of a journal.", "  and 5 more"]


@pytest.mark.reliability
def test_a_torn_end_is_told_apart_and_the_exit_code_is_zero(home: Path) -> None:
    write(home, 11, 11)
    with journal_in(home).open("ab") as file:
        file.write(b'{"at":"2026')
    done = verify(home)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:3] == [
        "2 entries in 1 file, each as it was written and in its place.",
        "Line 3 of audit.jsonl has no end: a crash cut it off.",
        "That is no tampering: it was never acknowledged, and the next entry keeps what is left of it.",
    ]


def test_a_cut_end_is_found_by_the_last_digest(home: Path, ledger: Engine) -> None:
    note(ledger, write(home, 11))
    head = write(home, 11, 11)
    note(ledger, head, DAY + datetime.timedelta(days=1))
    write(home, 11)
    done = verify(home)
    assert done.exit_code == 0
    assert (
        f"The audit head of the digest of 2026-11-27 is among them: 3:{head.hash[:12]}."
        in done.stdout.splitlines()
    )
    cut(home, 1)
    assert verify(home).exit_code == 0  # the last digest told of no more
    cut(home, 1)
    done = verify(home)
    assert done.exit_code == 1
    assert "  Line 3 of audit.jsonl is gone, and all up to entry 3." in done.stdout.splitlines()


def test_a_cut_end_is_found_by_what_the_ledger_noted_without_any_digest(home: Path, ledger: Engine) -> None:
    for head in (write(home, 11), write(home, 11, 11)):
        SqlDigests(ledger).anchors.note(Anchor(entry=head.sequence, hash=head.hash), NOON)
    done = verify(home)
    assert done.exit_code == 0
    said = f"Each of the 2 ends that the ledger noted is among them, the last 3:{head.hash[:12]}."
    assert said in done.stdout.splitlines()
    cut(home, 1)
    done = verify(home)
    assert done.exit_code == 1
    assert "  Line 3 of audit.jsonl is gone, and all up to entry 3." in done.stdout.splitlines()


def test_a_trail_that_was_begun_anew_is_found_for_good(home: Path, ledger: Engine) -> None:
    old = write(home, 11)
    SqlDigests(ledger).anchors.note(Anchor(entry=1, hash=old.hash), NOON)
    journal_in(home).unlink()
    new = write(home, 10)
    SqlDigests(ledger).anchors.note(Anchor(entry=1, hash=new.hash), NOON)
    head = write(home, 10)
    note(ledger, head)
    done = verify(home)
    assert done.exit_code == 1
    assert "  Line 1 of audit.jsonl is not the entry that was noted elsewhere." in done.stdout.splitlines()


def test_a_trail_that_is_gone_is_found_by_the_documents_where_nothing_was_noted(home: Path) -> None:
    rest_two_documents(home)
    done = verify(home)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "The audit trail is not as it was written.",
        "  Line 1 of audit.jsonl is gone, and more: the documents in the ledger left 2 entries or more.",
        "Keep the files as they are, and hold them against a backup.",
        "  If they are lost, and not tampered with: dossierd audit accept-loss",
    ]
    write(home, 11)
    assert verify(home).exit_code == 1
    write(home, 11)
    assert verify(home).exit_code == 0


def test_a_rewritten_trail_is_found_by_a_digest_that_was_kept(home: Path) -> None:
    head = write(home, 11, 11, 10)
    kept = f"3:{head.hash[:12]}"
    done = verify(home, "--anchor", kept)
    assert done.exit_code == 0
    assert f"The audit head that you gave is among them: {kept}." in done.stdout.splitlines()
    journal_in(home).unlink()
    write(home, 11, 11, 11)
    assert verify(home).exit_code == 0
    done = verify(home, "--anchor", kept)
    assert done.exit_code == 1
    assert "  Line 3 of audit.jsonl is not the entry that was noted elsewhere." in done.stdout.splitlines()


def test_the_digest_and_what_was_kept_are_both_held_against_it(home: Path, ledger: Engine) -> None:
    note(ledger, write(home, 11))
    assert verify(home, "--anchor", "1:000000000000").exit_code == 1


def test_what_is_no_anchor_is_refused(home: Path) -> None:
    done = CliRunner().invoke(app, ["audit", "verify", "--home", str(home), "--anchor", "812"])
    assert "looks like 812:9f3c2a7b11de" in str(getattr(done.exception, "hint", ""))


def test_the_trail_is_checked_without_a_ledger_that_can_be_read(home: Path) -> None:
    write(home, 11)
    (home / "state" / LEDGER_FILE).write_bytes(b"no database at all" * 100)
    done = verify(home)
    assert done.exit_code == 0
    assert "The ledger can't be asked" in done.stdout


def test_a_program_gets_the_end_and_every_problem(home: Path, ledger: Engine) -> None:
    head = write(home, 10, 11)
    note(ledger, head)
    edit(home, "audit.jsonl")
    done = verify(home, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "whole": False,
        "entries": 2,
        "files": ["audit-2026-10.jsonl", "audit.jsonl"],
        "end": {"entry": 2, "hash": head.hash},
        "held_against": [{"entry": 2, "hash": head.hash}],
        "known_losses": [],
        "problems": [
            {
                "file": "audit.jsonl",
                "line": 1,
                "kind": "edited",
                "sentence": "Line 1 of audit.jsonl was changed: its hash doesn't fit its content.",
            }
        ],
    }


class TestHealth:
    def test_a_trail_as_it_was_written_is_good(self, home: Path, ledger: Engine) -> None:
        note(ledger, write(home, 10, 11))
        settings = load(home=home)
        assert end_of_trail(settings).sentence == "2 entries; the last are as they were written"
        assert whole_trail(settings).sentence == "2 entries of the audit trail, each as it was written"
        assert end_of_trail(settings).level is whole_trail(settings).level is Level.GOOD

    def test_an_edited_line_is_bad_and_an_old_one_is_found_by_the_deep_look(
        self, home: Path, ledger: Engine
    ) -> None:
        write(home, 10, 11)
        edit(home, "audit-2026-10.jsonl")
        settings = load(home=home)
        assert end_of_trail(settings).level is Level.GOOD
        found = whole_trail(settings)
        assert (found.level, found.hint) == (Level.BAD, "Type: dossierd audit verify")
        assert found.sentence == "the audit trail is not as it was written: line 1 of audit-2026-10.jsonl"
        edit(home, "audit.jsonl")
        assert end_of_trail(settings).sentence.endswith("line 1 of audit.jsonl")

    def test_a_trail_that_ends_before_the_last_digest_is_bad(self, home: Path, ledger: Engine) -> None:
        note(ledger, write(home, 11, 11))
        cut(home, 1)
        assert end_of_trail(load(home=home)).level is Level.BAD
        journal_in(home).unlink()
        found = end_of_trail(load(home=home))
        assert (found.level, found.hint) == (Level.BAD, "Type: dossierd audit verify")
        assert found.sentence == "the end of the audit trail is gone, from line 1 of audit.jsonl on"

    def test_no_trail_is_bad_where_documents_rest_and_nothing_was_noted(self, home: Path) -> None:
        rest_two_documents(home)
        settings = load(home=home)
        said = "the end of the audit trail is gone, from line 1 of audit.jsonl on"
        assert end_of_trail(settings).sentence == whole_trail(settings).sentence == said

    def test_a_home_in_which_nothing_has_run_has_none_yet(self, home: Path) -> None:
        settings = load(home=home)
        assert end_of_trail(settings).level is whole_trail(settings).level is Level.NOTICE
