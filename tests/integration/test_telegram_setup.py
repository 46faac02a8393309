"""`dossierd telegram setup` as it is typed, against a Bot API stand-in over real HTTP."""

import datetime
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.home import LEDGER_FILE, HomeLock
from agent.adapters.ledger import SqlInbox, open_engine
from agent.adapters.telegram.pairing import StrangeBot
from agent.cli.telegram import listen
from agent.config import load
from agent.core.allowed import Allowed, Role, User
from tests.botapi import CHAT, CONFLICT, OTHER_CHAT, TOKEN, USERNAME, BotApi

pytestmark = [pytest.mark.security, pytest.mark.timeout(60)]

CODE, STRANGER = "12345678", 999
NOBODY = Allowed(chats=frozenset(), users={})
OWNER = Allowed(chats=frozenset({CHAT}), users={})
Keep = Callable[..., None]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, api: BotApi) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env").write_text(f"# Ours.\nDOSSIERD_ALLOW_ROOT=true\nDOSSIERD_TELEGRAM_API_URL={api.url}\n")
    (home / ".env").chmod(0o600)
    return home


class Terminal:
    """The command as it runs, and what it has printed."""

    def __init__(self, home: Path, *arguments: str, token: str = TOKEN) -> None:
        environment = {name: it for name, it in os.environ.items() if not name.startswith("DOSSIERD_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent", "telegram", *arguments, "--home", str(home)],
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's job may ignore it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(f"{token}\n")
        self.process.stdin.close()

    def code(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.fullmatch(r"Your code: (\d{4} \d{4})\n", line):
                return found[1]
        raise AssertionError("no code was shown")

    def end(self) -> tuple[int, str]:
        assert self.process.stdout is not None
        with self.process.stdout:
            text = self.process.stdout.read()
        return self.process.wait(30), text


SETUP = ("setup", "--token-file", "-", "--name", "anna")


def test_who_sends_the_code_is_listened_to(home: Path, api: BotApi) -> None:
    before = (home / ".env").read_text()
    terminal = Terminal(home, *SETUP)
    code = terminal.code()
    assert (home / ".env").read_text() == before
    api.say("/start", chat=STRANGER)
    api.say(code)
    status, text = terminal.end()
    assert (status, TOKEN in text) == (0, False)
    assert "Next: start dossierd with these settings (dossierd run; " in text
    assert re.search(rf"^ *\S*/start@{USERNAME} \d{{8}}$", text, flags=re.MULTILINE)
    assert (home / ".env").read_text().startswith(before)
    settings = load(home=home)
    assert settings.telegram_chats == (CHAT,)
    assert [(it.name, it.role) for it in settings.allowed.users.values()] == [("anna", Role.DECIDER)]
    assert "does not know you" in api.shown(STRANGER)[-1]
    assert "dossierd can write to you here" in api.shown(CHAT)[-1]
    assert "What can be typed, once dossierd runs: /help" in api.shown(CHAT)[-1]


def test_again_it_adds_a_group_and_who_sent_the_code_there(home: Path, api: BotApi) -> None:
    with (home / ".env").open("a") as env:
        env.write(f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\n")
    terminal = Terminal(home, "setup", "--name", "bert", "--viewer")
    api.say(f"/start@{USERNAME} {terminal.code()}", chat=OTHER_CHAT, user=77)
    assert terminal.end()[0] == 0
    settings = load(home=home)
    assert settings.telegram_chats == (CHAT, OTHER_CHAT)
    assert {(it.number, it.name, it.role) for it in settings.allowed.users.values()} == {
        (CHAT, str(CHAT), Role.DECIDER),  # decided until now because no people were listed
        (77, "bert", Role.VIEWER),
    }


def test_what_is_written_to_the_daemon_meanwhile_is_kept_for_it_as_of_then(home: Path, api: BotApi) -> None:
    with (home / ".env").open("a") as env:
        env.write(f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT}\n")
    (home / "state").mkdir()
    engine = open_engine(home / "state" / LEDGER_FILE, may_upgrade=True)
    written_at = datetime.datetime.fromtimestamp(int(api.now()), datetime.UTC)
    api.say("/undo D-7")
    terminal = Terminal(home, "setup", "--name", "bert")
    api.say(terminal.code(), chat=OTHER_CHAT, user=77)
    assert terminal.end()[0] == 0
    (_, _, update, at), *more = SqlInbox(engine).waiting()
    engine.dispose()
    assert (update["message"]["text"], more) == ("/undo D-7", [])
    assert written_at <= at <= written_at + datetime.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("token", "status", "said"),
    [
        ("abc", 1, "That is no bot's token."),
        ("123456789:" + "x" * 35, 1, "Telegram knows no bot with this token."),
    ],
)
def test_a_wrong_token_is_told_and_nothing_written(
    home: Path, api: BotApi, token: str, status: int, said: str
) -> None:
    before = (home / ".env").read_text()
    ended, text = Terminal(home, *SETUP, token=token).end()
    assert (ended, said in text, token in text) == (status, True, False)
    assert (home / ".env").read_text() == before


def test_without_a_network_it_says_so(home: Path, api: BotApi) -> None:
    api.down()
    status, text = Terminal(home, *SETUP).end()
    assert (status, "Telegram can't be reached" in text) == (3, True)


def test_another_program_that_polls_is_told(home: Path, api: BotApi) -> None:
    api.order(CONFLICT, method="getUpdates")
    status, text = Terminal(home, *SETUP).end()
    assert (status, "Another program uses this bot." in text) == (3, True)


def test_a_daemon_that_runs_is_to_be_stopped_first(home: Path, api: BotApi) -> None:
    lock = HomeLock(home / "state")
    lock.take()
    status, text = Terminal(home, *SETUP).end()
    lock.release()
    assert (status, "Stop it first: systemctl stop dossierd" in text) == (3, True)


def test_a_webhook_is_removed_only_when_somebody_says_so(home: Path, api: BotApi) -> None:
    api.set_webhook("https://example.org/hook")
    status, text = Terminal(home, *SETUP).end()
    assert (status, "The webhook stays." in text) == (1, True)
    terminal = Terminal(home, *SETUP, "--yes")
    api.say(terminal.code())
    assert terminal.end()[0] == 0


def test_ctrl_c_leaves_the_settings_as_they_were(home: Path, api: BotApi) -> None:
    before = (home / ".env").read_text()
    terminal = Terminal(home, *SETUP)
    terminal.code()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end()[0] == 130
    assert (home / ".env").read_text() == before


def test_a_test_message_goes_to_each_chat_and_says_where_none_arrives(home: Path, api: BotApi) -> None:
    api.say("/start")
    api.block(OTHER_CHAT)
    with (home / ".env").open("a") as env:
        env.write(f"DOSSIERD_TELEGRAM_TOKEN={TOKEN}\nDOSSIERD_TELEGRAM_CHATS={CHAT},{OTHER_CHAT}\n")
    status, text = Terminal(home, "test").end()
    assert status == 1
    assert f"Chat {CHAT}: a test message is there." in text
    assert f"Chat {OTHER_CHAT}: no message arrived." in text


# --- What is listened to


@pytest.fixture
def bot(api: BotApi) -> Iterator[StrangeBot]:
    with closing(StrangeBot(TOKEN, api.url, poll_seconds=1)) as opened:
        yield opened


def test_five_wrong_codes_end_it(api: BotApi, bot: StrangeBot) -> None:
    for number in range(5):
        api.say(f"1111111{number}", chat=STRANGER)
    api.say(CODE)
    with pytest.raises(errors.RequestRefused, match="5 wrong codes"):
        listen(bot, CODE, NOBODY, lambda _: None, lambda: 0.0)


def test_a_code_that_nobody_sends_in_time_is_void(bot: StrangeBot) -> None:
    moments = iter([0.0, 1.0, 601.0])
    with pytest.raises(errors.RequestRefused, match="in time"):
        listen(bot, CODE, NOBODY, lambda _: None, lambda: next(moments))


def test_what_is_for_the_daemon_is_kept_and_what_strangers_write_is_not(api: BotApi, bot: StrangeBot) -> None:
    api.say("who is this?", chat=STRANGER)
    api.say("/status", chat=CHAT)
    api.say(CODE, chat=555)
    kept: list[str] = []
    owner = listen(
        bot, CODE, OWNER, lambda updates: kept.extend(it["message"]["text"] for it in updates), lambda: 0.0
    )
    assert (owner.chat.id, kept) == (555, ["/status"])
    assert api.pending == 0


def test_eight_digits_in_reply_to_a_question_are_a_search_and_no_wrong_code(
    api: BotApi, bot: StrangeBot
) -> None:
    question = api.say("whose is it?")
    for number in range(5):
        api.say(f"0101195{number}", reply_to=question)
    api.say(CODE, chat=555)
    kept: list[str] = []
    owner = listen(
        bot, CODE, OWNER, lambda updates: kept.extend(it["message"]["text"] for it in updates), lambda: 0.0
    )
    assert owner.chat.id == 555
    assert kept == ["whose is it?", *(f"0101195{number}" for number in range(5))]
    assert all(line.startswith("> ") for line in api.shown(CHAT))  # nobody was told that it is no code


def test_the_code_itself_counts_in_a_reply_too_and_is_not_kept(api: BotApi, bot: StrangeBot) -> None:
    question = api.say("whose is it?")
    api.say(CODE, reply_to=question)
    kept: list[str] = []
    owner = listen(
        bot, CODE, OWNER, lambda updates: kept.extend(it["message"]["text"] for it in updates), lambda: 0.0
    )
    assert (owner.chat.id, kept) == (CHAT, ["whose is it?"])


@pytest.mark.parametrize(
    ("chat", "user", "is_reply"),
    [(CHAT, CHAT, False), (OTHER_CHAT, STRANGER, True), (STRANGER, STRANGER, True)],
    ids=["no reply", "in a known group", "in a chat of their own"],
)
def test_eight_digits_that_reply_to_nothing_or_come_from_a_stranger_are_a_wrong_code(
    api: BotApi, bot: StrangeBot, chat: int, user: int, is_reply: bool
) -> None:
    listed = Allowed(
        chats=frozenset({CHAT, OTHER_CHAT}), users={CHAT: User(number=CHAT, name="anna", role=Role.DECIDER)}
    )
    number = api.say("hello", chat=chat, user=user)
    for digit in range(5):
        api.say(f"1111111{digit}", chat=chat, user=user, reply_to=number if is_reply else None)
    with pytest.raises(errors.RequestRefused, match="5 wrong codes"):
        listen(bot, CODE, listed, lambda _: None, lambda: 0.0)
