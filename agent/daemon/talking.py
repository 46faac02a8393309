"""The chats: hear what comes in, do what is wanted, and keep questions true.

The ears only write down: an update is committed before Telegram is told to forget it. What is written down is taken up
by the talk, which may die at any point and then takes it up again.
"""

import datetime
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from agent import errors
from agent.asked import Inbox, Requests
from agent.daemon.loop import ERROR_PAUSE_SECONDS
from agent.domain.hearing import HEARD_WITHIN, Heard
from agent.domain.life import Reply, Request
from agent.workflow.asking import Asking
from agent.workflow.conversation import Conversation
from agent.workflow.hearing import Hearing

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER = datetime.timedelta(hours=24)
"""Telegram keeps what nobody has fetched for so long."""
TOLD_AT_MOST = 100
"""Updates that Telegram tells at once; after so many, more may wait (core.telegram.org/bots/api#getupdates)."""
NAME_HOLDS = datetime.timedelta(minutes=10)
"""How long the bot's name is taken for what it was."""
REPLY_SECONDS = 8.0
"""How long a press waits for what comes of it: Telegram takes an answer for some seconds."""
LOOK_SECONDS = 0.05
PAUSE_SECONDS = 2.0
"""How often open reviews are looked for; a press, and a document that comes to rest, wake it."""


class Listener(Protocol):
    """A channel that can be listened to."""

    bot: str

    def updates(self, offset: int | None, *, waits: bool = True) -> Sequence[Mapping[str, Any]]:
        """Give what people wrote and pressed; all below the offset is forgotten there.

        Args:
            waits: whether to wait for something where there is nothing yet.

        Raises:
            NotifierUnavailable.
        """
        ...

    def answer(self, press: str, text: str, *, is_alert: bool = False) -> None:
        """Tell the one who pressed a button what came of it.

        Raises:
            NotifierUnavailable, MessageRefused.
        """
        ...

    def heard_in(self, update: Mapping[str, Any]) -> Heard | None:
        """Read an update; None for one that nobody could mean for us."""
        ...

    def sent_at(self, update: Mapping[str, Any]) -> datetime.datetime | None:
        """When somebody wrote, by the channel's clock; None for what tells no time."""
        ...


class Ears:
    """Writes down what comes in. Its turn lasts as long as Telegram holds the poll.

    The first poll, and the first after trouble, is not held: whether Telegram answers is known at once.
    What comes in while it listens is meant when it comes. What may have waited for it is meant when it was written,
    since whoever wrote it has not seen what was done in between. The channel's clock is trusted only then.
    """

    def __init__(
        self,
        listener: Listener,
        inbox: Inbox,
        now: Callable[[], datetime.datetime],
        stop: threading.Event,
        on_heard: Callable[[], None],
    ) -> None:
        self._listener = listener
        self._inbox = inbox
        self._now = now
        self._stop = stop
        self._on_heard = on_heard
        self._offset: int | None = None
        self._hears_since: datetime.datetime | None = None
        self._trouble: str | None = None
        self._may_have_waited = True
        self._is_new = True

    def turn(self) -> None:
        """Poll once."""
        if self._is_new:
            self._inbox.forget_silence(self._listener.bot)
            self._is_new = False
        may_have_waited, self._may_have_waited = self._may_have_waited, True
        try:
            updates = self._listener.updates(self._offset, waits=not may_have_waited)
        except errors.NotifierUnavailable as error:
            pause = max(ERROR_PAUSE_SECONDS, error.retry_after_seconds or 0.0)
            if error.sentence != self._trouble:  # an hour's outage is no thousand lines
                log.warning("listening_failed", reason=error.reason, pause_seconds=pause)
                self._inbox.unanswered(self._listener.bot, error.sentence, error.hint, self._now())
            self._trouble = error.sentence
            self._stop.wait(pause)
            return
        if self._trouble is not None:
            log.info("listening_resumed")
        self._trouble = None
        now = self._now()
        meant = [(one, self._sent_at(one, now) if may_have_waited else now) for one in updates]
        last = self._inbox.keep(self._listener.bot, meant)
        self._hears_since = self._hears_since or now
        if len(updates) < TOLD_AT_MOST:  # all that waited is kept, and what is not there is lost
            self._inbox.polled(self._listener.bot, self._hears_since, FORGOTTEN_AFTER)
            self._hears_since = None
            self._may_have_waited = False
        # An empty poll has confirmed all: after an idle week Telegram begins with any number, also a lower one.
        self._offset = None if last is None else last + 1
        if last is not None:
            self._on_heard()

    def _sent_at(self, update: Mapping[str, Any], now: datetime.datetime) -> datetime.datetime:
        sent_at = self._listener.sent_at(update)
        return now if sent_at is None else min(sent_at, now)


class Talk:
    """Takes up what was written down, one thing after the other, then looks for what is to be asked."""

    def __init__(
        self,
        listener: Listener,
        inbox: Inbox,
        conversation: Conversation,
        asking: Asking,
        now: Callable[[], datetime.datetime],
        *,
        wakes: threading.Event,
        still: Callable[[], bool],
        on_said: Callable[[], None],
    ) -> None:
        self._listener = listener
        self._inbox = inbox
        self._conversation = conversation
        self._asking = asking
        self._now = now
        self._wakes = wakes
        self._still = still
        self._on_said = on_said

    def turn(self) -> None:
        """Take up what waits, ask what is to be asked, then wait to be woken."""
        self._wakes.clear()
        # First: what was heard by then is among what waits.
        is_heard, heard_again_at = self._is_heard(), self._inbox.heard_again_at()
        for bot, number, update, at in self._inbox.waiting():
            if not self._still():
                return
            try:
                self._take_up(f"telegram:{bot}:{number}", update, at)
            except (errors.RegistryUnavailable, errors.NotifierUnavailable) as error:
                # It stays written down, and holds up no other.
                log.warning("hearing_put_off", reason=error.reason)
                heard_again_at = None  # it may be a press on what would be asked anew
                continue
            self._inbox.mark_handled(bot, number, self._now())
            self._on_said()
        if self._asking.turn(heard_again_at, is_heard=is_heard):
            self._on_said()
        self._wakes.wait(PAUSE_SECONDS)

    def _is_heard(self) -> bool:
        polled_at = self._inbox.polled_at()
        return polled_at is not None and self._now() - polled_at <= HEARD_WITHIN

    def _take_up(self, key: str, update: Mapping[str, Any], at: datetime.datetime) -> None:
        heard = self._listener.heard_in(update)
        if heard is None:
            log.info("update_ignored", update=key)
            return
        try:
            self._conversation.hear(Hearing(key=key, at=at, heard=heard))
        except errors.DossierdError as error:
            if error.retryable:
                raise  # it stays written down, and is heard again
            log.warning("hearing_refused", update=key, reason=error.reason)
        except Exception:  # one update's mistake of ours ends with that update
            log.exception("hearing_raised", update=key)


def asker(
    requests: Requests, still: Callable[[], bool], now: Callable[[], datetime.datetime]
) -> Callable[[Request], Reply | None]:
    """Make what gives a request to the desk and waits for the reply; a refusal that comes later is told in the chat."""

    def ask(request: Request) -> Reply | None:
        requests.submit(request)
        deadline = time.monotonic() + REPLY_SECONDS
        while time.monotonic() < deadline and still():
            reply = requests.reply(request.key)
            if reply is not None:
                return reply
            time.sleep(LOOK_SECONDS)
        return requests.leave(request.key, now())

    return ask


def namer(check: Callable[[], str], now: Callable[[], datetime.datetime]) -> Callable[[], str]:
    """Make what gives the bot's name, and asks for it again after a while: it may be renamed at @BotFather.

    Args:
        check: asks the channel for the name. May raise NotifierUnavailable.
    """
    known: tuple[str, datetime.datetime] | None = None

    def name() -> str:
        nonlocal known
        if known is None or not known[1] <= now() < known[1] + NAME_HOLDS:
            known = check(), now()
        return known[0]

    return name


def teller(listener: Listener) -> Callable[[str, str, bool], None]:
    """Make what answers a press: when that fails, the message itself still tells."""

    def tell(press: str, text: str, is_alert: bool) -> None:
        try:
            listener.answer(press, text, is_alert=is_alert)
        except (errors.NotifierUnavailable, errors.MessageRefused) as error:
            log.info("press_not_answered", reason=error.reason)

    return tell
