"""One of each class of alert, brought about as in life on one ledger: what an office and its further chat are told."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.app import Parts, build
from agent.config import Settings
from agent.core.trends import HOUR
from agent.daemon.trends import Trends
from agent.domain.alert import ALERTS, AlertClass
from agent.domain.cost import CallId, Reservation
from agent.domain.document import DocumentId, DocumentText
from agent.domain.figures import ProcessFigures
from agent.domain.message import Message, MessageKind, recipient_of
from agent.domain.outcome import FailureReason
from agent.errors import DocumentUnreadable
from agent.ports import Ports
from agent.workflow.asking import Asking
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.builders import text_of
from tests.custody_builders import NAMES_ANNA_ONLY, NOON, seen_file
from tests.fakes import FakeClock, FakeTextSource

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]

OFFICE, HEAD = 1, 2


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = Settings(
        home=tmp_path / "home",
        allow_root=True,
        ocr_languages="fra",
        telegram_token=SecretStr("1:x"),
        telegram_chats=(OFFICE, HEAD),
        telegram_escalation_chat=HEAD,
    )
    with closing(build(settings)) as built:
        yield built


def told(parts: Parts) -> list[tuple[str, Message]]:
    """Send what waits, as often as something does; gives it with its recipients."""
    sent = []
    while due := parts.outbox.due(parts.clock.now(), 100):
        for parcel in due:
            parts.outbox.mark_sent(parcel.parcel_id, f"r{parcel.parcel_id}", NOON)
            sent.append((parcel.recipient, parcel.message))
    return sent


def drop(ports: Ports, home: Path, name: str, read: DocumentText | Exception) -> None:
    path = home / "incoming" / name
    path.write_bytes(f"%PDF-1.7 {name}".encode())
    document_id = take_in(seen_file(path, home / "incoming"), ports)
    assert document_id is not None
    process_document(document_id, replace(ports, text_source=FakeTextSource(read)))


def test_one_of_each_class_is_told_by_a_message_that_names_it(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(NOON)
    ports = replace(parts.ports, clock=clock)
    home = parts.settings.home

    drop(ports, home, "locked.pdf", DocumentUnreadable(FailureReason.ENCRYPTED))
    ((chat, failure),) = told(parts)
    assert chat == recipient_of(OFFICE)

    drop(ports, home, "letter.pdf", text_of(*NAMES_ANNA_ONLY.split("\n")))
    asking = Asking(ports, parts.questions, ports.recipients, recipient_of(HEAD))
    asking.turn()
    ((_, asked),) = told(parts)
    clock.advance(hours=72)
    asking.turn()
    ((_, reminder), (further, escalation)) = told(parts)
    assert further == recipient_of(HEAD)
    assert [line for line in (*asked.lines, *reminder.lines) if line.startswith("Alert")] == []

    monkeypatch.setattr(
        "agent.daemon.trends.process_figures",
        lambda _: ProcessFigures(rss_bytes=600 * 1024 * 1024, open_fds=30, threads=12),
    )
    live(parts, hours=4)
    ((_, anomaly),) = told(parts)

    monkeypatch.undo()
    for hour in range(4, 7):
        spend(parts, hour)
    live(parts, begun=4, hours=4)
    (cost,) = [message for _, message in told(parts) if message.kind is MessageKind.UNWELL]

    alerts = [message.lines[-1] for message in (failure, escalation, anomaly, cost)]
    assert alerts == [
        "Alert unfiled (failure; within the day): docs/operations.md#alert-unfiled",
        "Alert escalation (people are waited for; within the day): docs/operations.md#alert-escalation",
        "Alert memory (unlike the week before; within the day): docs/operations.md#alert-memory",
        "Alert spending (cost; somebody is needed now): docs/operations.md#alert-spending",
    ]
    assert [ALERTS[alert.split()[1]].kind for alert in alerts] == [*AlertClass]


def live(parts: Parts, *, begun: int = 0, hours: int) -> None:
    daemon = Trends(parts, threading.Event(), on_told=lambda: None)
    for hour in range(begun, begun + hours):
        daemon.look(NOON + hour * HOUR)


def spend(parts: Parts, hour: int) -> None:
    """Set 25 dollars aside for a call: more than an hour may cost."""
    parts.cost_book.reserve(
        Reservation(
            call_id=CallId(f"call {hour}"),
            document_id=None,
            correlation_id=None,
            attempt=1,
            model="a model",
            price_source="a list",
            price_version="1",
            worst_micros=25_000_000,
            at=NOON + hour * HOUR,
        )
    )


def test_a_card_that_changes_stays_an_alert_in_the_further_chat_alone(parts: Parts) -> None:
    clock = FakeClock(NOON)
    ports = replace(parts.ports, clock=clock)
    drop(ports, parts.settings.home, "letter.pdf", text_of(*NAMES_ANNA_ONLY.split("\n")))
    asking = Asking(ports, parts.questions, ports.recipients, recipient_of(HEAD))
    asking.turn()
    clock.advance(hours=72)
    asking.turn()
    told(parts)
    (question,) = parts.questions.standing()
    assert (question.document_id, question.is_search) == (DocumentId(1), False)
    assert asking.show(replace(question, is_search=True))
    assert [(chat, [line.split()[0] for line in message.lines[-2:]]) for chat, message in told(parts)] == [
        (recipient_of(OFFICE), ["Found", "The"]),
        (recipient_of(HEAD), ["Open", "Alert"]),
    ]
