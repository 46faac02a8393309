"""`export` writes every document out, however many, and overwrites nothing."""

import csv
import errno
import fcntl
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.adapters.ledger import exporting
from agent.cli import app
from agent.cli import exporting as command
from agent.domain.document import CorrelationId, text_of_plain
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, NOON, Office, make_ports

pytestmark = pytest.mark.observability


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path)
    (tmp_path / ".env").touch(mode=0o600)
    made.text_source.script = [text_of_plain(ABOUT_ANNA)]
    document_id = take_in(made.drop(b"first", "=HYPERLINK(1).pdf"), made.ports)
    assert document_id is not None
    process_document(document_id, made.ports)
    for number in range(2, 6):
        seen = made.drop(b"waits", f"letter {number}.pdf")
        made.ledger.open_claim(seen, seen.name, CorrelationId(f"c{number}"), NOON)
    yield made
    made.ledger.close()


def _typed(office: Office, *words: str) -> Result:
    return CliRunner().invoke(app, ["export", *words, "--home", str(office.home)])


def test_a_table_has_a_line_for_each_document_and_no_formula(office: Office) -> None:
    rows = list(csv.DictReader(io.StringIO(_typed(office).stdout)))
    assert [row["document"] for row in rows] == ["D-1", "D-2", "D-3", "D-4", "D-5"]
    assert (rows[0]["state"], rows[0]["record_id"], rows[0]["decided_by"]) == ("archived", "R1", "rule")
    assert rows[0]["original_name"] == "'=HYPERLINK(1).pdf"


def test_lines_of_json_hold_what_is_there(office: Office) -> None:
    lines = [json.loads(line) for line in _typed(office, "--format", "jsonl").stdout.splitlines()]
    assert [line["state"] for line in lines] == ["archived", *["claiming"] * 4]
    assert lines[0]["original_name"] == "=HYPERLINK(1).pdf"
    assert lines[1]["record_id"] is None


def test_documents_come_page_by_page_none_twice_and_none_left_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "_PAGE", exporting._PAGE.limit(2))
    lines = _typed(office, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["document"] for line in lines] == ["D-1", "D-2", "D-3", "D-4", "D-5"]


@pytest.mark.security
def test_a_file_is_new_and_for_ones_own_eyes(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "ledger.csv"
    assert _typed(office, "--output", str(target)).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    assert before.count(b"\r\n") == 6
    assert _typed(office, "--output", str(target)).exit_code == 1
    assert target.read_bytes() == before


def test_a_disk_that_fills_up_leaves_no_half_of_a_file(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command, "_write_table", full)
    before = sorted(tmp_path.iterdir())
    assert _typed(office, "--output", str(tmp_path / "ledger.csv")).exit_code == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_another_call_writes_is_left_to_it(office: Office, tmp_path: Path) -> None:
    target, part = tmp_path / "ledger.csv", tmp_path / ".ledger.csv.part"
    with part.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert _typed(office, "--output", str(target)).exit_code == 1
        assert part.exists()
    assert _typed(office, "--output", str(target)).exit_code == 0
    assert not part.exists()
