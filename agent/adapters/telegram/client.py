"""Send messages through Telegram's Bot API.

One background thread owns one event loop, and with it the connections: python-telegram-bot is asynchronous,
the workflow is not, and connections can't move between loops. Calls from several threads run side by side
on it.

The token never leaves this package: it is part of every address, so httpx logs it and the vendor's errors
repeat it, as can a server's answer. Hence the vendors' loggers are turned down, and their errors are
translated to sentences of our own that are raised outside the `except`: not even an exception's context
carries the original.

What surely never reached Telegram is tried again at once. Where the outcome is unknown (a lost reply), the
outbox tries later: there is no idempotency key, and every try may be one more visible copy.

A recipient that is none of the set chats is refused: an old row can't speak to a chat that was taken off
the list.
"""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog
import tenacity
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.request import HTTPXRequest

from agent.adapters.telegram import faults, rendering
from agent.domain.message import Message
from agent.errors import DossierdError, MessageRefused, NotifierUnavailable

log = structlog.get_logger(__name__)

CALL_SECONDS = 15.0
"""All of one call: spacing, quick tries and the pauses between them."""
CONNECT_SECONDS = 4.0
REPLY_SECONDS = 9.0
QUICK_TRIES = 3
SPACING_SECONDS = 1.0
"""Telegram asks for about one message a second in each chat."""
CONNECTIONS = 4

_VENDOR_LOGGERS = {
    "httpx": logging.WARNING,  # its INFO lines hold each address, and so the token
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL,  # its ERROR lines repeat answers, which can echo address and message
}

_Result = TypeVar("_Result")


class TelegramNotifier:
    """A `Notifier` for a fixed list of chats; `close` it at the end.

    Args:
        token: the bot's secret.
        chats: numbers of the chats that may be told; groups have negative ones.
        base_url: the Bot API server, such as `https://api.telegram.org`.
        spacing_seconds: least time between two messages to one chat.
        call_seconds: deadline of one call.
    """

    def __init__(
        self,
        token: str,
        chats: Sequence[int],
        base_url: str,
        *,
        spacing_seconds: float = SPACING_SECONDS,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        for name, level in _VENDOR_LOGGERS.items():
            logging.getLogger(name).setLevel(level)
        self._chats = {f"telegram:{chat}": chat for chat in chats}
        self._spacing_seconds = spacing_seconds
        self._call_seconds = call_seconds
        self._free_at: dict[int, float] = {}
        self._requests = (_connections(1), _connections(CONNECTIONS))
        polls, calls = self._requests
        url = f"{base_url.rstrip('/')}/bot"
        self._bot = Bot(token, base_url=url, request=calls, get_updates_request=polls)
        self._closing = threading.Lock()
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._thread.start()

    def recipients(self) -> Sequence[str]:
        return tuple(self._chats)

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message; the receipt is Telegram's number for it.

        Raises:
            NotifierUnavailable: not now.
            MessageRefused: never, in this chat.
        """
        chat = self._chats.get(recipient)
        if chat is None:
            raise MessageRefused(
                "The recipient is none of the chats in DOSSIERD_TELEGRAM_CHATS.",
                hint="Add the chat there if it shall be told. What is open: dossierd pending.",
            )
        return self._call(lambda: self._deliver(message, chat))

    def check(self) -> str:
        """Ask Telegram for the bot's username.

        Raises:
            NotifierUnavailable: Telegram can't be reached, or does not accept the token.
        """
        return self._call(self._username)

    def close(self) -> None:
        """Give up what is under way, close the connections and end the thread. Again, it does nothing."""
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
            shut_down = asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
        shut_down.result(timeout=self._call_seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=self._call_seconds)
        self._loop.close()

    def _call(self, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        """Run on the loop's thread, and translate what goes wrong."""
        with self._closing:
            if self._is_closed:
                raise NotifierUnavailable("dossierd is stopping; the connection to Telegram is closed.")
            future = asyncio.run_coroutine_threadsafe(self._within_deadline(work), self._loop)
        failure: DossierdError
        try:
            return future.result()
        except TelegramError as error:
            failure = faults.translated(error)
        except TimeoutError:
            failure = faults.no_answer()
        except concurrent.futures.CancelledError:
            failure = NotifierUnavailable("dossierd is stopping; the connection to Telegram was closed.")
        raise failure

    async def _within_deadline(self, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        async with asyncio.timeout(self._call_seconds):
            return await work()

    async def _shut_down(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    async def _username(self) -> str:
        bot = await _well_formed(self._bot.get_me())
        return bot.username or ""

    async def _deliver(self, message: Message, chat: int) -> str:
        await self._wait_for_turn(chat)
        marked_up = rendering.markup(message)
        try:
            return await self._post(chat, marked_up, ParseMode.HTML)
        except ChatMigrated as error:
            log.warning("telegram_chat_migrated", chat=chat, new_chat=error.new_chat_id)
            return await self._post(error.new_chat_id, marked_up, ParseMode.HTML)
        except BadRequest as error:
            if not faults.is_markup_refused(error):
                raise
            log.warning("telegram_markup_refused", document=message.reference)
            return await self._post(chat, rendering.plain(message), None)

    async def _wait_for_turn(self, chat: int) -> None:
        now = self._loop.time()
        turn = max(now, self._free_at.get(chat, now))
        self._free_at[chat] = turn + self._spacing_seconds
        await asyncio.sleep(turn - now)

    async def _post(self, chat: int, text: str, parse_mode: ParseMode | None) -> str:
        tries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(faults.is_surely_not_sent),
            stop=tenacity.stop_after_attempt(QUICK_TRIES),
            wait=tenacity.wait_random_exponential(multiplier=0.25, max=2),
            before_sleep=_log_quick_try,
            reraise=True,
        )
        return await tries(self._post_once, chat, text, parse_mode)

    async def _post_once(self, chat: int, text: str, parse_mode: ParseMode | None) -> str:
        no_preview = LinkPreviewOptions(is_disabled=True)
        request = self._bot.send_message(chat, text, parse_mode=parse_mode, link_preview_options=no_preview)
        return str((await _well_formed(request)).message_id)


def _connections(count: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=count,
        httpx_kwargs={"trust_env": False},  # the environment must not redirect the token to a proxy
        connect_timeout=CONNECT_SECONDS,
        pool_timeout=CONNECT_SECONDS,
        read_timeout=REPLY_SECONDS,
        write_timeout=REPLY_SECONDS,
    )


async def _well_formed(request: Awaitable[_Result]) -> _Result:
    """Await an answer; JSON of another shape than the Bot API's fails in the vendor's parser in many ways."""
    try:
        return await request
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TelegramError("malformed answer") from error


def _log_quick_try(state: tenacity.RetryCallState) -> None:
    log.info("telegram_connection_failed", attempt=state.attempt_number)
