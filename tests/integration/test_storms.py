"""Many failures of one cause on a real ledger: one message, one end, and nothing repeated or forgotten by a death."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from agent.adapters.ledger import SqlOutbox, SqlStorms, open_engine, schema
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.rows import MESSAGE
from agent.adapters.telegram.client import TelegramNotifier
from agent.domain.document import DocumentId
from agent.domain.message import Message, MessageKind, ParcelId
from agent.domain.outcome import FailureReason
from agent.errors import LedgerUnavailable, NotifierUnavailable
from agent.notifier import Notifier
from agent.workflow.outbox import relay
from agent.workflow.storms import gather_failures
from tests.botapi import CHAT, TOKEN, BotApi
from tests.contract.test_outbox import a_row
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON, FakeNotifier, StandingClock

pytestmark = pytest.mark.reliability


@dataclass
class TellTale(FakeNotifier):
    """Keeps the titles of what was said, and of what was put in the place of something."""

    names: tuple[str, ...] = ("anna",)
    said: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)

    def send(self, message: Message, recipient: str) -> str:
        receipt = super().send(message, recipient)
        self.said.append(message.title)
        return receipt

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        super().send(message, recipient)
        self.edits.append(message.title)
        return receipt


class Office:
    """A ledger in which documents fail, and the relay that tells of it."""

    def __init__(self, engine: Engine, recipients: tuple[str, ...] = ("anna",)) -> None:
        self.engine, self.clock, self.recipients = engine, StandingClock(), recipients
        self.told = TellTale(names=recipients)
        self.notifier: Notifier = self.told

    def fail(self, reason: FailureReason = FailureReason.ENCRYPTED, count: int = 1) -> None:
        with writing(self.engine) as connection:
            for _ in range(count):
                failed = {"state": "failed", "reason": reason, "rested_at": self.clock.now()}
                added = connection.execute(insert(schema.documents).values(a_row() | failed))
                assert added.inserted_primary_key is not None
                number = added.inserted_primary_key[0]
                message = Message(
                    kind=MessageKind.FAILED,
                    document_id=DocumentId(number),
                    title=f"D-{number} could not be filed",
                )
                for recipient in self.recipients:
                    connection.execute(
                        insert(schema.outbox).values(
                            document_id=number,
                            epoch=1,
                            recipient=recipient,
                            message=MESSAGE.dump_json(message).decode(),
                            due_at=self.clock.now(),
                            attempts=0,
                        )
                    )

    def gather(self) -> frozenset[ParcelId]:
        return gather_failures(SqlStorms(self.engine), self.recipients, self.clock)

    def tell(self) -> datetime.datetime | None:
        """What the daemon's loop does: until nothing is due."""
        while True:
            again = relay(
                SqlOutbox(self.engine), self.notifier, self.clock, gather=self.gather, jitter=lambda: 1.0
            )
            if again is None or again > self.clock.now():
                return again

    def sql(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "ledger.sqlite").write_bytes(new_ledger())
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def office(path: Path) -> Iterator[Office]:
    engine = open_engine(path, may_upgrade=True)
    yield Office(engine)
    engine.dispose()


def test_five_failures_are_told_one_by_one(office: Office) -> None:
    office.fail(count=5)
    office.tell()
    office.clock.advance(3600)
    office.tell()
    assert office.told.said == [f"D-{number} could not be filed" for number in range(1, 6)]


def test_five_hundred_failures_within_a_minute_are_ten_messages_at_most_and_one_end(office: Office) -> None:
    for _ in range(100):
        office.fail(count=5)
        office.tell()
        office.clock.advance(0.6)
    for _ in range(30):
        office.clock.advance(30)
        office.tell()
    said, edits = office.told.said, office.told.edits
    assert said == [
        *(f"D-{number} could not be filed" for number in range(1, 6)),
        "10 documents could not be filed",
        "Over: 500 documents could not be filed",
    ]
    assert edits[-1] == "500 documents could not be filed"
    assert len(said) - 1 + len(edits) <= 10


def test_over_http_a_storm_is_one_message_in_the_chat_and_one_end(office: Office) -> None:
    with BotApi() as api:
        telegram = TelegramNotifier(TOKEN, [CHAT], api.url, spacing_seconds=0)
        office.recipients = tuple(telegram.recipients())
        office.notifier = telegram
        for _ in range(10):
            office.fail(count=50)
            office.tell()
            office.clock.advance(6)
        for _ in range(25):
            office.clock.advance(30)
            office.tell()
        telegram.close()
        shown = [message.words.splitlines()[0] for message in api.kept]
        edits = sum(len(message.history) for message in api.kept)
    assert shown == ["500 documents could not be filed", "Over: 500 documents could not be filed"]
    assert edits <= 3


def test_all_at_once_is_one_message(office: Office) -> None:
    office.fail(count=500)
    assert office.tell() is None
    assert office.told.said == ["500 documents could not be filed"]
    assert office.sql("SELECT count(*) FROM outbox WHERE told_by LIKE 'storm:encrypted:%'") == [(500,)]
    assert office.sql("SELECT count(*) FROM documents WHERE state = 'failed'") == [(500,)]


def test_causes_are_told_apart(office: Office) -> None:
    office.fail(FailureReason.ENCRYPTED, 6)
    office.fail(FailureReason.DAMAGED, 7)
    office.fail(FailureReason.NO_PAGES, 1)
    office.tell()
    assert sorted(office.told.said) == [
        "6 documents could not be filed",
        "7 documents could not be filed",
        "D-14 could not be filed",
    ]


def test_what_humans_reject_is_no_storm(office: Office) -> None:
    office.fail(FailureReason.REJECTED, 8)
    office.tell()
    assert len(office.told.said) == 8


def test_a_storm_after_a_storm_is_another_one(office: Office) -> None:
    office.fail(count=6)
    office.tell()
    office.clock.advance(600)
    office.tell()
    office.fail()
    office.tell()
    office.fail(count=6)
    office.tell()
    assert office.told.said == [
        "6 documents could not be filed",
        "Over: 6 documents could not be filed",
        "D-7 could not be filed",
        "7 documents could not be filed",
    ]


def test_each_recipient_has_the_storm_once(path: Path) -> None:
    engine = open_engine(path, may_upgrade=True)
    office = Office(engine, ("anna", "bert"))
    office.fail(count=6)
    office.tell()
    assert office.told.said == ["6 documents could not be filed"] * 2
    engine.dispose()


def test_a_storm_waits_as_long_as_the_channel_asked_for(office: Office) -> None:
    office.told.troubles["anna"] = [NotifierUnavailable("slow down", retry_after_seconds=300)]
    office.fail()
    office.tell()
    office.fail(count=6)
    assert office.tell() == NOON + datetime.timedelta(seconds=300)
    assert office.told.said == []
    office.clock.advance(300)
    office.tell()
    assert office.told.said == ["7 documents could not be filed"]


def test_nothing_was_sent_for_hours_and_the_storm_is_one_message_and_its_end(office: Office) -> None:
    office.fail(count=500)
    office.clock.advance(7200)
    office.tell()
    assert office.told.said == [
        "500 documents could not be filed",
        "Over: 500 documents could not be filed",
    ]


class Dying(SqlStorms):
    """A ledger that a death keeps from writing, or from going on after it."""

    def __init__(self, engine: Engine, *, writes: bool) -> None:
        super().__init__(engine)
        self._writes = writes

    def write(self, *arguments: object, **options: object) -> None:
        if self._writes:
            super().write(*arguments, **options)  # type: ignore[arg-type]
        raise LedgerUnavailable("died here")


@pytest.mark.parametrize("writes", [False, True])
def test_a_death_in_the_middle_repeats_nothing_and_forgets_nothing(office: Office, writes: bool) -> None:
    office.fail(count=20)
    dying = Dying(office.engine, writes=writes)
    with pytest.raises(LedgerUnavailable):
        gather_failures(dying, office.recipients, office.clock)
    office.fail(count=5)
    office.tell()
    office.clock.advance(30)
    office.tell()
    first = "20 documents could not be filed" if writes else "25 documents could not be filed"
    assert office.told.said == [first]
    assert office.told.edits == (["25 documents could not be filed"] if writes else [])
    office.clock.advance(600)
    office.tell()
    assert office.told.said[1:] == ["Over: 25 documents could not be filed"]


def test_onlookers_are_told_when_a_storm_begins_and_when_it_is_over_and_no_more(path: Path) -> None:
    engine = open_engine(path, may_upgrade=True)
    office = Office(engine, recipients=("anna", "mail"))
    for _ in range(20):
        office.fail(count=6)
        gather_failures(SqlStorms(engine), ("anna",), office.clock, onlookers=("mail",))
        office.clock.advance(31)
    office.clock.advance(3600)
    gather_failures(SqlStorms(engine), ("anna",), office.clock, onlookers=("mail",))
    told = office.sql(
        "SELECT message FROM outbox WHERE recipient = 'mail' AND sent_at IS NULL ORDER BY parcel_id"
    )
    titles = [json.loads(str(message))["title"] for (message,) in told]
    assert titles == ["6 documents could not be filed", "Over: 120 documents could not be filed"]
    edits = office.sql("SELECT count(*) FROM outbox WHERE recipient = 'anna' AND card IS NOT NULL")
    assert edits == [(20,)]
    engine.dispose()
