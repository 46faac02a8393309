"""Ports of what is shown in the chats for a while, beside those of what is asked and told in `asked`."""

import datetime
from collections.abc import Sequence
from typing import Protocol

from agent.domain.message import Message
from agent.domain.question import QuestionId
from agent.domain.snippet import Showing, ShowingId


class Showings(Protocol):
    """Pieces of pages that are shown in the chats, kept until they are taken away.

    Raises (all methods): LedgerUnavailable.
    """

    def ask(
        self, key: str, question: QuestionId, recipient: str, beside: str | None, now: datetime.datetime
    ) -> bool:
        """Keep that somebody wants to see it; False when one stands there already, or is on its way.

        Args:
            key: of the press; one key is kept once, and gives True again.
        """
        ...

    def due(self, now: datetime.datetime) -> Sequence[Showing]:
        """Those that were neither ended nor put off, in the order in which they were asked for."""
        ...

    def place(self, showing: ShowingId, receipt: str, now: datetime.datetime) -> None:
        """A message stands in which the picture is to be put."""
        ...

    def draw(self, showing: ShowingId, now: datetime.datetime) -> None:
        """The picture stands in it."""
        ...

    def postpone(self, showing: ShowingId, until: datetime.datetime, now: datetime.datetime) -> None:
        """Keep it until then, and count the attempt."""
        ...

    def end(
        self,
        showing: ShowingId,
        now: datetime.datetime,
        *,
        messages: Sequence[tuple[str, Message]] = (),
        error: str | None = None,
    ) -> None:
        """It is gone, or is not to be seen to any more.

        Args:
            messages: what is said instead.
            error: why it may still stand there, without personal data.
        """
        ...


class Pictures(Protocol):
    """A channel that can show a picture for a while.

    A message is sent first, and the picture is put into it once its receipt is known and kept: no lost reply can
    leave a picture behind that nobody can take away again.

    Raises (all methods): NotifierUnavailable, MessageRefused.
    """

    def hold_place(self, message: Message, recipient: str, *, beside: str | None) -> str:
        """Send a message with an empty picture, and give its receipt. It may be delivered twice.

        Args:
            beside: the receipt of the message that it answers.
        """
        ...

    def show(self, receipt: str, picture: bytes, message: Message, recipient: str) -> None:
        """Put a picture and its words into such a message. Safe to repeat."""
        ...

    def take_away(self, receipt: str, message: Message, recipient: str) -> None:
        """Delete such a message; one that is gone already is fine. Safe to repeat.

        Args:
            message: what stands there, beside an empty picture, where it is too old to be deleted.
        """
        ...
