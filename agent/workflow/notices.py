"""What people are told of the house: once when it begins, once when it is over, across restarts."""

from collections.abc import Sequence

import structlog

from agent import errors
from agent.domain.message import OVER, Message, Topic
from agent.ports import Clock, Notices

log = structlog.get_logger(__name__)


class Announcer:
    """Tells people of one topic. What the ledger can't take now is told when it can, if it still holds then."""

    def __init__(self, topic: Topic, notices: Notices, clock: Clock, recipients: Sequence[str]) -> None:
        self._topic = topic
        self._notices = notices
        self._clock = clock
        self._recipients = recipients
        self._stands: bool | None = None

    def tell(self, message: Message) -> bool:
        """Tell how it is, unless people know; gives whether something was written."""
        begins = message.kind not in OVER
        try:
            if self._stands is None:
                last = self._notices.last_notice(self._topic)
                self._stands = last is not None and last not in OVER
            if begins is self._stands:
                return False
            self._notices.announce(
                [(recipient, message) for recipient in self._recipients], self._clock.now()
            )
        except errors.LedgerUnavailable as error:
            log.warning("notice_put_off", topic=self._topic, reason=error.reason)
            return False
        self._stands = begins
        return True
