"""The notifier of an office without Telegram: to a terminal in full, to a log without personal data."""

from collections.abc import Callable, Sequence

import structlog

from agent.domain.message import Message, visible
from agent.errors import MessageRefused, NotifierUnavailable

log = structlog.get_logger(__name__)

RECIPIENT = "console"


class ConsoleNotifier:
    """Writes to the terminal that somebody watches; without one, a log line says only that there is news.

    Args:
        write: prints a text of several lines; None when no terminal is there.
    """

    def __init__(self, write: Callable[[str], None] | None) -> None:
        self._write = write

    def recipients(self) -> Sequence[str]:
        return (RECIPIENT,)

    def answers(self, recipient: str) -> bool:  # noqa: ARG002 -- a terminal tells nothing of other channels
        return False

    def send(self, message: Message, recipient: str) -> str:
        """Show one message.

        Raises:
            NotifierUnavailable: the terminal can't be written to.
            MessageRefused: the recipient belongs to another channel, such as a Telegram set up before.
        """
        if recipient != RECIPIENT:
            raise MessageRefused("The recipient is not the console.", hint="What is open: dossierd pending.")
        if self._write is None:
            log.info("message_for_human", document=message.reference, kind=message.kind)
            return RECIPIENT
        try:
            self._write(as_text(message))
        except OSError as error:
            raise NotifierUnavailable("The terminal can't be written to.") from error
        return RECIPIENT

    def replace(self, receipt: str, message: Message, recipient: str) -> str:  # noqa: ARG002 -- a terminal keeps its lines
        """Show what has changed as a message of its own.

        Raises:
            NotifierUnavailable, MessageRefused: as `send`.
        """
        return self.send(message, recipient)

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        """Nothing: a terminal keeps its lines."""


def as_text(message: Message) -> str:
    """Lay a message out for a terminal; no character of it can steer that."""
    return "\n".join([visible(message.title), *(f"  {visible(line)}" for line in message.whole), ""])
