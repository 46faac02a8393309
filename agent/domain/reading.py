"""A reading that is under way: what is wanted of a document, what a turn gave, and how far it has come."""

import datetime
import math
from dataclasses import dataclass

from agent.domain.document import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a text source is to read, and what earlier turns have spent.

    Attributes:
        pages: their numbers, rising; None for all, while nobody knows how many there are.
        passes: how many recipes for OCR were tried on these pages before; 0 for their first reading.
        spent_seconds: what the document's reading has taken so far.
        spent_bytes: what its text takes so far, as the child wrote it.
        lost: pages given up so far, because children hung or crashed at them.
    """

    pages: tuple[int, ...] | None = None
    passes: int = 0
    spent_seconds: float = 0.0
    spent_bytes: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What some seconds of reading gave.

    Attributes:
        pages: the pages that were read; those left out for want of time, or given up, say so.
        page_count: of the whole document.
        seconds: how long it took; what several children did at once counts once.
        bytes: what the pages took, as the child wrote them.
        lost: how many of the pages were given up.
    """

    pages: tuple[Page, ...]
    page_count: int
    seconds: float = 0.0
    bytes: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reading of a document has come."""

    pages_read: int
    page_count: int
    seconds: float

    @property
    def is_done(self) -> bool:
        return self.pages_read == self.page_count

    @property
    def remaining_seconds(self) -> int:
        """How long it will take still, if the pages to come are like those that were read."""
        return math.ceil(self.seconds / max(1, self.pages_read) * (self.page_count - self.pages_read))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the reading of one document's bytes stands.

    Attributes:
        read: the numbers of the pages that are read.
        bytes: what their text takes, as children wrote it.
        lost: pages that were given up.
        begun_at: when the first of its turns began.
    """

    read: frozenset[int]
    page_count: int
    seconds: float
    bytes: int
    lost: int
    begun_at: datetime.datetime

    @property
    def progress(self) -> Progress:
        return Progress(pages_read=len(self.read), page_count=self.page_count, seconds=self.seconds)

    def wanted(self) -> Wanted:
        """What is left to read."""
        return Wanted(
            pages=tuple(number for number in range(1, self.page_count + 1) if number not in self.read),
            spent_seconds=self.seconds,
            spent_bytes=self.bytes,
            lost=self.lost,
        )
