"""Show pictures in Telegram's chats for a while.

A lost reply to sendPhoto would leave a picture whose number nobody knows, and which nobody can delete. So a grey one is
sent first, by `saying`, which keeps down how many there may be; the picture takes its place by an edit, which may be
repeated. What is too old to be deleted (48 hours: https://core.telegram.org/bots/api#deletemessage) is made grey again.
"""

import functools
import struct
import zlib
from collections.abc import Awaitable, Callable

import structlog
from telegram import InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest

from agent.adapters.telegram import faults, rendering
from agent.adapters.telegram.connection import Connection, well_formed
from agent.adapters.telegram.saying import Saying
from agent.domain.message import Message
from agent.domain.snippet import HIGHEST, WIDEST

log = structlog.get_logger(__name__)

_GREY = 0xE0
_FILENAME = "snippet.png"


class TelegramPictures:
    """Implements `shown.Pictures`.

    Args:
        chat_of: the chat of a recipient; raises `MessageRefused` for one that is none.
        wait_for_turn: keeps messages to one chat apart.
    """

    def __init__(
        self,
        connection: Connection,
        chat_of: Callable[[str], int],
        wait_for_turn: Callable[[int], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._bot = connection.bot
        self._chat_of = chat_of
        self._wait_for_turn = wait_for_turn
        self._saying = Saying(self._bot)

    def hold_place(self, message: Message, recipient: str, *, beside: str | None) -> str:
        chat = self._chat_of(recipient)
        number = None if beside is None else int(beside)
        return self._connection.call(lambda: self._send(message, chat, number))

    def show(self, receipt: str, picture: bytes, message: Message, recipient: str) -> None:
        chat = self._chat_of(recipient)
        self._connection.call(lambda: self._put(int(receipt), picture, message, chat))

    def take_away(self, receipt: str, message: Message, recipient: str) -> None:
        chat = self._chat_of(recipient)
        self._connection.call(lambda: self._delete(int(receipt), message, chat))

    async def _send(self, message: Message, chat: int, beside: int | None) -> str:
        await self._wait_for_turn(chat)
        answers = (
            None if beside is None else ReplyParameters(message_id=beside, allow_sending_without_reply=True)
        )

        async def once() -> str:
            sent = self._bot.send_photo(
                chat,
                blank(),
                caption=rendering.caption(message),
                filename=_FILENAME,
                protect_content=True,
                has_spoiler=True,
                disable_notification=True,
                reply_parameters=answers,
            )
            return str((await well_formed(sent)).message_id)

        return await self._saying.say(once)

    async def _put(self, number: int, picture: bytes, message: Message, chat: int) -> None:
        await self._wait_for_turn(chat)
        media = InputMediaPhoto(
            picture, caption=rendering.caption(message), filename=_FILENAME, has_spoiler=True
        )
        try:
            await well_formed(self._bot.edit_message_media(media, chat, number))
        except BadRequest as error:
            if not faults.is_not_modified(error):
                raise

    async def _delete(self, number: int, message: Message, chat: int) -> None:
        try:
            await well_formed(self._bot.delete_message(chat, number))
        except BadRequest as error:
            if faults.is_gone(error):
                return
            if not faults.is_past_deleting(error):
                raise
            log.info("picture_made_grey", document=message.reference)
            await self._put(number, blank(), message, chat)


@functools.cache
def blank() -> bytes:
    """A PNG of one grey, as large as a snippet may be."""
    header = struct.pack(">IIBBBBB", WIDEST, HIGHEST, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([_GREY]) * WIDEST) * HIGHEST)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
