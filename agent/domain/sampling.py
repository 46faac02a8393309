"""The weekly sample: filings by rule, chosen by chance, that people are asked to look at."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from agent.domain.document import CorrelationId, DocumentId

SampledId = NewType("SampledId", int)


class Verdict(StrEnum):
    """What came of asking about a filing."""

    RIGHT = "right"
    """A human says that it is the right person's."""
    WRONG = "wrong"
    """A human says that it is not, or took it back."""
    UNANSWERED = "unanswered"
    """Nobody has said anything in time; it is never taken for right."""
    VOID = "void"
    """The document was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A filing that may be chosen.

    Attributes:
        correlation_id: a random number, made when the document came in: the chance by which it is chosen.
    """

    document_id: DocumentId
    epoch: int
    correlation_id: CorrelationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A week whose sample was chosen.

    Attributes:
        monday: at the office; each week has one sample at most.
        until: what was filed before then was chosen from, or will never be.
    """

    monday: datetime.date
    until: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A filing that was chosen.

    Attributes:
        epoch: of the document, in which it was filed so.
        posted_at: when people were asked; None while it waits for its turn.
        judged_by: who said it; `dossierd` where nobody did. None while it is open.
    """

    sampled_id: SampledId
    document_id: DocumentId
    epoch: int
    monday: datetime.date
    chosen_at: datetime.datetime
    posted_at: datetime.datetime | None = None
    verdict: Verdict | None = None
    judged_by: str | None = None
    judged_at: datetime.datetime | None = None

    @property
    def card(self) -> str:
        """The key under which its messages take each other's place."""
        return f"sample:{self.sampled_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of it, by whom, when."""

    verdict: Verdict
    by: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many filings were chosen, and what came of them.

    Attributes:
        waiting: those that nobody has said anything of yet.
    """

    right: int = 0
    wrong: int = 0
    unanswered: int = 0
    void: int = 0
    waiting: int = 0

    @property
    def chosen(self) -> int:
        return self.right + self.wrong + self.unanswered + self.void + self.waiting

    @property
    def judged(self) -> int:
        """Those of which a human has said something."""
        return self.right + self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWeek:
    """What came of the sample of one week."""

    monday: datetime.date
    counts: Counts
