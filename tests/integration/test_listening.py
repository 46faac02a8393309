"""Hearing what people press, over real HTTP and through every trouble: nothing is lost, nothing is heard twice."""

import datetime
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from agent.adapters.home import LEDGER_FILE, HomeLock
from agent.adapters.ledger import SqlInbox, open_engine
from agent.adapters.telegram.client import TelegramNotifier
from agent.cli import app
from agent.config import Settings, load
from agent.daemon import talking
from agent.daemon.talking import Ears
from agent.domain.hearing import Press, Said
from agent.health import Level, examine_part
from tests.botapi import (
    CHAT,
    CONFLICT,
    HTML_PAGE,
    OTHER_JSON,
    SERVER_ERROR,
    TOKEN,
    BotApi,
    Drop,
    Hang,
    Trouble,
    too_many_requests,
)
from tests.fakes_outbox import StandingClock

pytestmark = pytest.mark.reliability
DAY = datetime.timedelta(days=1)


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[SqlInbox]:
    engine = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    yield SqlInbox(engine)
    engine.dispose()


class Listening:
    """Ears over a stand-in, with a clock of their own."""

    def __init__(self, url: str, inbox: SqlInbox, token: str = TOKEN) -> None:
        self.notifier = TelegramNotifier(token, [CHAT], url, call_seconds=2, poll_seconds=1)
        self.clock = StandingClock()
        self.inbox = inbox
        self.heard = 0
        self.ears = self.again()

    def again(self) -> Ears:
        """Ears after a death: they know nothing."""
        return Ears(self.notifier, self.inbox, self.clock.now, threading.Event(), self._count)

    def _count(self) -> None:
        self.heard += 1

    @property
    def words(self) -> list[str]:
        heard = [self.notifier.heard_in(update) for _, _, update, _ in self.inbox.waiting()]
        return [it.text if isinstance(it, Said) else str(it) for it in heard]


@pytest.fixture
def listening(api: BotApi, inbox: SqlInbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    built = Listening(api.url, inbox)
    yield built
    built.notifier.close()


def test_what_comes_in_is_kept_before_telegram_may_forget_it(api: BotApi, listening: Listening) -> None:
    api.say("one")
    listening.ears.turn()
    assert listening.words == ["one"]
    assert api.pending == 1  # not confirmed yet: only the next poll does that
    api.say("two")
    listening.ears.turn()
    assert listening.words == ["one", "two"]
    assert listening.heard == 2


def test_after_a_death_the_same_is_told_again_and_kept_once(api: BotApi, listening: Listening) -> None:
    api.say("one")
    listening.ears.turn()
    listening.again().turn()
    assert listening.words == ["one"]


def test_what_waited_is_meant_when_it_was_written_and_what_comes_while_listening_when_it_comes(
    api: BotApi, listening: Listening
) -> None:
    api.say("one")
    written_at = datetime.datetime.fromtimestamp(int(api.now()), datetime.UTC)
    listening.clock.moment = written_at + datetime.timedelta(hours=2)
    listening.ears.turn()
    api.say("two")
    listening.ears.turn()
    api.order(SERVER_ERROR, method="getUpdates")
    listening.ears.turn()
    api.say("three")
    listening.ears.turn()

    first, second, third = (at for _, _, _, at in listening.inbox.waiting())
    assert abs(first - written_at) <= datetime.timedelta(seconds=1)
    assert second == listening.clock.now()
    assert abs(third - written_at) <= datetime.timedelta(seconds=20)


def test_after_a_hundred_that_waited_the_next_may_have_waited_too(api: BotApi, listening: Listening) -> None:
    for number in range(101):
        api.say(f"{number}")
    listening.clock.moment = datetime.datetime.fromtimestamp(api.now(), datetime.UTC) + datetime.timedelta(
        hours=2
    )
    listening.ears.turn()
    listening.ears.turn()

    waited = [listening.clock.now() - at for _, _, _, at in listening.inbox.waiting()]
    assert len(waited) == 101
    assert min(waited) > datetime.timedelta(minutes=119)


def test_a_channels_clock_that_runs_ahead_makes_nobody_mean_the_future(
    api: BotApi, listening: Listening
) -> None:
    api.say("one")
    listening.clock.moment = datetime.datetime.fromtimestamp(api.now(), datetime.UTC) - datetime.timedelta(
        hours=1
    )
    listening.ears.turn()

    assert [at for _, _, _, at in listening.inbox.waiting()] == [listening.clock.now()]


@pytest.mark.parametrize(
    "trouble",
    [SERVER_ERROR, HTML_PAGE, OTHER_JSON, CONFLICT, Drop(), Drop(keeps=True), too_many_requests(0)],
)
def test_trouble_delays_and_loses_nothing(api: BotApi, listening: Listening, trouble: Trouble) -> None:
    api.say("one")
    api.order(trouble, method="getUpdates")
    listening.ears.turn()
    assert listening.words == []
    listening.ears.turn()
    assert listening.words == ["one"]


def test_a_poll_that_hangs_is_given_up(
    api: BotApi, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.adapters.telegram import client

    monkeypatch.setattr(client, "_POLL_SLACK_SECONDS", 0.5)
    api.order(Hang(), method="getUpdates")
    api.say("one")
    listening.ears.turn()
    listening.ears.turn()
    assert listening.words == ["one"]


@pytest.mark.security
def test_a_wrong_token_is_told_without_itself(
    api: BotApi, inbox: SqlInbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    wrong = TOKEN[:-1] + "9"
    deaf = Listening(api.url, inbox, wrong)
    deaf.ears.turn()
    deaf.notifier.close()
    assert deaf.words == []
    assert wrong.partition(":")[2] not in caplog.text


def test_an_update_that_nobody_foresaw_holds_up_none(api: BotApi, listening: Listening) -> None:
    api.put("message", {"message_id": "no number", "chat": None})
    api.say("one")
    listening.ears.turn()
    kept = [update for _, _, update, _ in listening.inbox.waiting()]
    assert [listening.notifier.heard_in(update) is None for update in kept] == [True, False]


def test_a_silence_of_more_than_a_day_is_noticed_when_it_ends(api: BotApi, listening: Listening) -> None:
    api.say("one")
    listening.ears.turn()
    assert listening.inbox.heard_again_at() is None
    listening.clock.advance(23 * 3600)
    listening.again().turn()
    assert listening.inbox.heard_again_at() is None
    listening.clock.advance(25 * 3600)
    listening.again().turn()
    assert listening.inbox.heard_again_at() == listening.clock.now()


def test_a_silence_has_ended_when_all_that_waited_is_kept(api: BotApi, listening: Listening) -> None:
    api.say("before")
    listening.ears.turn()
    listening.clock.advance(25 * 3600)
    ended = listening.clock.now()
    for number in range(150):
        api.say(f"{number}")
    ears = listening.again()
    ears.turn()
    assert (len(listening.words), listening.inbox.heard_again_at()) == (100, None)
    listening.clock.advance(3)
    ears.turn()
    assert (len(listening.words), listening.inbox.heard_again_at()) == (151, ended)


def test_a_silence_that_a_clock_ahead_has_made_up_is_forgotten_once_the_clock_is_right(
    api: BotApi, listening: Listening
) -> None:
    listening.ears.turn()
    right = listening.clock.now()
    listening.clock.advance(720 * 3600)
    listening.ears.turn()
    assert listening.inbox.heard_again_at() == listening.clock.now()
    listening.clock.moment = right + datetime.timedelta(minutes=1)
    listening.ears.turn()
    assert listening.inbox.heard_again_at() is None


def test_a_death_before_all_that_waited_is_kept_forgets_no_silence(api: BotApi, listening: Listening) -> None:
    api.say("before")
    listening.ears.turn()
    listening.clock.advance(25 * 3600)
    for number in range(100):
        api.say(f"{number}")
    listening.again().turn()
    assert listening.inbox.heard_again_at() is None
    listening.clock.advance(60)
    ears = listening.again()
    ears.turn()
    ears.turn()
    assert listening.inbox.heard_again_at() == listening.clock.now()
    assert len(listening.words) == 101


def test_a_press_on_a_message_too_old_to_be_told_is_heard(listening: Listening) -> None:
    update = {
        "update_id": 5,
        "callback_query": {
            "id": "9",
            "from": {"id": 4711},
            "message": {"message_id": 3, "chat": {"id": CHAT}, "date": 0},
            "data": "v1:q:1:n:9f3c2a11",
        },
    }
    assert listening.notifier.heard_in(update) == Press(
        press="9", chat=CHAT, user=4711, message="3", data="v1:q:1:n:9f3c2a11"
    )


def test_what_is_heard_holds_no_sign_that_a_text_of_postgresql_can_not(listening: Listening) -> None:
    said: dict[str, Any] = {
        "update_id": 6,
        "message": {
            "message_id": 3,
            "chat": {"id": CHAT},
            "from": {"id": 4711},
            "date": 0,
            "text": "\0sp\0lit 1",
        },
    }
    heard = listening.notifier.heard_in(said)
    assert isinstance(heard, Said)
    assert heard.text == "split 1"
    said["message"]["text"] = "\0"
    assert listening.notifier.heard_in(said) is None


def test_a_reply_to_another_person_is_no_reply_to_us(api: BotApi, listening: Listening) -> None:
    api.say("shall I?")
    listening.ears.turn()
    ((_, _, update, _),) = listening.inbox.waiting()
    api.say("yes", reply_to=update["message"]["message_id"])
    listening.ears.turn()

    heard = [listening.notifier.heard_in(update) for _, _, update, _ in listening.inbox.waiting()]
    assert [(it.text, it.replies_to) for it in heard if isinstance(it, Said)] == [
        ("shall I?", None),
        ("yes", None),
    ]


def test_a_stop_ends_the_poll_under_way(
    api: BotApi, inbox: SqlInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    patient = Listening(api.url, inbox)
    patient.notifier._poll_seconds = 30
    patient.ears.turn()  # the first is not held
    ended = patient.notifier._polling
    thread = threading.Thread(target=patient.ears.turn)
    thread.start()
    api.wait_until(lambda it: it.is_polled and patient.notifier._polling is not ended)
    patient.notifier.stop_listening()
    thread.join(5)
    assert not thread.is_alive()
    patient.notifier.close()


@pytest.fixture
def settings(tmp_path: Path, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Those of a home in which a daemon runs, for all that anybody can see."""
    monkeypatch.setenv("DOSSIERD_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("DOSSIERD_TELEGRAM_CHATS", str(CHAT))
    monkeypatch.setenv("DOSSIERD_TELEGRAM_API_URL", api.url)
    monkeypatch.setenv("COLUMNS", "250")
    (tmp_path / "state").mkdir()
    open_engine(tmp_path / "state" / LEDGER_FILE, may_upgrade=True).dispose()
    lock = HomeLock(tmp_path / "state")
    lock.take()
    yield load(home=tmp_path)
    lock.release()


@pytest.fixture
def daemons_inbox(settings: Settings) -> Iterator[SqlInbox]:
    engine = open_engine(settings.home / "state" / LEDGER_FILE, may_upgrade=False)
    yield SqlInbox(engine)
    engine.dispose()


def listen(settings: Settings, inbox: SqlInbox, *times: datetime.datetime) -> None:
    """Poll as one run of the daemon does, once at each time."""
    listening = Listening(str(settings.telegram_api_url), inbox)
    for at in times:
        listening.clock.moment = at
        listening.ears.turn()
    listening.notifier.close()


ANOTHER_POLLS = "@dossierd_test_bot answers here, but not the daemon. Another program uses this bot. Nothing"


@pytest.mark.parametrize(
    ("suffer", "sentence", "fix"),
    [
        (
            lambda api: api.down(),
            "Telegram can't be reached, or is in trouble itself. Nothing",
            "api.telegram.org",
        ),
        (
            lambda api: api.suffer(HTML_PAGE),
            "What answered is not Telegram's Bot API. Nothing",
            "DOSSIERD_TELEGRAM_API_URL",
        ),
        (
            lambda api: api.revoke(TOKEN[:-1] + "9"),
            "Telegram does not accept the token. Nothing",
            "@BotFather",
        ),
        (lambda api: api.suffer(CONFLICT, method="getUpdates"), ANOTHER_POLLS, "Stop the other one"),
        (
            lambda api: api.set_webhook("https://elsewhere.example"),
            "@dossierd_test_bot answers here, but not the daemon. Another program has set a webhook for this bot.",
            "/newbot",
        ),
    ],
    ids=["unreachable", "no Bot API", "token", "two pollers", "webhook"],
)
def test_check_and_status_say_since_when_nothing_is_heard_and_what_to_do(
    api: BotApi,
    settings: Settings,
    daemons_inbox: SqlInbox,
    monkeypatch: pytest.MonkeyPatch,
    suffer: Callable[[BotApi], None],
    sentence: str,
    fix: str,
) -> None:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    began = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=50)
    suffer(api)
    listen(settings, daemons_inbox, began, began + datetime.timedelta(minutes=49))
    finding = examine_part("telegram", settings)
    assert finding.level is Level.BAD
    assert finding.sentence.startswith(sentence)
    since = began.astimezone(ZoneInfo(settings.timezone))
    assert f"Nothing was heard since {since:%Y-%m-%d %H:%M}; presses of buttons wait" in finding.sentence
    assert fix in finding.hint
    shown = CliRunner().invoke(app, ["status", "--home", str(settings.home)]).output
    assert f"since {since:%Y-%m-%d %H:%M}; presses of buttons wait" in shown
    assert fix in shown


def test_all_is_well_again_when_telegram_answers(
    api: BotApi, settings: Settings, daemons_inbox: SqlInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    now = datetime.datetime.now(datetime.UTC)
    api.order(SERVER_ERROR)
    listen(settings, daemons_inbox, now - datetime.timedelta(minutes=5))
    assert examine_part("telegram", settings).level is Level.BAD
    listen(settings, daemons_inbox, now)
    finding = examine_part("telegram", settings)
    assert (finding.level, finding.sentence) == (Level.GOOD, "@dossierd_test_bot answers")


def test_a_new_start_knows_nothing_of_an_old_silence(
    api: BotApi, listening: Listening, inbox: SqlInbox
) -> None:
    bot, stopped = listening.notifier.bot, listening.clock.now()
    inbox.unanswered(bot, "Telegram does not accept the token.", "", stopped)
    listening.clock.advance(21 * 24 * 3600)
    api.order(SERVER_ERROR, method="getUpdates")
    ears = listening.again()
    ears.turn()

    silence = inbox.silence(bot)
    assert silence is not None
    assert silence.since == listening.clock.now()
    listening.clock.advance(60)
    api.order(SERVER_ERROR, method="getUpdates")
    ears.turn()
    assert inbox.silence(bot) == silence


def test_the_first_poll_and_the_first_after_trouble_are_not_held(api: BotApi, listening: Listening) -> None:
    listening.notifier._poll_seconds = 30
    listening.ears.turn()
    assert listening.inbox.polled_at() == listening.clock.now()
    listening.clock.advance(60)
    api.order(SERVER_ERROR, method="getUpdates")
    listening.again().turn()
    bot = listening.notifier.bot
    assert listening.inbox.silence(bot) is not None
    ears = listening.again()
    api.order(SERVER_ERROR, method="getUpdates")
    ears.turn()
    ears.turn()
    assert listening.inbox.silence(bot) is None


def test_one_poll_that_failed_is_no_trouble_yet(
    api: BotApi, settings: Settings, daemons_inbox: SqlInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "ERROR_PAUSE_SECONDS", 0.01)
    api.order(SERVER_ERROR)
    listen(settings, daemons_inbox, datetime.datetime.now(datetime.UTC))
    assert examine_part("telegram", settings).level is Level.GOOD


def test_check_says_that_a_running_daemon_does_not_even_ask(
    settings: Settings, daemons_inbox: SqlInbox
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    daemons_inbox.polled("123456789", now, DAY)
    assert examine_part("telegram", settings).level is Level.GOOD
    daemons_inbox.polled("123456789", now - datetime.timedelta(minutes=11), DAY)
    finding = examine_part("telegram", settings)
    assert finding.level is Level.BAD
    assert "Telegram is not even asked." in finding.sentence


def test_a_long_outage_is_logged_when_it_begins_and_when_it_ends(api: BotApi, listening: Listening) -> None:
    api.order(SERVER_ERROR, SERVER_ERROR, SERVER_ERROR, HTML_PAGE, HTML_PAGE)
    with capture_logs() as lines:
        for _ in range(6):
            listening.ears.turn()
    assert [line["event"] for line in lines] == ["listening_failed", "listening_failed", "listening_resumed"]
