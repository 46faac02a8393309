"""Before a human's choice is carried out, it is held against what is printed: for anybody, listed or not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import errors
from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import RegistryIndex
from agent.cli import app
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.identity import Person
from agent.domain.life import Action, Reply
from agent.domain.outcome import Event, State
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import HIND, person
from tests.custody_builders import Office, make_ports

pytestmark = pytest.mark.reliability

LISTED = tuple(person("Vidal", "Hind", record_id=f"A{number}") for number in range(9))
"""One more than is shown: nothing tells them apart."""
UNLISTED = LISTED[-1]
CONTRARY = person("Vidal", "Hind", record_id="Z1", birth_date=HIND.replace(year=1951))
PART = person("Vidal", "Sara", record_id="Z2", birth_date=None)
NOBODY = person("Tazi", "Omar", record_id="Z3", birth_date=None)
LETTER = "Patient : Hind VIDAL\nDate de naissance : 16/08/1977"


NEAR = person("Vidale", "Hind", record_id="Z4", birth_date=None)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    (tmp_path / ".env").touch(mode=0o600)
    made = make_ports(tmp_path, people=LISTED)
    everybody = [*LISTED, CONTRARY, PART, NOBODY]
    index = RegistryIndex(tmp_path / "state" / REGISTRY_FILE)
    index.replace(everybody)
    index.close()
    made.text_source.script = [text_of_plain(LETTER)]
    document_id = take_in(made.drop(b"%PDF-1.7 a letter"), made.ports)
    assert document_id == 1
    process_document(document_id, made.ports)
    made.registry.people = everybody

    def ask(_: object, action: Action, document: str, argument: str = "", *, epoch: int | None) -> Reply:
        request = made.request(action, DocumentId(int(document.removeprefix("D-"))), argument)
        return perform(replace(request, epoch=epoch), made.ports, lambda _: None)

    monkeypatch.setattr("agent.cli.choices.ask", ask)
    yield made
    made.ledger.close()


def _answer(office: Office, *options: str) -> tuple[str, BaseException | None]:
    done = CliRunner().invoke(
        app, ["answer", "D-1", *options, "--home", str(office.home)], env={"COLUMNS": "300"}
    )
    return done.output, done.exception if done.exit_code else None


@pytest.mark.parametrize(
    "typed", [("undo", "D-1"), ("refile", "D-1", "A1", "--yes"), ("retry", "D-1"), ("split", "D-1", "1", "2")]
)
def test_what_is_typed_is_meant_for_the_document_as_it_was_then(
    office: Office, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...]
) -> None:
    seen: list[int | None] = []

    def ask(_: object, action: Action, document: str, argument: str = "", *, epoch: int | None) -> Reply:
        seen.append(epoch)
        return Reply(done=True, sentence="Done.")

    monkeypatch.setattr("agent.cli.choices.ask", ask)
    for epoch in (1, 2):
        CliRunner().invoke(app, [*typed, "--home", str(office.home)])
        assert seen[-1] == epoch == office.row(DocumentId(1)).epoch
        request = office.request(Action.ANSWER, DocumentId(1), "none")
        assert perform(request, office.ports, lambda _: None).done


def test_an_answer_to_what_is_asked_anew_before_it_is_carried_out_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(_: object, action: Action, document: str, argument: str = "", *, epoch: int | None) -> Reply:
        office.ledger.retry(DocumentId(1), Event.REDECIDED, "cli:bert", office.clock.now())
        process_document(DocumentId(1), office.ports)
        request = replace(office.request(action, DocumentId(1), argument), epoch=epoch)
        return perform(request, office.ports, lambda _: None)

    monkeypatch.setattr("agent.cli.choices.ask", ask)
    told, _ = _answer(office, "--record", LISTED[0].record_id)
    assert "D-1 was asked about again after that answer was given." in told
    assert not _is_filed(office)


def _is_filed(office: Office) -> bool:
    return office.row(DocumentId(1)).state is State.ARCHIVED


@pytest.mark.parametrize("chosen", [LISTED[0], UNLISTED], ids=["listed", "beyond those listed"])
def test_whom_the_document_bears_out_is_not_asked_about(office: Office, chosen: Person) -> None:
    _answer(office, "--record", chosen.record_id)
    assert _is_filed(office)


@pytest.mark.parametrize(
    ("chosen", "doubt", "shown"),
    [
        (CONTRARY, "speaks against Z1", "The printed birth date 16/08/1977 is not the registered one"),
        (PART, "The document does not name Z2", "A part of the name Sara Vidal is printed."),
        (NOBODY, "Nothing in the document was found to name Z3, Tazi Omar", ""),
    ],
)
def test_whom_it_does_not_bear_out_is_shown_with_what_was_found(
    office: Office, chosen: Person, doubt: str, shown: str
) -> None:
    told, refused = _answer(office, "--record", chosen.record_id)
    assert isinstance(refused, errors.RequestRefused)
    assert doubt in told
    assert shown in told
    assert not _is_filed(office)
    _, refused = _answer(office, "--record", chosen.record_id, "--json")
    assert isinstance(refused, errors.RequestRefused)
    assert doubt in refused.sentence
    _answer(office, "--record", chosen.record_id, "--yes")
    assert _is_filed(office)


def test_a_listed_record_that_has_changed_since_is_held_against_the_text_again(office: Office) -> None:
    index = RegistryIndex(office.home / "state" / REGISTRY_FILE)
    changed = replace(LISTED[0], birth_date=HIND.replace(day=17))
    index.replace([changed, *LISTED[1:], CONTRARY, PART, NOBODY])
    index.close()
    told, refused = _answer(office, "1")
    assert isinstance(refused, errors.RequestRefused)
    assert "speaks against A0" in told


def test_without_a_stored_text_only_the_listed_are_known(office: Office) -> None:
    office.ledger.forget_text(DocumentId(1))
    told, refused = _answer(office, "--record", UNLISTED.record_id)
    assert isinstance(refused, errors.RequestRefused)
    assert "Nothing in the document was found to name A8" in told


@pytest.mark.parametrize(("proposed", "is_asked"), [((NEAR, LISTED[0]), True), ((NEAR,), False)])
def test_a_proposal_is_asked_about_only_where_somebody_else_is_named_exactly(
    office: Office, proposed: tuple[Person, ...], is_asked: bool
) -> None:
    office.registry.people = proposed
    document_id = take_in(office.drop(b"%PDF-1.7 another letter"), office.ports)
    assert document_id == 2
    office.text_source.script = [text_of_plain("Patient : Hind VIDAL")]
    process_document(document_id, office.ports)
    index = RegistryIndex(office.home / "state" / REGISTRY_FILE)
    index.replace([*LISTED, NEAR], confirm_deletions=True)
    index.close()
    done = CliRunner().invoke(
        app, ["answer", "D-2", "--record", "Z4", "--home", str(office.home)], env={"COLUMNS": "300"}
    )
    assert isinstance(done.exception, errors.RequestRefused) is is_asked
    assert (
        "The document names A0, Vidal Hind, born 16/08/1977. All that was found of Z4" in done.output
    ) is is_asked


@pytest.mark.security
def test_a_number_that_meant_somebody_else_in_an_earlier_question_is_asked_about(office: Office) -> None:
    between = person("Vidal", "Hind", record_id="A00", phone="0611223344")
    office.clock.advance(seconds=1)
    assert perform(office.request(Action.RETRY, DocumentId(1)), office.ports, lambda _: None).done
    office.registry.people = [LISTED[0], between, *LISTED[1:]]
    office.text_source.script = [text_of_plain(LETTER)]
    process_document(DocumentId(1), office.ports)
    index = RegistryIndex(office.home / "state" / REGISTRY_FILE)
    index.replace([between, *LISTED])
    index.close()
    told, refused = _answer(office, "2")
    assert isinstance(refused, errors.RequestRefused)
    assert refused.hint == "If you are sure: dossierd answer D-1 --record ID"
    was, now = "A1, Vidal Hind, born 16/08/1977", "A00, Vidal Hind, born 16/08/1977"
    assert f"D-1 was asked about again: number 2 was {was}, and is {now} now." in told
    _, refused = _answer(office, "2", "--json")
    assert isinstance(refused, errors.RequestRefused)
    assert f"and is {now} now." in refused.sentence
    assert not _is_filed(office)
    _answer(office, "2", "--yes")
    assert getattr(office.row(DocumentId(1)).outcome, "record_id", None) == "A00"


def test_a_number_that_always_meant_the_same_person_is_not_asked_about(office: Office) -> None:
    office.clock.advance(seconds=1)
    assert perform(office.request(Action.RETRY, DocumentId(1)), office.ports, lambda _: None).done
    office.registry.people = [*LISTED[:4], CONTRARY]
    office.text_source.script = [text_of_plain(LETTER)]
    process_document(DocumentId(1), office.ports)
    _answer(office, "1")
    assert getattr(office.row(DocumentId(1)).outcome, "record_id", None) == "A0"


def test_a_refused_choice_is_told_as_all_refusals_are(office: Office) -> None:
    told, _ = _answer(office, "9")
    assert told == "dossierd: There is no choice '9': choose 1 to 8, 'none', or a record with --record.\n"
