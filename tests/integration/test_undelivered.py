"""Messages that can't be delivered, over real HTTP and from a real outbox: whose fault it is, and who goes on."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from structlog.testing import capture_logs

from agent.adapters.apprise import PREFIX, AppriseNotifier, recipient_of
from agent.adapters.console import ConsoleNotifier
from agent.adapters.ledger import SqlOutbox, SqlQuestions, SqlUndelivered, open_engine, schema
from agent.adapters.ledger.engine import reading
from agent.adapters.routing import RoutingNotifier
from agent.adapters.telegram.client import TelegramNotifier
from agent.domain.message import Message
from agent.notifier import Notifier
from agent.workflow.outbox import relay
from tests import botapi
from tests.botapi import CHAT, OTHER_CHAT, TOKEN, BotApi
from tests.custody_builders import new_ledger
from tests.fakes_outbox import StandingClock, a_message
from tests.listening import Listening

pytestmark = [
    pytest.mark.reliability,
    # python-telegram-bot warns about its own reading of its own attribute whenever it makes a RetryAfter.
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]

HERE, THERE = f"telegram:{CHAT}", f"telegram:{OTHER_CHAT}"
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(new_ledger())
    made = open_engine(path, may_upgrade=True)
    yield made
    made.dispose()


class Post:
    """An outbox and the way to the chats; `run` lets time pass."""

    def __init__(
        self,
        api: BotApi,
        engine: Engine,
        chats: tuple[int, ...] = (CHAT, OTHER_CHAT),
        *,
        call_seconds: float = 5.0,
    ) -> None:
        self._engine = engine
        self.outbox = SqlOutbox(engine)
        self.questions = SqlQuestions(engine)
        self.undelivered = SqlUndelivered(engine)
        self.clock = StandingClock()
        self.began = self.clock.now()
        self.telegram = TelegramNotifier(TOKEN, chats, api.url, spacing_seconds=0, call_seconds=call_seconds)
        self.notifier: Notifier = self.telegram

    def write(self, title: str, recipient: str = HERE, card: str | None = None) -> None:
        self.outbox.put(card or f"card:{title}", recipient, a_message(7, title), self.clock.now())

    def run(self, for_at_most: datetime.timedelta) -> None:
        """Deliver what is due, again and again, until nothing waits or the time is over."""
        end = self.clock.now() + for_at_most
        while True:
            again = relay(
                self.outbox,
                self.notifier,
                self.clock,
                longest_pause_seconds=lambda it: 600.0 if it.startswith(PREFIX) else 40.0,
                jitter=lambda: 1.0,
            )
            if again is None:
                return
            self.clock.moment = min(end, max(again, self.clock.now()))
            if again > end:
                return

    @property
    def minutes(self) -> float:
        return (self.clock.now() - self.began) / MINUTE

    def dead(self) -> list[tuple[str, str | None]]:
        """What was given up, and whose fault that is."""
        table = schema.outbox
        with reading(self._engine) as connection:
            found = connection.execute(
                select(table.c.card, table.c.blame)
                .where(table.c.dead_at.is_not(None))
                .order_by(table.c.parcel_id)
            )
            return [(row.card.removeprefix("card:"), row.blame) for row in found]


class Meanwhile(RoutingNotifier):
    """Lets something happen once, when Telegram has taken a message and its answer is not back yet."""

    def __init__(self, main: Notifier, happen: Callable[[], None]) -> None:
        super().__init__(main, {})
        self._events = [happen]

    def send(self, message: Message, recipient: str) -> str:
        receipt = super().send(message, recipient)
        self._happen()
        return receipt

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        receipt = super().replace(receipt, message, recipient)
        self._happen()
        return receipt

    def _happen(self) -> None:
        while self._events:
            self._events.pop()()


@pytest.fixture
def post(api: BotApi, engine: Engine) -> Iterator[Post]:
    made = Post(api, engine)
    yield made
    made.telegram.close()


@pytest.mark.parametrize(
    "trouble",
    [botapi.SERVER_ERROR, botapi.OTHER_JSON, botapi.Drop(), botapi.Hang()],
    ids=["500", "malformed", "cut off", "hangs"],
)
def test_a_message_that_alone_fails_for_a_quarter_of_an_hour_is_given_up_and_the_others_go_on(
    api: BotApi, engine: Engine, trouble: botapi.Trouble
) -> None:
    post = Post(api, engine, call_seconds=0.3 if isinstance(trouble, botapi.Hang) else 5.0)
    api.suffer(trouble, method="sendMessage", words="poisoned")
    for title in ("poisoned", "second", "third"):
        post.write(title)
    post.write("elsewhere", THERE)
    with capture_logs() as lines:
        post.run(30 * MINUTE)
    assert api.texts == ["elsewhere", "second", "third"]
    assert post.dead() == [("poisoned", "message")]
    assert 15 <= post.minutes < 17
    assert [line["attempt"] for line in lines if line["event"] == "message_given_up"] == [28]
    assert post.undelivered.refusing((HERE, THERE)) == {HERE: None, THERE: None}
    post.telegram.close()


def test_an_outage_gives_up_nothing_however_long_it_is(api: BotApi, post: Post) -> None:
    api.suffer(botapi.ECHOING_PAGE)
    for title in ("first", "second"):
        post.write(title)
    post.run(60 * MINUTE)
    assert post.dead() == []
    api.recover()
    post.run(MINUTE)
    assert api.texts == ["first", "second"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, "<html><body>Blocked by the office's policy</body></html>"),
        (400, "<html><body>Bad gateway</body></html>"),
        (403, {"error": "policy"}),
    ],
    ids=["403 page", "400 page", "403 of something else"],
)
def test_what_a_proxy_refuses_is_no_refusal_of_telegrams(
    api: BotApi, post: Post, status: int, body: str | dict[str, object]
) -> None:
    api.suffer(botapi.Answer(status=status, body=body))
    post.write("first")
    post.run(20 * MINUTE)
    assert post.dead() == []
    api.recover()
    post.run(MINUTE)
    assert api.texts == ["first"]


def test_failures_of_an_outage_do_not_count_when_it_is_over(api: BotApi, post: Post) -> None:
    api.suffer(botapi.SERVER_ERROR)
    post.write("first")
    post.run(20 * MINUTE)
    api.suffer(botapi.SERVER_ERROR, method="sendMessage")
    post.run(14 * MINUTE)
    assert post.dead() == []
    api.recover()
    post.run(MINUTE)
    assert api.texts == ["first"]


def test_what_is_known_of_a_message_survives_a_restart(api: BotApi, engine: Engine, post: Post) -> None:
    api.suffer(botapi.SERVER_ERROR, method="sendMessage", words="poisoned")
    for title in ("poisoned", "second"):
        post.write(title)
    post.run(10 * MINUTE)
    again = Post(api, engine)
    again.clock.moment = post.clock.now()
    again.run(7 * MINUTE)
    again.telegram.close()
    assert again.dead() == [("poisoned", "message")]


def test_who_is_asked_for_patience_is_patient_for_ever(api: BotApi, post: Post) -> None:
    api.suffer(botapi.too_many_requests(60), method="sendMessage")
    post.write("first")
    post.run(60 * MINUTE)
    assert post.dead() == []
    api.recover()
    post.run(2 * MINUTE)
    assert api.texts == ["first"]


def test_an_edit_that_alone_fails_holds_up_nobody_for_ever_and_the_next_one_takes_its_place(
    api: BotApi, post: Post
) -> None:
    for card in ("question:1", "question:2"):
        post.write("asked", card=card)
    post.run(MINUTE)
    api.suffer(botapi.SERVER_ERROR, words="poisoned")
    post.write("poisoned", card="question:1")
    post.write("second")
    post.run(30 * MINUTE)
    assert (api.texts, post.dead()) == (["asked", "asked", "second"], [])
    post.write("answered", card="question:2")
    post.run(MINUTE)
    assert (api.texts, post.dead()) == (["asked", "answered", "second"], [("question:1", "message")])
    post.write("answered too", card="question:1")
    post.run(MINUTE)
    assert api.texts == ["answered too", "answered", "second"]


def test_telegram_that_answers_but_sends_nothing_ends_no_message(api: BotApi, post: Post) -> None:
    post.write("asked", card="question:1")
    post.run(MINUTE)
    api.suffer(botapi.SERVER_ERROR, method="sendMessage")
    titles = [f"message {number}" for number in range(1, 4)]
    for title in titles:
        post.write(title)
    post.run(17 * MINUTE)
    post.write("answered", card="question:1")
    post.run(17 * MINUTE)
    assert (api.texts, post.dead()) == (["asked"], [])
    api.recover()
    post.run(MINUTE)
    assert api.texts == ["answered", *titles]


def test_a_text_that_is_refused_says_nothing_of_its_chat(api: BotApi, post: Post) -> None:
    api.order(botapi.refusal(400, "Bad Request: message is too long"))
    for title in ("long", "short"):
        post.write(title)
    post.run(MINUTE)
    assert (api.texts, post.dead()) == (["short"], [("long", "message")])
    post.write("longer")
    api.order(botapi.refusal(400, "Bad Request: a reason that nobody foresaw"))
    post.run(MINUTE)
    assert post.dead() == [("long", "message"), ("longer", "message")]
    assert post.undelivered.refusing((HERE,)) == {HERE: None}


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (403, "Forbidden: bot was blocked by the user", "bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "bot was kicked"),
        (403, "Forbidden: a reason that nobody foresaw", "no known reason"),
        (400, "Bad Request: chat not found", "chat not found"),
        (400, "Bad Request: have no rights to send a message", "have no rights to send a message"),
    ],
)
def test_a_chat_that_is_closed_to_the_bot_is_known_until_it_takes_something(
    api: BotApi, post: Post, status: int, said: str, told: str
) -> None:
    api.suffer(botapi.refusal(status, said), method="sendMessage")
    post.write("first")
    post.run(MINUTE)
    assert post.dead() == [("first", "recipient")]
    assert post.undelivered.refusing((HERE, THERE)) == {
        HERE: f"Telegram refused the message: {told}.",
        THERE: None,
    }
    api.recover()
    post.write("second")
    post.run(MINUTE)
    assert post.undelivered.refusing((HERE,)) == {HERE: None}


# --- What happens while messages are on their way


def test_a_question_that_is_answered_while_others_are_sent_is_shown_to_nobody(
    api: BotApi, post: Post
) -> None:
    def answer() -> None:
        post.questions.add("question:1", [(HERE, a_message(7, "answered"))], post.clock.now())

    post.write("first")
    post.write("asked", card="question:1")
    post.notifier = Meanwhile(post.telegram, answer)
    post.run(MINUTE)
    assert api.texts == ["first", "answered"]
    assert api.calls == ["sendMessage", "sendMessage"]


# --- Copies of which nobody knew


def _lose_a_reply(api: BotApi, post: Post) -> None:
    api.order(botapi.Drop(keeps=True), method="sendMessage")
    post.write("asked", card="question:1")
    post.run(MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(1, "asked"), (2, "asked")]


def test_a_copy_whose_sending_was_not_confirmed_becomes_the_answer_once_somebody_presses_on_it(
    api: BotApi, post: Post
) -> None:
    _lose_a_reply(api, post)
    post.write("answered", card="question:1")
    post.run(MINUTE)
    assert api.texts == ["asked", "answered"]

    post.questions.learn("question:1", HERE, "1", post.clock.now())
    post.run(MINUTE)

    assert api.texts == ["answered", "answered"]
    post.write("undone", card="question:1")
    post.run(MINUTE)
    assert api.texts == ["undone", "undone"]


def test_a_copy_that_is_pressed_while_the_answer_is_on_its_way_becomes_the_answer_too(
    api: BotApi, post: Post
) -> None:
    _lose_a_reply(api, post)
    post.write("answered", card="question:1")
    post.notifier = Meanwhile(
        post.telegram, lambda: post.questions.learn("question:1", HERE, "1", post.clock.now())
    )
    post.run(MINUTE)
    assert api.texts == ["answered", "answered"]


def test_a_copy_that_is_pressed_while_it_is_said_once_more_becomes_the_answer_too(
    api: BotApi, post: Post
) -> None:
    api.order(botapi.Drop(keeps=True), method="sendMessage")
    post.write("asked", card="question:1")
    post.notifier = Meanwhile(
        post.telegram, lambda: post.questions.learn("question:1", HERE, "1", post.clock.now())
    )
    post.run(MINUTE)
    post.write("answered", card="question:1")
    post.run(MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(1, "answered"), (2, "answered")]


def test_a_copy_that_somebody_removed_is_not_said_anew(api: BotApi, post: Post) -> None:
    _lose_a_reply(api, post)
    post.questions.learn("question:1", HERE, "1", post.clock.now())
    post.run(MINUTE)
    (newest,) = [kept for kept in api.kept if kept.message_id == 2]
    api.remove(newest)
    post.write("answered", card="question:1")
    post.run(MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(1, "answered")]


def test_what_somebody_removed_is_said_anew_once_also_when_a_copy_fails(api: BotApi, post: Post) -> None:
    _lose_a_reply(api, post)
    post.questions.learn("question:1", HERE, "1", post.clock.now())
    post.run(MINUTE)
    (newest,) = [kept for kept in api.kept if kept.message_id == 1]
    api.remove(newest)
    post.write("answered", card="question:1")
    api.order(botapi.SERVER_ERROR, method="editMessageText")
    post.run(60 * MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(2, "asked"), (3, "answered")]
    post.write("undone", card="question:1")
    post.run(MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(2, "undone"), (3, "undone")]


@pytest.mark.parametrize(
    "trouble", [botapi.SERVER_ERROR, botapi.too_many_requests(5)], ids=["500", "patience"]
)
def test_a_copy_that_fails_is_tried_until_it_is_changed(
    api: BotApi, post: Post, trouble: botapi.Trouble
) -> None:
    _lose_a_reply(api, post)
    post.questions.learn("question:1", HERE, "1", post.clock.now())
    post.run(MINUTE)
    post.write("answered", card="question:1")
    api.order(trouble, method="editMessageText")
    post.run(MINUTE)
    assert [(kept.message_id, kept.text) for kept in api.kept] == [(1, "answered"), (2, "answered")]


# --- Groups that become supergroups

GROUP, SUPERGROUP = -77, -1_009_000_000_077


def test_a_message_of_a_group_that_moved_is_said_anew_there_and_then_changed_in_place(
    engine: Engine,
) -> None:
    with BotApi(chats=(GROUP,)) as api:
        post = Post(api, engine, chats=(GROUP,))
        there = f"telegram:{GROUP}"
        post.write("asked", there, card="question:1")
        post.run(MINUTE)
        api.move(GROUP, SUPERGROUP)
        for title in ("changed", "answered"):
            post.write(title, there, card="question:1")
            post.run(MINUTE)
        post.telegram.close()
        assert [(kept.chat, kept.text) for kept in api.kept] == [(GROUP, "asked"), (SUPERGROUP, "answered")]


def test_no_message_of_the_same_number_is_touched_in_the_group_that_another_has_become(
    engine: Engine,
) -> None:
    with BotApi(chats=(GROUP,)) as api:
        post = Post(api, engine, chats=(GROUP,))
        there = f"telegram:{GROUP}"
        post.write("asked", there, card="question:1")
        post.run(MINUTE)
        api.move(GROUP, SUPERGROUP)
        post.write("something else", there)
        post.run(MINUTE)
        post.write("answered", there, card="question:1")
        post.run(MINUTE)
        post.telegram.close()
        assert [(kept.chat, kept.message_id, kept.text) for kept in api.kept] == [
            (GROUP, 1, "asked"),
            (SUPERGROUP, 1, "something else"),
            (SUPERGROUP, 2, "answered"),
        ]


# --- Further addresses


@pytest.fixture
def bad() -> Iterator[Listening]:
    with Listening() as server:
        server.status = 500
        yield server


@pytest.fixture
def good() -> Iterator[Listening]:
    with Listening() as server:
        yield server


def test_an_address_that_takes_nothing_while_telegram_answers_is_given_up_and_known(
    post: Post, bad: Listening
) -> None:
    post.notifier = RoutingNotifier(post.telegram, {PREFIX: AppriseNotifier([bad.address])})
    there = recipient_of(bad.address)
    for title in ("first", "second"):
        post.write(title, there)
    post.run(16 * MINUTE)
    assert post.dead() == []
    post.run(15 * MINUTE)
    assert post.dead() == [("first", "recipient")]
    assert post.undelivered.refusing((there,)) == {
        there: "An address of DOSSIERD_NOTIFY_URLS did not take the message."
    }
    bad.status = 200
    post.run(15 * MINUTE)
    assert bad.titles("/") == ["second"]
    assert post.undelivered.refusing((there,)) == {there: None}


def test_an_address_is_given_up_by_nobody_while_nothing_else_can_be_reached(
    api: BotApi, post: Post, bad: Listening
) -> None:
    post.notifier = RoutingNotifier(post.telegram, {PREFIX: AppriseNotifier([bad.address])})
    api.down()
    post.write("first", recipient_of(bad.address))
    post.run(120 * MINUTE)
    assert post.dead() == []
    bad.status = 200
    post.run(10 * MINUTE)
    assert bad.titles("/") == ["first"]


def test_without_telegram_another_address_shows_that_the_network_is_there(
    post: Post, bad: Listening, good: Listening
) -> None:
    addresses = AppriseNotifier([bad.address, good.address])
    post.notifier = RoutingNotifier(ConsoleNotifier(None), {PREFIX: addresses})
    post.write("stuck", recipient_of(bad.address))
    post.run(60 * MINUTE)
    assert post.dead() == []
    for number in range(9):
        post.write(f"notice {number}", recipient_of(good.address))
        post.run(11 * MINUTE)
    assert post.dead() == [("stuck", "recipient")]
    assert len(good.heard) == 9
