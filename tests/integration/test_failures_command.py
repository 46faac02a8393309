"""`failures` lists what could not be filed, cause by cause."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import Office, make_ports

pytestmark = pytest.mark.observability


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / ".env").touch(mode=0o600)
    made = make_ports(tmp_path)
    yield made
    made.ledger.close()


def _fail(office: Office, *reasons: FailureReason) -> None:
    office.text_source.script = [DocumentUnreadable(reason) for reason in reasons]
    for number, _ in enumerate(reasons, start=1):
        document_id = take_in(office.drop(f"%PDF-1.7 {number}".encode()), office.ports)
        assert document_id is not None
        process_document(document_id, office.ports)


def _typed(office: Office, *options: str) -> str:
    done = CliRunner().invoke(app, ["failures", *options, "--home", str(office.home)], env={"COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_failures_are_listed_by_their_cause_with_what_to_do(office: Office) -> None:
    _fail(office, FailureReason.NO_PAGES, FailureReason.DAMAGED, FailureReason.NO_PAGES)
    lines = _typed(office).splitlines()
    assert lines[0] == "1  The file is damaged or was cut off; it can't be opened."
    assert "2  The file opens, but holds no page." in lines
    assert "  Ask the sender for the file again." in lines
    assert [line.split()[0] for line in lines if line.startswith("D-")] == ["D-2", "D-1", "D-3"]


def test_a_program_gets_each_failure_with_its_hint(office: Office) -> None:
    _fail(office, FailureReason.OUT_OF_MEMORY)
    [one] = json.loads(_typed(office, "--json"))
    assert (one["document"], one["reason"]) == ("D-1", "out_of_memory")
    assert "dossierd retry D-1" in one["hint"]


def test_a_home_without_failures_says_so(office: Office) -> None:
    assert _typed(office) == "Nothing has failed.\n"
