"""The loop that tells of the house at its own times: the daily digest, and what is not well. Nothing waits on it."""

import threading
from collections.abc import Callable, Sequence

import structlog

from agent import errors
from agent.app import Parts
from agent.core.replies import menu
from agent.daemon.anchoring import head_of
from agent.daemon.chores import LOOK_SECONDS, Chores
from agent.daemon.telling import announcer_of_part
from agent.domain.message import Topic
from agent.domain.phrase import Phrase, plain
from agent.domain.wellness import PartState
from agent.recipients import OPENED_AGAIN, named_recipients
from agent.workflow.digest import write_digest
from agent.workflow.notices import Announcer, Wellness, tell_of_silence
from agent.workflow.sampling import tend_sample

log = structlog.get_logger(__name__)

LOOKS_APART = 10
"""Of health, which costs more than a look at the clock: every five minutes."""


class House:
    """Looks every half minute whether something is to be told.

    Args:
        wellness: how the parts of the house are that nobody else tells of.
        on_told: called when a message was written.
        is_on_duty: whether this host tells people, of those that share the ledger.
    """

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        wellness: Callable[[], Sequence[PartState]],
        on_told: Callable[[], None],
        is_on_duty: Callable[[], bool] = lambda: True,
    ) -> None:
        self._parts = parts
        self._chores = Chores(parts, stop)
        self._is_on_duty = is_on_duty
        self._stop = stop
        self._on_told = on_told
        of_telegram, onlookers = parts.outbox.about("telegram"), parts.ports.onlookers
        self._of_telegram = Announcer(Topic.HEALTH, of_telegram, parts.clock, (), onlookers)
        self._states = wellness
        self._wellness = Wellness(self._announcer, parts.ports.voice)
        self._looks = 0
        self._digest_time = parts.settings.digest_time
        self._names = named_recipients(parts.settings)
        self._is_menu_offered = parts.listener is None

    def turn(self) -> None:
        if self._is_on_duty():
            self._tell()
        self._chores.look()
        self._stop.wait(LOOK_SECONDS)

    def _tell(self) -> None:
        if self._set_moments_right():
            self._on_told()
        self._offer_menu()
        if self._tell_of_silence():
            self._on_told()
        if self._write_digest():
            self._on_told()
        if self._looks % LOOKS_APART == 1 and self._wellness.look((*self._states(), *self._unreached())):
            self._on_told()
        self._looks += 1
        self._parts.cost_book.catch_up()
        if self._looks % LOOKS_APART == 1 and self._tend_sample():
            self._on_told()

    def _set_moments_right(self) -> bool:
        """A clock that was ahead has written moments that nobody is to wait for; gives whether there were any."""
        count = self._parts.moments.set_right(self._parts.clock.now())
        if count:
            log.warning("clock_was_ahead", count=count)
        return count > 0

    def _offer_menu(self) -> None:
        """Have the chats show their commands, in the office's language; people can type them without that too."""
        if self._is_menu_offered or self._parts.listener is None or self._looks % LOOKS_APART:
            return
        try:
            self._parts.listener.offer(menu(self._parts.ports.voice))
        except errors.NotifierUnavailable as error:
            log.info("menu_put_off", reason=error.reason)
            return
        except errors.MessageRefused as error:
            log.info("menu_refused", reason=error.reason)
        self._is_menu_offered = True

    def _write_digest(self) -> bool:
        parts = self._parts
        return self._digest_time is not None and write_digest(
            parts.digests,
            self._digest_time,
            parts.ports.voice.timezone,
            recipients=parts.ports.recipients,
            clock=parts.clock,
            audit_head=lambda: head_of(parts),
            voice=parts.ports.voice,
            onlookers=parts.ports.onlookers,
            samples=parts.ports.samples.weeks,
        )

    def _tend_sample(self) -> bool:
        parts = self._parts
        return tend_sample(parts.ports, parts.settings.sample_a_week, is_quiet=parts.is_quiet)

    def _tell_of_silence(self) -> bool:
        """Tell of Telegram by another way, where there is one."""
        parts = self._parts
        if parts.listener is None or not parts.ports.onlookers:
            return False
        silence = parts.inbox.silence(parts.listener.bot)
        return tell_of_silence(self._of_telegram, silence, parts.clock.now(), parts.ports.voice)

    def _announcer(self, part: str, spared: str | None) -> Announcer:
        return announcer_of_part(self._parts, part, spared)

    def _unreached(self) -> Sequence[PartState]:
        """Who is told no more: of a chat that has blocked the bot, or an address that takes nothing, others hear."""
        refusing = self._parts.undelivered.refusing(tuple(self._names))
        return [
            PartState(
                part=name,
                is_bad=error is not None,
                sentence=_not_told(name, plain(error or "")),
                hint=Phrase(OPENED_AGAIN[name.partition(" ")[0]]),
                spared=recipient,
            )
            for recipient, error in refusing.items()
            for name in (self._names[recipient],)
        ]


def _not_told(name: str, error: Phrase) -> Phrase:
    """Say that a chat, or an address, takes nothing: `chat 2`."""
    kind, _, number = name.partition(" ")
    if kind == "chat":
        return Phrase("Chat {number} is not told any more. {error}", number=number, error=error)
    return Phrase("Address {number} is not told any more. {error}", number=number, error=error)
