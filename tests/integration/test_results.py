"""What was filed is told one by one, in batches, or not at all, as the office wants it; on a real ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text, update

from agent.adapters.ledger import SqlOutbox, SqlResults, open_engine, schema
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.rows import MESSAGE
from agent.domain.message import ParcelId
from agent.domain.result import Results
from agent.workflow.outbox import relay
from agent.workflow.results import gather_results
from tests.contract.test_outbox import a_row
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON, StandingClock, a_message
from tests.integration.test_storms import TellTale

pytestmark = pytest.mark.reliability


class Office:
    """A ledger in which documents are filed, and the relay that tells of it."""

    def __init__(self, engine: Engine, mode: Results) -> None:
        self.engine, self.mode = engine, mode
        self.clock, self.notifier = StandingClock(), TellTale()

    def file(self, state: str = "archived", card: str | None = "own") -> int:
        with writing(self.engine) as connection:
            record = "20817" if state == "archived" else None
            row = a_row() | {"state": state, "record_id": record, "rested_at": NOON}
            added = connection.execute(insert(schema.documents).values(row)).inserted_primary_key
            assert added is not None
            number: int = added[0]
            connection.execute(
                insert(schema.outbox).values(
                    document_id=number,
                    epoch=1,
                    recipient="anna",
                    message=MESSAGE.dump_json(a_message(number, f"D-{number}")).decode(),
                    due_at=self.clock.now(),
                    attempts=0,
                    card=f"document:{number}:1" if card == "own" else card,
                )
            )
        return number

    def undo(self, number: int, state: str = "in_review") -> None:
        """Bring a document into its next epoch."""
        with writing(self.engine) as connection:
            row = schema.documents.c.document_id == number
            connection.execute(
                update(schema.documents).where(row).values(state=state, record_id=None, epoch=2)
            )

    def tell(self, minutes: float = 0) -> list[str]:
        self.clock.advance(minutes * 60)

        def gather() -> frozenset[ParcelId]:
            return gather_results(SqlResults(self.engine), self.mode, self.clock)

        again = self.clock.now()
        while again is not None and again <= self.clock.now():
            again = relay(SqlOutbox(self.engine), self.notifier, self.clock, gather=gather)  # type: ignore[assignment]
        return self.notifier.said


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "ledger.sqlite").write_bytes(new_ledger())
    made = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    yield made
    made.dispose()


def test_each_result_is_told_by_itself(engine: Engine) -> None:
    office = Office(engine, Results.EACH)
    office.file()
    office.file("duplicate", None)
    assert office.tell() == ["D-1", "D-2"]


def test_results_of_a_quarter_of_an_hour_are_one_message(engine: Engine) -> None:
    office = Office(engine, Results.BATCH)
    office.file()
    assert office.tell() == []
    office.file()
    office.file("duplicate", None)
    assert office.tell(14) == []
    assert office.tell(1) == ["2 documents were filed"]
    office.file()
    assert office.tell(1) == ["2 documents were filed"]
    assert office.tell(15) == ["2 documents were filed", "1 document was filed"]
    assert office.tell(60) == ["2 documents were filed", "1 document was filed"]


@pytest.mark.parametrize("mode", [Results.DIGEST, Results.NONE])
def test_who_wants_no_results_is_told_none(engine: Engine, mode: Results) -> None:
    office = Office(engine, mode)
    office.file()
    assert office.tell(60) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT told_by FROM outbox")).scalars().all() == ["nothing"]


@pytest.mark.parametrize("state", ["failed", "in_review"])
def test_what_needs_a_human_is_told_at_once(engine: Engine, state: str) -> None:
    office = Office(engine, Results.NONE)
    office.file(state, None)
    assert office.tell() == ["D-1"]


def test_the_result_of_an_answer_takes_the_place_of_its_question(engine: Engine) -> None:
    office = Office(engine, Results.NONE)
    office.file(card="question:3")
    assert office.tell() == ["D-1"]


def test_what_was_gathered_is_told_when_the_office_changes_its_mind(engine: Engine) -> None:
    office = Office(engine, Results.BATCH)
    office.file()
    assert office.tell() == []
    office.mode = Results.EACH
    assert office.tell() == ["1 document was filed"]


def test_what_was_undone_before_it_was_told_is_not_told(engine: Engine) -> None:
    office = Office(engine, Results.BATCH)
    undone, _, moving = office.file(), office.file(), office.file()
    assert office.tell() == []
    office.undo(undone)
    office.undo(moving, "moving")
    assert office.tell(15) == ["1 document was filed"]
