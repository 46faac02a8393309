"""Where the ledger and every backup are lost, the sidecars give a ledger back; what they can't is named."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.journal import journal_in
from agent.cli import app
from agent.config import load
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.life import Action
from agent.domain.outcome import Duplicate, FailureReason, InReview, State
from agent.errors import DocumentUnreadable
from agent.health import Level
from agent.health.audit import whole_trail
from agent.keeping.rebuild import look, rebuild
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.redeciding import redecide
from agent.workflow.review import perform
from tests.custody_builders import ABOUT_ANNA, NAMES_ANNA_ONLY, NOON, Office, make_ports

pytestmark = pytest.mark.reliability

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"
D1, D2, D3, D4 = (DocumentId(number) for number in range(1, 5))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """D-1 is filed, D-2 a question, D-3 failed, D-4 a duplicate of D-1."""
    made = make_ports(tmp_path)
    made.text_source.script = [
        text_of_plain(ABOUT_ANNA),
        text_of_plain(NAMES_ANNA_ONLY),
        DocumentUnreadable(FailureReason.NO_PAGES),
    ]
    for content in (b"first", b"second", b"third", b"first"):
        document_id = take_in(made.drop(content), made.ports)
        assert document_id is not None
        process_document(document_id, made.ports)
        assert made.row(document_id).state not in {State.CLAIMED, State.MOVING}
    yield made
    made.ledger.close()


def _lose_ledger(office: Office) -> None:
    office.ledger.close()
    shutil.rmtree(office.home / "state")
    (office.home / ".env").touch(mode=0o600)


def _typed(office: Office, *words: str) -> tuple[int, str]:
    words = ("rebuild", *words, "--home", str(office.home))
    environment = {"COLUMNS": "300", "DOSSIERD_ALLOW_ROOT": "true"}
    done = CliRunner().invoke(app, list(words), env=environment)
    return done.exit_code, " ".join(done.output.split())


def test_each_document_comes_back_with_its_number_state_place_and_bytes(office: Office) -> None:
    before = {number: office.row(number) for number in (D1, D2, D3, D4)}
    files = office.files()
    _lose_ledger(office)
    code, told = _typed(office, "--write")
    assert (code, told.partition(" What")[0]) == (
        0,
        "4 documents were taken over: 1 archived, 1 duplicate, 1 failed, 1 in review.",
    )
    after = make_ports(office.home)
    assert after.files() == files
    for number, document in before.items():
        row = after.row(number)
        kept = ["state", "location", "sha256", "size"]
        if number != D2:
            kept += ["epoch", "original_name", "correlation_id", "seen_at", "claimed_at", "settled_at"]
        assert [getattr(row, name) for name in kept] == [getattr(document, name) for name in kept]
    assert after.row(D4).outcome == Duplicate(original=D1)
    assert after.ledger.check() == "ok"
    after.ledger.close()


def test_numbers_go_on_and_the_same_bytes_are_known_again(office: Office) -> None:
    _lose_ledger(office)
    _typed(office, "--write")
    after = make_ports(office.home)
    again = take_in(after.drop(b"second"), after.ports)
    assert again == DocumentId(5)
    process_document(again, after.ports)
    assert after.row(again).outcome == Duplicate(original=D2)
    after.ledger.close()


def test_a_question_is_asked_anew_and_never_decided_by_itself(office: Office) -> None:
    _lose_ledger(office)
    rebuild(office.home, look(office.home, now=NOON), actor="cli:anna", now=NOON)
    after = make_ports(office.home)
    handed: list[DocumentId] = []
    assert redecide(after.ports, handed.append, lambda: True, are_lessons_new=True)
    assert handed == []
    [review] = after.ledger.reviews_of(D2)
    assert (review.answered_at, review.decision.reason.code) == (None, "ledger_rebuilt")  # type: ignore[union-attr]
    reply = perform(after.request(Action.ANSWER, D2, "record:R1"), after.ports, handed.append)
    assert reply.done, reply.sentence
    assert after.row(D2).state is State.ARCHIVED
    after.ledger.close()


def test_a_filing_can_still_be_undone(office: Office) -> None:
    _lose_ledger(office)
    _typed(office, "--write")
    after = make_ports(office.home)
    reply = perform(after.request(Action.UNDO, D1), after.ports, lambda _: None)
    assert reply.done, reply.sentence
    assert isinstance(after.row(D1).outcome, InReview)
    after.ledger.close()


def test_looking_writes_nothing(office: Office) -> None:
    _lose_ledger(office)
    before = sorted(office.home.rglob("*"))
    code, told = _typed(office)
    assert code == 0
    assert told.endswith("Nothing was written. To make the ledger, add: --write")
    assert sorted(office.home.rglob("*")) == before


def test_what_cannot_be_taken_over_is_named_and_left(office: Office) -> None:
    _lose_ledger(office)
    archive = office.home / "archive" / "R1" / "2026"
    (office.home / FILED).write_bytes(b"edited")
    (archive / "notes.pdf").write_bytes(b"laid there by a person")
    (archive / "2026-03-01_D-8.json").write_text("{}")
    (archive / "2026-03-01_D-9.pdf").write_bytes(b"9")
    (archive / "2026-03-01_D-9.json").write_text("[1, 2")
    copy = office.home / "review" / "D-2~2.pdf"
    copy.write_bytes(b"second")
    files = office.files()
    code, told = _typed(office, "--write")
    assert code == 1
    assert f"not {FILED}: its bytes are not those that its sidecar tells of." in told
    assert "not archive/R1/2026/notes.pdf: it has no sidecar." in told
    assert "not archive/R1/2026/2026-03-01_D-8.json: it is a sidecar, and its document is gone." in told
    assert "2026-03-01_D-9.pdf: its sidecar is none that dossierd has written." in told
    assert "D-2~2.pdf: its number or its bytes are those of another document." in told
    assert office.files() == files
    after = make_ports(office.home)
    assert take_in(after.drop(b"new"), after.ports) == DocumentId(10)
    after.ledger.close()


def test_what_lies_in_another_folder_than_its_sidecar_says_is_named_and_left(office: Office) -> None:
    _lose_ledger(office)
    shutil.move(office.home / "archive" / "R1", office.home / "archive" / "R9")
    (office.home / "archive" / "R9" / "2026" / "review").mkdir()
    (office.home / "archive" / "R9" / "2026" / "review" / "D-7.pdf").write_bytes(b"7")
    files = office.files()
    code, told = _typed(office, "--write")
    assert code == 1
    assert "3 documents were taken over: 1 duplicate, 1 failed, 1 in review." in told
    moved = FILED.replace("R1", "R9")
    assert f"not {moved}: its sidecar says that it belongs into another folder." in told
    assert "not archive/R9/2026/review/D-7.pdf: it has no sidecar." in told
    assert office.files() == files
    after = make_ports(office.home)
    assert after.ledger.document(D1) is None
    after.ledger.close()


def test_the_new_ledger_knows_where_the_trail_ends_though_that_was_lost_too(office: Office) -> None:
    _lose_ledger(office)
    _typed(office, "--write")
    settings = load(home=office.home)
    assert whole_trail(settings).sentence == "1 entries of the audit trail, each as it was written"
    journal_in(office.home).unlink()
    assert whole_trail(settings).level is Level.BAD


def test_a_searchable_copy_is_no_document(office: Office) -> None:
    _lose_ledger(office)
    (office.home / FILED).with_name("2026-03-01_D-1.searchable.pdf").write_bytes(b"with words")
    found = look(office.home, now=NOON)
    assert (len(found.documents), found.left) == (4, {})


def test_a_ledger_that_is_there_is_never_replaced(office: Office) -> None:
    with pytest.raises(errors.RequestRefused, match=r"There is a ledger: state/ledger.sqlite\."):
        rebuild(office.home, look(office.home, now=NOON), actor="cli:anna", now=NOON)


def test_a_daemon_at_work_is_not_disturbed(office: Office) -> None:
    _lose_ledger(office)
    lock = HomeLock(office.home / "state")
    lock.take()
    with pytest.raises(errors.HomeLocked):
        rebuild(office.home, look(office.home, now=NOON), actor="cli:anna", now=NOON)
    lock.release()


def test_what_a_death_has_left_is_begun_anew(office: Office) -> None:
    _lose_ledger(office)
    (office.home / "state").mkdir()
    (office.home / "state" / "ledger.rebuilding.sqlite").write_bytes(b"half of one")
    rebuild(office.home, look(office.home, now=NOON), actor="cli:anna", now=NOON + timedelta(days=1))
    names = {path.name for path in (office.home / "state").iterdir()}
    assert names == {"ledger.sqlite", "home.json", "lock"}
    assert json.loads((office.home / "state" / "home.json").read_text()) == {"home_id": "home1"}
    last = (office.home / "logs" / "audit.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["fields"] == {"actor": "cli:anna", "documents": 4, "left": 0}
