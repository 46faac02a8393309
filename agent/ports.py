"""What the workflow asks of the outside. Each protocol states how it fails; every failure is of `errors`."""

import datetime
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.domain.document import Claim, DocumentId, DocumentText, SeenFile, Sha256
from agent.domain.evidence import Evidence
from agent.domain.identity import Person, RecordId
from agent.domain.message import Message


class Clock(Protocol):
    """The time, so that tests can own it."""

    def now(self) -> datetime.datetime:
        """The present moment: aware, UTC."""
        ...

    def today(self) -> datetime.date:
        """The date in the office's time zone."""
        ...


class TextSource(Protocol):
    """Reads a document in a disposable child."""

    def read(self, path: Path, *, should_stop: Callable[[], bool]) -> DocumentText:
        """Read every page: its text layer where that is usable, else OCR.

        Raises:
            DocumentUnreadable: the document's own fault; final.
            ReaderUnavailable: ours or the machine's fault; the document is innocent.
            ReadingStopped: `should_stop` said so.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What the registry knows that touches the evidence: a search, not a verdict.

    Attributes:
        named: everyone whose name, birth date or identifier touches the evidence, homonyms included.
        is_trustworthy: False while the copy is empty, stale or truncated: then nothing is matched.
    """

    named: tuple[Person, ...]
    is_trustworthy: bool = True


class Registry(Protocol):
    """The people."""

    def candidates(self, evidence: Evidence) -> People:
        """Find every record that the evidence touches.

        Raises:
            RegistryUnavailable: it can't be searched now.
        """
        ...

    def person(self, record_id: RecordId) -> Person | None: ...

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        """Search by what a human typed: parts of names, a date, a number."""
        ...


class Notifier(Protocol):
    """A channel to people."""

    def recipients(self) -> Sequence[str]:
        """Whom a message goes to, each an opaque key that `send` takes."""
        ...

    def send(self, message: Message, recipient: str) -> str:
        """Deliver one message and return the channel's receipt. It may be delivered twice.

        Raises:
            NotifierUnavailable: not now; the message is kept and tried again.
            MessageRefused: never; the message is kept as undeliverable.
        """
        ...
