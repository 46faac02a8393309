"""`dossierd explain` as a person sees it: the whole reasoning, and whether the same comes out again."""

import dataclasses
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from rich.text import Text
from sqlalchemy import text as sql
from typer.testing import CliRunner, Result

from agent.adapters.ledger.engine import writing
from agent.cli import app
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.inputs import Inputs
from agent.domain.life import Action
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import person
from tests.custody_builders import ABOUT_ANNA, ANNA, BERTA, NAMES_ANNA_ONLY, Office, make_ports

pytestmark = pytest.mark.observability

SAME = "Decided again from what is stored: the same."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / ".env").touch(mode=0o600)
    made = make_ports(tmp_path, people=(ANNA, BERTA))
    yield made
    made.ledger.close()


def _process(office: Office, text: str, content: bytes = b"%PDF-1.7 a letter") -> DocumentId:
    office.text_source.script = [text_of_plain(text)]
    document_id = take_in(office.drop(content), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    return document_id


def _explain(office: Office, *options: str, document: str = "D-1", columns: int = 300) -> Result:
    return CliRunner().invoke(
        app, ["explain", document, "--home", str(office.home), *options], env={"COLUMNS": str(columns)}
    )


def _alter_inputs(office: Office, **changes: object) -> None:
    """Stands for rules or a program that have changed since."""
    inputs = office.ledger.inputs(DocumentId(1))
    assert inputs is not None
    body = zlib.compress(TypeAdapter(Inputs).dump_json(dataclasses.replace(inputs, **changes)))  # type: ignore[arg-type]
    with writing(office.ledger._engine) as connection:
        connection.execute(sql("UPDATE inputs SET body = :body"), {"body": body})


def test_a_match_is_told_with_words_places_people_and_the_same_again(office: Office) -> None:
    _process(office, ABOUT_ANNA)
    told = _explain(office)
    assert told.exit_code == 0, told.output
    for part in (
        "D-1: filed under R1 by rule",
        "Why: Anna Muller is named as the one whom it is about, the birth date confirms it",
        "page 1, top left",
        "“Anna MULLER”",
        "behind “Patient”",
        "“12/03/1980”",
        "1  Muller Anna, born 12/03/1980, record R1: this one",
        "-  Keller Berta, born 30/07/1975, record R2: not by rule",
        "Rule: nothing printed may contradict the record.",
        "How they differ",
        "Decided by policy two-identifiers, OCR floor 80, mode auto",
        SAME,
    ):
        assert " ".join(part.split()) in " ".join(told.output.split())  # wherever its lines are broken


def test_a_question_is_told_with_how_to_answer_it(office: Office) -> None:
    _process(office, NAMES_ANNA_ONLY)
    told = _explain(office)
    assert told.exit_code == 0
    assert "Rule: a birth date or number must confirm the name." in told.output
    assert "answer: dossierd answer D-1 1|none" in told.output
    assert SAME in told.output


def test_json_has_all_of_it(office: Office) -> None:
    _process(office, ABOUT_ANNA)
    told = json.loads(_explain(office, "--json").stdout)
    assert told["decided_again"] == {"is_same": True, "differences": []}
    assert told["inputs"]["registry_version"] == 1
    assert [it["words"] for it in told["read"]] == ["Anna MULLER", "12/03/1980"]
    assert set(told["read"][0]["box"]) == {"left", "top", "right", "bottom"}
    assert [it["person"]["record_id"] for it in told["considered"]] == ["R1", "R2"]
    assert told["considered"][1]["obstacle"]["code"] == "birth_date_differs"
    assert told["lessons"] == []


def test_what_a_human_chose_is_told_beside_what_the_rules_saw(office: Office) -> None:
    document_id = _process(office, NAMES_ANNA_ONLY)
    perform(office.request(Action.ANSWER, document_id, "1"), office.ports, lambda _: None)
    told = _explain(office)
    assert told.exit_code == 0
    assert "A human chose R1 (cli:anna)." in told.output
    assert SAME in told.output
    undone = office.request(Action.UNDO, document_id)
    assert perform(undone, office.ports, lambda _: None).done
    assert SAME in _explain(office).output


def test_inputs_that_give_another_decision_are_told_and_the_exit_code_says_so(office: Office) -> None:
    _process(office, ABOUT_ANNA)
    _alter_inputs(office, people=(), rules_version=0)
    told = _explain(office)
    assert told.exit_code == 1
    assert "it comes out differently" in told.output
    assert "The rules have changed since: version 0 then" in told.output
    assert "The verdict was match, now it is unmatched." in told.output
    assert json.loads(_explain(office, "--json").stdout)["decided_again"]["is_same"] is False


def test_a_decision_of_before_says_that_its_inputs_were_not_kept(office: Office) -> None:
    _process(office, ABOUT_ANNA)
    with writing(office.ledger._engine) as connection:
        connection.execute(sql("DELETE FROM inputs"))
    told = _explain(office)
    assert told.exit_code == 0
    assert "did not keep what a decision was made of" in told.output
    assert "The full name of Anna Muller is printed." in told.output
    assert json.loads(_explain(office, "--json").stdout)["decided_again"] is None


def test_a_text_that_is_gone_is_said_to_be_gone(office: Office) -> None:
    document_id = _process(office, ABOUT_ANNA)
    office.ledger.forget_text(document_id)
    told = _explain(office)
    assert told.exit_code == 0
    assert "Its text is not stored any more" in told.output


def test_a_long_document_is_no_wall(office: Office) -> None:
    dates = "\n".join(f"Née le : {day:02}/01/1950" for day in range(1, 29))
    office.registry.people = [ANNA, *(person("Muller", "Anna", birth_date=None) for _ in range(20))]
    _process(
        office, f"Patient : Anna MULLER\n{dates}\n" + "\f".join("Patient : Anna MULLER" for _ in range(50))
    )
    told = _explain(office)
    assert told.exit_code == 0
    assert len(told.output.splitlines()) < 120
    assert "51 times" in told.output
    assert "... and 15 more: --json has all" in told.output
    assert "... and 13 more: --json has all" in told.output


def test_a_document_that_names_nobody_is_explained_too(office: Office) -> None:
    office.registry.people = []
    _process(office, "Bonjour")
    told = _explain(office)
    assert told.exit_code == 0
    assert "Nothing was read that names, numbers or dates anybody." in told.output
    assert "Nobody in the registry has such a name, birth date or number." in told.output


def test_what_is_not_decided_or_failed_has_no_reasoning(office: Office) -> None:
    office.text_source.script = [text_of_plain(ABOUT_ANNA)]
    take_in(office.drop(b"%PDF-1.7 waits"), office.ports)
    told = _explain(office)
    assert (told.exit_code, told.output.strip()) == (0, "D-1: waits to be read")
    assert json.loads(_explain(office, "--json").stdout)["decision"] is None


def test_what_speaks_against_somebody_on_many_pages_is_told_once(office: Office) -> None:
    letter = "Patient : Anna MULLER\nDate de naissance : 12/03/1980"
    _process(office, "\f".join([letter] * 50))
    told = _explain(office)
    against = "- The printed birth date 12/03/1980 is not the registered one, 30/07/1975. (pages 1 to 50)"
    assert told.output.count("is not the registered one") == 1
    assert against in told.output


def test_more_fields_than_a_terminal_holds_are_only_named(office: Office) -> None:
    office.registry.people = [
        person("Muller", "Anna", record_id="R7", cin="AB1234", nir="1", insurance="2", phone="0611111111"),
        person("Muller", "Ana", record_id="R8", birth_date=None, birth_name="Roth"),
    ]
    _process(office, NAMES_ANNA_ONLY)
    told = _explain(office)
    assert "... and in: nir, phone" in told.output


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(office: Office, columns: int) -> None:
    _process(office, ABOUT_ANNA)
    told = subprocess.run(
        [sys.executable, "-m", "agent", "explain", "D-1", "--home", str(office.home)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": str(columns), "FORCE_COLOR": "1"},
    )
    plain = Text.from_ansi(told.stdout).plain
    assert max(map(len, plain.splitlines())) <= columns


def test_pending_tells_whom_a_letter_names_for_which_nobody_was_found(office: Office) -> None:
    _process(office, "Nom : QUINTERO\nPrénom : Zora\nDr Odile MARCHAND")
    _process(office, NAMES_ANNA_ONLY, b"%PDF-1.7 another letter")
    told = _command(office, "pending").output
    assert told.count("read: ") == 1
    assert "  read: Nom: QUINTERO, Prénom: Zora\n" in told
    first, second = json.loads(_command(office, "pending", "--json").stdout)
    assert (first["read"], second["read"]) == (["Nom: QUINTERO", "Prénom: Zora"], [])


def test_pending_tells_nothing_of_a_text_that_is_not_stored_any_more(office: Office) -> None:
    _process(office, "Nom : QUINTERO\nPrénom : Zora")
    office.ledger.forget_text(DocumentId(1))
    assert "read: " not in _command(office, "pending").output


def test_status_lists_the_names_of_the_files(office: Office) -> None:
    office.text_source.script = [text_of_plain(ABOUT_ANNA)]
    document_id = take_in(
        office.drop(b"%PDF-1.7 a letter", "compte-rendu-laboratoire-0117.pdf"), office.ports
    )
    assert document_id is not None
    process_document(document_id, office.ports)
    told = _command(office, "status").output
    assert "compte-ren…re-0117.pdf" in told
    assert "filed under R1 by rule" in told


def _command(office: Office, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(office.home)], env={"COLUMNS": "200"})
