"""Custody with a real ledger and real folders: whatever happens, a document is where its row says, byte for byte."""

import datetime
import errno
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from agent import errors
from agent.adapters.folders import HomeFolders
from agent.core.rules import Rules
from agent.domain.decision import Ambiguous, Mode, Unmatched
from agent.domain.document import (
    CorrelationId,
    DocumentId,
    DocumentText,
    SeenFile,
    Sha256,
    printable,
    text_of_plain,
)
from agent.domain.identity import RecordId
from agent.domain.life import Action, Document, Reply, Request
from agent.domain.message import MessageKind
from agent.domain.outcome import Archived, Duplicate, Event, Failed, FailureReason, InReview, Outcome, State
from agent.workflow.custody import finish, in_custody
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import recover, stranded
from agent.workflow.review import perform
from tests.custody_builders import (
    ABOUT_ANNA,
    ABOUT_NOBODY,
    ANNA,
    BERTA,
    CLARA,
    NAMES_ANNA_ONLY,
    Office,
    make_ports,
    seen_file,
)

pytestmark = pytest.mark.reliability

BYTES = b"%PDF-1.7 a letter about somebody"
ANNAS = text_of_plain(ABOUT_ANNA)
NOBODYS = text_of_plain(ABOUT_NOBODY)
AMBIGUOUS = text_of_plain(NAMES_ANNA_ONLY)

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"
ASKED = "review/D-1.pdf"
BROKEN = "failed/2026-03-01_D-1.pdf"
COPY = "archive/_duplicates/2026-03-01_D-2.pdf"
CLAIMED = "incoming/.claimed/home1/D-1"


class Troubled(HomeFolders):
    """Folders that a test can make fail: each trouble is raised once, by the next call of its kind."""

    def __init__(self, root: Path, home_id: str) -> None:
        super().__init__(root, home_id)
        self.before_move: list[Exception | Callable[[], None]] = []
        self.after_move: list[Exception] = []
        self.before_sidecar: list[Exception] = []
        self.before_claim: list[Exception] = []

    def claim(self, seen: SeenFile, document_id: DocumentId) -> str:
        _happen(self.before_claim)
        return super().claim(seen, document_id)

    def move(self, source: str, target: str, sha256: Sha256, tag: str) -> None:
        _happen(self.before_move)
        super().move(source, target, sha256, tag)
        _happen(self.after_move)

    def write_sidecar(self, location: str, content: Mapping[str, object], tag: str = "") -> None:
        _happen(self.before_sidecar)
        super().write_sidecar(location, content, tag)


def _happen(queue: list[Exception | Callable[[], None]] | list[Exception]) -> None:
    if queue:
        trouble = queue.pop(0)
        if isinstance(trouble, Exception):
            raise trouble
        trouble()


FULL = errors.StorageUnavailable("The disk refuses (ENOSPC).")


class Death(BaseException):
    """Stands for SIGKILL: nothing in dossierd catches it."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, folders=Troubled)
    made.text_source.script = [ANNAS]
    yield made
    made.ledger.close()


@pytest.fixture
def folders(office: Office) -> Troubled:
    assert isinstance(office.folders, Troubled)
    return office.folders


def _take(office: Office, content: bytes = BYTES, name: str = "scan.pdf") -> DocumentId:
    document_id = take_in(office.drop(content, name), office.ports)
    assert document_id is not None
    return document_id


def _process(office: Office, text: DocumentText = ANNAS, content: bytes = BYTES) -> DocumentId:
    office.text_source.script = [text]
    document_id = _take(office, content)
    process_document(document_id, office.ports)
    return document_id


def _sidecar(office: Office, place: str) -> dict[str, object]:
    told: dict[str, object] = json.loads((office.home / place).with_suffix(".json").read_text())
    return told


def _rests(
    office: Office, document_id: DocumentId, place: str, state: State, content: bytes = BYTES
) -> Document:
    """Assert where a document rests, and give its row."""
    row = office.row(document_id)
    assert (row.state, row.location, row.target, row.attempts) == (state, place, None, 0)
    assert (office.home / place).read_bytes() == content
    return row


# --- The straight way


@pytest.mark.security
def test_a_match_is_archived_under_its_record_with_a_sidecar_and_told_once(office: Office) -> None:
    document_id = _process(office)
    row = _rests(office, document_id, FILED, State.ARCHIVED)
    assert isinstance(row.outcome, Archived)
    assert (row.outcome.record_id, row.outcome.decided_by) == ("R1", "rule")
    assert office.files() == {FILED, FILED.replace(".pdf", ".json")}
    told = _sidecar(office, FILED)
    assert (told["outcome"], told["record_id"], told["original_name"]) == ("archived", "R1", "scan.pdf")
    assert [(it.recipient, it.epoch, it.message.kind) for it in office.due()] == [
        ("anna", 1, MessageKind.FILED),
        ("bert", 1, MessageKind.FILED),
    ]
    assert office.journal.events == ["claiming", "claimed", "settling", "rested"]
    assert [step.name for _, step in office.ledger.steps(document_id)] == ["read", "decide", "move"]


@pytest.mark.parametrize(("text", "verdict"), [(AMBIGUOUS, Ambiguous), (NOBODYS, Unmatched)])
@pytest.mark.security
def test_what_is_not_certain_waits_in_review_without_a_sidecar(
    office: Office, text: DocumentText, verdict: type
) -> None:
    document_id = _process(office, text)
    row = _rests(office, document_id, ASKED, State.IN_REVIEW)
    assert isinstance(row.outcome, InReview)
    assert isinstance(row.outcome.decision, verdict)
    assert office.files() == {ASKED}
    assert [it.message.kind for it in office.due()] == [MessageKind.QUESTION] * 2
    review = office.ledger.review(document_id)
    assert review
    assert review.decision == row.outcome.decision


@pytest.mark.parametrize("mode", [Mode.PROPOSE, Mode.SHADOW])
def test_in_the_other_modes_a_match_is_asked_about(tmp_path: Path, mode: Mode) -> None:
    office = make_ports(tmp_path, rules=Rules(mode=mode))
    _rests(office, _process(office), ASKED, State.IN_REVIEW)
    office.ledger.close()


@pytest.mark.parametrize("reason", FailureReason)
def test_what_can_not_be_read_fails_with_its_reason(office: Office, reason: FailureReason) -> None:
    office.text_source.script = [errors.DocumentUnreadable(reason, "page 3")]
    document_id = _take(office)
    process_document(document_id, office.ports)
    row = _rests(office, document_id, BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=reason, detail="page 3")
    told = _sidecar(office, BROKEN)
    assert (told["outcome"], told["reason"], told["detail"]) == ("failed", reason, "page 3")
    assert [it.message.kind for it in office.due()] == [MessageKind.FAILED] * 2
    assert [step.name for _, step in office.ledger.steps(document_id)] == ["read", "move"]


def test_the_same_bytes_again_are_a_duplicate_of_the_first(office: Office) -> None:
    first, second = _process(office), _process(office)
    row = _rests(office, second, COPY, State.DUPLICATE)
    assert row.outcome == Duplicate(original=first)
    assert _sidecar(office, COPY)["duplicate_of"] == "D-1"
    assert [it.message.kind for it in office.due()] == [MessageKind.FILED] * 2 + [MessageKind.DUPLICATE] * 2
    assert len(office.text_source.paths) == 1


def test_the_same_bytes_after_a_failure_are_a_new_try(office: Office) -> None:
    office.text_source.script = [errors.DocumentUnreadable(FailureReason.TIMED_OUT)]
    process_document(_take(office), office.ports)
    _rests(office, _process(office), FILED.replace("D-1", "D-2"), State.ARCHIVED)


def test_an_error_of_ours_sets_the_document_aside_unharmed(office: Office) -> None:
    office.text_source.script = [ZeroDivisionError("Anna Muller, 12/03/1980")]
    document_id = _take(office)
    process_document(document_id, office.ports)
    row = _rests(office, document_id, BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=FailureReason.INTERNAL_ERROR, detail="ZeroDivisionError")
    assert "Anna" not in json.dumps(_sidecar(office, BROKEN))


def test_an_error_that_no_patience_mends_sets_it_aside_too(office: Office) -> None:
    office.registry.trouble = errors.RegistryInvalid("A line of the registry is no record.")
    row = _rests(office, _process(office), BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=FailureReason.INTERNAL_ERROR, detail="RegistryInvalid")


def test_what_is_at_rest_or_unknown_is_not_processed_again(office: Office) -> None:
    document_id = _process(office)
    before = office.row(document_id)
    process_document(document_id, office.ports)
    process_document(DocumentId(999), office.ports)
    assert office.row(document_id) == before
    assert len(office.due()) == 2


# --- Handed back


@pytest.mark.parametrize(
    "trouble",
    [
        errors.ReaderUnavailable("No tesseract."),
        errors.ReadingStopped("The reading was stopped."),
        errors.LedgerUnavailable("The ledger can't be used now."),
    ],
)
def test_what_the_machine_is_to_blame_for_is_tried_again(
    office: Office, trouble: errors.DossierdError
) -> None:
    document_id = _take(office)
    office.text_source.script = [trouble, ANNAS]
    with pytest.raises(type(trouble)):
        process_document(document_id, office.ports)
    row = office.row(document_id)
    assert (row.state, row.attempts, row.location) == (State.CLAIMED, 0, CLAIMED)
    assert office.due() == []
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)


def test_a_journal_that_can_not_be_written_stops_the_settling(office: Office) -> None:
    document_id = _take(office)
    office.journal.trouble = FULL
    with pytest.raises(errors.StorageUnavailable):
        process_document(document_id, office.ports)
    assert office.row(document_id).state is State.CLAIMED
    office.journal.trouble = None
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)
    assert len(office.text_source.paths) == 1


def test_a_stop_while_it_is_read_gives_the_attempt_back_three_times_and_condemns_nobody(
    tmp_path: Path,
) -> None:
    office = make_ports(tmp_path, rules=Rules(max_crashes=2))
    office.text_source.script = [*([errors.ReadingStopped("The reading was stopped.")] * 3), ANNAS]
    document_id = _take(office)
    for _ in range(3):
        with pytest.raises(errors.ReadingStopped):
            process_document(document_id, office.ports)
        suspects, others = recover(office.ports, [])
        assert (suspects, others) == ([], [document_id])
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)
    office.ledger.close()


def test_what_could_not_be_handed_back_is_taken_up_by_the_next_try(office: Office) -> None:
    document_id = _take(office)
    office.ledger.start(document_id, office.folders.fingerprint(CLAIMED)[0], len(BYTES), office.clock.now())
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)


def test_a_log_line_after_a_document_does_not_carry_its_correlation_id(office: Office) -> None:
    _process(office)
    assert structlog.contextvars.get_contextvars() == {}


# --- The file changes, or goes away


def test_a_file_written_to_while_it_is_read_is_read_again(office: Office) -> None:
    grown = BYTES + b", and more"

    def grow(path: Path) -> DocumentText:
        path.write_bytes(grown)
        return NOBODYS

    document_id = _take(office)
    office.text_source.script = [grow, ANNAS]
    with pytest.raises(errors.FileChanged):
        process_document(document_id, office.ports)
    row = office.row(document_id)
    assert (row.state, row.attempts) == (State.CLAIMED, 0)
    process_document(document_id, office.ports)
    row = _rests(office, document_id, FILED, State.ARCHIVED, grown)
    assert row.size == len(grown)


def test_a_changed_file_is_not_failed_for_what_the_old_bytes_were(office: Office) -> None:
    def grow(path: Path) -> DocumentText:
        path.write_bytes(BYTES + b", and its end")
        raise errors.DocumentUnreadable(FailureReason.DAMAGED)

    document_id = _take(office, b"half of it")
    office.text_source.script = [grow, ANNAS]
    with pytest.raises(errors.FileChanged):
        process_document(document_id, office.ports)
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED, BYTES + b", and its end")


def test_a_file_that_vanishes_while_it_is_read_is_missing(office: Office) -> None:
    def vanish(path: Path) -> DocumentText:
        path.unlink()
        return ANNAS

    document_id = _take(office)
    office.text_source.script = [vanish]
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MISSING
    assert office.files() == set()
    assert {it.message.kind for it in office.due()} == {MessageKind.MISSING}
    assert office.journal.events[-1] == "missing"


def test_a_file_that_vanishes_before_it_is_read_is_missing(office: Office) -> None:
    document_id = _take(office)
    (office.home / CLAIMED).unlink()
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MISSING


def test_a_file_that_vanishes_after_it_is_settled_is_missing_and_only_that_is_told(
    office: Office, folders: Troubled
) -> None:
    document_id = _take(office)
    folders.before_move = [(office.home / CLAIMED).unlink]
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MISSING
    assert [(it.epoch, it.message.kind) for it in office.due()] == [(2, MessageKind.MISSING)] * 2


def test_bytes_that_went_missing_and_come_back_are_a_new_document(office: Office, folders: Troubled) -> None:
    document_id = _take(office)
    folders.before_move = [(office.home / CLAIMED).unlink]
    process_document(document_id, office.ports)
    _rests(office, _process(office), FILED.replace("D-1", "D-2"), State.ARCHIVED)


# --- The registry changes


def test_a_registry_that_changed_since_it_was_searched_decides_again(office: Office) -> None:
    document_id = _take(office)

    def change() -> None:
        office.registry.number += 1
        office.registry.people = [BERTA]
        office.registry.after_search = lambda: None

    office.registry.after_search = change
    with pytest.raises(errors.RegistryChanged):
        process_document(document_id, office.ports)
    row = office.row(document_id)
    assert (row.state, row.attempts, row.outcome) == (State.CLAIMED, 0, None)
    process_document(document_id, office.ports)
    _rests(office, document_id, ASKED, State.IN_REVIEW)
    assert len(office.text_source.paths) == 1
    assert {it.message.kind for it in office.due()} == {MessageKind.QUESTION}


def test_a_registry_that_can_not_be_searched_leaves_the_document_claimed(office: Office) -> None:
    office.registry.trouble = errors.RegistryUnavailable("The registry can't be searched.")
    document_id = _take(office)
    with pytest.raises(errors.RegistryUnavailable):
        process_document(document_id, office.ports)
    assert office.row(document_id).state is State.CLAIMED


@pytest.mark.security
def test_a_registry_that_is_not_trusted_files_nothing(office: Office) -> None:
    office.registry.is_trustworthy = False
    _rests(office, _process(office), ASKED, State.IN_REVIEW)


# --- The move


def test_a_full_disk_leaves_the_document_safe_and_the_next_try_ends_the_move(
    office: Office, folders: Troubled
) -> None:
    document_id = _take(office)
    folders.before_move = [FULL, FULL]
    for _ in range(2):
        with pytest.raises(errors.StorageUnavailable):
            process_document(document_id, office.ports)
        row = office.row(document_id)
        assert (row.state, row.location, row.target) == (State.MOVING, CLAIMED, FILED)
        assert office.bytes_of(document_id) == BYTES
        assert office.due() == []
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)
    assert len(office.due()) == 2


def test_a_sidecar_that_could_not_be_written_is_written_by_the_next_try(
    office: Office, folders: Troubled
) -> None:
    document_id = _take(office)
    folders.before_sidecar = [FULL]
    with pytest.raises(errors.StorageUnavailable):
        process_document(document_id, office.ports)
    assert office.due() == []
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)
    assert _sidecar(office, FILED)["record_id"] == "R1"


def test_an_error_of_ours_after_the_settling_keeps_the_outcome(office: Office, folders: Troubled) -> None:
    document_id = _take(office)
    folders.before_sidecar = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MOVING
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)


def test_a_stranger_s_file_at_the_target_is_kept_and_the_next_name_taken(office: Office) -> None:
    for name in (FILED, FILED.replace("D-1", "D-1~2")):
        (office.home / name).parent.mkdir(parents=True, exist_ok=True)
        (office.home / name).write_bytes(b"a stranger's")
    _rests(office, _process(office), FILED.replace("D-1", "D-1~3"), State.ARCHIVED)
    assert (office.home / FILED).read_bytes() == b"a stranger's"
    assert _sidecar(office, FILED.replace("D-1", "D-1~3"))["document"] == "D-1"


def test_a_folder_full_of_strangers_keeps_the_document_and_says_so(office: Office, folders: Troubled) -> None:
    document_id = _take(office)
    folders.before_move = [errors.DestinationTaken("Another file stands at the destination.")] * 100
    with pytest.raises(errors.StorageUnavailable) as refused:
        process_document(document_id, office.ports)
    assert refused.value.hint == "Look at what stands in the target's folder."
    assert office.bytes_of(document_id) == BYTES
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED.replace("D-1", "D-1~101"), State.ARCHIVED)


# --- Recovery


def _restarted(office: Office) -> Office:
    """The next life of the daemon: another ledger connection, the same home."""
    office.ledger.close()
    again = make_ports(office.home)
    again.text_source.script = [ANNAS]
    again.clock.moment = office.clock.moment
    return again


def _recover(office: Office) -> list[DocumentId]:
    """Do what the daemon does at its start, then work on everything."""
    in_claim_folder = office.ledger.in_states(
        frozenset({State.CLAIMED, State.READING, State.MOVING, State.CLAIMING})
    )
    known = frozenset(it.document_id for it in in_claim_folder)
    incoming = office.home / "incoming"
    orphans = [
        seen_file(office.folders.path(location), incoming)
        for location in office.folders.orphans(lambda: known)
    ]
    suspects, others = recover(office.ports, orphans)
    for document_id in (*suspects, *others):
        process_document(document_id, office.ports)
    return suspects


def _opened(office: Office) -> tuple[Document, SeenFile]:
    seen = office.drop(BYTES)
    return office.ledger.open_claim(seen, "scan.pdf", CorrelationId("c"), office.clock.now()), seen


def test_a_claim_whose_rename_was_not_done_is_done(office: Office) -> None:
    document, _ = _opened(office)
    again = _restarted(office)
    assert _recover(again) == []
    _rests(again, document.document_id, FILED, State.ARCHIVED)
    again.ledger.close()


def test_a_claim_whose_rename_was_done_is_confirmed(office: Office) -> None:
    document, seen = _opened(office)
    office.folders.claim(seen, document.document_id)
    again = _restarted(office)
    _recover(again)
    _rests(again, document.document_id, FILED, State.ARCHIVED)
    again.ledger.close()


def test_a_claim_whose_file_went_away_is_withdrawn(office: Office) -> None:
    document, _ = _opened(office)
    (office.home / "incoming/scan.pdf").unlink()
    again = _restarted(office)
    _recover(again)
    assert again.row(document.document_id).state is State.WITHDRAWN
    again.ledger.close()


def test_a_claimed_document_is_processed_after_a_death(office: Office) -> None:
    document_id = _take(office)
    again = _restarted(office)
    assert _recover(again) == []
    _rests(again, document_id, FILED, State.ARCHIVED)
    again.ledger.close()


def _die(_: Path) -> DocumentText:
    raise Death


def _die_reading(office: Office, document_id: DocumentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die while it is read: not even `finally` gets to write anything."""
    office.text_source.script = [_die]
    with monkeypatch.context() as patched:
        patched.setattr("agent.workflow.custody.Custody.hand_back", lambda _: None)
        with pytest.raises(Death):
            process_document(document_id, office.ports)
    assert office.row(document_id).state is State.READING


def test_a_document_that_was_read_when_we_died_is_a_suspect(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = _take(office)
    _die_reading(office, document_id, monkeypatch)
    again = _restarted(office)
    assert _recover(again) == [document_id]
    _rests(again, document_id, FILED, State.ARCHIVED)
    again.ledger.close()


def test_what_was_read_before_a_death_is_not_read_again(office: Office) -> None:
    document_id = _take(office)

    def die() -> None:
        raise Death

    office.registry.after_search = die
    with pytest.raises(Death):
        process_document(document_id, office.ports)
    again = _restarted(office)
    _recover(again)
    _rests(again, document_id, FILED, State.ARCHIVED)
    assert again.text_source.paths == []
    again.ledger.close()


def test_a_document_that_brings_us_down_too_often_is_poison(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = _take(office)
    for attempt in range(1, 6):
        _die_reading(office, document_id, monkeypatch)
        assert recover(office.ports, []) == ([document_id], [])
        assert office.row(document_id).attempts == attempt
    process_document(document_id, office.ports)
    row = _rests(office, document_id, BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=FailureReason.POISON, detail="5 attempts")
    assert len(office.text_source.paths) == 5


@pytest.mark.parametrize("when", ["before_move", "after_move", "before_sidecar"])
def test_a_move_that_a_death_cut_short_is_ended(office: Office, folders: Troubled, when: str) -> None:
    document_id = _take(office)
    setattr(folders, when, [Killed()])
    with pytest.raises(Killed):
        process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MOVING
    again = _restarted(office)
    _recover(again)
    _rests(again, document_id, FILED, State.ARCHIVED)
    assert again.files() == {FILED, FILED.replace(".pdf", ".json")}
    assert len(again.due()) == 2
    again.ledger.close()


class Killed(errors.StorageUnavailable):
    """Ends a move where a death would; the row is left as it is."""

    def __init__(self) -> None:
        super().__init__("killed")


def test_a_file_in_the_claim_folder_that_no_row_knows_is_adopted(office: Office) -> None:
    (office.home / "incoming/.claimed/home1/D-41").write_bytes(BYTES)
    _recover(office)
    _rests(office, DocumentId(1), FILED, State.ARCHIVED)
    assert office.files() == {FILED, FILED.replace(".pdf", ".json")}


def test_an_orphan_with_the_number_that_it_is_given_keeps_its_place(office: Office) -> None:
    (office.home / CLAIMED).write_bytes(BYTES)
    _recover(office)
    _rests(office, DocumentId(1), FILED, State.ARCHIVED)


def test_what_nobody_works_on_is_found(office: Office) -> None:
    rested = _process(office)
    opened, seen = _opened(office)
    office.ports.folders.claim(seen, opened.document_id)
    busy, idle = _take(office, b"1", "1.pdf"), _take(office, b"2", "2.pdf")
    found = stranded(office.ports, lambda: frozenset({busy}))
    assert found == [opened.document_id, idle]
    assert office.row(opened.document_id).state is State.CLAIMED
    assert rested not in found


def test_a_move_that_somebody_has_in_hands_is_not_begun_twice(office: Office, folders: Troubled) -> None:
    document_id = _take(office)
    folders.before_move = [FULL]
    with pytest.raises(errors.StorageUnavailable):
        process_document(document_id, office.ports)
    assert stranded(office.ports, lambda: frozenset({document_id})) == []
    assert stranded(office.ports, frozenset) == [document_id]


def test_a_full_disk_does_not_keep_the_daemon_from_coming_up(office: Office, folders: Troubled) -> None:
    """What the disk refuses to recovery is left to the watcher, which finds the file and the row that it has."""
    opened, seen = _opened(office)
    folders.before_claim = [FULL]
    assert recover(office.ports, []) == ([], [])
    assert office.row(opened.document_id).state is State.CLAIMING
    assert stranded(office.ports, frozenset) == []
    assert take_in(seen, office.ports) == opened.document_id
    assert stranded(office.ports, frozenset) == [opened.document_id]


# --- Intake


def test_a_file_that_slips_away_is_not_taken_in(office: Office) -> None:
    seen = office.drop(BYTES)
    (office.home / "incoming/scan.pdf").unlink()
    assert take_in(seen, office.ports) is None
    assert office.ledger.counts() == {State.WITHDRAWN: 1}
    assert office.journal.events == ["claiming", "claim_withdrawn"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Résumé تقرير.pdf", "Résumé تقرير.pdf"),
        ("caf\udce9.pdf", "caf\\xe9.pdf"),
        ("new\nline\x1b[31m.pdf", "new\\nline\\x1b[31m.pdf"),
        ("right\u202eleft.pdf", "right\\u202eleft.pdf"),
    ],
)
@pytest.mark.security
def test_a_name_of_any_bytes_is_kept_printable(office: Office, name: str, shown: str) -> None:
    assert printable(name) == shown
    document_id = _take(office, name=name)
    process_document(document_id, office.ports)
    row = _rests(office, document_id, FILED, State.ARCHIVED)
    assert (row.original_name, row.seen.name) == (shown, name)
    assert _sidecar(office, FILED)["original_name"] == shown


# --- What people ask for


def _ask(
    office: Office, action: Action, document_id: DocumentId, argument: str = "", actor: str = "cli:anna"
) -> Reply:
    return _perform(office, office.request(action, document_id, argument, actor))


def _perform(office: Office, request: Request) -> Reply:
    """Carry a request out as the daemon does, and work on what it enqueues."""
    enqueued: list[DocumentId] = []
    reply = perform(request, office.ports, enqueued.append)
    for document_id in enqueued:
        process_document(document_id, office.ports)
    return reply


@pytest.fixture
def asked(office: Office) -> DocumentId:
    """A document in review, whose one candidate is Anna."""
    document_id = _process(office, AMBIGUOUS)
    office.clock.advance(minutes=5)
    return document_id


@pytest.fixture
def filed(office: Office) -> DocumentId:
    document_id = _process(office)
    office.clock.advance(minutes=5)
    return document_id


@pytest.fixture
def failed(office: Office) -> DocumentId:
    office.text_source.script = [errors.DocumentUnreadable(FailureReason.TIMED_OUT)]
    document_id = _take(office)
    process_document(document_id, office.ports)
    office.text_source.script = [ANNAS]
    office.clock.advance(minutes=5)
    return document_id


def test_an_answer_by_number_files_under_that_candidate(office: Office, asked: DocumentId) -> None:
    assert _ask(office, Action.ANSWER, asked, "1") == Reply(done=True, sentence="D-1 is filed under R1.")
    row = _rests(office, asked, FILED, State.ARCHIVED)
    assert row.epoch == 2
    assert isinstance(row.outcome, Archived)
    assert row.outcome.decided_by == "cli:anna"
    assert office.ledger.review(asked) is None
    assert [(it.epoch, it.message.kind) for it in office.due()] == [
        (1, MessageKind.QUESTION),
        (1, MessageKind.QUESTION),
        (2, MessageKind.FILED),
        (2, MessageKind.FILED),
    ]
    assert office.files() == {FILED, FILED.replace(".pdf", ".json")}


def test_the_answer_none_sets_it_aside_as_rejected(office: Office, asked: DocumentId) -> None:
    reply = _ask(office, Action.ANSWER, asked, "none")
    assert reply.done
    assert "failed/" in reply.sentence
    row = _rests(office, asked, BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=FailureReason.REJECTED, decided_by="cli:anna")


def test_an_answer_for_the_epoch_that_stands_is_taken_whatever_the_clocks_say(
    office: Office, asked: DocumentId
) -> None:
    pressed = replace(office.request(Action.ANSWER, asked, "none"), epoch=office.row(asked).epoch)
    early = replace(pressed, requested_at=pressed.requested_at - datetime.timedelta(hours=1))
    assert _perform(office, early).done
    _rests(office, asked, BROKEN, State.FAILED)


def test_an_answer_by_record_files_under_any_record_of_the_registry(
    office: Office, asked: DocumentId
) -> None:
    assert _ask(office, Action.ANSWER, asked, "record:R2").done
    _rests(office, asked, FILED.replace("R1", "R2"), State.ARCHIVED)


@pytest.mark.parametrize(
    "choice", ["0", "2", "-1", "1.0", "", "one", "NONE", "record:", "record:R9", "R1", "9" * 5000, "٩", " 1"]
)
def test_a_choice_that_is_none_is_refused_and_the_question_stays_open(
    office: Office, asked: DocumentId, choice: str
) -> None:
    before = office.row(asked)
    reply = _ask(office, Action.ANSWER, asked, choice)
    assert not reply.done
    assert reply.sentence
    assert len(reply.sentence) < 200
    assert office.row(asked) == before
    assert office.ledger.review(asked)


def test_a_refused_choice_says_which_there_are(office: Office, asked: DocumentId) -> None:
    sentence = _ask(office, Action.ANSWER, asked, "2").sentence
    assert sentence == "There is no choice '2': choose 1, 'none', or a record with --record."
    nobody = _process(office, NOBODYS, b"2")
    sentence = _ask(office, Action.ANSWER, nobody, "1").sentence
    assert sentence == "There is no choice '1': choose 'none', or a record with --record."


def test_a_candidate_who_left_the_registry_is_not_filed_under(office: Office, asked: DocumentId) -> None:
    office.registry.people = [BERTA]
    reply = _ask(office, Action.ANSWER, asked, "1")
    assert reply == Reply(
        done=False,
        sentence="There is no such record in the registry. To look for one: dossierd registry find NAME",
    )


def test_a_second_answer_is_told_who_was_first(office: Office, asked: DocumentId) -> None:
    office.registry.people = [ANNA, BERTA]
    first, second = (
        office.request(Action.ANSWER, asked, "1", "cli:anna"),
        office.request(Action.ANSWER, asked, "none", "cli:bert"),
    )
    assert _perform(office, first).done
    reply = _perform(office, second)
    assert reply == Reply(
        done=False,
        sentence="D-1 was already decided by anna on 2026-03-01 12:05 UTC. "
        "To change that: dossierd undo D-1 or dossierd refile D-1 RECORD",
    )
    _rests(office, asked, FILED, State.ARCHIVED)


def test_an_answer_repeated_after_a_crash_is_done(office: Office, asked: DocumentId) -> None:
    for choice, row in (("1", asked), ("record:R2", _process(office, AMBIGUOUS, b"2")), ("none", None)):
        document_id = row or _process(office, AMBIGUOUS, b"3")
        request = office.request(Action.ANSWER, document_id, choice)
        assert _perform(office, request).done
        epoch = office.row(document_id).epoch
        assert _perform(office, request).done
        assert office.row(document_id).epoch == epoch


@pytest.mark.parametrize("other", ["none", "record:R2", "7"])
def test_another_answer_of_the_same_person_is_not_called_done(
    office: Office, asked: DocumentId, other: str
) -> None:
    first, second = (office.request(Action.ANSWER, asked, choice) for choice in ("1", other))
    assert _perform(office, first).done
    assert not _perform(office, second).done
    _rests(office, asked, FILED, State.ARCHIVED)


@pytest.mark.parametrize(
    ("fixture", "word"),
    [
        ("filed", "was already decided by rule"),
        (
            "failed",
            "is failed: no question is open. Why: dossierd show D-1. To try again: dossierd retry D-1",
        ),
    ],
)
def test_an_answer_where_nothing_is_asked_is_refused(
    office: Office, request: pytest.FixtureRequest, fixture: str, word: str
) -> None:
    document_id = request.getfixturevalue(fixture)
    assert word in _ask(office, Action.ANSWER, document_id, "1").sentence


def test_an_answer_to_what_is_still_worked_on_is_refused(office: Office) -> None:
    reply = _ask(office, Action.ANSWER, _take(office), "1")
    assert reply == Reply(done=False, sentence="D-1 is waiting to be read: no question is open.")


@pytest.mark.parametrize("action", Action)
def test_a_document_that_is_not_there_is_refused_by_its_number(office: Office, action: Action) -> None:
    reply = _ask(office, action, DocumentId(999), "1")
    assert reply == Reply(done=False, sentence="There is no document D-999.")


@pytest.mark.parametrize("hours", [0, 24])
def test_an_undo_within_the_day_brings_it_back_to_review(
    office: Office, filed: DocumentId, hours: int
) -> None:
    office.clock.moment = (office.row(filed).rested_at or office.clock.now()) + datetime.timedelta(
        hours=hours
    )
    assert _ask(office, Action.UNDO, filed) == Reply(done=True, sentence="D-1 is back in review.")
    row = _rests(office, filed, ASKED, State.IN_REVIEW)
    assert row.epoch == 2
    assert office.files() == {ASKED}
    assert [(it.epoch, it.message.kind) for it in office.due()][2:] == [(2, MessageKind.QUESTION)] * 2
    assert _ask(office, Action.ANSWER, filed, "1").done
    _rests(office, filed, FILED, State.ARCHIVED)


def test_an_undo_after_the_day_is_refused_and_says_what_to_do(office: Office, filed: DocumentId) -> None:
    office.clock.advance(hours=24)
    reply = _ask(office, Action.UNDO, filed)
    assert not reply.done
    assert reply.sentence.endswith("To file it under another record: dossierd refile D-1 RECORD")
    _rests(office, filed, FILED, State.ARCHIVED)


def test_an_undo_repeated_after_a_crash_is_done(office: Office, filed: DocumentId) -> None:
    request = office.request(Action.UNDO, filed)
    assert _perform(office, request).done
    assert _perform(office, request).done
    assert office.row(filed).epoch == 2


def test_an_undo_of_what_a_human_chose_without_candidates_asks_again(office: Office) -> None:
    document_id = _process(office, NOBODYS)
    assert _ask(office, Action.ANSWER, document_id, "record:R2").done
    assert _ask(office, Action.UNDO, document_id).done
    _rests(office, document_id, ASKED, State.IN_REVIEW)


@pytest.mark.parametrize("action", [Action.UNDO, Action.REFILE])
def test_only_an_archived_document_is_undone_or_refiled(
    office: Office, asked: DocumentId, action: Action
) -> None:
    office.clock.advance(minutes=1)
    reply = _ask(office, action, asked, "R2")
    assert not reply.done
    assert reply.sentence.startswith("D-1 is in review: only an archived document can be ")
    assert reply.sentence.endswith(" Its question is open: dossierd pending")
    _rests(office, asked, ASKED, State.IN_REVIEW)


@pytest.mark.parametrize(("action", "done"), [(Action.UNDO, "undone"), (Action.REFILE, "refiled")])
def test_whoever_wants_to_take_back_that_a_document_is_nobody_s_is_told_of_retry(
    office: Office, asked: DocumentId, action: Action, done: str
) -> None:
    assert _ask(office, Action.ANSWER, asked, "none").done
    assert _ask(office, action, asked, "R2") == Reply(
        done=False,
        sentence=f"D-1 is failed: only an archived document can be {done}. To decide it again: dossierd retry D-1",
    )
    assert _ask(office, Action.RETRY, asked).done


def test_a_refile_moves_it_to_another_record_at_any_time(office: Office, filed: DocumentId) -> None:
    office.clock.advance(days=400)
    assert _ask(office, Action.REFILE, filed, "R2").done
    target = FILED.replace("R1", "R2")
    row = _rests(office, filed, target, State.ARCHIVED)
    assert isinstance(row.outcome, Archived)
    assert row.outcome.decided_by == "cli:anna"
    assert office.files() == {target, target.replace(".pdf", ".json")}
    assert _sidecar(office, target)["record_id"] == "R2"


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (Action.UNDO, "D-1 has been filed anew since. How it stands: dossierd show D-1"),
        (Action.REFILE, "D-1 has been filed anew since. How it stands: dossierd show D-1"),
        (Action.RETRY, "D-1 has changed since. How it stands: dossierd show D-1"),
    ],
)
@pytest.mark.parametrize("epoch", [None, 1])
def test_what_was_meant_for_a_document_before_it_was_filed_anew_is_refused(
    office: Office, filed: DocumentId, action: Action, sentence: str, epoch: int | None
) -> None:
    waited = replace(office.request(action, filed, "R1"), epoch=epoch)
    office.clock.advance(minutes=1)
    assert _ask(office, Action.REFILE, filed, "R2", "cli:bert").done
    row = office.row(filed)
    assert _perform(office, waited) == Reply(done=False, sentence=sentence)
    assert office.row(filed) == row


def test_a_refile_that_waited_and_was_carried_out_by_another_is_done(
    office: Office, filed: DocumentId
) -> None:
    waited = office.request(Action.REFILE, filed, "R2")
    office.clock.advance(minutes=1)
    assert _ask(office, Action.REFILE, filed, "R2", "cli:bert").done
    assert _perform(office, waited) == Reply(done=True, sentence="D-1 is filed under R2 already.")


def test_a_refile_to_where_it_is_changes_nothing(office: Office, filed: DocumentId) -> None:
    before = office.row(filed)
    reply = _ask(office, Action.REFILE, filed, "R1")
    assert reply == Reply(done=True, sentence="D-1 is filed under R1 already.")
    assert office.row(filed) == before


def test_a_refile_to_an_unknown_record_is_refused(office: Office, filed: DocumentId) -> None:
    for record in (CLARA.record_id, "", "../../etc"):
        assert not _ask(office, Action.REFILE, filed, record).done
    _rests(office, filed, FILED, State.ARCHIVED)


def test_a_failed_document_is_read_again(office: Office, failed: DocumentId) -> None:
    reply = _ask(office, Action.RETRY, failed)
    assert reply == Reply(done=True, sentence="D-1 will be read and decided again.")
    row = _rests(office, failed, FILED, State.ARCHIVED)
    assert row.epoch == 2
    assert office.files() == {FILED, FILED.replace(".pdf", ".json")}
    assert office.journal.events[-5:] == ["retrying", "fetching", "fetched", "settling", "rested"]


def test_a_retry_repeated_after_a_crash_is_done_once(office: Office, failed: DocumentId) -> None:
    request = office.request(Action.RETRY, failed)
    perform(request, office.ports, lambda _: None)
    assert _perform(office, request).done
    _rests(office, failed, FILED, State.ARCHIVED)
    assert _perform(office, request).done
    assert office.row(failed).epoch == 2


@pytest.mark.parametrize(
    ("reason", "replaces"),
    [(FailureReason.TIMED_OUT, {"77"}), (FailureReason.ENCRYPTED, {None})],
    ids=["same", "other"],
)
def test_what_fails_again_in_the_same_way_says_so_in_the_message_that_stands(
    office: Office, failed: DocumentId, reason: FailureReason, replaces: set[str | None]
) -> None:
    for parcel in office.due():
        office.outbox.mark_sent(parcel.parcel_id, "77", office.clock.now())
    office.text_source.script = [errors.DocumentUnreadable(reason)]

    assert _ask(office, Action.RETRY, failed).done

    again = office.due()
    assert [(it.message.kind, it.message.title) for it in again] == [
        (MessageKind.FAILED, "D-1 could not be filed")
    ] * 2
    assert {it.replaces for it in again} == replaces
    assert {it.message.lines[0] for it in again} == {"Tried again: 2026-03-01 12:05"}


def test_a_retry_that_was_heard_after_anothers_says_what_has_become_of_it(
    office: Office, failed: DocumentId
) -> None:
    waited = office.request(Action.RETRY, failed)
    office.clock.advance(minutes=1)
    assert _ask(office, Action.RETRY, failed, actor="cli:bert").done
    row = _rests(office, failed, FILED, State.ARCHIVED)
    assert _perform(office, waited) == Reply(
        done=True, sentence="D-1 was read and decided again since. How it stands: dossierd show D-1"
    )
    assert office.row(failed) == row


def test_a_retry_of_the_epoch_that_stands_is_done_whatever_the_clocks_say(
    office: Office, failed: DocumentId
) -> None:
    pressed = replace(office.request(Action.RETRY, failed), epoch=office.row(failed).epoch)
    early = replace(pressed, requested_at=pressed.requested_at - datetime.timedelta(hours=1))
    assert _perform(office, early).done
    _rests(office, failed, FILED, State.ARCHIVED)


@pytest.mark.parametrize(
    ("action", "argument", "way"),
    [
        (Action.UNDO, "", "the button of its message, or dossierd undo D-1"),
        (Action.REFILE, "R2", "dossierd refile D-1 R2"),
        (Action.RETRY, "", "the button of its message, or dossierd retry D-1"),
    ],
)
def test_what_a_clock_that_was_ahead_refuses_in_a_chat_names_a_way_that_no_clock_refuses(
    office: Office, filed: DocumentId, action: Action, argument: str, way: str
) -> None:
    office.clock.advance(hours=-1)
    typed = replace(office.request(action, filed, argument), asked_in="telegram:1")
    reply = _perform(office, typed)
    assert not reply.done
    assert reply.sentence.endswith(f" (to do it all the same: {way})")


@pytest.mark.parametrize("when", ["before_move", "after_move"])
def test_a_retry_that_a_death_cut_short_on_the_way_home_goes_on(
    office: Office, folders: Troubled, failed: DocumentId, when: str
) -> None:
    perform(office.request(Action.RETRY, failed), office.ports, lambda _: None)
    setattr(folders, when, [Killed()])
    with pytest.raises(Killed):
        process_document(failed, office.ports)
    again = _restarted(office)
    _recover(again)
    _rests(again, failed, FILED, State.ARCHIVED)
    assert again.files() == {FILED, FILED.replace(".pdf", ".json")}
    again.ledger.close()


def test_a_retry_whose_place_in_the_claim_folder_is_taken_fails_and_loses_nothing(
    office: Office, failed: DocumentId
) -> None:
    (office.home / CLAIMED).write_bytes(b"a stranger's")
    _ask(office, Action.RETRY, failed)
    row = _rests(office, failed, BROKEN, State.FAILED)
    assert row.outcome == Failed(reason=FailureReason.INTERNAL_ERROR, detail="DestinationTaken")
    assert (office.home / CLAIMED).read_bytes() == b"a stranger's"
    assert _sidecar(office, BROKEN)["reason"] == "internal_error"


def test_a_duplicate_is_tried_again_and_is_one_still(office: Office) -> None:
    first, second = _process(office), _process(office)
    office.clock.advance(minutes=1)
    assert _ask(office, Action.RETRY, second).done
    row = _rests(office, second, COPY, State.DUPLICATE)
    assert (row.epoch, row.outcome) == (2, Duplicate(original=first))


def test_a_duplicate_of_what_was_rejected_since_is_read_itself(office: Office) -> None:
    first, second = _process(office, AMBIGUOUS), _process(office)
    _ask(office, Action.ANSWER, first, "none")
    office.clock.advance(minutes=1)
    _ask(office, Action.RETRY, second)
    _rests(office, second, ASKED.replace("D-1", "D-2"), State.IN_REVIEW)


def test_an_archived_document_is_not_tried_again_only_what_lies_beside_it(
    office: Office, filed: DocumentId
) -> None:
    before = office.row(filed)
    assert before.location is not None
    (office.home / before.location).with_suffix(".json").unlink()
    reply = _ask(office, Action.RETRY, filed)
    assert reply == Reply(done=True, sentence="D-1 stays filed; what lies beside it was made again.")
    assert office.row(filed) == before
    assert (office.home / before.location).with_suffix(".json").is_file()


def _remove(path: Path) -> None:
    path.unlink()


def _edit(path: Path) -> None:
    path.write_bytes(b"edited by hand")


@pytest.mark.parametrize("by_hand", [_remove, _edit])
@pytest.mark.parametrize(
    ("fixture", "action", "argument"),
    [
        ("asked", Action.ANSWER, "1"),
        ("asked", Action.ANSWER, "none"),
        ("filed", Action.UNDO, ""),
        ("filed", Action.REFILE, "R2"),
        ("failed", Action.RETRY, ""),
    ],
)
def test_what_was_moved_or_edited_by_hand_is_missing_and_nothing_is_done(
    office: Office,
    request: pytest.FixtureRequest,
    by_hand: Callable[[Path], None],
    fixture: str,
    action: Action,
    argument: str,
) -> None:
    document_id = request.getfixturevalue(fixture)
    row = office.row(document_id)
    path = office.home / (row.location or "")
    by_hand(path)
    before = path.read_bytes() if path.exists() else None
    reply = _ask(office, action, document_id, argument)
    assert reply == Reply(
        done=False, sentence="D-1 is not where it was put, or was changed by hand. Nothing was done."
    )
    after = office.row(document_id)
    assert (after.state, after.epoch, after.location) == (State.MISSING, row.epoch + 1, row.location)
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_request_on_a_full_disk_stays_open_and_its_move_is_handed_on(
    office: Office, folders: Troubled, asked: DocumentId
) -> None:
    folders.before_move = [FULL]
    request = office.request(Action.ANSWER, asked, "1")
    enqueued: list[DocumentId] = []
    with pytest.raises(errors.StorageUnavailable):
        perform(request, office.ports, enqueued.append)
    assert enqueued == [asked]
    assert office.row(asked).state is State.MOVING
    assert _perform(office, request).done
    process_document(asked, office.ports)
    _rests(office, asked, FILED, State.ARCHIVED)


# --- The two that everything calls


OUTCOMES: list[tuple[Outcome, str]] = [
    (Archived(record_id=RecordId("R1"), decided_by="rule"), FILED),
    (Failed(reason=FailureReason.DAMAGED), BROKEN),
    (Duplicate(original=DocumentId(9)), COPY.replace("D-2", "D-1")),
]


@pytest.mark.parametrize(("outcome", "place"), OUTCOMES)
def test_settling_inside_custody_brings_each_outcome_to_its_place(
    office: Office, outcome: Outcome, place: str
) -> None:
    document_id = _take(office)
    with in_custody(document_id, office.ports) as custody:
        assert custody.begin()
        custody.settle(outcome)
    _rests(office, document_id, place, State(outcome.state))


def test_finishing_twice_is_refused_by_the_state_and_moves_nothing(office: Office, filed: DocumentId) -> None:
    row = office.row(filed)
    with pytest.raises(AssertionError):
        finish(row, office.ports)
    _rests(office, filed, FILED, State.ARCHIVED)


def test_the_journal_has_every_settling_before_its_effect_and_no_name(
    office: Office, filed: DocumentId
) -> None:
    _ask(office, Action.REFILE, filed, "R2")
    events = [
        (event, fields.get("event"), fields.get("actor")) for event, _, fields in office.journal.entries
    ]
    assert events == [
        ("claiming", None, None),
        ("claimed", None, None),
        ("settling", Event.SETTLED, "rule"),
        ("rested", None, None),
        ("settling", Event.REFILED, "cli:anna"),
        ("rested", None, None),
    ]
    assert "Muller" not in str(office.journal.entries)
    assert "scan.pdf" not in str(office.journal.entries)


def test_a_disk_that_refuses_the_claim_leaves_the_file_to_be_seen_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    seen = office.drop(BYTES)
    with monkeypatch.context() as patched:
        patched.setattr("agent.adapters.folders.rename_without_replacing", refuse)
        with pytest.raises(errors.StorageUnavailable):
            take_in(seen, office.ports)
    assert office.ledger.counts() == {State.CLAIMING: 1}
    assert stranded(office.ports, frozenset) == []
    assert take_in(seen, office.ports) == DocumentId(1)
    process_document(DocumentId(1), office.ports)
    _rests(office, DocumentId(1), FILED, State.ARCHIVED)


def test_a_file_that_is_claimed_in_vain_keeps_its_one_row(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    seen, twin = office.drop(BYTES), office.drop(BYTES, "twin.pdf")
    with monkeypatch.context() as patched:
        patched.setattr("agent.adapters.folders.rename_without_replacing", refuse)
        for _ in range(3):
            with pytest.raises(errors.StorageUnavailable):
                take_in(seen, office.ports)
            assert stranded(office.ports, frozenset) == []
    assert take_in(twin, office.ports) == DocumentId(2)
    assert take_in(seen, office.ports) == DocumentId(1)


# --- What was found by a reader with fresh eyes


def test_a_file_written_to_between_outcome_and_move_is_read_again(office: Office, folders: Troubled) -> None:
    document_id = _take(office)

    def write() -> None:
        (office.home / CLAIMED).write_bytes(b"%PDF other bytes")

    folders.before_move = [write]
    with pytest.raises(errors.FileChanged):
        process_document(document_id, office.ports)
    row = office.row(document_id)
    assert (row.state, row.target, row.attempts) == (State.CLAIMED, None, 0)
    assert office.due() == []
    process_document(document_id, office.ports)
    rested = office.row(document_id)
    assert rested.state is State.ARCHIVED
    assert (office.home / FILED).read_bytes() == b"%PDF other bytes"


def test_a_twin_of_a_document_that_was_removed_by_hand_is_no_duplicate(office: Office) -> None:
    first = _process(office)
    (office.home / FILED).unlink()
    second = _process(office)
    assert office.row(first).state is State.MISSING
    _rests(office, second, FILED.replace("D-1", "D-2"), State.ARCHIVED)


def test_a_document_put_back_by_hand_is_taken_back(office: Office, filed: DocumentId) -> None:
    (office.home / FILED).rename(office.home / "elsewhere.pdf")
    assert not _ask(office, Action.UNDO, filed).done
    assert office.row(filed).state is State.MISSING
    refused = _ask(office, Action.RETRY, filed)
    assert (refused.done, FILED in refused.sentence) == (False, True)
    (office.home / "elsewhere.pdf").rename(office.home / FILED)
    assert _ask(office, Action.RETRY, filed) == Reply(done=True, sentence="D-1 is back where it was put.")
    _rests(office, filed, FILED, State.ARCHIVED)
    assert _ask(office, Action.UNDO, filed).done


def test_a_document_that_went_away_while_it_was_moved_is_read_again_when_it_is_back(
    office: Office, folders: Troubled
) -> None:
    document_id = _take(office)
    folders.before_move = [(office.home / CLAIMED).unlink]
    process_document(document_id, office.ports)
    (office.home / CLAIMED).write_bytes(BYTES)
    office.clock.advance(minutes=1)
    assert _ask(office, Action.RETRY, document_id).done
    process_document(document_id, office.ports)
    _rests(office, document_id, FILED, State.ARCHIVED)


def test_a_question_is_decided_again_on_request(office: Office) -> None:
    document_id = _process(office, AMBIGUOUS)
    office.clock.advance(minutes=1)
    queued: list[DocumentId] = []
    reply = perform(office.request(Action.RETRY, document_id), office.ports, queued.append)
    assert (reply.done, queued) == (True, [document_id])
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.IN_REVIEW
    assert office.row(document_id).epoch == 2


def test_a_refile_repeated_after_a_crash_is_done_once(
    office: Office, folders: Troubled, filed: DocumentId
) -> None:
    request = office.request(Action.REFILE, filed, "R2")
    folders.before_move = [FULL]
    with pytest.raises(errors.StorageUnavailable):
        perform(request, office.ports, lambda _: None)
    again = perform(request, office.ports, lambda _: None)
    assert again == Reply(done=True, sentence="D-1 is filed under R2.")
    process_document(filed, office.ports)
    assert office.row(filed).state is State.ARCHIVED


def test_incoming_removed_and_made_again_is_claimed_from(office: Office) -> None:
    shutil.rmtree(office.home / "incoming")
    (office.home / "incoming").mkdir()
    _rests(office, _process(office), FILED, State.ARCHIVED)


def test_a_restored_ledger_gives_no_number_twice(office: Office, tmp_path: Path) -> None:
    _process(office, content=b"1")
    _process(office, content=b"2")
    folders = HomeFolders(office.home, "home1")
    assert folders.last_number() == 2
    (office.home / "incoming/.claimed/home1/D-9").write_bytes(BYTES)
    assert folders.last_number() == 9


def test_a_restore_that_the_disk_refuses_moves_nothing(office: Office, filed: DocumentId) -> None:
    (office.home / FILED).unlink()
    assert not _ask(office, Action.UNDO, filed).done
    (office.home / FILED).write_bytes(BYTES)
    before = office.files()
    process_document(filed, office.ports)  # as the dispatcher does with what was put off
    assert office.files() == before
    assert office.row(filed).state is State.MISSING
    assert _ask(office, Action.RETRY, filed).done


def test_a_refile_whose_file_went_away_is_decided_anew_and_never_put_under_the_wrong_row(
    office: Office, folders: Troubled, filed: DocumentId
) -> None:
    folders.before_move = [FULL]
    with pytest.raises(errors.StorageUnavailable):
        perform(office.request(Action.REFILE, filed, "R2"), office.ports, lambda _: None)
    (office.home / FILED).rename(office.home / "away.pdf")
    process_document(filed, office.ports)
    assert office.row(filed).state is State.MISSING
    office.clock.advance(minutes=1)
    _ask(office, Action.RETRY, filed)
    process_document(filed, office.ports)
    assert office.row(filed).state is State.MISSING
    (office.home / "away.pdf").rename(office.home / FILED)
    office.clock.advance(minutes=1)
    assert _ask(office, Action.RETRY, filed).done
    process_document(filed, office.ports)
    _rests(office, filed, ASKED, State.IN_REVIEW)  # anna has taken it from there
