"""Whatever loops and commands ask, a ledger in PostgreSQL answers as one in SQLite does, of the same documents."""

from pathlib import Path

import pytest

from agent.adapters.ledger import open_engine
from benchmarks.grown import fill
from benchmarks.questions import asked, searched
from tests.custody_builders import new_ledger
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

OLD = 30


def test_every_question_has_the_same_answer_in_both(
    tmp_path: Path, ledger_databases: LedgerDatabases
) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(new_ledger())
    answers = []
    for place in (path, ledger_databases.emptied()):
        engine = open_engine(place, may_upgrade=False)
        fill(engine, OLD)
        answers.append({name: ask() for name, ask in (*asked(engine, OLD), *searched(engine))})
        engine.dispose()
    here, there = answers
    assert {name: (it, there[name]) for name, it in here.items() if it != there[name]} == {}
    assert any(here.values())
