"""Whether people are told, as health, status and the daemon tell of it."""

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr
from typer.testing import CliRunner

from agent import app, health
from agent.adapters import apprise
from agent.adapters.clock import SystemClock
from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import SqlOutbox, open_engine
from agent.app import make_home
from agent.cli import app as commands
from agent.config import Settings
from agent.daemon.house import House
from agent.domain.message import Blame, LoneFailures, MessageKind
from agent.health import Level
from agent.health.messages import delivery
from tests.botapi import TOKEN
from tests.fakes_outbox import a_message

pytestmark = pytest.mark.observability

FIRST, SECOND, HEAD = 4001, 4002, 4003
ADDRESS = "json://127.0.0.1:9/s3cret"
BLOCKED = "Telegram refused the message: bot was blocked by the user."
NOW = SystemClock("UTC").now()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    make_home(tmp_path / "home")
    return Settings(
        home=tmp_path / "home",
        telegram_token=SecretStr(TOKEN),
        telegram_chats=(FIRST, SECOND, HEAD),
        telegram_escalation_chat=HEAD,
        telegram_api_url=HttpUrl("http://127.0.0.1:9"),
        notify_urls=SecretStr(ADDRESS),
        allow_root=True,
    )


@pytest.fixture
def outbox(settings: Settings) -> Iterator[SqlOutbox]:
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=True)
    yield SqlOutbox(engine)
    engine.dispose()


def _chat(number: int) -> str:
    return f"telegram:{number}"


def _lose(
    outbox: SqlOutbox,
    recipient: str,
    blame: Blame,
    *,
    document: int = 7,
    at: datetime.datetime = NOW,
    why: str = BLOCKED,
) -> None:
    outbox.put(f"question:{document}", recipient, a_message(document), at - DAY)
    parcel = next(it for it in outbox.due(NOW, 100) if it.recipient == recipient)
    outbox.mark_dead(parcel.parcel_id, why, at, blame)


def _fail(outbox: SqlOutbox, recipient: str, tries: int, why: str) -> None:
    outbox.put("question:1", recipient, a_message(1), NOW - DAY)
    outbox.put("question:2", recipient, a_message(2), NOW - DAY)
    (first, *_) = [it for it in outbox.due(NOW, 100) if it.recipient == recipient]
    for _ in range(tries):
        outbox.postpone(first.parcel_id, NOW, why, now=NOW)


def test_all_is_well_where_everybody_is_told(settings: Settings, outbox: SqlOutbox) -> None:
    outbox.put("question:1", _chat(FIRST), a_message(1), NOW)
    found = delivery(settings)
    assert (found.level, found.sentence) == (Level.GOOD, "all who are to be told are told")


def test_a_home_in_which_nothing_has_run_yet_says_so(settings: Settings) -> None:
    assert delivery(settings).level is Level.NOTICE


def test_a_chat_that_is_closed_to_the_bot_is_named_by_its_place_with_the_fix(
    settings: Settings, outbox: SqlOutbox
) -> None:
    _lose(outbox, _chat(SECOND), Blame.RECIPIENT)
    found = delivery(settings)
    assert found.level is Level.BAD
    assert found.sentence == (
        "chat 2 takes none: Telegram refused the message: bot was blocked by the user; "
        "1 given up in the last 7 days (about D-7)"
    )
    assert found.hint == (
        "Have somebody there press Start in the bot, or unblock it; take it into a group again. "
        "What is open all the same: dossierd pending"
    )


def test_a_message_that_was_given_up_is_counted_for_a_week(settings: Settings, outbox: SqlOutbox) -> None:
    _lose(outbox, _chat(FIRST), Blame.MESSAGE, document=7, at=NOW - 8 * DAY)
    _lose(outbox, _chat(FIRST), Blame.MESSAGE, document=8, at=NOW - 6 * DAY)
    _lose(outbox, _chat(SECOND), Blame.MESSAGE, document=8, at=NOW - 6 * DAY)
    _lose(outbox, _chat(SECOND), Blame.MESSAGE, document=9)
    found = delivery(settings)
    assert found.level is Level.NOTICE
    assert found.sentence == "3 given up in the last 7 days (about D-9, D-8)"
    assert found.hint == "What is open all the same: dossierd pending"


def test_who_is_told_no_longer_is_no_trouble(settings: Settings, outbox: SqlOutbox) -> None:
    _lose(outbox, _chat(4999), Blame.RECIPIENT)
    assert delivery(settings).level is Level.GOOD


@pytest.mark.parametrize(("tries", "level"), [(7, Level.GOOD), (8, Level.BAD)])
def test_an_address_that_takes_nothing_is_bad_once_it_was_tried_often(
    settings: Settings, outbox: SqlOutbox, tries: int, level: Level
) -> None:
    why = "An address of DOSSIERD_NOTIFY_URLS did not take the message."
    _fail(outbox, apprise.recipient_of(ADDRESS), tries, why)
    found = delivery(settings)
    assert found.level is level
    if level is Level.BAD:
        assert found.sentence == (
            "address 1 can't be reached, 2 wait: An address of DOSSIERD_NOTIFY_URLS did not take the message"
        )
        assert found.hint == "Check the address in DOSSIERD_NOTIFY_URLS: docs/notify.md."
        assert "s3cret" not in str(found)


def test_a_group_that_has_become_another_is_named_with_the_fix(settings: Settings, outbox: SqlOutbox) -> None:
    for number, receipt in enumerate(("7", "1@-1009000000077")):
        outbox.put(f"question:{number}", _chat(SECOND), a_message(number + 1), NOW - DAY)
        outbox.mark_sent(outbox.due(NOW, 1)[0].parcel_id, receipt, NOW)
    found = delivery(settings)
    assert found.level is Level.BAD
    assert found.sentence == "chat 2 has become another group, in which no button works"
    assert found.hint == (
        "Write its new number into DOSSIERD_TELEGRAM_CHATS and restart; it stands in the log: "
        "journalctl -u dossierd | grep telegram_chat_migrated"
    )


def test_chats_may_ask_for_it(settings: Settings, outbox: SqlOutbox) -> None:
    _lose(outbox, _chat(FIRST), Blame.MESSAGE)
    found = next(it for it in health.Examiner(settings).glance() if it.part == "messages")
    assert str(found.sentence) == "1 given up in the last 7 days (about D-7)"


def test_status_and_check_say_it(
    settings: Settings, outbox: SqlOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TOKEN", "CHATS", "ESCALATION_CHAT", "API_URL"):
        monkeypatch.delenv(f"DOSSIERD_TELEGRAM_{name}", raising=False)
    monkeypatch.setenv("DOSSIERD_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("DOSSIERD_TELEGRAM_CHATS", f"{FIRST},{SECOND}")
    monkeypatch.setenv("DOSSIERD_TELEGRAM_API_URL", "http://127.0.0.1:9")
    _lose(outbox, _chat(SECOND), Blame.RECIPIENT)
    for command in ("status", "check"):
        said = CliRunner().invoke(commands, [command, "--home", str(settings.home)]).output
        told = " ".join(said.split())  # wherever its lines are broken
        assert "chat 2 takes none: Telegram refused the message: bot was blocked by the user" in told


# --- The daemon tells the others


def _look_twice(parts: app.Parts) -> None:
    stop = threading.Event()
    stop.set()  # no waiting between two turns
    house = House(parts, stop, wellness=tuple, on_told=lambda: None)
    for _ in range(12):
        house.turn()


@pytest.mark.parametrize(
    ("lost", "name", "told"),
    [
        (_chat(SECOND), "Chat 2", [_chat(FIRST), apprise.recipient_of(ADDRESS)]),
        (_chat(HEAD), "Chat 3", [_chat(FIRST), _chat(SECOND), apprise.recipient_of(ADDRESS)]),
        (apprise.recipient_of(ADDRESS), "Address 1", [_chat(FIRST), _chat(SECOND)]),
    ],
    ids=["a chat", "the further chat", "an address"],
)
def test_of_one_who_takes_nothing_the_others_are_told(
    settings: Settings, outbox: SqlOutbox, lost: str, name: str, told: list[str]
) -> None:
    _lose(outbox, lost, Blame.RECIPIENT)
    parts = app.build(settings)
    try:
        _look_twice(parts)
    finally:
        parts.close()
    found = [it for it in outbox.due(SystemClock("UTC").now(), 100) if it.message.kind is MessageKind.UNWELL]
    assert sorted(it.recipient for it in found) == sorted(told)
    assert {it.message.lines[0] for it in found} == {f"{name} is not told any more. {BLOCKED}"}


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (_chat(SECOND), "La conversation 2 ne reçoit plus rien."),
        (apprise.recipient_of(ADDRESS), "L'adresse 1 ne reçoit plus rien."),
    ],
    ids=["a chat", "an address"],
)
def test_a_french_office_is_told_in_french_who_takes_nothing_and_why(
    settings: Settings, outbox: SqlOutbox, lost: str, told: str
) -> None:
    _lose(outbox, lost, Blame.RECIPIENT)
    parts = app.build(settings.model_copy(update={"language": "fr"}))
    try:
        _look_twice(parts)
    finally:
        parts.close()
    found = [it for it in outbox.due(SystemClock("UTC").now(), 100) if it.message.kind is MessageKind.UNWELL]
    assert {it.message.lines[0] for it in found} == {
        f"{told} Telegram a refusé le message\N{NO-BREAK SPACE}: le bot a été bloqué par l'utilisateur."
    }


def test_of_a_text_that_was_refused_nobody_is_told_that_its_chat_is_gone(
    settings: Settings, outbox: SqlOutbox
) -> None:
    _lose(outbox, _chat(SECOND), Blame.MESSAGE)
    parts = app.build(settings)
    try:
        _look_twice(parts)
    finally:
        parts.close()
    assert [
        it for it in outbox.due(SystemClock("UTC").now(), 100) if it.message.kind is MessageKind.UNWELL
    ] == []


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (
            61,
            "chat 1 has not got what tells of D-1 for over an hour, though it is reached: ",
        ),
        (59, "chat 1 can't be reached, 2 wait: "),
    ],
)
def test_a_message_that_alone_fails_is_named_after_an_hour(
    settings: Settings, outbox: SqlOutbox, minutes: int, told: str
) -> None:
    _fail(outbox, _chat(FIRST), 8, BLOCKED)
    (first, *_) = outbox.due(NOW, 1)
    now = SystemClock("UTC").now()
    since = now - datetime.timedelta(minutes=minutes)
    outbox.postpone(first.parcel_id, now, BLOCKED, LoneFailures(count=20, since=since), now=now)
    finding = delivery(settings)
    assert finding.level is Level.BAD
    assert told in finding.sentence
