"""What the relay needs of any outbox, asked of the fake and of the ledger's own."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from sqlalchemy import Engine, insert

from agent.adapters.ledger import SqlOutbox, SqlUndelivered, open_engine, schema
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.rows import MESSAGE
from agent.core.notices import unwell_notice
from agent.domain.message import Blame, LoneFailures, Message, MessageKind, ParcelId, Topic
from agent.workflow.outbox import Outbox
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON, FakeOutbox, a_message
from tests.ledgers import LedgerDatabases

LATER = NOON + datetime.timedelta(minutes=1)


class AnyOutbox(Outbox, Protocol):
    """An outbox that a test can put parcels into, as custody does."""

    def add(self, recipient: str, number: int, due_at: datetime.datetime | None = NOON) -> ParcelId: ...

    def put(self, card: str, recipient: str, message: Message, now: datetime.datetime) -> None: ...


class FilledSqlOutbox(SqlOutbox):
    """The ledger's outbox, with documents made up as they are needed."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._ledger, self._made_up = engine, 0

    def add(self, recipient: str, number: int, due_at: datetime.datetime | None = NOON) -> ParcelId:
        with writing(self._ledger) as connection:
            while self._made_up < number:
                self._made_up += 1
                connection.execute(insert(schema.documents).values(a_row()))
            added = connection.execute(
                insert(schema.outbox).values(
                    document_id=number,
                    epoch=1,
                    recipient=recipient,
                    message=MESSAGE.dump_json(a_message(number)).decode(),
                    due_at=due_at,
                    attempts=0,
                )
            )
        assert added.inserted_primary_key is not None
        return ParcelId(added.inserted_primary_key[0])


def a_row() -> dict[str, object]:
    return {
        "correlation_id": str(uuid4()),
        "state": "archived",
        "epoch": 1,
        "attempts": 0,
        "original_name": "letter.pdf",
        "seen_name": b"letter.pdf",
        "seen_device": "1",
        "seen_inode": "1",
        "seen_size": 1,
        "seen_modified_ns": "1",
        "seen_at": NOON,
        "size": 1,
    }


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyOutbox]:
    match request.param:
        case "fake":
            yield FakeOutbox()
            return
        case "sqlite":
            path = tmp_path / "ledger.sqlite"
            path.write_bytes(new_ledger())
            engine = open_engine(path, may_upgrade=True)
        case _:
            databases: LedgerDatabases = request.getfixturevalue("ledger_databases")
            engine = open_engine(databases.emptied(), may_upgrade=True)
    yield FilledSqlOutbox(engine)
    engine.dispose()


def test_what_is_due_comes_in_order_within_the_limit(outbox: AnyOutbox) -> None:
    ids = [
        outbox.add(recipient, number) for number, recipient in enumerate(("anna", "bert", "anna"), start=1)
    ]
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 2)] == ids[:2]


def test_what_is_sent_or_dead_is_gone(outbox: AnyOutbox) -> None:
    outbox.mark_sent(outbox.add("anna", 1), "receipt", NOON)
    outbox.mark_dead(outbox.add("anna", 2), "no such chat", NOON)
    assert outbox.due(NOON, 10) == []
    assert outbox.next_due() is None


def test_a_postponed_parcel_holds_up_its_own_recipient_only(outbox: AnyOutbox) -> None:
    first, _, other = outbox.add("anna", 1), outbox.add("anna", 2), outbox.add("bert", 1)
    outbox.postpone(first, LATER, "down", now=NOON)
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 10)] == [other]
    outbox.mark_sent(other, "receipt", NOON)
    assert outbox.next_due() == LATER
    assert [(parcel.document_id, parcel.attempts) for parcel in outbox.due(LATER, 10)] == [(1, 1), (2, 0)]


def test_failures_that_were_no_outage_are_remembered(outbox: AnyOutbox) -> None:
    alone = LoneFailures(count=3, since=NOON)
    outbox.postpone(outbox.add("anna", 1), NOON, "down", alone, now=NOON)
    assert [parcel.alone for parcel in outbox.due(NOON, 10)] == [alone]


def test_a_parcel_whose_document_is_still_moved_is_not_due_and_holds_up_nobody(outbox: AnyOutbox) -> None:
    outbox.add("anna", 1, due_at=None)
    second = outbox.add("anna", 2)
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 10)] == [second]
    assert outbox.next_due() == NOON


def put(outbox: AnyOutbox, title: str, recipient: str = "anna", now: datetime.datetime = NOON) -> None:
    outbox.put("question:12", recipient, a_message(7, title), now)


def due(outbox: AnyOutbox, now: datetime.datetime = NOON) -> list[tuple[str, str, str | None]]:
    return [(parcel.recipient, parcel.message.title, parcel.replaces) for parcel in outbox.due(now, 20)]


def send_one(outbox: AnyOutbox, receipt: str) -> None:
    outbox.mark_sent(outbox.due(NOON, 1)[0].parcel_id, receipt, NOON)


def test_a_later_message_of_a_card_takes_the_place_of_the_one_that_was_sent(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    assert due(outbox) == [("anna", "asked", None)]
    send_one(outbox, "41")
    assert outbox.next_due() is None
    put(outbox, "answered")
    assert due(outbox) == [("anna", "answered", "41")]
    send_one(outbox, "42")
    put(outbox, "undone")
    assert due(outbox) == [("anna", "undone", "42")]


def test_a_parcel_is_looked_at_again_before_it_is_sent(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    (asked,) = outbox.due(NOON, 1)
    assert outbox.current(asked.parcel_id) == asked
    outbox.mark_sent(asked.parcel_id, "41", NOON)
    assert outbox.current(asked.parcel_id) is None
    put(outbox, "first page")
    (turned,) = outbox.due(NOON, 1)
    put(outbox, "answered")
    assert outbox.current(turned.parcel_id) is None
    (answered,) = outbox.due(NOON, 1)
    assert outbox.current(answered.parcel_id) == answered
    outbox.mark_dead(answered.parcel_id, "too long", NOON)
    assert outbox.current(answered.parcel_id) is None
    assert outbox.current(turned.parcel_id) == turned
    assert outbox.current(outbox.add("anna", 1, due_at=None)) is None


def test_every_known_copy_of_a_card_is_named(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    put(outbox, "gone and said anew")
    send_one(outbox, "42")
    put(outbox, "answered")
    outbox.put("question:13", "anna", a_message(8, "another"), NOON)
    assert [parcel.copies for parcel in outbox.due(NOON, 20)] == [("41",), ()]


def test_cards_and_recipients_have_places_of_their_own(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    put(outbox, "asked", "bert")
    outbox.put("question:13", "anna", a_message(8, "another"), NOON)
    assert due(outbox) == [("bert", "asked", None), ("anna", "another", None)]


def test_the_first_of_a_card_is_sent_before_another_takes_its_place(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    put(outbox, "answered")
    assert due(outbox) == [("anna", "asked", None)]
    send_one(outbox, "41")
    assert outbox.next_due() == NOON
    assert due(outbox) == [("anna", "answered", "41")]


def test_only_the_newest_that_waits_takes_the_place(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    for title in ("first page", "second page", "answered"):
        put(outbox, title)
    assert due(outbox) == [("anna", "answered", "41")]
    send_one(outbox, "41")
    assert due(outbox) == []
    assert outbox.next_due() is None


def test_what_takes_the_place_of_a_postponed_one_waits_as_long(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    put(outbox, "first page")
    outbox.postpone(outbox.due(NOON, 1)[0].parcel_id, LATER, "down", now=NOON)
    put(outbox, "answered")
    assert due(outbox) == []
    assert outbox.next_due() == LATER
    assert due(outbox, LATER) == [("anna", "answered", "41")]


def test_a_message_whose_first_one_was_refused_is_sent_anew(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    put(outbox, "answered")
    outbox.mark_dead(outbox.due(NOON, 1)[0].parcel_id, "no such chat", NOON)
    assert due(outbox) == [("anna", "answered", None)]


def test_a_refused_edit_leaves_the_one_before_it(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    put(outbox, "first page")
    put(outbox, "second page")
    outbox.mark_dead(outbox.due(NOON, 1)[0].parcel_id, "too long", NOON)
    assert due(outbox) == [("anna", "first page", "41")]


def test_what_has_no_card_is_sent_beside_it(outbox: AnyOutbox) -> None:
    put(outbox, "asked")
    send_one(outbox, "41")
    outbox.add("anna", 1)
    put(outbox, "answered")
    assert due(outbox) == [("anna", "Filed under file 20817", None), ("anna", "answered", "41")]


def test_a_notice_about_one_part_is_none_about_another(engine: Engine) -> None:
    everything = SqlOutbox(engine)
    everything.about("ocr").announce([("anna", unwell_notice("", ""))], NOON)
    assert everything.about("ocr").last_notice(Topic.HEALTH) is MessageKind.UNWELL
    assert everything.about("fence").last_notice(Topic.HEALTH) is None
    assert everything.last_notice(Topic.HEALTH) is None


def test_who_refuses_is_known_until_a_message_gets_through(engine: Engine) -> None:
    outbox, undelivered = FilledSqlOutbox(engine), SqlUndelivered(engine)
    outbox.mark_dead(outbox.add("anna", 1), "blocked", NOON)
    outbox.mark_sent(outbox.add("bert", 1), "41", NOON)
    outbox.add("anna", 2)
    assert undelivered.refusing(("anna", "bert", "carl")) == {"anna": "blocked", "bert": None, "carl": None}
    outbox.mark_dead(outbox.add("anna", 4), "too long", NOON, Blame.MESSAGE)
    assert undelivered.refusing(("anna",)) == {"anna": "blocked"}
    outbox.mark_sent(outbox.add("anna", 5), "42", NOON)
    outbox.mark_dead(outbox.add("anna", 6), "too long", NOON, Blame.MESSAGE)
    assert undelivered.refusing(("anna",)) == {"anna": None}
