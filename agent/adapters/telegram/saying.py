"""Say to Telegram what would stand in a chat twice if it were said twice.

What surely never reached Telegram is tried again at once. Where the outcome is unknown (a lost reply), there is no
idempotency key, and every try may be one more visible copy. So after a lost reply nothing is said before Telegram has
answered a harmless question: an outage of any length costs one copy at most.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
import tenacity
from telegram import Bot

from agent.adapters.telegram import faults
from agent.adapters.telegram.connection import well_formed

log = structlog.get_logger(__name__)

QUICK_TRIES = 3
_Result = TypeVar("_Result")


class Saying:
    """What is said by a bot, one thing after the other."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._is_reply_lost = False

    async def say(self, once: Callable[[], Awaitable[_Result]]) -> _Result:
        """Say it, after a harmless question where the last reply was lost.

        Raises:
            TelegramError.
        """
        if self._is_reply_lost:
            await tried(self._asked)
        self._is_reply_lost = True
        try:
            result = await tried(once)
        except faults.ANSWERS:
            self._is_reply_lost = False
            raise
        self._is_reply_lost = False
        return result

    async def _asked(self) -> None:
        await well_formed(self._bot.get_me())


async def tried(once: Callable[[], Awaitable[_Result]]) -> _Result:
    """Try again at once what surely never reached Telegram."""
    tries = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(faults.is_surely_not_sent),
        stop=tenacity.stop_after_attempt(QUICK_TRIES),
        wait=tenacity.wait_random_exponential(multiplier=0.25, max=2),
        before_sleep=_log_quick_try,
        reraise=True,
    )
    return await tries(once)


def _log_quick_try(state: tenacity.RetryCallState) -> None:
    log.info("telegram_connection_failed", attempt=state.attempt_number)
