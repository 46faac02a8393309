"""One notifier out of several: each recipient's key begins with the word of its channel."""

from collections.abc import Mapping, Sequence

from agent.domain.message import Message
from agent.notifier import Notifier


class RoutingNotifier:
    """Hands each message to the channel of its recipient.

    Args:
        main: for every recipient that has none of the prefixes.
        others: a channel for each prefix, such as `notify:`.
    """

    def __init__(self, main: Notifier, others: Mapping[str, Notifier]) -> None:
        self._main = main
        self._others = others

    def recipients(self) -> Sequence[str]:
        channels = (self._main, *self._others.values())
        return tuple(recipient for channel in channels for recipient in channel.recipients())

    def answers(self, recipient: str) -> bool:
        """Whether the recipient's channel answers; for one that can't tell, whether the main one does."""
        own = self._channel(recipient)
        if own.answers(recipient):
            return True
        return own is not self._main and self._main.answers(recipient)

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message by its channel.

        Raises:
            NotifierUnavailable, MessageRefused: as the channel does.
        """
        return self._channel(recipient).send(message, recipient)

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        """Put a message in the place of an earlier one, as its channel does that.

        Raises:
            NotifierUnavailable, MessageRefused: as the channel does.
        """
        return self._channel(recipient).replace(receipt, message, recipient)

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        """Put a message in the place of a further copy, as its channel does that.

        Raises:
            NotifierUnavailable, MessageRefused: as the channel does.
        """
        self._channel(recipient).amend(receipt, message, recipient)

    def close(self) -> None:
        """Close the channels that can be closed."""
        for channel in (self._main, *self._others.values()):
            close = getattr(channel, "close", None)
            if close is not None:
                close()

    def _channel(self, recipient: str) -> Notifier:
        found = (channel for prefix, channel in self._others.items() if recipient.startswith(prefix))
        return next(found, self._main)
