"""The real client against a Bot API stand-in over real HTTP."""

import dataclasses
import logging
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from agent.adapters.telegram import connection
from agent.adapters.telegram.client import TelegramNotifier
from agent.domain.message import Message
from agent.errors import DossierdError, MessageRefused, NotifierUnavailable
from agent.workflow.outbox import relay
from tests import botapi
from tests.botapi import CHAT, OTHER_CHAT, TOKEN, BotApi
from tests.fakes_outbox import FakeOutbox, StandingClock, a_message

HERE, THERE = f"telegram:{CHAT}", f"telegram:{OTHER_CHAT}"
SECRET = TOKEN.partition(":")[2]

pytestmark = [
    pytest.mark.reliability,
    # python-telegram-bot warns about its own reading of its own attribute whenever it makes a RetryAfter.
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]

Connect = Callable[..., TelegramNotifier]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def connect(api: BotApi) -> Iterator[Connect]:
    opened: list[TelegramNotifier] = []

    def open_notifier(
        token: str = TOKEN,
        chats: tuple[int, ...] = (CHAT, OTHER_CHAT),
        base_url: str | None = None,
        spacing_seconds: float = 0.0,
        call_seconds: float = 10.0,
    ) -> TelegramNotifier:
        notifier = TelegramNotifier(
            token, chats, base_url or api.url, spacing_seconds=spacing_seconds, call_seconds=call_seconds
        )
        opened.append(notifier)
        return notifier

    yield open_notifier
    for notifier in opened:
        notifier.close()


def failure_of(act: Callable[[], object]) -> DossierdError:
    with pytest.raises(DossierdError) as caught:
        act()
    return caught.value


# What is shown


def test_a_message_is_a_bold_title_and_lines_without_preview(api: BotApi, connect: Connect) -> None:
    receipt = connect().send(a_message(7, "Filed under file 20817", "D-7 · 3 pages", "M. K."), HERE)
    (kept,) = api.kept
    assert (receipt, kept.chat, kept.has_preview) == ("1", CHAT, False)
    assert kept.markup == "<b>Filed under file 20817</b>\nD-7 · 3 pages\nM. K."


@pytest.mark.security
def test_a_chat_is_shown_its_own_form_of_a_message_also_where_it_is_changed(api: BotApi) -> None:
    def titled(chat: int, message: Message) -> Message:
        return dataclasses.replace(message, title="For the other") if chat == OTHER_CHAT else message

    with closing(
        TelegramNotifier(TOKEN, [CHAT, OTHER_CHAT], api.url, spacing_seconds=0, shown_in=titled)
    ) as notifier:
        receipts = [notifier.send(a_message(7, "For all"), place) for place in (HERE, THERE)]
        assert [kept.markup for kept in api.kept] == ["<b>For all</b>", "<b>For the other</b>"]
        notifier.replace(receipts[1], a_message(7, "For all", "more"), THERE)
        assert api.kept[1].markup == "<b>For the other</b>\nmore"
        notifier.amend(receipts[1], a_message(7, "For all", "still more"), THERE)
        assert api.kept[1].markup == "<b>For the other</b>\nstill more"


def test_markup_and_direction_characters_show_as_plain_text(api: BotApi, connect: Connect) -> None:
    title = 'Omar <a href="http://x">&amp;</a>'
    connect().send(a_message(7, title, "<b>Amal\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "two\nlines"), HERE)
    assert api.texts == [f"{title}\n<b>Amal<U+202E>fdp.exe\ntwo lines"]
    assert api.calls == ["sendMessage"]


@pytest.mark.security
@pytest.mark.parametrize(
    "tappable", ["https://evil.example/a", "evil.example", "@someone", "/start", "#1", "a@b.c"]
)
def test_links_and_commands_can_not_be_tapped(api: BotApi, connect: Connect, tappable: str) -> None:
    connect().send(a_message(7, f"File {tappable} x", f"See {tappable} now"), HERE)
    (kept,) = api.kept
    assert kept.text == f"File {tappable} x\nSee {tappable} now"
    assert kept.markup == f"<b>File </b><code>{tappable}</code><b> x</b>\nSee <code>{tappable}</code> now"


def test_commands_are_told_as_a_chat_takes_them(api: BotApi, connect: Connect) -> None:
    lines = (
        "Within a day, type: dossierd undo D-7",
        "More: dossierd check. Where: dossierd show D-7",
        "All: dossierd status --last 84, dossierd failures, dossierd pending",
    )
    connect().send(a_message(7, "Filed", *lines), HERE)
    (kept,) = api.kept
    assert kept.text.split("\n")[1:] == [
        "Within a day, type: /undo D-7",
        "More: /health. Where: dossierd show D-7",
        "All: dossierd status --last 84, dossierd failures, /pending",
    ]


def test_a_joiner_stays_in_a_name(api: BotApi, connect: Connect) -> None:
    connect().send(a_message(7, "علی\N{ZERO WIDTH NON-JOINER}رضا"), HERE)
    assert api.texts == ["علی\N{ZERO WIDTH NON-JOINER}رضا"]


@pytest.mark.parametrize("letter", ["<", "é", "\N{SLEEPING SYMBOL}"])
def test_a_long_text_is_cut_as_it_is_shown(api: BotApi, connect: Connect, letter: str) -> None:
    connect().send(a_message(7, "Filed", letter * 5000), HERE)
    (text,) = api.texts
    assert 4095 <= len(text.encode("utf-16-le")) // 2 <= 4096
    assert text == "Filed\n" + letter * (len(text) - 7) + "…"


def test_a_long_title_leaves_no_room_for_lines(api: BotApi, connect: Connect) -> None:
    connect().send(a_message(7, "x" * 5000, "line"), HERE)
    assert api.texts == ["x" * 4095 + "…"]


def test_refused_markup_is_sent_once_as_plain_text(api: BotApi, connect: Connect) -> None:
    api.order(botapi.MARKUP_REFUSED)
    connect().send(a_message(7, "<Filed>", "a & b"), HERE)
    (kept,) = api.kept
    assert (kept.text, kept.parse_mode) == ("<Filed>\na & b", None)


def test_markup_refused_twice_is_given_up(api: BotApi, connect: Connect) -> None:
    api.order(botapi.MARKUP_REFUSED, botapi.MARKUP_REFUSED)
    failure = failure_of(lambda: connect().send(a_message(), HERE))
    assert isinstance(failure, MessageRefused)
    assert api.calls == ["sendMessage", "sendMessage"]


# What goes wrong


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (botapi.BLOCKED, "Telegram refused the message: bot was blocked by the user."),
        (
            botapi.refusal(400, "Bad Request: PEER_ID_INVALID"),
            "Telegram refused the message: no known reason.",
        ),
        (
            botapi.refusal(400, "Bad Request: message is too long"),
            "Telegram refused the message: message is too long.",
        ),
    ],
)
def test_a_refusal_is_final(api: BotApi, connect: Connect, trouble: botapi.Answer, sentence: str) -> None:
    api.order(trouble)
    failure = failure_of(lambda: connect().send(a_message(), HERE))
    assert isinstance(failure, MessageRefused)
    assert failure.sentence == sentence
    assert api.calls == ["sendMessage"]


def test_an_unknown_chat_is_refused_with_what_to_do(connect: Connect) -> None:
    failure = failure_of(lambda: connect(chats=(99,)).send(a_message(), "telegram:99"))
    assert isinstance(failure, MessageRefused)
    assert failure.sentence == "Telegram refused the message: chat not found."
    assert "press Start" in failure.hint


@pytest.mark.security
def test_a_chat_that_is_not_set_is_never_told(api: BotApi, connect: Connect) -> None:
    failure = failure_of(lambda: connect(chats=(CHAT,)).send(a_message(), THERE))
    assert isinstance(failure, MessageRefused)
    assert api.calls == []


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (botapi.SERVER_ERROR, "Telegram can't be reached, or is in trouble itself."),
        (botapi.ECHOING_PAGE, "Telegram can't be reached, or is in trouble itself."),
        (botapi.Drop(), "Telegram can't be reached, or is in trouble itself."),
        (botapi.HTML_PAGE, "What answered is not Telegram's Bot API."),
        (botapi.OTHER_JSON, "What answered is not Telegram's Bot API."),
        (botapi.Answer(status=200, body="[1]"), "What answered is not Telegram's Bot API."),
        (
            botapi.Answer(status=200, body='{"ok": true, "result": 5}'),
            "What answered is not Telegram's Bot API.",
        ),
        (botapi.CONFLICT, "Another program uses this bot."),
        (botapi.refusal(401, "Unauthorized"), "Telegram does not accept the token."),
    ],
)
def test_trouble_that_may_pass_keeps_the_message(
    api: BotApi, connect: Connect, trouble: botapi.Trouble, sentence: str
) -> None:
    notifier = connect()
    api.order(trouble)
    failure = failure_of(lambda: notifier.send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert failure.sentence == sentence
    assert (failure.retry_after_seconds, api.calls) == (None, ["sendMessage"])
    assert notifier.send(a_message(), HERE) == "1"


def test_flood_control_says_how_long_to_wait(api: BotApi, connect: Connect) -> None:
    api.order(botapi.too_many_requests(37))
    failure = failure_of(lambda: connect().send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert failure.retry_after_seconds == 37


def test_a_hanging_server_is_given_up_within_the_deadline(api: BotApi, connect: Connect) -> None:
    notifier = connect(call_seconds=0.3)
    api.order(botapi.Hang())
    began = time.monotonic()
    failure = failure_of(lambda: notifier.send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert failure.sentence == "Telegram did not answer in time."
    assert time.monotonic() - began < 5
    assert notifier.send(a_message(), HERE) == "1"


def test_a_reply_that_does_not_come_is_not_waited_for_until_the_deadline(
    api: BotApi, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REPLY_SECONDS", 0.2)
    api.order(botapi.Hang())
    failure = failure_of(lambda: connect(call_seconds=30.0).send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert failure.sentence == "Telegram did not answer in time."
    assert api.calls == ["sendMessage"]


def test_a_lost_reply_makes_no_second_copy_by_itself(api: BotApi, connect: Connect) -> None:
    api.order(botapi.Drop(keeps=True))
    failure = failure_of(lambda: connect().send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert len(api.kept) == 1


def test_a_server_that_is_not_there_is_tried_three_times(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with capture_logs() as lines:
            failure = failure_of(lambda: connect(base_url=nobody).send(a_message(), HERE))
    assert isinstance(failure, NotifierUnavailable)
    assert [line["attempt"] for line in lines if line["event"] == "telegram_connection_failed"] == [1, 2]


def test_a_group_that_moved_is_followed(connect: Connect, api: BotApi) -> None:
    api.order(botapi.migrated(OTHER_CHAT))
    connect().send(a_message(), HERE)
    assert [kept.chat for kept in api.kept] == [OTHER_CHAT]


def test_a_group_that_moved_twice_is_refused(connect: Connect, api: BotApi) -> None:
    api.order(botapi.migrated(OTHER_CHAT), botapi.migrated(CHAT))
    assert isinstance(failure_of(lambda: connect().send(a_message(), HERE)), MessageRefused)


def test_what_answers_somebody_is_a_reply_to_what_they_wrote(connect: Connect, api: BotApi) -> None:
    said = api.say("/status")
    connect().send(dataclasses.replace(a_message(), answers_to=str(said)), HERE)
    assert [kept.reply_to for kept in api.kept] == [said]


def test_what_answers_a_message_that_was_deleted_meanwhile_is_said_all_the_same(
    connect: Connect, api: BotApi
) -> None:
    connect().send(dataclasses.replace(a_message(), answers_to="999"), HERE)
    assert [kept.reply_to for kept in api.kept] == [None]


def test_what_answers_somebody_in_a_group_that_moved_is_no_reply_there(connect: Connect, api: BotApi) -> None:
    elsewhere = api.say("Good morning", chat=OTHER_CHAT)
    api.order(botapi.migrated(OTHER_CHAT))
    connect().send(dataclasses.replace(a_message(), answers_to=str(elsewhere)), HERE)
    assert [(kept.chat, kept.reply_to) for kept in api.kept] == [(OTHER_CHAT, None)]


# Health


def test_check_names_the_bot(connect: Connect) -> None:
    assert connect().check() == botapi.USERNAME


@pytest.mark.parametrize("token", [TOKEN[:-1] + "X", "nonsense"])
def test_check_with_a_wrong_token_says_so(connect: Connect, token: str) -> None:
    failure = failure_of(connect(token=token).check)
    assert isinstance(failure, NotifierUnavailable)
    assert failure.sentence == "Telegram does not accept the token."
    assert "DOSSIERD_TELEGRAM_TOKEN" in failure.hint


# Pace, threads and the end


def test_messages_to_one_chat_are_spaced_and_other_chats_do_not_wait(api: BotApi, connect: Connect) -> None:
    notifier = connect(spacing_seconds=1.0)
    for recipient in (HERE, THERE, HERE):
        notifier.send(a_message(), recipient)
    first, elsewhere, second = (kept.at for kept in api.kept)
    assert second - first >= 0.5  # seen from the other end, where the first may come in late
    assert elsewhere - first < 0.5


def test_calls_from_several_threads_run_side_by_side(api: BotApi, connect: Connect) -> None:
    notifier = connect(call_seconds=1.0)
    api.order(botapi.Hang())
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(failure_of, lambda: notifier.send(a_message(), HERE))
        api.wait_until(lambda seen: seen.calls == ["sendMessage"])
        assert notifier.check() == botapi.USERNAME
        assert not hanging.done()
        assert isinstance(hanging.result(), NotifierUnavailable)


def test_close_ends_a_call_under_way_and_refuses_the_next(api: BotApi, connect: Connect) -> None:
    notifier = connect()
    api.order(botapi.Hang())
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(failure_of, lambda: notifier.send(a_message(), HERE))
        api.wait_until(lambda seen: seen.calls == ["sendMessage"])
        notifier.close()
        assert isinstance(hanging.result(timeout=5), NotifierUnavailable)
    notifier.close()
    assert isinstance(failure_of(lambda: notifier.send(a_message(), HERE)), NotifierUnavailable)
    assert "telegram" not in {thread.name for thread in threading.enumerate()}


# With the outbox


def relay_until_empty(outbox: FakeOutbox, notifier: TelegramNotifier, clock: StandingClock) -> list[float]:
    """Relay until nothing waits, and return the pauses that were asked for."""
    pauses = []
    while (again := relay(outbox, notifier, clock, jitter=lambda: 0.0)) is not None:
        pauses.append((again - clock.now()).total_seconds())
        clock.moment = again
    return pauses


def test_order_holds_for_each_recipient_through_trouble(api: BotApi, connect: Connect) -> None:
    outbox, clock = FakeOutbox(), StandingClock()
    for number in (1, 2, 3):
        outbox.add(HERE, number)
        outbox.add(THERE, number)
    api.order(botapi.too_many_requests(37), botapi.SERVER_ERROR)
    assert relay_until_empty(outbox, connect(), clock) == [1, 36]
    receipts = {row.receipt: (row.parcel.recipient, row.parcel.document_id) for row in outbox.rows}
    delivered = [receipts[str(kept.message_id)] for kept in api.kept]
    assert delivered == [(THERE, 1), (THERE, 2), (THERE, 3), (HERE, 1), (HERE, 2), (HERE, 3)]


def test_a_blocked_chat_does_not_keep_the_others_from_hearing(api: BotApi, connect: Connect) -> None:
    outbox = FakeOutbox()
    outbox.add(HERE, 1)
    outbox.add(THERE, 1)
    api.order(botapi.BLOCKED)
    assert relay_until_empty(outbox, connect(), StandingClock()) == []
    assert [kept.chat for kept in api.kept] == [OTHER_CHAT]
    assert outbox.rows[0].is_dead


def test_an_outage_in_which_all_replies_are_lost_costs_one_copy(api: BotApi, connect: Connect) -> None:
    outbox, clock, notifier = FakeOutbox(), StandingClock(), connect()
    for number in (1, 2):
        outbox.add(HERE, number)
    api.suffer(botapi.Drop(keeps=True))
    for _ in range(30):
        again = relay(outbox, notifier, clock, longest_pause_seconds=lambda _: 40.0, jitter=lambda: 1.0)
        assert again is not None
        clock.moment = again
    api.recover()
    relay_until_empty(outbox, notifier, clock)
    assert [text.split(" · ")[0] for text in api.texts] == ["Filed under file 20817"] * 3
    assert [row.receipt for row in outbox.rows] == ["2", "3"]
    assert api.calls[:4] == ["sendMessage", "getMe", "getMe", "getMe"]


def test_a_refusal_is_an_answer_and_needs_no_proof(api: BotApi, connect: Connect) -> None:
    notifier = connect()
    api.order(botapi.too_many_requests(7), method="sendMessage")
    failure_of(lambda: notifier.send(a_message(), HERE))
    notifier.send(a_message(), HERE)
    assert api.calls == ["sendMessage", "sendMessage"]


def test_a_backlog_comes_in_order_at_the_pace_that_telegram_bears(api: BotApi, connect: Connect) -> None:
    outbox, clock, notifier = FakeOutbox(), StandingClock(), connect()
    for number in range(1, 26):
        outbox.add(THERE, number)
    api.enforce_rates()
    began, again = clock.moment, relay(outbox, notifier, clock)
    while again is not None:
        api.advance((again - clock.moment).total_seconds())
        clock.moment = again
        again = relay(outbox, notifier, clock)
    assert [row.receipt for row in outbox.rows] == [f"{number}" for number in range(1, 26)]
    assert len(api.kept) == 25
    assert 60 <= (clock.moment - began).total_seconds() <= 180  # a group takes twenty a minute


def test_a_restart_after_a_lost_reply_delivers_everything(api: BotApi, connect: Connect) -> None:
    outbox, clock = FakeOutbox(), StandingClock()
    for number in (1, 2):
        outbox.add(HERE, number)
    api.order(botapi.Drop(keeps=True))
    before = connect()
    again = relay(outbox, before, clock)
    before.close()
    assert again is not None

    clock.moment = again
    relay_until_empty(outbox, connect(), clock)
    assert [row.receipt for row in outbox.rows] == ["2", "3"]
    assert len(api.kept) == 3


# Secrets


@pytest.mark.security
@pytest.mark.parametrize(
    "trouble",
    [
        None,
        botapi.ECHOING_PAGE,
        botapi.HTML_PAGE,
        botapi.Answer(status=200, body="<html>{path}</html>"),
        botapi.refusal(400, f"Bad Request: {TOKEN}"),
        botapi.refusal(401, f"Unauthorized: {TOKEN}"),
        botapi.Drop(),
    ],
)
def test_the_token_shows_nowhere(
    api: BotApi, connect: Connect, caplog: pytest.LogCaptureFixture, trouble: botapi.Trouble | None
) -> None:
    caplog.set_level(logging.DEBUG)
    notifier = connect()
    told = [repr(notifier), str(vars(notifier).keys())]
    with capture_logs() as lines:
        for act in (notifier.check, lambda: notifier.send(a_message(), HERE)):
            if trouble:
                api.order(trouble)
            try:
                act()
            except DossierdError as error:
                told += [*traceback.format_exception(error), repr(error), error.hint, repr(error.__context__)]
    told += [str(line) for line in lines]
    told += [record.getMessage() + str(record.exc_text) for record in caplog.records]
    assert api.calls == ["getMe", "sendMessage"]
    assert not [text for text in told if SECRET in text]


@pytest.mark.security
def test_the_token_shows_nowhere_with_a_url_that_can_not_be(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    failure = failure_of(connect(base_url="ftp://127.0.0.1:1").check)
    assert SECRET not in "".join(traceback.format_exception(failure)) + caplog.text


@pytest.mark.deployment
def test_the_library_is_loaded_only_by_the_client() -> None:
    program = (
        "import sys, agent.adapters.telegram, agent.adapters.telegram.rendering, agent.adapters.console, "
        "agent.workflow.outbox, agent.core.messages; print('telegram' in sys.modules, 'httpx' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_silent_message_makes_no_sound(api: BotApi, connect: Connect) -> None:
    notifier = connect()
    notifier.send(dataclasses.replace(a_message(), is_silent=True), f"telegram:{CHAT}")
    notifier.send(a_message(), f"telegram:{CHAT}")
    assert [message.silent for message in api.kept] == [True, False]
