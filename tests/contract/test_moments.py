"""What a clock that was ahead has written, asked of the ledger once the clock is right, on both databases."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Table, insert, select

from agent.adapters.ledger import SqlMoments, SqlPauses, open_engine, schema
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.sampling import sample_weeks, sampled_filings
from agent.domain.message import ParcelId
from agent.domain.pause import Pause
from tests.contract.test_outbox import FilledSqlOutbox, a_row
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

HOUR, SECOND = datetime.timedelta(hours=1), datetime.timedelta(seconds=1)
AHEAD = NOON + 48 * HOUR


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        (tmp_path / "ledger.sqlite").write_bytes(new_ledger())
        made = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    else:
        databases: LedgerDatabases = request.getfixturevalue("ledger_databases")
        made = open_engine(databases.emptied(), may_upgrade=True)
    yield made
    made.dispose()


def add(engine: Engine, table: Table, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(insert(table).values(values))


def kept(engine: Engine, *columns: Column[Any]) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def due(outbox: FilledSqlOutbox) -> list[ParcelId]:
    return [parcel.parcel_id for parcel in outbox.due(NOON, 10)]


# --- Messages


def test_a_message_that_was_written_ahead_is_due_now_and_holds_up_nobody(engine: Engine) -> None:
    outbox = FilledSqlOutbox(engine)
    ahead, behind = outbox.add("anna", 1, AHEAD), outbox.add("anna", 2)
    assert due(outbox) == []
    assert SqlMoments(engine).set_right(NOON) == 1
    assert due(outbox) == [ahead, behind]
    assert SqlMoments(engine).set_right(NOON) == 0


def test_a_message_that_was_put_off_ahead_is_due_now(engine: Engine) -> None:
    outbox = FilledSqlOutbox(engine)
    ahead = outbox.add("anna", 1)
    outbox.postpone(ahead, AHEAD + HOUR, "down", now=AHEAD)
    assert SqlMoments(engine).set_right(NOON) == 1
    assert due(outbox) == [ahead]


def test_a_pause_that_a_channel_has_asked_for_is_kept_by_all_that_wait_for_it(engine: Engine) -> None:
    outbox = FilledSqlOutbox(engine)
    asked = outbox.add("anna", 1)
    outbox.postpone(asked, NOON + HOUR, "patience", now=NOON)
    outbox.add("anna", 2, NOON + HOUR)  # it has taken that patience over
    other = outbox.add("bert", 1, NOON + HOUR)
    assert SqlMoments(engine).set_right(NOON) == 1
    assert due(outbox) == [other]


def test_a_few_seconds_and_what_is_still_being_moved_are_left_alone(engine: Engine) -> None:
    outbox = FilledSqlOutbox(engine)
    outbox.add("anna", 1, NOON + 5 * SECOND)
    outbox.add("anna", 2, None)
    assert SqlMoments(engine).set_right(NOON) == 0
    assert due(outbox) == []


def test_what_was_told_ahead_is_told_now_and_what_was_told_before_keeps_its_moment(engine: Engine) -> None:
    outbox = FilledSqlOutbox(engine)
    outbox.mark_sent(outbox.add("anna", 1), "receipt", NOON - HOUR)
    outbox.mark_sent(outbox.add("anna", 2), "receipt", AHEAD)
    assert SqlMoments(engine).set_right(NOON) == 1
    assert kept(engine, schema.outbox.c.sent_at) == [(NOON - HOUR,), (NOON,)]


# --- What is counted from


def test_what_is_open_and_was_begun_ahead_counts_from_now(engine: Engine) -> None:
    add(engine, schema.documents, document_id=1, **a_row())
    add(engine, schema.documents, document_id=2, **a_row())
    for document, closed_at in ((1, None), (2, AHEAD)):
        about = {"document_id": document, "epoch": 1}
        add(engine, schema.reviews, decision="{}", opened_at=AHEAD, answered_at=closed_at, **about)
        add(
            engine,
            schema.questions,
            revision="r",
            offered="[]",
            is_search=False,
            page=0,
            posted_at=AHEAD,
            skipped_at=AHEAD,
            closed_at=closed_at,
            **about,
        )
    storm = {"reason": "damaged", "last_at": AHEAD, "failures": 6, "told_failures": 6}
    add(engine, schema.storms, began_at=NOON, is_over=False, **storm)
    add(engine, schema.storms, began_at=NOON - HOUR, is_over=True, **storm)
    add(engine, schema.silences, bot="1", since=AHEAD, sentence="Down.", hint="Wait.")
    add(engine, sample_weeks, monday="2026-03-02", until_at=AHEAD)
    for epoch, verdict in ((1, None), (2, "right")):
        sampled = {"monday": "2026-03-02", "document_id": 1, "chosen_at": AHEAD, "posted_at": AHEAD}
        add(engine, sampled_filings, epoch=epoch, verdict=verdict, **sampled)

    assert SqlMoments(engine).set_right(NOON) == 7
    assert kept(engine, schema.reviews.c.opened_at) == [(NOON,), (AHEAD,)]
    questions = schema.questions.c
    assert kept(engine, questions.posted_at, questions.skipped_at) == [(NOON, NOON), (AHEAD, AHEAD)]
    assert kept(engine, schema.storms.c.last_at) == [(NOON,), (AHEAD,)]
    assert kept(engine, schema.silences.c.since) == [(NOON,)]
    chosen = sampled_filings.c
    assert kept(engine, chosen.chosen_at, chosen.posted_at) == [(NOON, NOON), (AHEAD, AHEAD)]
    assert SqlMoments(engine).set_right(NOON) == 0


@pytest.mark.parametrize(
    ("put_off_at", "due_at"), [(None, NOON), (AHEAD, NOON), (NOON, AHEAD)], ids=["asked", "ahead", "put off"]
)
def test_a_picture_that_was_shown_ahead_stands_no_longer_than_others(
    engine: Engine, put_off_at: datetime.datetime | None, due_at: datetime.datetime
) -> None:
    add(engine, schema.documents, document_id=1, **a_row())
    about = {"document_id": 1, "epoch": 1, "revision": "r", "offered": "[]", "is_search": False, "page": 0}
    add(engine, schema.questions, question_id=1, posted_at=NOON, **about)
    its = {"question_id": 1, "recipient": "anna", "asked_at": NOON, "attempts": 0, "placed_at": AHEAD}
    add(engine, schema.showings, key="standing", due_at=AHEAD, put_off_at=put_off_at, **its)
    SqlMoments(engine).set_right(NOON)
    assert kept(engine, schema.showings.c.due_at, schema.showings.c.placed_at) == [(due_at, NOON)]


def test_a_pause_that_was_begun_ahead_lasts_as_long_as_it_was_to(engine: Engine) -> None:
    pauses = SqlPauses(engine)
    pauses.begin(Pause(begun_at=AHEAD, begun_by="cli:anna", ends_at=AHEAD + 2 * HOUR))
    assert SqlMoments(engine).set_right(NOON) == 1
    assert pauses.standing(NOON) == Pause(begun_at=NOON, begun_by="cli:anna", ends_at=NOON + 2 * HOUR)
    assert pauses.standing(NOON + 2 * HOUR) is None


def test_a_pause_without_an_end_that_was_begun_ahead_begins_now(engine: Engine) -> None:
    pauses = SqlPauses(engine)
    pauses.begin(Pause(begun_at=AHEAD, begun_by="cli:anna"))
    assert SqlMoments(engine).set_right(NOON) == 1
    assert pauses.standing(NOON) == Pause(begun_at=NOON, begun_by="cli:anna")
