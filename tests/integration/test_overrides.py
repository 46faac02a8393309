"""How many filings by rule people took back, as `dossierd check` tells of it."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.ledger import SqlOverrides, open_engine
from agent.config import Settings
from agent.domain.document import DocumentId
from agent.domain.life import Action
from agent.domain.overrides import Overrides
from agent.health import Level, examine_part
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.review import perform
from tests.builders import text_of
from tests.custody_builders import ABOUT_ANNA, ANNA, BERTA, NAMES_ANNA_ONLY, Office, make_ports
from tests.findings import each_in_french

pytestmark = pytest.mark.observability


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_ports(tmp_path, people=(ANNA, BERTA))
    yield made
    made.ledger.close()


def take(office: Office, number: int, text: str = ABOUT_ANNA) -> DocumentId:
    office.text_source.script = [text_of(*text.split("\n"))]
    document_id = take_in(office.drop(f"%PDF-1.7 letter {number}".encode()), office.ports)
    assert document_id is not None
    process_document(document_id, office.ports)
    office.clock.advance(minutes=1)
    return document_id


def ask(office: Office, action: Action, document_id: DocumentId, argument: str = "") -> None:
    reply = perform(office.request(action, document_id, argument), office.ports, lambda _: None)
    assert reply.done, reply.sentence
    office.clock.advance(minutes=1)


def since(office: Office, moment: datetime.datetime) -> Overrides:
    engine = open_engine(office.home / "state" / "ledger.sqlite", may_upgrade=False)
    try:
        return SqlOverrides(engine).since(moment)
    finally:
        engine.dispose()


def test_filings_by_rule_that_were_undone_or_refiled_are_counted_once_and_answers_are_not(
    office: Office,
) -> None:
    begun = office.clock.now()
    kept, undone, refiled = (take(office, number) for number in range(3))
    asked = take(office, 3, NAMES_ANNA_ONLY)
    ask(office, Action.ANSWER, asked, f"record:{ANNA.record_id}")
    ask(office, Action.REFILE, asked, BERTA.record_id)  # what a human had said, not the rules
    assert since(office, begun) == Overrides(filed=3, taken_back=())
    ask(office, Action.UNDO, undone)
    ask(office, Action.REFILE, refiled, BERTA.record_id)
    ask(office, Action.REFILE, refiled, ANNA.record_id)
    assert since(office, begun) == Overrides(filed=3, taken_back=(refiled, undone))
    assert kept not in since(office, begun).taken_back
    assert since(office, office.clock.now()) == Overrides(filed=0, taken_back=())


def test_check_says_how_many_and_which_in_each_language(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=office.home, allow_root=True)
    monkeypatch.setattr("agent.adapters.clock.SystemClock.now", lambda _: office.clock.now())
    with each_in_french(monkeypatch):
        nothing = examine_part("overrides", settings)
        assert (nothing.level, nothing.sentence) == (
            Level.GOOD,
            "nothing was filed by the rules in the last 30 days",
        )
        first, _ = take(office, 0), take(office, 1)
        good = examine_part("overrides", settings)
        assert (good.level, good.sentence) == (
            Level.GOOD,
            "of 2 filed by the rules in the last 30 days, people took back 0 (0.0 %)",
        )
        ask(office, Action.UNDO, first)
        told = examine_part("overrides", settings)
        assert (told.level, told.sentence, told.hint) == (
            Level.NOTICE,
            "of 2 filed by the rules in the last 30 days, people took back 1 (50.0 %)",
            "What each rested on says dossierd explain: D-1",
        )


def test_a_home_in_which_nothing_has_run_is_told_as_such(tmp_path: Path) -> None:
    assert examine_part("overrides", Settings(home=tmp_path, allow_root=True)).level is Level.NOTICE
