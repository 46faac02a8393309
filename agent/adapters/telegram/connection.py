"""The connection to Telegram's Bot API: one background thread owns one event loop, and with it the connections.

python-telegram-bot is asynchronous, the workflow is not, and connections can't move between loops. Calls from several
threads run side by side on it.

The token never leaves this package: it is part of every address, so httpx logs it and the vendor's errors repeat it, as
can a server's answer. Hence the vendors' loggers are turned down, and their errors are translated to sentences of our
own that are raised outside the `except`: not even an exception's context carries the original.
"""

import asyncio
import concurrent.futures
import logging
import threading
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from agent.adapters.telegram import faults
from agent.errors import DossierdError, NotifierUnavailable

CALL_SECONDS = 15.0
"""All of one call: spacing, quick tries and the pauses between them."""
CONNECT_SECONDS = 4.0
REPLY_SECONDS = 9.0
CONNECTIONS = 4

_VENDOR_LOGGERS = {
    "httpx": logging.WARNING,  # its INFO lines hold each address, and so the token
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL,  # its ERROR lines repeat answers, which can echo address and message
}

_Result = TypeVar("_Result")


class Connection:
    """One bot; `close` it at the end.

    Args:
        token: the bot's secret.
        base_url: the Bot API server, such as `https://api.telegram.org`.
        call_seconds: deadline of one call.
    """

    def __init__(self, token: str, base_url: str, *, call_seconds: float = CALL_SECONDS) -> None:
        for name, level in _VENDOR_LOGGERS.items():
            logging.getLogger(name).setLevel(level)
        # Updates are taken as they come: the vendor's parser refuses a whole batch for one that it doesn't know.
        warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
        self._call_seconds = call_seconds
        self._requests = (_connections(1), _connections(CONNECTIONS))
        polls, calls = self._requests
        url = f"{base_url.rstrip('/')}/bot"
        self.bot = Bot(token, base_url=url, request=calls, get_updates_request=polls)
        self._closing = threading.Lock()
        self._is_closed = False
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="telegram", daemon=True)
        self._thread.start()

    def call(
        self,
        work: Callable[[], Coroutine[Any, Any, _Result]],
        *,
        seconds: float | None = None,
        on_begun: Callable[[concurrent.futures.Future[_Result]], None] = lambda _: None,
    ) -> _Result:
        """Run on the loop's thread, and translate what goes wrong.

        Args:
            seconds: the deadline, if another than usual.
            on_begun: is given what is under way, so that it can be cancelled.

        Raises:
            NotifierUnavailable, MessageRefused.
        """
        with self._closing:
            if self._is_closed:
                raise NotifierUnavailable("dossierd is stopping; the connection to Telegram is closed.")
            future = asyncio.run_coroutine_threadsafe(_within(seconds or self._call_seconds, work), self.loop)
        on_begun(future)
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

    def close(self) -> None:
        """Give up what is under way, close the connections and end the thread. Again, it does nothing."""
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
            shut_down = asyncio.run_coroutine_threadsafe(self._shut_down(), self.loop)
        shut_down.result(timeout=self._call_seconds)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=self._call_seconds)
        self.loop.close()

    async def _shut_down(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()


async def well_formed(request: Awaitable[_Result]) -> _Result:
    """Await an answer; JSON of another shape than the Bot API's fails in the vendor's parser in many ways."""
    try:
        return await request
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TelegramError("malformed answer") from error


async def _within(seconds: float, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    async with asyncio.timeout(seconds):
        return await work()


def _connections(count: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=count,
        # neither the environment nor an answer may lead the token to another machine
        httpx_kwargs={"trust_env": False, "follow_redirects": False},
        connect_timeout=CONNECT_SECONDS,
        pool_timeout=CONNECT_SECONDS,
        read_timeout=REPLY_SECONDS,
        write_timeout=REPLY_SECONDS,
    )
