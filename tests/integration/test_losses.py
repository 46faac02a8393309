"""`audit accept-loss`: what is gone of the audit trail, and people know."""

import datetime
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.journal import Journal, journal_in
from agent.adapters.ledger import SqlDigests
from agent.cli import app
from agent.config import load
from agent.domain.anchor import Anchor
from agent.health import Level
from agent.health.audit import end_of_trail, whole_trail
from tests.custody_builders import NOON
from tests.integration.test_audit_command import (
    cut,
    edit,
    home,
    ledger,
    note,
    rest_two_documents,
    verify,
    write,
)

__all__ = ["home", "ledger"]

pytestmark = [pytest.mark.observability, pytest.mark.security]


@pytest.fixture(autouse=True)
def _rooted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIERD_ALLOW_ROOT", "true")


def accept(home: Path, *options: str, confirm: str = "lost") -> Result:
    """Type the command."""
    typed = ["audit", "accept-loss", "--confirm", confirm, *options, "--home", str(home)]
    return CliRunner().invoke(app, typed, env={"COLUMNS": "300"})


def anchored(home: Path, ledger: Engine, *months: int) -> None:
    """Write lines, and have the last noted."""
    head = write(home, *months)
    SqlDigests(ledger).anchors.note(Anchor(entry=head.sequence, hash=head.hash), NOON)


def known_in(home: Path) -> list[str]:
    return [line for line in verify(home).stdout.splitlines() if line.startswith("Known loss")]


def test_a_trail_that_was_begun_anew_is_known_to_be_and_green(home: Path, ledger: Engine) -> None:
    for _ in range(3):
        anchored(home, ledger, 11)
    journal_in(home).unlink()
    write(home, 10)
    assert verify(home).exit_code == 1
    done = accept(home, "--why", "disk")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:3] == [
        "This is gone of the audit trail:",
        "  Line 1 of audit.jsonl is not the entry that was noted elsewhere.",
        "  Line 2 of audit.jsonl is gone, and all up to entry 3.",
    ]
    found = verify(home)
    assert found.exit_code == 0
    [known] = known_in(home)
    assert known.startswith("Known loss: what was noted up to entry 3 is gone. Accepted by cli:")
    assert known.endswith(" UTC (disk), told of by entry 2.")
    for _ in range(4):  # past all that had been noted
        anchored(home, ledger, 11)
        assert verify(home).exit_code == 0
    cut(home, 1)
    assert verify(home).exit_code == 1


def test_the_trails_own_line_says_what_was_lost_by_whom_and_when(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 11, 11)
    [*_, noted] = SqlDigests(ledger).anchors.all()
    cut(home, 1)
    accept(home, "--why", "restore")
    line = json.loads(journal_in(home).read_bytes().splitlines()[-1])
    assert (line["sequence"], line["event"]) == (2, "loss_accepted")
    assert line["fields"] == {
        "actor": line["fields"]["actor"],
        "why": "restore",
        "up_to": [2, noted.hash],
        "places": 1,
        "gaps": [],
    }
    assert line["fields"]["actor"].startswith("cli:")


def test_a_month_that_is_gone_is_known_to_be(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 9, 9, 10, 11)
    (home / "logs" / "audit-2026-09.jsonl").unlink()
    assert accept(home).exit_code == 0
    assert "what came before entry 3 (2 lines) is gone" in known_in(home)[0]
    found = json.loads(verify(home, "--json").stdout)
    assert (found["whole"], found["problems"]) == (True, [])
    assert [(it["entry"], it["why"], it["places"], it["gaps"]) for it in found["known_losses"]] == [
        (5, "unknown", 0, [{"entry": 3, "lost": 2}])
    ]
    (home / "logs" / "audit-2026-10.jsonl").unlink()
    assert verify(home).exit_code == 1


def test_more_that_is_gone_at_the_place_of_a_known_loss_is_bad(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 8, 9, 9, 10, 11)
    (home / "logs" / "audit-2026-09.jsonl").unlink()
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    (home / "logs" / "audit-2026-08.jsonl").unlink()
    told = verify(home)
    assert told.exit_code == 1
    assert "Line 1 of audit-2026-10.jsonl follows a gap: 3 before it are gone" in told.stdout
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    assert len(known_in(home)) == 2


def test_a_trail_that_is_gone_where_nothing_was_noted_is_known_to_be(home: Path) -> None:
    rest_two_documents(home)
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    assert "Known loss: what documents had left is gone." in known_in(home)[0]
    journal_in(home).unlink()
    assert verify(home).exit_code == 1


def test_the_place_that_the_last_digest_told_of_may_be_lost_too(home: Path, ledger: Engine) -> None:
    note(ledger, write(home, 11, 11))
    cut(home, 1)
    assert verify(home).exit_code == 1
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    assert end_of_trail(load(home=home)).level is Level.GOOD


def test_an_end_that_documents_noted_may_be_lost_and_is_noted_anew(home: Path, ledger: Engine) -> None:
    with ledger.begin() as connection:
        connection.exec_driver_sql("UPDATE trail_end SET audit_entry = 900, audit_hash = 'ab'")
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    with ledger.connect() as connection:
        assert connection.exec_driver_sql("SELECT audit_entry FROM trail_end").scalar() == 1


def test_health_says_that_people_know(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 11, 11)
    cut(home, 1)
    accept(home)
    found = whole_trail(load(home=home))
    assert found.level is Level.GOOD
    assert found.sentence == (
        "2 entries of the audit trail, each as it was written; losses that people know of: 1"
    )


def test_the_line_that_tells_of_a_loss_may_be_lost_too(home: Path, ledger: Engine) -> None:
    for _ in range(3):
        anchored(home, ledger, 11)
    cut(home, 1)
    assert accept(home).exit_code == 0
    journal_in(home).unlink()
    assert verify(home).exit_code == 1
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    assert len(known_in(home)) == 2
    write(home, 11)
    assert verify(home).exit_code == 0


def test_two_losses_are_both_told_of(home: Path, ledger: Engine) -> None:
    for _ in range(2):
        anchored(home, ledger, 11, 11)
        cut(home, 1)
        assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0
    assert len(known_in(home)) == 2


def test_an_edited_line_is_no_loss(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 11, 11, 11)
    cut(home, 1)
    edit(home, "audit.jsonl")
    before = journal_in(home).read_bytes()
    refused = accept(home).exception
    assert isinstance(refused, errors.RequestRefused)
    assert refused.sentence.endswith("That is no loss, and is not accepted as one.")
    assert journal_in(home).read_bytes() == before


def test_where_nothing_is_lost_there_is_nothing_to_accept(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 11)
    assert str(accept(home).exception) == "Nothing of the audit trail is lost."


@pytest.mark.parametrize("typed", ["", "yes"], ids=["nothing", "another"])
def test_somebody_has_to_type_that_it_is_lost(home: Path, ledger: Engine, typed: str) -> None:
    anchored(home, ledger, 11, 11)
    cut(home, 1)
    refused = accept(home, confirm=typed)
    assert "Nothing was written down" in str(refused.exception)
    assert verify(home).exit_code == 1


def test_nobody_writes_beside_a_daemon(home: Path, ledger: Engine) -> None:
    anchored(home, ledger, 11, 11)
    cut(home, 1)
    lock = HomeLock(home / "state")
    lock.take()
    assert isinstance(accept(home).exception, errors.HomeLocked)
    lock.release()
    assert verify(home).exit_code == 1


def test_a_line_alone_that_says_so_counts_for_nothing(home: Path, ledger: Engine) -> None:
    """Whoever cuts the trail can write such a line, and so does a death before the ledger is written."""
    anchored(home, ledger, 11, 11)
    cut(home, 1)
    journal = Journal(journal_in(home))
    at = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC)
    journal.append("loss_accepted", at, actor="cli:root", why="disk", up_to=None, places=1, gaps=[])
    journal.close()
    assert verify(home).exit_code == 1
    assert accept(home).exit_code == 0
    assert verify(home).exit_code == 0


def test_a_known_loss_counts_as_long_as_the_line_that_tells_of_it_is_there(
    home: Path, ledger: Engine
) -> None:
    anchored(home, ledger, 11, 11)
    cut(home, 1)
    accept(home)
    cut(home, 1)
    assert verify(home).exit_code == 1
