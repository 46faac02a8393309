"""Open questions after the registry has changed: a real ledger and real folders, and a registry that is played."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import errors
from agent.core.rules import Rules
from agent.domain.decision import Mode, Unmatched, candidates_of
from agent.domain.document import DocumentId, DocumentText, PageProblem
from agent.domain.identity import Person, RecordId
from agent.domain.life import Action
from agent.domain.outcome import Archived, InReview, State
from agent.workflow.deciding import judge
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.redeciding import redecide
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import (
    ABOUT_ANNA,
    ABOUT_NOBODY,
    ANNA,
    BERTA,
    CLARA,
    NAMES_ANNA_ONLY,
    Office,
    make_ports,
)

pytestmark = pytest.mark.reliability

ZORA = Person(
    record_id=RecordId("R9"),
    last_name="Quintero",
    first_name="Zora",
    birth_date=datetime.date(1950, 2, 1),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def question(office: Office, text: str | DocumentText = ABOUT_NOBODY, name: str = "scan.pdf") -> DocumentId:
    """A document for which nobody was found."""
    read = text_of(*text.split("\n")) if isinstance(text, str) else text
    office.text_source.script = [read]
    document_id = take_in(office.drop(f"%PDF-1.7 {name}".encode(), name), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.IN_REVIEW
    return document_id


def put(office: Office, *people: Person) -> None:
    """Let the registry have these people."""
    office.registry.people, office.registry.is_trustworthy = people, bool(people)
    office.registry.number += 1


def look_again(office: Office) -> list[DocumentId]:
    """Look at all questions, and give the documents that are handed on."""
    handed_on: list[DocumentId] = []
    assert redecide(office.ports, handed_on.append, lambda: True)
    return handed_on


def test_a_new_record_lets_a_question_be_decided_again_without_reading(office: Office) -> None:
    document_id = question(office)
    put(office, ANNA, BERTA, ZORA)
    office.text_source.script = [errors.ReaderUnavailable("It must not be asked again.")]
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, Archived)
    assert (outcome.record_id, outcome.decided_by) == ("R9", "rule")
    assert [it.answer for it in office.ledger.reviews_of(document_id)] == ["redecided"]
    assert len(office.text_source.paths) == 1


def test_a_question_that_would_be_the_same_is_not_asked_twice(office: Office) -> None:
    document_id = question(office)
    put(office, ANNA, BERTA, CLARA)
    parcels = len(office.due())
    assert look_again(office) == []
    assert office.row(document_id).epoch == 1
    assert len(office.due()) == parcels


def test_a_question_with_somebody_to_choose_from_by_now_is_asked_anew(office: Office) -> None:
    document_id = question(office)
    put(office, ANNA, BERTA, replace(ZORA, birth_date=None))
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, InReview)
    assert not isinstance(outcome.decision, Unmatched)
    assert look_again(office) == []


def test_people_who_are_merely_near_open_no_question_again_and_are_not_looked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = question(office)
    parcels = len(office.due())
    near = replace(ZORA, record_id=RecordId("R8"), last_name="Quintera", birth_date=None)
    office.registry.near = [near]
    put(office, ANNA, BERTA, near)
    shown = judge(text_of(*ABOUT_NOBODY.split("\n")), office.registry, office.ports.rules).decision
    assert [it.person.record_id for it in candidates_of(shown)] == ["R8"]
    monkeypatch.setattr(office.registry, "proposals", lambda *_: pytest.fail("nobody is shown them"))
    assert look_again(office) == []
    assert (office.row(document_id).epoch, len(office.due())) == (1, parcels)


def test_only_questions_that_are_decided_again_wait_for_their_turn(office: Office) -> None:
    question(office, NAMES_ANNA_ONLY)
    question(office, name="two.pdf")
    asked: list[bool] = []

    def still() -> bool:
        asked.append(True)
        return True

    assert redecide(office.ports, lambda _: None, still)
    assert len(asked) == 1


def test_the_mode_propose_asks_before_it_files(tmp_path: Path) -> None:
    office = make_ports(tmp_path, rules=Rules(mode=Mode.PROPOSE))
    document_id = question(office)
    put(office, ANNA, BERTA, ZORA)
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.IN_REVIEW
    office.ledger.close()


def test_pages_that_could_not_be_read_are_not_tried_again(office: Office) -> None:
    (page,) = text_of(*ABOUT_NOBODY.split("\n")).pages
    document_id = question(
        office, DocumentText(pages=(page, replace(page, number=2, lines=(), problem=PageProblem.TIMED_OUT)))
    )
    put(office, ANNA, BERTA, ZORA)
    office.text_source.script = [errors.ReaderUnavailable("It must not be asked again.")]
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    outcome = office.row(document_id).outcome
    assert isinstance(outcome, InReview)
    assert [it.person.record_id for it in outcome.decision.candidates] == ["R9"]  # type: ignore[union-attr]


@pytest.mark.security
def test_what_a_person_has_undone_no_rule_does_again(office: Office) -> None:
    document_id = question(office)
    answered = office.request(Action.ANSWER, document_id, f"record:{ANNA.record_id}")
    assert perform(answered, office.ports, lambda _: None).done
    assert perform(office.request(Action.UNDO, document_id), office.ports, lambda _: None).done
    assert office.row(document_id).state is State.IN_REVIEW
    put(office, ANNA, BERTA, ZORA)
    assert look_again(office) == []


def test_nothing_is_decided_again_while_the_registry_can_not_be_trusted(office: Office) -> None:
    question(office)
    put(office)
    assert redecide(office.ports, lambda _: None, lambda: True) is False


def test_what_was_asked_because_the_registry_was_too_old_is_filed_when_it_is_fresh(office: Office) -> None:
    office.registry.is_trustworthy = False
    document_id = question(office, ABOUT_ANNA)
    put(office, ANNA, BERTA)
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.ARCHIVED


def test_a_question_that_did_not_hang_on_the_registry_is_left_alone(office: Office) -> None:
    question(office, NAMES_ANNA_ONLY)
    put(office, ANNA, BERTA, CLARA)
    assert look_again(office) == []


def test_a_stop_leaves_the_rest_for_later(office: Office) -> None:
    first, second = question(office, name="one.pdf"), question(office, name="two.pdf")
    put(office, ANNA, BERTA, ZORA)
    handed_on: list[DocumentId] = []
    assert redecide(office.ports, handed_on.append, lambda: not handed_on) is False
    assert handed_on == [first]
    assert look_again(office) == [second]


def test_a_person_who_answers_meanwhile_goes_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document_id = question(office)
    put(office, ANNA, BERTA, ZORA)
    append = office.journal.append

    def answer_first(event: str, /, *arguments: object, **fields: object) -> None:
        append(event, *arguments, **fields)  # type: ignore[arg-type]
        if event == "redeciding":
            request = office.request(Action.ANSWER, document_id, f"record:{BERTA.record_id}")
            assert perform(request, office.ports, lambda _: None).done

    monkeypatch.setattr(office.journal, "append", answer_first)
    assert look_again(office) == []
    assert office.row(document_id).state is State.ARCHIVED


@pytest.mark.security
@pytest.mark.parametrize("choice", ["1", "none"])
def test_an_answer_to_the_question_of_before_answers_no_later_one(office: Office, choice: str) -> None:
    document_id = question(office)
    before = office.request(Action.ANSWER, document_id, choice)
    office.clock.advance(seconds=1)
    put(office, ANNA, BERTA, replace(ZORA, birth_date=None))
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    reply = perform(before, office.ports, lambda _: None)
    assert (reply.done, "D-1 was asked about again after that answer" in reply.sentence) == (False, True)
    assert office.row(document_id).state is State.IN_REVIEW
    assert perform(office.request(Action.ANSWER, document_id, choice), office.ports, lambda _: None).done


def test_a_document_that_is_gone_is_called_missing(office: Office) -> None:
    document_id = question(office)
    location = office.row(document_id).location
    assert location is not None
    (office.home / location).unlink()
    put(office, ANNA, BERTA, ZORA)
    assert look_again(office) == [document_id]
    process_document(document_id, office.ports)
    assert office.row(document_id).state is State.MISSING
