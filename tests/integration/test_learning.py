"""From an answer to a lesson to a filing by rule, and back: with a real ledger and real folders."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger
from typer.testing import CliRunner, Result

from agent import errors
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.registry import RegistryIndex
from agent.cli import app
from agent.config import Settings
from agent.core.rules import Rules
from agent.core.vocabulary import STANDARD
from agent.domain.decision import Match, Mode
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.evidence import MarkKind
from agent.domain.lesson import Alias, Label, Lesson, LessonNumber, LessonState, Registered
from agent.domain.life import Action, Document, Reply
from agent.domain.outcome import Archived, InReview, State
from agent.readers import labels_of
from agent.workflow.deciding import judge
from agent.workflow.intake import take_in
from agent.workflow.learning import refusal
from agent.workflow.process import process_document
from agent.workflow.redeciding import redecide
from agent.workflow.review import perform
from tests.builders import person
from tests.custody_builders import ANNA, BERTA, NAMES_ANNA_ONLY, NOON, Office, make_ports

pytestmark = pytest.mark.reliability

ANY = frozenset(LessonState)
MISSPELT = "Patient : MULLER Ana\nDate de naissance : 12/03/1980\n"
FOREIGN = "Versicherte : Anna MULLER\nDate de naissance : 12/03/1980\n"
ALIAS = Alias(
    record_id=ANNA.record_id,
    last_name="MULLER Ana",
    registered=Registered(last_name=ANNA.last_name, first_name=ANNA.first_name),
)
FIRST = LessonNumber(1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / ".env").touch(mode=0o600)
    made = make_ports(tmp_path, people=(ANNA, BERTA))
    yield made
    made.ledger.close()


def _process(office: Office, text: str, content: bytes) -> Document:
    office.text_source.script = [text_of_plain(text)]
    document_id = take_in(office.drop(content), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    return office.row(document_id)


def _ask(office: Office, action: Action, document_id: int, argument: str = "") -> Reply:
    request = office.request(action, DocumentId(document_id), argument)
    office.requests.submit(request)
    return perform(request, office.ports, lambda _: None)


def _taught(office: Office, text: str = MISSPELT) -> Lesson:
    """D-1 is asked about, and answered: it is Anna's."""
    assert _process(office, text, b"%PDF-1.7 first").state is State.IN_REVIEW
    reply = _ask(office, Action.ANSWER, 1, "record:R1")
    assert reply.sentence == (
        "D-1 is filed under R1. The answer may teach something for later documents: dossierd lessons"
    )
    (lesson,) = office.ledger.lessons(ANY)
    assert lesson.state is LessonState.PROPOSED
    return lesson


def _run(office: Office, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(office.home)], env={"COLUMNS": "300"})


@pytest.mark.parametrize("text", [MISSPELT, FOREIGN])
def test_the_next_such_document_is_filed_by_rule_once_a_human_confirms_and_asked_about_once_one_revokes(
    office: Office, text: str
) -> None:
    _taught(office, text)
    assert _process(office, text, b"%PDF-1.7 second").state is State.IN_REVIEW
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    third = _process(office, text, b"%PDF-1.7 third")
    assert isinstance(third.outcome, Archived)
    assert (third.outcome.record_id, third.outcome.decided_by) == ("R1", "rule")
    for command in ("explain", "show"):
        told = _run(office, command, "D-3")
        assert told.exit_code == 0
        assert "Lesson 1:" in told.output
        assert (
            "taught by the answer about D-1 (cli:anna), confirmed by cli:anna on 2026-03-01." in told.output
        )
    assert _ask(office, Action.REVOKE_LESSON, 1, "1").done
    assert isinstance(_process(office, text, b"%PDF-1.7 fourth").outcome, InReview)
    told = _run(office, "explain", "D-3")
    assert "Decided again from what is stored: the same." in told.output
    assert office.row(DocumentId(3)).state is State.ARCHIVED


@pytest.mark.parametrize("text", [MISSPELT, FOREIGN])
def test_documents_that_wait_are_decided_again_once_a_human_confirms_and_not_for_what_changes_nothing(
    office: Office, text: str
) -> None:
    _taught(office, text)
    assert _process(office, text, b"%PDF-1.7 second").state is State.IN_REVIEW
    assert _process(office, NAMES_ANNA_ONLY, b"%PDF-1.7 third").state is State.IN_REVIEW
    handed_on: list[DocumentId] = []
    assert redecide(office.ports, handed_on.append, lambda: True, are_lessons_new=True)
    assert handed_on == []
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    assert redecide(office.ports, handed_on.append, lambda: True, are_lessons_new=True)
    assert handed_on == [2]
    process_document(DocumentId(2), office.ports)
    second = office.row(DocumentId(2)).outcome
    assert isinstance(second, Archived)
    assert (second.record_id, second.decided_by) == ("R1", "rule")


def test_a_question_that_a_revoked_lesson_has_made_is_asked_anew(tmp_path: Path) -> None:
    office = make_ports(tmp_path, people=(ANNA, BERTA), rules=Rules(mode=Mode.PROPOSE))
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")
    second = _process(office, MISSPELT, b"%PDF-1.7 second").outcome
    assert isinstance(second, InReview)
    assert isinstance(second.decision, Match)
    _ask(office, Action.REVOKE_LESSON, 1, "1")
    handed_on: list[DocumentId] = []
    assert redecide(office.ports, handed_on.append, lambda: True, are_lessons_new=True)
    assert handed_on == [2]
    office.ledger.close()


@pytest.mark.security
def test_no_lesson_files_what_a_person_has_undone(office: Office) -> None:
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")
    assert _ask(office, Action.UNDO, 1).done
    assert redecide(
        office.ports, lambda _: pytest.fail("a person undid it"), lambda: True, are_lessons_new=True
    )
    assert office.row(DocumentId(1)).state is State.IN_REVIEW


def test_a_spelling_does_not_follow_a_record_id_that_is_used_again_for_somebody_else(office: Office) -> None:
    _taught(office)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    leila = replace(ANNA, last_name="Amrani", first_name="Leila")
    office.registry.people = [leila, BERTA]
    index = RegistryIndex(office.home / "state" / REGISTRY_FILE)
    index.replace([leila, BERTA])
    index.close()
    assert _process(office, MISSPELT, b"%PDF-1.7 second").state is State.IN_REVIEW
    told = _run(office, "explain", "D-2")
    assert (told.exit_code, "It did not count: the record had another name" in told.output) == (0, True)
    (lesson,) = json.loads(_run(office, "explain", "D-2", "--json").stdout)["lessons"]
    assert (lesson["lesson"]["number"], lesson["counted"]) == (1, False)
    assert (
        "It does not count: the record had another name when it was taught" in _run(office, "lessons").output
    )
    assert json.loads(_run(office, "lessons", "--json").stdout)[0]["counts"] is False
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").sentence == (
        "Lesson 1 is not confirmed: record R1 is Leila Amrani by now, and is not known to have had that name "
        "when this was taught."
    )


def _break(office: Office, statement: str) -> None:
    """Let a row say what this version can't read."""
    with closing(sqlite3.connect(office.home / "state" / LEDGER_FILE)) as connection:
        connection.execute(statement)
        connection.commit()


def test_an_answer_is_carried_out_whatever_the_stored_inputs_are(office: Office) -> None:
    _process(office, MISSPELT, b"%PDF-1.7 first")
    _break(office, "UPDATE inputs SET body = x'00'")
    assert _ask(office, Action.ANSWER, 1, "record:R1").sentence == "D-1 is filed under R1."
    told = _run(office, "explain", "D-1")
    assert (told.exit_code, "kept it in a way that this one can't read" in told.output) == (0, True)


def test_an_answer_is_carried_out_though_what_it_teaches_can_not_be_found_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _process(office, MISSPELT, b"%PDF-1.7 first")

    def fail(*_: object) -> None:
        raise ValueError("MULLER Ana")

    lines = CapturingLogger()
    monkeypatch.setattr("agent.workflow.review.log", lines)
    monkeypatch.setattr("agent.workflow.review.taught_by", fail)
    assert _ask(office, Action.ANSWER, 1, "record:R1").sentence == "D-1 is filed under R1."
    assert [(it.args, it.kwargs) for it in lines.calls] == [
        (("teaching_not_sought",), {"document": "D-1", "reason": "ValueError"})
    ]


def test_a_lesson_that_this_version_can_not_read_stops_no_document_and_is_told(office: Office) -> None:
    _taught(office)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    _break(office, "UPDATE lessons SET teaching = '{}'")
    assert _process(office, MISSPELT, b"%PDF-1.7 second").state is State.IN_REVIEW
    assert _ask(office, Action.ANSWER, 2, "record:R1").done
    told = _run(office, "lessons").output
    assert (
        "Lesson 1: Another version wrote it, and this one can't read what it says: it does not count." in told
    )
    assert json.loads(_run(office, "lessons", "--json").stdout)[0]["counts"] is False
    assert "can't read what it says" in _ask(office, Action.CONFIRM_LESSON, 1, "1").sentence
    assert _ask(office, Action.REVOKE_LESSON, 1, "1").done


def test_what_is_learned_and_judged_is_in_the_audit_trail_without_a_name(office: Office) -> None:
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")
    _ask(office, Action.REVOKE_LESSON, 1, "1")
    told = [(event, fields) for event, _, fields in office.journal.entries if event.startswith("lesson_")]
    fields = {"document": "D-1", "lesson": 1, "kind": "alias", "actor": "cli:anna", "record_id": "R1"}
    assert told == [("lesson_confirmed", fields), ("lesson_revoked", fields)]


@pytest.mark.parametrize(
    ("action", "argument", "done"),
    [(Action.UNDO, "", "D-1 is back in review."), (Action.REFILE, "R2", "D-1 is filed under R2.")],
)
def test_what_an_answer_taught_is_revoked_with_the_answer_unless_somebody_has_confirmed_it(
    office: Office, action: Action, argument: str, done: str
) -> None:
    _taught(office)
    request = office.request(action, DocumentId(1), argument)
    assert perform(request, office.ports, lambda _: None).sentence == (
        f"{done} Lesson 1, which that answer taught, is revoked with it."
    )
    (lesson,) = office.ledger.lessons(ANY)
    assert (lesson.state, lesson.judged_by) == (LessonState.REVOKED, "cli:anna")
    assert office.journal.entries[-1][0] == "lesson_revoked"
    assert perform(request, office.ports, lambda _: None).sentence == done


@pytest.mark.parametrize(
    ("action", "argument", "done"),
    [(Action.UNDO, "", "D-1 is back in review."), (Action.REFILE, "R2", "D-1 is filed under R2.")],
)
def test_a_confirmed_lesson_outlives_the_answer_that_taught_it_and_that_is_said(
    office: Office, action: Action, argument: str, done: str
) -> None:
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")
    assert _ask(office, action, 1, argument).sentence == (
        f"{done} Lesson 1, which that answer taught, still counts. To change that: dossierd lessons revoke 1"
    )
    (lesson,) = office.ledger.lessons(ANY)
    assert lesson.state is LessonState.ACTIVE


def test_taking_back_one_answer_leaves_what_others_taught(office: Office) -> None:
    _taught(office)
    _process(office, MISSPELT, b"%PDF-1.7 second")
    _ask(office, Action.ANSWER, 2, "record:R1")
    assert _ask(office, Action.UNDO, 2).sentence == "D-2 is back in review."
    (lesson,) = office.ledger.lessons(ANY)
    assert lesson.state is LessonState.PROPOSED


def test_a_death_after_an_undo_is_mended_by_doing_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _taught(office)
    request = office.request(Action.UNDO, DocumentId(1), "")
    with monkeypatch.context() as patched:
        patched.setattr(office.ledger, "judge_lesson", _die)
        with pytest.raises(Death):
            perform(request, office.ports, lambda _: None)
    assert office.row(DocumentId(1)).state is State.IN_REVIEW
    assert perform(request, office.ports, lambda _: None).done
    (lesson,) = office.ledger.lessons(ANY)
    assert lesson.state is LessonState.REVOKED


def test_an_answer_teaches_nothing_that_was_proposed_before(office: Office) -> None:
    _taught(office)
    _process(office, MISSPELT, b"%PDF-1.7 second")
    assert _ask(office, Action.ANSWER, 2, "record:R1").sentence == "D-2 is filed under R1."
    assert len(office.ledger.lessons(ANY)) == 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (MISSPELT, "none"),
        (MISSPELT, "record:R2"),
        (NAMES_ANNA_ONLY, "record:R1"),
        ("Patient : Paula SCHMIDT\nDate de naissance : 12/03/1980\n", "record:R1"),
    ],
)
def test_an_answer_that_nothing_printed_bears_out_teaches_nothing(
    office: Office, text: str, answer: str
) -> None:
    _process(office, text, b"%PDF-1.7 first")
    assert _ask(office, Action.ANSWER, 1, answer).done
    assert office.ledger.lessons(ANY) == []


def test_an_answer_about_a_text_that_is_gone_teaches_nothing(office: Office) -> None:
    _process(office, MISSPELT, b"%PDF-1.7 first")
    office.ledger.forget_text(DocumentId(1))
    assert _ask(office, Action.ANSWER, 1, "record:R1").done
    assert office.ledger.lessons(ANY) == []


def test_a_spelling_that_is_somebody_else_s_name_is_not_proposed(office: Office) -> None:
    office.registry.people = [ANNA, BERTA, person("Muller", "Ana", record_id="R9", birth_date=None)]
    _process(office, MISSPELT, b"%PDF-1.7 first")
    assert _ask(office, Action.ANSWER, 1, "record:R1").done
    assert office.ledger.lessons(ANY) == []


def test_a_spelling_that_too_many_may_bear_is_refused_and_matches_nobody(office: Office) -> None:
    lesson = _taught(office)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    office.registry.is_cut = True
    assert "too many people" in str(refusal(lesson.teaching, office.ports))
    assert _process(office, MISSPELT, b"%PDF-1.7 second").state is State.IN_REVIEW


def test_a_spelling_that_has_become_somebody_else_s_name_is_refused_and_passed_over(office: Office) -> None:
    lesson = _taught(office)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    office.registry.people = [ANNA, BERTA, person("Muller", "Ana", record_id="R9", birth_date=None)]
    assert _process(office, MISSPELT, b"%PDF-1.7 second").state is State.IN_REVIEW
    refused = _ask(office, Action.CONFIRM_LESSON, 1, "1")
    assert not refused.done
    assert "may also be Ana Muller (record R9)" in refused.sentence
    office.registry.people = [BERTA]
    assert "there is no record R1" in str(refusal(lesson.teaching, office.ports))


def test_a_label_that_is_known_with_another_meaning_is_refused(office: Office) -> None:
    label = Label(words="medecin", announces=MarkKind.NAME)
    assert "is a label already" in str(refusal(label, office.ports))


def test_the_reader_looks_for_a_label_from_its_confirmation_to_its_revocation(office: Office) -> None:
    settings = Settings(home=office.home)
    _taught(office, FOREIGN)
    assert "versicherte" not in labels_of(settings, office.ledger)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done
    assert {"versicherte", "patient"} < set(labels_of(settings, office.ledger))
    assert _ask(office, Action.REVOKE_LESSON, 1, "1").done
    assert labels_of(settings, office.ledger) == STANDARD.identifying_labels


def test_a_lesson_that_is_not_there_is_refused(office: Office) -> None:
    _taught(office)
    assert _ask(office, Action.CONFIRM_LESSON, 1, "7") == Reply(done=False, sentence="There is no lesson 7.")
    none = Reply(done=False, sentence="There is no lesson none.")
    assert _ask(office, Action.REVOKE_LESSON, 1, "none") == none


def test_a_lesson_can_be_judged_wherever_its_document_is(office: Office) -> None:
    _taught(office)
    (office.home / str(office.row(DocumentId(1)).location)).unlink()
    assert _ask(office, Action.CONFIRM_LESSON, 1, "1").done


class Death(BaseException):
    """Stands for SIGKILL: nothing in dossierd catches it."""


def _die(*_: object, **__: object) -> None:
    raise Death


@pytest.mark.parametrize("method", ["settle", "complete"])
def test_a_death_around_the_answer_s_transaction_leaves_the_lesson_with_the_answer_or_neither(
    office: Office, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    _process(office, MISSPELT, b"%PDF-1.7 first")
    request = office.request(Action.ANSWER, DocumentId(1), "record:R1")
    with monkeypatch.context() as patched:
        patched.setattr(office.ledger, method, _die)
        with pytest.raises(Death):
            perform(request, office.ports, lambda _: None)
    is_answered = office.ledger.review(DocumentId(1)) is None
    assert (len(office.ledger.lessons(ANY)) == 1) is is_answered is (method == "complete")
    process_document(DocumentId(1), office.ports)  # as recovery does
    perform(request, office.ports, lambda _: None)
    assert office.row(DocumentId(1)).state is State.ARCHIVED
    assert len(office.ledger.lessons(ANY)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_around_a_confirmation_is_mended_by_doing_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    _taught(office)
    request = office.request(Action.CONFIRM_LESSON, DocumentId(1), "1")
    judge_lesson = office.ledger.judge_lesson

    def dying(*arguments: Any) -> None:
        if when == "after":
            judge_lesson(*arguments)
        raise Death

    with monkeypatch.context() as patched:
        patched.setattr(office.ledger, "judge_lesson", dying)
        with pytest.raises(Death):
            perform(request, office.ports, lambda _: None)
    assert perform(request, office.ports, lambda _: None).done
    found = office.ledger.lesson(FIRST)
    assert found is not None
    assert found.state is LessonState.ACTIVE


def test_nothing_is_filed_by_a_lesson_that_is_revoked_while_it_is_decided(office: Office) -> None:
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")

    def revoke() -> None:
        office.registry.after_search = lambda: None
        office.ledger.judge_lesson(FIRST, LessonState.REVOKED, "cli:bert", NOON)

    office.registry.after_search = revoke
    with pytest.raises(errors.RegistryChanged):
        _process(office, MISSPELT, b"%PDF-1.7 second")
    process_document(DocumentId(2), office.ports)
    assert office.row(DocumentId(2)).state is State.IN_REVIEW


# --- The command


def test_the_command_lists_confirms_and_revokes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.cli.lessons.ask", _here(office))
    assert _run(office, "lessons").output.strip() == "No answer has taught anything yet."
    _taught(office)
    assert "Answers may have taught something (1): dossierd lessons" in _run(office, "status").output
    listed = _run(office, "lessons").output
    assert "Waiting for your word: is it true for every later document?" in listed
    assert "Lesson 1: “MULLER Ana” is another spelling of the name of record R1." in listed
    assert "dossierd lessons confirm 1" in listed
    confirmed = _run(office, "lessons", "confirm", "1")
    assert confirmed.exit_code == 0
    assert "Lesson 1 is confirmed. It is never enough alone" in confirmed.output
    assert "confirmed by cli:anna" in _run(office, "lessons").output
    assert _run(office, "lessons", "revoke", "1").exit_code == 0
    assert "Revoked: they do not count" in _run(office, "lessons").output
    (told,) = _json(_run(office, "lessons", "--json"))
    assert (told["number"], told["state"], told["document"]) == (1, "revoked", "D-1")
    assert told["teaching"]["last_name"] == "MULLER Ana"


def test_the_command_refuses_a_lesson_that_is_not_there(office: Office) -> None:
    refused = _run(office, "lessons", "confirm", "7")
    assert isinstance(refused.exception, errors.RequestRefused)


def test_labels_are_told_in_plain_words(office: Office) -> None:
    _taught(office, FOREIGN)
    assert (
        "The label “versicherte” announces the name of the one whom a document is about."
        in _run(office, "lessons").output
    )


def _here(office: Office) -> Callable[..., Reply]:
    def ask(_: object, action: Action, document: str, argument: str = "") -> Reply:
        return _ask(office, action, int(document.removeprefix("D-")), argument)

    return ask


def _json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_lessons_change_nothing_for_documents_that_they_do_not_concern(office: Office) -> None:
    _taught(office)
    _ask(office, Action.CONFIRM_LESSON, 1, "1")
    active = office.ledger.lessons(frozenset({LessonState.ACTIVE}))
    text = text_of_plain("Patient : Berta KELLER\nDate de naissance : 30/07/1975")
    with_lessons = judge(text, office.registry, Rules(), active).decision
    assert with_lessons.verdict == judge(text, office.registry, Rules()).decision.verdict == "match"
