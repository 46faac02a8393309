"""What is erased is gone from the folders, the ledger's own bytes and what waits to be told; that it was stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from agent import errors
from agent.adapters.folders import HomeFolders
from agent.adapters.journal import Journal, journal_in, verify
from agent.adapters.ledger import SqlErasing
from agent.adapters.ledger.engine import open_engine
from agent.adapters.ledger.schema import denials
from agent.cli import app
from agent.domain.document import DocumentId, Sha256, text_of_plain
from agent.domain.life import Action
from agent.domain.outcome import State
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import recover, stranded
from agent.workflow.review import perform
from tests.custody_builders import ABOUT_ANNA, NAMES_ANNA_ONLY, NOON, Office, make_ports
from tests.integration.test_conversation import OFFICE, Chat, chat

__all__ = ("chat",)
pytestmark = pytest.mark.security

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"
FOURTH = "archive/R1/2026/2026-03-01_D-4.pdf"
D1, D2, D3, D4 = (DocumentId(number) for number in range(1, 5))
NAME = "Muller Anna blood test.pdf"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """D-1 is filed under R1, D-2 is a duplicate of it, D-3 a question, D-4 filed under R1 too."""
    made = make_ports(tmp_path)
    (tmp_path / ".env").touch(mode=0o600)
    made.text_source.script = [text_of_plain(it) for it in (ABOUT_ANNA, NAMES_ANNA_ONLY, ABOUT_ANNA)]
    for content in (b"first", b"first", b"second", b"third"):
        _process(made, content)
    yield made
    made.ledger.close()


def _process(office: Office, content: bytes) -> None:
    document_id = take_in(office.drop(content, NAME), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)


def _forget(office: Office, number: DocumentId) -> tuple[bool, str]:
    reply = perform(office.request(Action.FORGET, number, "asked"), office.ports, lambda _: None)
    return reply.done, reply.sentence


def _ledger_bytes(office: Office) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((office.home / "state").glob("ledger.sqlite*")))


def _typed(office: Office, *words: str, lines: str = "") -> tuple[int, str]:
    environment = {"COLUMNS": "300", "DOSSIERD_ALLOW_ROOT": "true"}
    home = ("--home", str(office.home))
    done = CliRunner().invoke(app, ["forget", *words, *home], env=environment, input=lines)
    return done.exit_code, " ".join(done.output.split()) + str(done.exception or "")


class TestForget:
    def test_leaves_number_hash_and_dates_and_nothing_else(self, office: Office) -> None:
        before = office.row(D1)
        assert _forget(office, D1) == (True, "D-1 is erased.")
        after = office.row(D1)
        assert (after.state, after.sha256, after.claimed_at) == (
            State.FORGOTTEN,
            before.sha256,
            before.claimed_at,
        )
        assert (after.original_name, after.outcome, after.location) == ("erased", None, None)
        assert not (office.home / FILED).exists()
        assert not (office.home / FILED).with_suffix(".json").exists()
        assert office.ledger.text(D1, before.sha256 or Sha256("")) is None
        assert office.ledger.inputs(D1) is None
        assert [one.record_id for one in office.ledger.settled(D1)] == [None]

    def test_takes_it_out_of_the_database_files_too(self, office: Office) -> None:
        for number in (D2, D3, D4):
            assert _forget(office, number)[0]
        assert b"Muller" in _ledger_bytes(office)
        assert b"MULLER" not in _ledger_bytes(office)
        assert _forget(office, D1)[0]
        assert b"blood test" not in _ledger_bytes(office)
        assert b"Muller" not in _ledger_bytes(office)
        assert b"muller" not in _ledger_bytes(office)

    def test_takes_back_what_waits_to_be_told(self, office: Office) -> None:
        assert [parcel.message.document_id for parcel in office.due()].count(D1) == 2
        _forget(office, D1)
        assert [parcel for parcel in office.due() if parcel.message.document_id == D1] == []

    def test_takes_the_place_of_what_was_told(self, office: Office) -> None:
        for parcel in office.due():
            office.outbox.mark_sent(parcel.parcel_id, f"receipt {parcel.parcel_id}", NOON)
        _forget(office, D1)
        told = [(it.recipient, it.message.title, it.replaces is None) for it in office.due()]
        assert told == [("anna", "D-1 was erased.", False), ("bert", "D-1 was erased.", False)]

    def test_of_a_question_closes_it_and_changes_its_card(self, chat: Chat) -> None:
        chat.asking.turn()
        chat.deliver()
        assert [one.document_id for one in chat.questions.standing()] == [D3]
        reply = perform(chat.office.request(Action.FORGET, D3, "mistake"), chat.ports, lambda _: None)
        assert reply.done
        assert list(chat.questions.standing()) == []
        assert chat.office.ledger.review(D3) is None
        last = chat.office.due()[-1]
        assert (last.recipient, last.message.title, last.message.buttons) == (OFFICE, "D-3 was erased.", ())
        assert last.replaces is not None
        assert not chat.asking.turn()

    def test_is_told_in_the_journal_without_a_name_a_record_or_a_hash(self, office: Office) -> None:
        journal = Journal(journal_in(office.home))
        object.__setattr__(office.ports, "journal", journal)
        _forget(office, D1)
        journal.close()
        first, second = (
            json.loads(line) for line in (office.home / "logs" / "audit.jsonl").read_text().splitlines()
        )
        whose = {"document": "D-1", "correlation_id": office.row(D1).correlation_id}
        assert (first["event"], first["fields"]) == (
            "forgetting",
            whose | {"epoch": 1, "actor": "cli:anna", "why": "asked"},
        )
        assert (second["event"], second["fields"]) == ("forgotten", whose | {"file": "erased"})
        assert verify(journal_in(office.home)) == []

    def test_lets_the_same_file_come_again_as_a_new_document(self, office: Office) -> None:
        _forget(office, D1)
        office.text_source.script = [text_of_plain(ABOUT_ANNA)]
        _process(office, b"first")
        assert office.row(DocumentId(5)).state is State.ARCHIVED

    def test_keeps_what_was_denied_of_these_bytes_for_the_document_that_still_has_them(
        self, office: Office
    ) -> None:
        bytes_of_both = office.row(D1).sha256
        assert bytes_of_both is not None
        engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=False)
        with engine.begin() as connection:
            denied = {"record_id": "R2", "denied_by": "cli:anna", "denied_at": NOON, "was_filed": False}
            connection.execute(insert(denials).values(sha256=bytes_of_both, **denied))
        engine.dispose()
        _forget(office, D2)
        assert [it.record_id for it in office.ledger.denials(bytes_of_both)] == ["R2"]
        _forget(office, D1)
        assert office.ledger.denials(bytes_of_both) == []

    def test_removes_folders_that_are_empty_and_no_other(self, office: Office) -> None:
        _forget(office, D1)
        assert (office.home / "archive" / "R1" / "2026").is_dir()
        _forget(office, D4)
        assert not (office.home / "archive" / "R1").exists()
        assert (office.home / "archive").is_dir()

    def test_of_a_document_in_work_is_refused(self, office: Office) -> None:
        waiting = take_in(office.drop(b"fourth"), office.ports)
        assert waiting is not None
        done, sentence = _forget(office, waiting)
        assert (done, sentence) == (
            False,
            "The document is waiting to be read: only a document at rest can be forgotten.",
        )
        assert office.bytes_of(waiting) == b"fourth"

    def test_leaves_a_file_with_other_bytes_and_says_so(self, office: Office) -> None:
        (office.home / FILED).write_bytes(b"edited by hand")
        done, sentence = _forget(office, D1)
        assert not done
        assert f"another file stands in its place: {FILED}." in sentence
        assert (office.home / FILED).read_bytes() == b"edited by hand"
        assert not (office.home / FILED).with_suffix(".json").exists()
        assert office.row(D1).state is State.FORGOTTEN

    def test_of_nobodys_number_is_refused(self, office: Office) -> None:
        assert _forget(office, DocumentId(99)) == (False, "There is no document D-99.")

    def test_twice_is_once(self, office: Office) -> None:
        assert _forget(office, D1) == _forget(office, D1) == (True, "D-1 is erased.")


class TestADeathInTheMiddle:
    def test_before_the_file_is_gone_is_made_good_at_the_next_start(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> bool:
            raise errors.StorageUnavailable("The disk refuses (EIO).")

        with monkeypatch.context() as dying:
            dying.setattr(type(office.folders), "erase", refuse)
            with pytest.raises(errors.StorageUnavailable):
                _forget(office, D1)
        assert (office.home / FILED).exists()
        recover(office.ports, [])
        assert not (office.home / FILED).exists()
        assert office.row(D1).location is None

    def test_after_the_file_is_gone_is_made_good_too(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise errors.LedgerUnavailable("The ledger can't be used now.")

        with monkeypatch.context() as dying:
            dying.setattr(SqlErasing, "is_gone", refuse)
            with pytest.raises(errors.LedgerUnavailable):
                _forget(office, D1)
        assert stranded(office.ports, frozenset) == []
        assert office.row(D1).location is None
        assert list(office.ports.erasing.unfinished()) == []

    def test_a_file_that_is_refused_holds_up_no_other_and_goes_at_the_next_sweep(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        erase, refused = HomeFolders.erase, {FILED, FOURTH}

        def refuse(folders: HomeFolders, location: str, sha256: Sha256) -> bool:
            if location in refused:
                raise errors.StorageUnavailable("The disk refuses (EIO).")
            return erase(folders, location, sha256)

        with monkeypatch.context() as failing:
            failing.setattr(HomeFolders, "erase", refuse)
            for number in (D1, D4):
                with pytest.raises(errors.StorageUnavailable):
                    _forget(office, number)
            refused.remove(FOURTH)
            recover(office.ports, [])
            assert office.row(D1).location == FILED
            assert office.row(D4).location is None
        assert stranded(office.ports, lambda: frozenset({D1})) == []
        assert office.row(D1).location == FILED
        assert stranded(office.ports, frozenset) == []
        assert office.row(D1).location is None
        assert not (office.home / FILED).exists()


class TestTheCommand:
    def test_erases_a_document_with_its_duplicates(self, office: Office) -> None:
        office.ledger.close()
        code, told = _typed(office, "D-1", "--confirm", "D-1")
        assert code == 0
        assert "D-1 is erased. D-2 is erased." in told
        assert "Not erased: backups made before" in told
        assert "the audit trail (numbers, dates, hashes, record ids and who did what)" in told
        assert [office.row(number).state for number in (D1, D2, D3, D4)] == [
            State.FORGOTTEN,
            State.FORGOTTEN,
            State.IN_REVIEW,
            State.ARCHIVED,
        ]

    def test_erases_all_that_is_filed_under_a_record(self, office: Office) -> None:
        office.ledger.close()
        code, told = _typed(office, "--record", "R1", "--why", "ordered", "--confirm", "R1")
        assert code == 0
        assert "D-1 is erased. D-2 is erased. D-4 is erased." in told
        assert office.row(D3).state is State.IN_REVIEW

    def test_of_a_duplicate_leaves_the_original_and_says_so(self, office: Office) -> None:
        office.ledger.close()
        code, told = _typed(office, "D-2", "--confirm", "D-2")
        assert code == 0
        assert "The same content stays as D-1: D-2 is a duplicate." in told
        assert "To erase all of it, type: dossierd forget D-2 --with-original" in told
        assert [office.row(number).state for number in (D1, D2)] == [State.ARCHIVED, State.FORGOTTEN]
        assert (office.home / FILED).read_bytes() == b"first"

    def test_of_a_duplicate_with_its_original_erases_both(self, office: Office) -> None:
        office.ledger.close()
        code, told = _typed(office, "D-2", "--with-original", "--confirm", "D-2")
        assert (code, "D-2 is erased. D-1 is erased." in told, "stays as" in told) == (0, True, False)
        assert not (office.home / FILED).exists()

    def test_takes_a_record_and_its_confirmation_from_standard_input(self, office: Office) -> None:
        office.ledger.close()
        code, told = _typed(office, "--record", "-", lines="R1\nR1\n")
        assert (code, "D-1 is erased. D-2 is erased. D-4 is erased." in told) == (0, True)

    @pytest.mark.parametrize("lines", ["R1\n", "R1\nR2\n"], ids=["once", "another"])
    def test_of_a_record_from_standard_input_that_is_not_repeated_is_refused(
        self, office: Office, lines: str
    ) -> None:
        code, told = _typed(office, "--record", "-", lines=lines)
        assert (code, "Nothing was erased: that was another word." in told) == (1, True)
        assert office.row(D1).state is State.ARCHIVED

    @pytest.mark.parametrize("words", [["D-1"], ["D-1", "--confirm", "D-2"]], ids=["nobody", "other"])
    def test_without_the_word_typed_again_erases_nothing(self, office: Office, words: list[str]) -> None:
        code, told = _typed(office, *words)
        assert code == 1
        assert "Nothing was erased" in told
        assert office.row(D1).state is State.ARCHIVED

    @pytest.mark.parametrize("words", [[], ["D-1", "--record", "R1"]], ids=["none", "both"])
    def test_must_be_told_one_thing(self, office: Office, words: list[str]) -> None:
        code, told = _typed(office, *words)
        assert code == 1
        assert "Name a document, or a record" in told

    def test_of_a_record_without_documents_says_so(self, office: Office) -> None:
        assert "Nothing is filed under 'R9'." in _typed(office, "--record", "R9")[1]


def test_what_was_deleted_is_overwritten_on_every_connection(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    engine.dispose()
