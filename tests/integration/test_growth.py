"""Nothing that loops or commands ask of the ledger goes through all that was ever filed or told.

Not time is looked at, but the steps of SQLite's machine: as many with two thousand old documents as with two hundred.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from agent.adapters.ledger import SqlLedger, open_engine
from agent.domain.document import CorrelationId, SeenFile
from agent.domain.identity import RecordId
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Event
from agent.domain.settlement import Settlement
from benchmarks.grown import NOW, RECENT, RECIPIENT, fill
from benchmarks.questions import asked
from tests.custody_builders import hash_of

pytestmark = pytest.mark.reliability

FEW, MANY = 200, 2_000
SPARE = 1.1
"""A tree of ten times as many rows may be a level higher."""
GROWING = ("documents", "settled", "steps", "outbox", "reviews", "questions", "requests", "costs", "inputs")


class Watched:
    """A grown ledger whose steps are counted, and whose plans are kept where they go through a whole table."""

    def __init__(self, engine: Engine, old: int) -> None:
        self.engine = engine
        self.old = old
        self.steps = 0
        self.scans: set[str] = set()
        fill(engine, old)
        event.listen(engine, "before_cursor_execute", self._look)

    def cost_of(self, ask: Callable[[], object]) -> int:
        before = self.steps
        ask()
        return self.steps - before

    def _look(
        self,
        connection: Connection,
        _cursor: object,
        statement: str,
        given: Any,
        _context: object,
        many: bool,
    ) -> None:
        database: Any = connection.connection.driver_connection
        database.set_progress_handler(None, 1)
        if not many and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
            self.scans |= {told for *_, told in plan if told in {f"SCAN {table}" for table in GROWING}}
        database.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.steps += 1
        return 0


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watched, Watched]]:
    engines = [
        open_engine(tmp_path_factory.mktemp("grown") / "ledger.sqlite", may_upgrade=True) for _ in range(2)
    ]
    yield Watched(engines[0], FEW), Watched(engines[1], MANY)
    for engine in engines:
        engine.dispose()


def test_no_question_costs_more_when_ten_times_as_much_was_filed(grown: tuple[Watched, Watched]) -> None:
    few, many = grown
    cheap = {name: few.cost_of(ask) for name, ask in asked(few.engine, FEW)}
    dear = {name: many.cost_of(ask) for name, ask in asked(many.engine, MANY)}
    assert {name: (cheap[name], steps) for name, steps in dear.items() if steps > SPARE * cheap[name]} == {}


def test_a_document_s_life_costs_no_more_when_ten_times_as_much_was_filed(
    grown: tuple[Watched, Watched],
) -> None:
    few, many = (watched.cost_of(partial(_live, watched.engine)) for watched in grown)
    assert many <= SPARE * few


def test_no_plan_goes_through_a_table_that_grows_but_for_the_newest_rows(
    grown: tuple[Watched, Watched],
) -> None:
    for watched in grown:
        for _, ask in asked(watched.engine, watched.old):
            ask()
        _live(watched.engine)
    # Backwards, and only to the first: the latest documents, and the newest one.
    assert grown[1].scans <= {"SCAN documents"}


def test_what_rests_is_counted_as_the_rows_say(grown: tuple[Watched, Watched]) -> None:
    _, many = grown
    counts = SqlLedger(many.engine).counts()
    rows = SqlLedger(many.engine).latest(MANY + 2 * RECENT)
    assert counts == {state: sum(it.state is state for it in rows) for state in counts}
    assert sum(counts.values()) == len(rows)


def _live(engine: Engine) -> None:
    ledger = SqlLedger(engine)
    number = next(iter(ledger.latest(1))).document_id + 1
    seen = SeenFile(name=f"{number}", device=1, inode=number, size=3, modified_ns=4)
    document_id = ledger.open_claim(seen, "letter.pdf", CorrelationId("c"), NOW).document_id
    ledger.confirm_claim(document_id, "somewhere", NOW)
    ledger.start(document_id, hash_of(b"%d" % number), 3, NOW)
    told = Message(kind=MessageKind.FILED, document_id=document_id, title="Filed.")
    outcome = Archived(record_id=RecordId("P1"), decided_by="rule")
    ledger.settle(
        document_id,
        Settlement(
            event=Event.SETTLED, outcome=outcome, target="there", steps=(), messages=[(RECIPIENT, told)]
        ),
        NOW,
    )
    ledger.complete(document_id, NOW)
