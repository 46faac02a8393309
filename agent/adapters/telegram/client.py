"""Speak and listen through Telegram's Bot API.

What surely never reached Telegram is tried again at once. Where the outcome is unknown (a lost reply), the outbox tries
later, and the client makes sure that an outage costs one visible copy at most (`saying`).

A recipient that is none of the set chats is refused: an old row can't speak to a chat that was taken off
the list.
"""

import asyncio
import concurrent.futures
import dataclasses
import datetime
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from agent.adapters.telegram import faults, rendering
from agent.adapters.telegram.connection import CALL_SECONDS, Connection, well_formed
from agent.adapters.telegram.pictures import TelegramPictures
from agent.adapters.telegram.saying import Saying, tried
from agent.adapters.telegram.updates import heard_in, sent_at
from agent.domain.hearing import Heard
from agent.domain.message import Message, recipient_of
from agent.domain.phrase import Phrase
from agent.errors import MessageRefused, NotifierUnavailable

log = structlog.get_logger(__name__)

SPACING_SECONDS = 1.0
"""Telegram asks for about one message a second in each chat."""
POLL_SECONDS = 25
"""How long Telegram holds an empty poll: as long as it may, and shorter than what stands in between bears."""
_POLL_SLACK_SECONDS = 10.0
_HEARD = ["message", "callback_query"]
_LONGEST_ANSWER = 200


class TelegramNotifier:
    """A `Notifier` and `Listener` for a fixed list of chats; `close` it at the end.

    Args:
        token: the bot's secret.
        chats: numbers of the chats that may be told; groups have negative ones.
        base_url: the Bot API server, such as `https://api.telegram.org`.
        shown_in: what of a message a chat is shown, such as no buttons where nobody may decide.
        spacing_seconds: least time between two messages to one chat.
        call_seconds: deadline of one call.
        poll_seconds: how long Telegram holds a poll without news.

    Attributes:
        bot: its number.
        pictures: by which pictures are shown in the same chats.
    """

    def __init__(
        self,
        token: str,
        chats: Sequence[int],
        base_url: str,
        *,
        shown_in: Callable[[int, Message], Message] = lambda _, message: message,
        spacing_seconds: float = SPACING_SECONDS,
        call_seconds: float = CALL_SECONDS,
        poll_seconds: int = POLL_SECONDS,
    ) -> None:
        self._connection = Connection(token, base_url, call_seconds=call_seconds)
        self._bot = self._connection.bot
        self._chats = {recipient_of(chat): chat for chat in chats}
        self._shown_in = shown_in
        self._spacing_seconds = spacing_seconds
        self._poll_seconds = poll_seconds
        self._free_at: dict[int, float] = {}
        self._saying = Saying(self._bot)
        self._polling: concurrent.futures.Future[Any] | None = None
        self.bot = token.partition(":")[0]
        self.pictures = TelegramPictures(self._connection, self._chat, self._wait_for_turn)

    def recipients(self) -> Sequence[str]:
        return tuple(self._chats)

    def answers(self, recipient: str) -> bool:  # noqa: ARG002 -- all chats are Telegram's
        """Whether Telegram answers just now: it is asked for the bot's username."""
        try:
            self.check()
        except (NotifierUnavailable, MessageRefused):
            return False
        return True

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message; the receipt is Telegram's number for it; of a group that has moved, with that group's.

        Raises:
            NotifierUnavailable: not now.
            MessageRefused: never, in this chat.
        """
        chat = self._chat(recipient)
        return self._connection.call(lambda: self._deliver(self._shown_in(chat, message), chat))

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        """Edit a message; where it is gone, or too old to be edited, say it anew.

        Raises:
            NotifierUnavailable, MessageRefused: as `send`.
        """
        chat = self._chat(recipient)
        return self._connection.call(lambda: self._replace(receipt, self._shown_in(chat, message), chat))

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        """Edit a further copy of a message; where it is gone, there is nothing to do.

        Raises:
            NotifierUnavailable, MessageRefused: as `send`.
        """
        chat = self._chat(recipient)
        self._connection.call(lambda: self._edit(receipt, self._shown_in(chat, message), chat))

    def answer(self, press: str, text: str, *, is_alert: bool = False) -> None:
        """Tell the one who pressed a button what came of it; a press that is too old needs no answer any more.

        Raises:
            NotifierUnavailable: not now; there is no second chance.
        """
        shown = rendering.cut(text, _LONGEST_ANSWER)
        self._connection.call(lambda: self._answer(press, shown, is_alert=is_alert))

    def offer(self, commands: Mapping[str, str]) -> None:
        """Put commands into the menu that Telegram shows beside the line in which people write.

        Args:
            commands: what each does, by its name, without the slash.

        Raises:
            NotifierUnavailable, MessageRefused: as `send`.
        """
        self._connection.call(lambda: self._offer(commands))

    def updates(self, offset: int | None, *, waits: bool = True) -> Sequence[Mapping[str, Any]]:
        """Give what people wrote and pressed, as Telegram tells it; all below the offset is forgotten there.

        Args:
            waits: whether to wait for something where there is nothing yet.

        Raises:
            NotifierUnavailable.
        """
        held_seconds = self._poll_seconds if waits else 0
        return self._connection.call(
            lambda: self._poll(offset, held_seconds),
            seconds=held_seconds + _POLL_SLACK_SECONDS,
            on_begun=self._is_polling,
        )

    def stop_listening(self) -> None:
        """End the poll that is under way, if one is; what came in meanwhile is told again after the next start."""
        if self._polling is not None:
            self._polling.cancel()

    def _is_polling(self, poll: concurrent.futures.Future[Any]) -> None:
        self._polling = poll

    def heard_in(self, update: Mapping[str, Any]) -> Heard | None:
        """Read an update; None for one that nobody could mean for us."""
        return heard_in(update, self.bot)

    @staticmethod
    def sent_at(update: Mapping[str, Any]) -> datetime.datetime | None:
        """When somebody wrote, by Telegram's clock; None for what tells no time."""
        return sent_at(update)

    def check(self) -> str:
        """Ask Telegram for the bot's username.

        Raises:
            NotifierUnavailable: Telegram can't be reached, or does not accept the token.
        """
        return self._connection.call(self._username)

    def close(self) -> None:
        """Give up what is under way, close the connections and end the thread. Again, it does nothing."""
        self._connection.close()

    def _chat(self, recipient: str) -> int:
        chat = self._chats.get(recipient)
        if chat is None:
            raise MessageRefused(
                Phrase("The recipient is none of the chats in DOSSIERD_TELEGRAM_CHATS."),
                hint=Phrase("Add the chat there if it shall be told. What is open: dossierd pending."),
            )
        return chat

    async def _username(self) -> str:
        bot = await well_formed(self._bot.get_me())
        return bot.username or ""

    async def _deliver(self, message: Message, chat: int) -> str:
        await self._wait_for_turn(chat)
        try:
            return await self._marked_up(message, lambda **how: self._post(chat, message, **how))
        except ChatMigrated as error:
            log.warning("telegram_chat_migrated", chat=chat, new_chat=error.new_chat_id)
            new = error.new_chat_id
            alone = dataclasses.replace(message, answers_to=None)  # its number means another message there
            number = await self._marked_up(alone, lambda **how: self._post(new, alone, **how))
            return f"{number}@{new}"

    async def _replace(self, receipt: str, message: Message, chat: int) -> str:
        if await self._edit(receipt, message, chat):
            return receipt
        log.info("telegram_message_gone", document=message.reference)
        return await self._deliver(message, chat)

    async def _edit(self, receipt: str, message: Message, chat: int) -> bool:
        """Change a message; False when it is gone, or stands in a group that has become another."""
        await self._wait_for_turn(chat)
        stands_in, number = _place(receipt, chat)
        try:
            await self._marked_up(message, lambda **how: self._rewrite(stands_in, number, message, **how))
        except ChatMigrated:  # its number means another message there
            return False
        except BadRequest as error:
            if faults.is_past_editing(error):
                return False
            if not faults.is_not_modified(error):
                raise
        return True

    async def _marked_up(self, message: Message, say: Callable[..., Awaitable[str]]) -> str:
        """Say it as HTML; where Telegram refuses that, once as plain text."""
        try:
            return await say(text=rendering.markup(message), parse_mode=ParseMode.HTML)
        except BadRequest as error:
            if not faults.is_markup_refused(error):
                raise
            log.warning("telegram_markup_refused", document=message.reference)
            return await say(text=rendering.plain(message), parse_mode=None)

    async def _wait_for_turn(self, chat: int) -> None:
        now = self._connection.loop.time()
        turn = max(now, self._free_at.get(chat, now))
        self._free_at[chat] = turn + self._spacing_seconds
        await asyncio.sleep(turn - now)

    async def _post(self, chat: int, message: Message, *, text: str, parse_mode: ParseMode | None) -> str:
        async def once() -> str:
            sent = self._bot.send_message(
                chat,
                text,
                parse_mode=parse_mode,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_keyboard(message),
                disable_notification=message.is_silent,
                reply_parameters=_beside(message),
            )
            return str((await well_formed(sent)).message_id)

        return await self._saying.say(once)

    async def _rewrite(
        self, chat: int, number: int, message: Message, *, text: str, parse_mode: ParseMode | None
    ) -> str:
        async def once() -> str:
            edited = self._bot.edit_message_text(
                text,
                chat,
                number,
                parse_mode=parse_mode,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_keyboard(message),
            )
            await well_formed(edited)
            return str(number)

        return await tried(once)

    async def _answer(self, press: str, text: str, *, is_alert: bool) -> None:
        async def once() -> None:
            await well_formed(self._bot.answer_callback_query(press, text, show_alert=is_alert))

        try:
            await tried(once)
        except BadRequest as error:
            if not faults.is_too_old(error):
                raise

    async def _offer(self, commands: Mapping[str, str]) -> None:
        async def once() -> None:
            await well_formed(self._bot.set_my_commands(list(commands.items())))

        await tried(once)

    async def _poll(self, offset: int | None, held_seconds: int) -> Sequence[Mapping[str, Any]]:
        asked: dict[str, Any] = {"timeout": held_seconds, "allowed_updates": _HEARD}
        if offset is not None:
            asked["offset"] = offset
        found = await well_formed(
            self._bot.do_api_request(
                "getUpdates", api_kwargs=asked, read_timeout=held_seconds + _POLL_SLACK_SECONDS / 2
            )
        )
        if not isinstance(found, list) or not all(isinstance(update, dict) for update in found):
            raise TelegramError("malformed answer")
        return [update for update in found if isinstance(update.get("update_id"), int)]


def _place(receipt: str, chat: int) -> tuple[int, int]:
    """The chat in which a message stands, and its number there; of a group that moved, as `_deliver` writes it."""
    number, _, moved_to = receipt.partition("@")
    return int(moved_to or chat), int(number)


def _beside(message: Message) -> ReplyParameters | None:
    """What it answers; where that was deleted meanwhile, it is said all the same."""
    if message.answers_to is None:
        return None
    return ReplyParameters(message_id=int(message.answers_to), allow_sending_without_reply=True)


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(rendering.label(button.label), callback_data=button.data) for button in row]
            for row in message.buttons
        ]
    )
