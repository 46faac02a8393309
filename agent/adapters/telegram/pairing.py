"""A bot that belongs to nobody yet: it can be looked at, listened to, and made to answer a stranger."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from telegram.error import InvalidToken, TelegramError

from agent.adapters.telegram.connection import Connection, well_formed
from agent.errors import RequestRefused

POLL_SECONDS = 5
"""Short, so that Ctrl-C is heard and a code's end is seen."""
_SLACK_SECONDS = 10.0
_HEARD = ["message", "callback_query"]
"""As the daemon asks for: Telegram keeps what was asked for last, and drops the rest."""

_TOKEN_HINT = "Copy it again from @BotFather (/mybots, API Token)."  # noqa: S105


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Sender(_Told):
    id: int
    is_bot: bool
    first_name: str = ""


class _Chat(_Told):
    id: int
    type: str


class _Replied(_Told):
    message_id: int


class Written(_Told):
    """A message that a person wrote to the bot; an anonymous administrator is no person."""

    chat: _Chat
    sender: _Sender = Field(alias="from")
    text: str
    reply_to_message: _Replied | None = None


class StrangeBot:
    """A bot by its token; `close` it at the end.

    Args:
        poll_seconds: how long Telegram holds a poll without news.
    """

    def __init__(self, token: str, base_url: str, *, poll_seconds: int = POLL_SECONDS) -> None:
        self._connection = Connection(token, base_url)
        self._poll_seconds = poll_seconds

    def username(self) -> str:
        """Ask who it is.

        Raises:
            RequestRefused: there is no bot with this token.
            NotifierUnavailable: Telegram can't be reached.
        """
        name = self._connection.call(self._username)
        if name is None:
            raise RequestRefused("Telegram knows no bot with this token.", hint=_TOKEN_HINT)
        return name

    def has_webhook(self) -> bool:
        """Whether Telegram sends its updates to some other program, and so to nobody who asks.

        Raises:
            NotifierUnavailable.
        """
        return self._connection.call(self._has_webhook)

    def remove_webhook(self) -> None:
        """Have Telegram keep updates for who asks; those that wait are not dropped.

        Raises:
            NotifierUnavailable.
        """
        self._connection.call(self._remove_webhook)

    def updates(self, offset: int | None) -> Sequence[Mapping[str, Any]]:
        """Wait for what people write and press; all below the offset is forgotten there.

        Raises:
            NotifierUnavailable: among others because another program polls.
        """
        seconds = self._poll_seconds
        return self._connection.call(lambda: self._poll(offset, seconds), seconds=seconds + _SLACK_SECONDS)

    def forget(self, below: int) -> None:
        """Have Telegram forget the updates below a number; nothing is waited for.

        Raises:
            NotifierUnavailable.
        """
        self._connection.call(lambda: self._poll(below, 0))

    def say(self, chat: int, text: str) -> None:
        """Write plain text to anybody.

        Raises:
            NotifierUnavailable, MessageRefused.
        """
        self._connection.call(lambda: self._say(chat, text))

    def close(self) -> None:
        self._connection.close()

    async def _username(self) -> str | None:
        try:
            return (await well_formed(self._connection.bot.get_me())).username or ""
        except InvalidToken:  # raised as ours outside: the vendor's holds the token
            return None

    async def _has_webhook(self) -> bool:
        return bool((await well_formed(self._connection.bot.get_webhook_info())).url)

    async def _remove_webhook(self) -> None:
        await well_formed(self._connection.bot.delete_webhook(drop_pending_updates=False))

    async def _say(self, chat: int, text: str) -> None:
        await well_formed(self._connection.bot.send_message(chat, text))

    async def _poll(self, offset: int | None, seconds: int) -> Sequence[Mapping[str, Any]]:
        asked: dict[str, Any] = {"timeout": seconds, "allowed_updates": _HEARD}
        if offset is not None:
            asked["offset"] = offset
        found = await well_formed(
            self._connection.bot.do_api_request(
                "getUpdates", api_kwargs=asked, read_timeout=seconds + _SLACK_SECONDS / 2
            )
        )
        if not isinstance(found, list) or not all(
            isinstance(update, dict) and isinstance(update.get("update_id"), int) for update in found
        ):
            raise TelegramError("malformed answer")
        return found


def written_in(update: Mapping[str, Any]) -> Written | None:
    """Read an update; None for one that holds no person's words."""
    try:
        written = Written.model_validate(update.get("message"))
    except ValidationError:
        return None
    return None if written.sender.is_bot else written
