"""Once a human has said that a document does not belong under a record, the rules alone never file it there again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.explaining import explain_decision
from agent.core.rules import Rules
from agent.domain.decision import Ambiguous, Denial, Mode
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Action
from agent.domain.outcome import Archived, InReview, State
from agent.workflow.custody import finish
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.redeciding import redecide
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, ANNA, BERTA, NAMES_ANNA_ONLY, Office, make_ports

pytestmark = pytest.mark.reliability

TAKEN_BACK = "The rules would file it under file R1, but anna took it back from there."
SAID = "The rules would file it under file R1, but anna has said that it does not belong there."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def take(office: Office, text: str = ABOUT_ANNA) -> DocumentId:
    office.text_source.script = [text_of(*text.split("\n"))]
    document_id = take_in(office.drop(b"%PDF-1.7 letter"), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    office.clock.advance(minutes=1)
    return document_id


def ask(office: Office, action: Action, document_id: DocumentId, argument: str = "") -> None:
    reply = perform(office.request(action, document_id, argument), office.ports, lambda _: None)
    assert reply.done, reply.sentence
    office.clock.advance(minutes=1)


def again(office: Office, document_id: DocumentId) -> None:
    """Read and decide it again; the text is the same."""
    ask(office, Action.RETRY, document_id)
    office.text_source.script = [text_of(*ABOUT_ANNA.split("\n"))]
    process_document(document_id, office.ports)
    office.clock.advance(minutes=1)


def undone(office: Office, document_id: DocumentId) -> None:
    ask(office, Action.UNDO, document_id)


def none_of_these(office: Office, document_id: DocumentId) -> None:
    ask(office, Action.UNDO, document_id)
    ask(office, Action.ANSWER, document_id, "none")


def refiled(office: Office, document_id: DocumentId) -> None:
    ask(office, Action.REFILE, document_id, "R2")
    ask(office, Action.UNDO, document_id)


def is_asked(office: Office, document_id: DocumentId, why: str = SAID) -> None:
    """The document waits for a human, who is told why."""
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, InReview)
    assert isinstance(outcome.decision, Ambiguous)
    assert outcome.decision.reason.sentence == why
    assert [one.person.record_id for one in outcome.decision.candidates] == ["R1"]


@pytest.mark.parametrize(
    ("denied", "why"), [(undone, TAKEN_BACK), (none_of_these, SAID), (refiled, TAKEN_BACK)]
)
def test_a_retry_asks_where_the_rules_would_file_what_a_human_denied(
    office: Office, denied: Callable[[Office, DocumentId], None], why: str
) -> None:
    document_id = take(office)
    assert office.row(document_id).state is State.ARCHIVED
    denied(office, document_id)
    again(office, document_id)
    is_asked(office, document_id, why)
    again(office, document_id)
    is_asked(office, document_id, why)


def test_none_of_those_of_a_poor_reading_denies_them_for_a_better_one(office: Office) -> None:
    document_id = take(office, NAMES_ANNA_ONLY)
    ask(office, Action.ANSWER, document_id, "none")
    is_asked(office, take(office))


def test_what_a_human_never_denied_is_filed_by_the_rules(office: Office) -> None:
    document_id = take(office)
    ask(office, Action.REFILE, document_id, "R2")
    office.registry.people = (replace(ANNA, record_id=RecordId("R7")), BERTA)
    ask(office, Action.UNDO, document_id)
    again(office, document_id)
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, Archived)
    assert (outcome.record_id, outcome.decided_by) == ("R7", "rule")


def test_the_same_file_dropped_again_is_asked_about(office: Office) -> None:
    first = take(office)
    none_of_these(office, first)
    is_asked(office, take(office))


def test_a_new_registry_files_nothing_that_was_denied(office: Office) -> None:
    document_id = take(office)
    none_of_these(office, document_id)
    office.registry.people = (BERTA,)
    again(office, document_id)
    office.registry.people, office.registry.number = (ANNA, BERTA), office.registry.number + 1
    handed_on: list[DocumentId] = []
    assert redecide(office.ports, handed_on.append, lambda: True)
    for one in handed_on:
        process_document(one, office.ports)
    assert office.row(document_id).state is State.IN_REVIEW


def test_a_denial_outlives_a_death_before_the_move_and_a_restart(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = take(office)
    with monkeypatch.context() as patched:
        patched.setattr("agent.workflow.custody.finish", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            perform(office.request(Action.UNDO, document_id), office.ports, lambda _: None)
    office.ledger.close()
    restarted = make_ports(tmp_path)
    restarted.clock.moment = office.clock.now()
    finish(restarted.row(document_id), restarted.ports)
    again(restarted, document_id)
    is_asked(restarted, document_id, TAKEN_BACK)
    restarted.ledger.close()


def test_an_explanation_of_such_a_question_names_the_rule(office: Office) -> None:
    document_id = take(office)
    undone(office, document_id)
    again(office, document_id)
    row, inputs = office.row(document_id), office.ledger.inputs(document_id)
    assert isinstance(row.outcome, InReview)
    assert inputs is not None
    assert inputs.denials == (Denial(record_id=RecordId("R1"), actor="cli:anna", was_filed=True),)
    told = explain_decision(text_of(*ABOUT_ANNA.split("\n")), inputs, row.outcome.decision)
    assert (told.why, told.differences) == (TAKEN_BACK, ())
    assert told.considered[0].rule == "no human may have said that it does not belong there"


def test_a_mode_that_proposes_asks_without_proposing_it(tmp_path: Path) -> None:
    office = make_ports(tmp_path, rules=Rules(mode=Mode.PROPOSE))
    document_id = take(office)
    ask(office, Action.ANSWER, document_id, "none")
    again(office, document_id)
    is_asked(office, document_id)
    office.ledger.close()
