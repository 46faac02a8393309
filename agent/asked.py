"""Ports of what people ask for and are told, beside those of a document's life in `ports`."""

import datetime
from collections.abc import Sequence
from typing import Protocol

from agent.domain.life import Reply, Request
from agent.domain.message import Message, MessageKind, Topic


class Requests(Protocol):
    """What people asked for, kept until it is done or refused.

    Raises (all methods): LedgerUnavailable.
    """

    def submit(self, request: Request) -> None:
        """Keep a request; one key is kept once."""
        ...

    def open_requests(self) -> Sequence[Request]: ...

    def reply(self, key: str) -> Reply | None: ...

    def close_request(self, key: str, reply: Reply, now: datetime.datetime) -> None: ...


class Notices(Protocol):
    """Messages about the house, not about a document; they go the way of all messages.

    Raises (all methods): LedgerUnavailable.
    """

    def announce(self, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        """Write one notice for each recipient; it is due at once."""
        ...

    def last_notice(self, topic: Topic) -> MessageKind | None:
        """What people were told last about this."""
        ...
