"""`failures` lists what could not be filed, cause by cause."""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from typer.testing import CliRunner

from agent.adapters.ledger import SqlFailed
from agent.adapters.ledger.engine import writing
from agent.cli import app, failures
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import NOON, Office, make_ports

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
    assert [line.split()[0] for line in lines if line.startswith("D-")] == ["D-2", "D-3", "D-1"]


def test_the_newest_of_each_cause_are_listed_and_all_where_that_is_asked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(office, FailureReason.NO_PAGES, FailureReason.DAMAGED, *[FailureReason.NO_PAGES] * 2)
    monkeypatch.setattr(failures, "LISTED", 2)
    told = _typed(office)
    assert re.findall(r"D-\d", told) == ["D-2", "D-4", "D-3"]
    assert "3  The file opens, but holds no page." in told
    assert "and 1 that are older: dossierd failures --all" in told
    assert re.findall(r"D-\d", _typed(office, "--all")) == ["D-2", "D-4", "D-3", "D-1"]
    assert [it["document"] for it in json.loads(_typed(office, "--json"))] == ["D-1", "D-2", "D-3", "D-4"]


def test_a_cause_that_an_older_version_named_otherwise_is_counted_as_what_it_is(office: Office) -> None:
    _fail(office, FailureReason.UNKNOWN_FORMAT, FailureReason.UNKNOWN_FORMAT)
    with writing(office.ledger._engine) as connection:
        connection.execute(
            text(
                "UPDATE documents SET reason = 'not_a_pdf', "
                "outcome = replace(outcome, 'unknown_format', 'not_a_pdf') WHERE document_id = 1"
            )
        )
    assert "2  " in _typed(office)


def test_a_program_gets_each_failure_with_its_hint(office: Office) -> None:
    _fail(office, FailureReason.OUT_OF_MEMORY)
    [one] = json.loads(_typed(office, "--json"))
    assert (one["document"], one["reason"]) == ("D-1", "out_of_memory")
    assert "dossierd retry D-1" in one["hint"]


def test_a_home_without_failures_says_so(office: Office) -> None:
    assert _typed(office) == "Nothing has failed.\n"


def test_failures_are_counted_by_code_folder_and_day_also_of_what_was_solved(office: Office) -> None:
    _fail(office, FailureReason.NO_PAGES, FailureReason.DAMAGED, FailureReason.NO_PAGES)
    with writing(office.ledger._engine) as connection:
        connection.execute(
            text("UPDATE documents SET seen_name = :name WHERE document_id = 1"), {"name": b"lab/x"}
        )
        connection.execute(text("UPDATE settled SET settled_at = :now"), {"now": _now()})
        connection.execute(text("UPDATE documents SET state = 'archived' WHERE document_id = 3"))
    assert " ".join(_typed(office, "--last", "7d").split()).endswith(
        "UTC. code failures no_pages 2 damaged 1"
    )
    counted = json.loads(_typed(office, "--by", "code,sender", "--json"))
    assert counted == [
        {"code": "damaged", "sender": "incoming/", "failures": 1},
        {"code": "no_pages", "sender": "incoming/", "failures": 1},
        {"code": "no_pages", "sender": "incoming/lab", "failures": 1},
    ]
    assert [row["failures"] for row in json.loads(_typed(office, "--by", "day", "--json"))] == [3]


def test_failures_before_the_span_and_what_humans_set_aside_are_not_counted(office: Office) -> None:
    _fail(office, FailureReason.NO_PAGES, FailureReason.DAMAGED)
    with writing(office.ledger._engine) as connection:
        connection.execute(text("UPDATE settled SET settled_at = :now"), {"now": _now()})
        connection.execute(text("UPDATE settled SET settled_by = 'cli:anna' WHERE document_id = 1"))
        connection.execute(
            text("UPDATE settled SET settled_at = '2020-01-01 00:00:00' WHERE document_id = 2")
        )
    assert _typed(office, "--last", "24h").startswith("Nothing has failed since ")


@pytest.mark.parametrize("words", [("--last", "1 moon"), ("--by", "code,mood")], ids=["span", "key"])
def test_a_count_that_makes_no_sense_is_refused(office: Office, words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["failures", *words, "--home", str(office.home)]).exit_code == 2


def _now() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S.%f}"


def test_counting_looks_only_at_what_was_settled_since_then(office: Office) -> None:
    seen: list[str] = []
    engine = office.ledger._engine
    event.listen(engine, "before_cursor_execute", lambda *it: seen.append(it[2]))
    SqlFailed(engine).counts(NOON, datetime.UTC)
    [asked] = [it for it in seen if it.startswith("SELECT")]
    with engine.connect() as connection:
        values = ("2026",) * asked.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all()
    assert [row[3] for row in plan] == [
        "SEARCH settled USING INDEX ix_settled_settled_at (settled_at>?)",
        "SEARCH documents USING INTEGER PRIMARY KEY (rowid=?)",
    ]
