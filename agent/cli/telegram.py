"""`dossierd telegram setup` and `test`: who is told and may answer on Telegram, and whether messages arrive there.

A stranger who writes to the bot first must not become its owner: whoever is to be listened to sends the code that
the terminal shows. Nothing is written before that, and then all at once.
"""

import datetime
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr

from agent import errors
from agent.adapters.home import HomeLock
from agent.adapters.ledger import SqlInbox
from agent.adapters.settings_file import refuse_unwritable, write_settings
from agent.app import refuse_root, voice_of
from agent.cli.shared import HomeOption, typed
from agent.cli.wording import err, say
from agent.config import PREFIX, Settings, load, load_without_token, outside_the_file, settings_file_of
from agent.core.allowed import Allowed, Role, users_of
from agent.core.pairing import (
    DIGITS,
    MOST_TRIES,
    VALID_FOR,
    code_in,
    is_same,
    refusal,
    shown,
    trial,
    welcome,
    wrong_code,
)
from agent.core.voice import ENGLISH, Voice
from agent.domain.message import Message, recipient_of, visible
from agent.ledgers import engine_of, has_ledger

if TYPE_CHECKING:
    from agent.adapters.telegram.pairing import StrangeBot, Written

app = typer.Typer(help="Set up Telegram, and try whether messages arrive.", no_args_is_help=True)

TOKEN, CHATS, USERS = f"{PREFIX}TELEGRAM_TOKEN", f"{PREFIX}TELEGRAM_CHATS", f"{PREFIX}TELEGRAM_USERS"

_TOKEN_FORM = re.compile(r"[0-9]{5,12}:[A-Za-z0-9_-]{30,64}")
_LONGEST_NAME = 40


@app.command()
def setup(
    token_file: Annotated[
        str, typer.Option("--token-file", metavar="FILE", help="Read the bot's token there; - for stdin.")
    ] = "",
    name: Annotated[
        str, typer.Option(help="What the person is called in messages and in the audit trail.")
    ] = "",
    viewer: Annotated[
        bool, typer.Option("--viewer", help="The person may look at everything, and decide nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove a webhook without asking.")] = False,
    home: HomeOption = None,
) -> None:
    """Set up the bot, and who may use it.

    Asks for the token, shows a code that you send to the bot, and writes .env. Again, it adds a person or a chat.
    """
    settings, token = load_without_token(home)
    refuse_root(settings)
    path = settings_file_of(home)
    refuse_unwritable(path)
    _refuse_outside()
    with _home_to_itself(settings):
        token = _asked_token(token_file) if token_file or token is None else token
        from agent.adapters.telegram.pairing import StrangeBot  # 30 MB that other commands need not load

        with closing(StrangeBot(token.get_secret_value(), _address(settings))) as bot:
            username = bot.username()
            say(f"The token is that of @{username}.")
            if bot.has_webhook():
                _remove_webhook(bot.remove_webhook, yes=yes)
            owner = _pair(bot, username, settings, token)
            values = _values(owner, token, settings, typed(name), viewer=viewer)
            write_settings(path, values)
            say(f"Written to {path}.")
    if not _tested(token, owner.chat.id, settings, welcome(voice_of(settings))):
        say("To try again: dossierd telegram test", to=err)
        raise typer.Exit(1)
    say(
        "Next: start dossierd with these settings (dossierd run; as a service: systemctl restart dossierd), "
        "then: dossierd check. For another person or group: the same command."
    )


@app.command("test")
def try_out(home: HomeOption = None) -> None:
    """Send a test message to each chat."""
    settings = load(home=home)
    if settings.telegram_token is None:
        raise errors.RequestRefused("No bot is set.", hint="Type: dossierd telegram setup")
    trials = trial(voice_of(settings))
    arrived = [_tested(settings.telegram_token, chat, settings, trials) for chat in settings.telegram_chats]
    raise typer.Exit(0 if all(arrived) else 1)


def _tested(token: SecretStr, chat: int, settings: Settings, message: Message) -> bool:
    """Send a message, and say whether Telegram has taken it."""
    from agent.adapters.telegram.client import TelegramNotifier

    with closing(TelegramNotifier(token.get_secret_value(), (chat,), _address(settings))) as notifier:
        try:
            notifier.send(message, recipient_of(chat))
        except (errors.NotifierUnavailable, errors.MessageRefused) as error:
            say(f"Chat {chat}: no message arrived. {error.sentence}", style="bold red", to=err)
            if error.hint:
                say(error.hint, indent=2, to=err)
            return False
    say(f"Chat {chat}: a test message is there.")
    return True


def _address(settings: Settings) -> str:
    return str(settings.telegram_api_url).rstrip("/")


def _refuse_outside() -> None:
    """Refuse to write what would have no effect."""
    outside = outside_the_file(CHATS, USERS)
    if outside:
        raise errors.RequestRefused(
            f"{' and '.join(outside)} stands in the environment, which goes before .env.",
            hint="Take it out there, or change it there by hand.",
        )


@contextmanager
def _home_to_itself(settings: Settings) -> Iterator[None]:
    """Keep a daemon from asking Telegram meanwhile: what one is told, the other never hears."""
    lock = HomeLock(settings.state)
    try:
        lock.take()
    except errors.HomeLocked as error:
        raise errors.HomeLocked(
            "dossierd runs, and listens to the bot itself.",
            hint="Stop it first: systemctl stop dossierd. Documents wait in incoming/ meanwhile.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _asked_token(token_file: str) -> SecretStr:
    """Read the token, or ask for it; nobody sees it typed.

    Raises:
        RequestRefused: it can't be read, or is none.
    """
    if token_file == "-":  # noqa: S105
        text = sys.stdin.readline()
    elif token_file:
        try:
            text = Path(token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise errors.RequestRefused(
                f"{visible(token_file)} can't be read.", hint="Name a file that holds the token alone."
            ) from None
    elif sys.stdin.isatty():
        text = typer.prompt("The bot's token, from @BotFather (it is not shown)", hide_input=True, err=True)
    else:
        raise errors.RequestRefused("No token was given.", hint="Such as: --token-file FILE")
    if not _TOKEN_FORM.fullmatch(text.strip()):
        raise errors.RequestRefused(
            "That is no bot's token.",
            hint="It looks like 123456789:AAE..., and comes from @BotFather: /newbot",
        )
    return SecretStr(text.strip())


def _remove_webhook(remove: Callable[[], None], *, yes: bool) -> None:
    say("Another program has told Telegram to send it what people write to this bot (a webhook).", to=err)
    if not yes:
        if not sys.stdin.isatty():
            raise errors.RequestRefused(
                "The webhook stays.", hint="Make a bot for dossierd alone, or add: --yes"
            )
        typer.confirm("Remove it, so that dossierd hears the bot?", abort=True)
    remove()
    say("The webhook is removed.")


def _pair(bot: "StrangeBot", username: str, settings: Settings, token: SecretStr) -> "Written":
    """Show a code, and listen until somebody sends it.

    Raises:
        RequestRefused: nobody did in time, or wrong ones came too often.
    """
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    minutes = VALID_FOR // datetime.timedelta(minutes=1)
    say(f"Your code: {shown(code)}", style="bold")
    say(f"Send it to @{username} within {minutes} minutes: open https://t.me/{username} and write the code.")
    say("For a group: add the bot as a member, and write there:")
    say(f"/start@{username} {code}", indent=2)
    with _keeper(settings, token) as keep:
        return listen(bot, code, settings.allowed, keep, time.monotonic, voice_of(settings))


def listen(
    bot: "StrangeBot",
    code: str,
    allowed: Allowed,
    keep: Callable[[Iterable[Mapping[str, Any]]], None],
    clock: Callable[[], float],
    voice: Voice = ENGLISH,
) -> "Written":
    """Ask Telegram what people write until somebody sends the code; others are refused politely.

    Args:
        allowed: whose messages are for the daemon: they are kept, as are presses of buttons.
        keep: keeps updates before Telegram is told to forget them.
        clock: seconds.

    Raises:
        RequestRefused: nobody sent it in time, or wrong ones came too often.
        NotifierUnavailable: Telegram can't be reached, or another program listens.
    """
    from agent.adapters.telegram.pairing import written_in

    offset, wrong, refused = None, 0, set[int]()
    ends_at = clock() + VALID_FOR.total_seconds()
    while clock() < ends_at:
        updates = bot.updates(offset)
        keep(one for one in updates if _is_for_daemon(one, allowed, code))
        for update in updates:
            offset = update["update_id"] + 1
            written = written_in(update)
            said = None if written is None else code_in(written.text)
            if said is not None and written is not None and is_same(said, code):
                bot.forget(offset)
                return written
            if written is None or _is_for_daemon(update, allowed, code):
                continue
            wrong += said is not None
            if said is not None or written.chat.id not in refused:
                refused.add(written.chat.id)
                _answer(bot, written.chat.id, refusal(voice) if said is None else wrong_code(voice))
            if wrong >= MOST_TRIES:
                raise errors.RequestRefused(
                    f"{MOST_TRIES} wrong codes came; this one is void. Nothing was changed.",
                    hint="Somebody else may be trying. Type the command again for another code.",
                )
    raise errors.RequestRefused(
        "Nobody sent the code in time. Nothing was changed.", hint="Type the command again for another code."
    )


def _is_for_daemon(update: Mapping[str, Any], allowed: Allowed, code: str) -> bool:
    """Whether the daemon shall hear it later: presses, and what is written in a known chat, but for codes.

    Eight digits in reply to a question are a birth date or a number that somebody on the list searches for.
    """
    from agent.adapters.telegram.pairing import written_in

    written = written_in(update)
    if written is None:
        return True
    said = code_in(written.text)
    if said is None:
        return written.chat.id in allowed.chats
    is_reply = written.reply_to_message is not None
    is_known = allowed.speaker(written.chat.id, written.sender.id) is not None
    return is_reply and is_known and not is_same(said, code)


def _answer(bot: "StrangeBot", chat: int, text: str) -> None:
    try:
        bot.say(chat, text)
    except errors.DossierdError:
        return  # a stranger who can't be answered is no trouble of ours


@contextmanager
def _keeper(settings: Settings, token: SecretStr) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], None]]:
    """Keeps what came for the daemon where it will look for it; nothing where there was no daemon yet."""
    if not has_ledger(settings):
        yield lambda _: None
        return
    engine = engine_of(settings)
    inbox, bot = SqlInbox(engine), token.get_secret_value().partition(":")[0]
    try:
        yield lambda updates: _keep(inbox, bot, list(updates))
    finally:
        engine.dispose()


def _keep(inbox: SqlInbox, bot: str, updates: list[Mapping[str, Any]]) -> None:
    from agent.adapters.telegram.updates import sent_at

    now = datetime.datetime.now(datetime.UTC)
    if updates:
        inbox.keep(bot, [(one, min(sent_at(one) or now, now)) for one in updates])


def _values(
    owner: "Written", token: SecretStr, settings: Settings, name: str, *, viewer: bool
) -> dict[str, str]:
    """What `.env` shall say: the lists as they were, with the new person and chat."""
    users = _users_before(settings)
    number = owner.sender.id
    known = {user.number for user in users_of(users)}
    if number in known:
        say("This person is on the list already.")
    else:
        called = _called(users, number, name, owner.sender.first_name, viewer=viewer)
        users = ", ".join(filter(None, [users, called]))
    chats = tuple(dict.fromkeys([*settings.telegram_chats, owner.chat.id]))
    return {TOKEN: token.get_secret_value(), CHATS: ",".join(map(str, chats)), USERS: users}


def _users_before(settings: Settings) -> str:
    """The list of people; without one, the owners of listed private chats, who could decide until now."""
    if settings.telegram_users.strip():
        return ", ".join(filter(None, map(str.strip, re.split("[,\n]", settings.telegram_users))))
    return ", ".join(f"{chat}={chat}" for chat in settings.telegram_chats if chat > 0)


def _called(users: str, number: int, name: str, first_name: str, *, viewer: bool) -> str:
    """Ask what the person is called until it can be written.

    Raises:
        RequestRefused: it can't, and nobody is there to be asked.
    """
    role = f":{Role.VIEWER}" if viewer else ""
    default = re.sub(r"[^\w .-]", "", first_name).strip()[:_LONGEST_NAME] or str(number)
    while True:
        chosen = name or default
        if not name and sys.stdin.isatty():
            chosen = typed(typer.prompt("What shall this person be called?", default=default)).strip()
        entry = f"{chosen}={number}{role}"
        try:
            if len(users_of(f"{users}, {entry}")) == len(users_of(users)) + 1 and "$" not in chosen:
                return entry
            problem = "it holds a sign that has a meaning here"
        except ValueError as error:
            problem = str(error)
        if name or not sys.stdin.isatty():
            raise errors.RequestRefused(
                f"The person can't be called so: {problem}. Nothing was changed.", hint="Such as: --name anna"
            )
        say(f"That can't be: {problem}.", to=err)
