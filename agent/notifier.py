"""The port to a channel by which people are told."""

from collections.abc import Sequence
from typing import Protocol

from agent.domain.message import Message


class Notifier(Protocol):
    """A channel to people."""

    def recipients(self) -> Sequence[str]:
        """Whom a message goes to, each an opaque key that `send` takes."""
        ...

    def answers(self, recipient: str) -> bool:
        """Whether the recipient's channel answers something else just now; it may ask it, and wait for that.

        False where that can't be told. It says whether a failure can be a message's, and is no outage.
        """
        ...

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message and return the channel's receipt. It may be delivered twice.

        Raises:
            NotifierUnavailable: not now; the message is kept and tried again.
            MessageRefused: never; the message is kept as undeliverable.
        """
        ...

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        """Put a message in the place of an earlier one and return the receipt of what stands there now.

        A channel that can't change what it has said says it anew. Safe to repeat.

        Raises:
            NotifierUnavailable, MessageRefused.
        """
        ...

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        """Put a message in the place of a further copy of an earlier one, if that can still be changed.

        Raises:
            NotifierUnavailable, MessageRefused.
        """
        ...
