"""What people are told of the house: once when it begins, once when it is over, across restarts."""

import datetime
from collections.abc import Callable, Mapping, Sequence

import structlog

from agent import errors
from agent.asked import Notices
from agent.core.notices import left_notice, nothing_left_notice, unwell_notice, well_notice
from agent.core.voice import ENGLISH, Voice
from agent.domain.hearing import Silence
from agent.domain.message import OVER, Message, Topic, addressed
from agent.domain.phrase import Phrase, plain
from agent.domain.wellness import PartState
from agent.ports import Clock

log = structlog.get_logger(__name__)


class Announcer:
    """Tells people of one topic. What the ledger can't take now is told when it can, if it still holds then."""

    def __init__(
        self,
        topic: Topic,
        notices: Notices,
        clock: Clock,
        recipients: Sequence[str],
        onlookers: Sequence[str] = (),
    ) -> None:
        self._topic = topic
        self._notices = notices
        self._clock = clock
        self._recipients = recipients
        self._onlookers = onlookers
        self._stands: bool | None = None

    def stands(self) -> bool:
        """Whether people were told last that it has begun, and not yet that it is over.

        Raises:
            LedgerUnavailable: it can't be told now.
        """
        if self._stands is None:
            last = self._notices.last_notice(self._topic)
            self._stands = last is not None and last not in OVER
        return self._stands

    def tell(self, message: Message, *, spared: Callable[[], str | None] = lambda: None) -> bool:
        """Tell how it is, unless people know; gives whether something was written.

        Args:
            spared: gives the recipient who was told in another way, if there is one.
        """
        try:
            is_known = self.stands() is (message.kind not in OVER)
        except errors.LedgerUnavailable as error:
            return self._put_off(error)
        return not is_known and self.repeat(message, spared=spared)

    def repeat(self, message: Message, *, spared: Callable[[], str | None] = lambda: None) -> bool:
        """Tell how it is, even if people know already; gives whether it was written."""
        try:
            known_by = spared()
            told = [recipient for recipient in self._recipients if recipient != known_by]
            self._notices.announce(addressed(message, told, self._onlookers), self._clock.now())
        except errors.LedgerUnavailable as error:
            return self._put_off(error)
        self._stands = message.kind not in OVER
        return True

    def _put_off(self, error: errors.LedgerUnavailable) -> bool:
        log.warning("notice_put_off", topic=self._topic, reason=error.reason)
        return False


class Wellness:
    """Tells people of each part that is not well, if two looks in a row have found it so, and once that it is again.

    Args:
        announcer: gives the one who tells of a part, to all but the one named.
    """

    def __init__(self, announcer: Callable[[str, str | None], Announcer], voice: Voice = ENGLISH) -> None:
        self._announcer = announcer
        self._voice = voice
        self._bad: frozenset[str] = frozenset()

    def look(self, parts: Sequence[PartState]) -> bool:
        """Compare with the last look; gives whether something was told."""
        before, self._bad = self._bad, frozenset(it.part for it in parts if it.is_bad)
        told = [self._tell(it) for it in parts if not it.is_bad or it.part in before]
        return any(told)

    def _tell(self, state: PartState) -> bool:
        notice = (
            unwell_notice(state.sentence, state.hint, self._voice, part=state.part)
            if state.is_bad
            else well_notice(state.part, self._voice)
        )
        return self._announcer(state.part, state.spared).tell(notice)


UNHEARD_AFTER = datetime.timedelta(minutes=10)
"""A channel that is away for a moment is worth no e-mail."""


def tell_of_silence(
    announcer: Announcer, silence: Silence | None, now: datetime.datetime, voice: Voice = ENGLISH
) -> bool:
    """Tell those who have another channel that one is silent, and once that it answers; gives whether it was written.

    Args:
        announcer: of the one channel, to those who don't hear of things by it.
    """
    if silence is None:
        return announcer.tell(well_notice("telegram", voice))
    if now - silence.since < UNHEARD_AFTER:
        return False
    sentence = Phrase(
        "telegram: {why} Nothing was heard since {since}.", why=plain(silence.sentence), since=silence.since
    )
    return announcer.tell(unwell_notice(sentence, plain(silence.hint), voice, part="telegram"))


QUIET_LOOKS = 20
"""Somebody who copies thousands of pictures into `incoming/` is told every ten minutes, not every half one."""


class Leftovers:
    """Tells people what lies in `incoming/` and is not filed: each thing once, if two looks in a row have met it.

    Accepted: after a restart, what came while the daemon was down is taken for told, if other things were.
    """

    def __init__(self, announcer: Announcer, *, voice: Voice) -> None:
        self._announcer = announcer
        self._voice = voice
        self._seen: frozenset[str] | None = None
        self._told: frozenset[str] | None = None
        self._quiet_looks = 0

    def look(self, things: Mapping[str, str]) -> bool:
        """Compare with the last look; gives whether something was told.

        Args:
            things: names below `incoming/`, each with what is wrong in a word or two.

        Raises:
            LedgerUnavailable: what people were told last can't be looked up now.
        """
        before, self._seen = self._seen, frozenset(things)
        if before is None:
            return False
        if self._told is None:
            self._told = self._seen if self._announcer.stands() else frozenset()
        self._told &= self._seen
        new = {name: things[name] for name in things if name in before and name not in self._told}
        self._quiet_looks = max(0, self._quiet_looks - 1)
        if new and not self._quiet_looks and self._announcer.repeat(left_notice(new, voice=self._voice)):
            self._told |= new.keys()
            self._quiet_looks = QUIET_LOOKS
            return True
        return not (things or before) and self._announcer.tell(nothing_left_notice(voice=self._voice))
