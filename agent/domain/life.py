"""A document's row: where it is in its life, and what is intended with it."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.decision import Decision
from agent.domain.document import Claim, CorrelationId, DocumentId, SeenFile, Sha256, reference
from agent.domain.host import RunId
from agent.domain.outcome import Outcome, State
from agent.domain.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the ledger knows of one document at one moment.

    Attributes:
        attempts: how often work on it began without coming to an end; given back by a clean stop.
        location: where the file lies, as a path below the home; None before the claim.
        target: where it is meant to go; None when no move is under way.
        outcome: what was settled last; None before.
        settled_at: when the outcome was committed.
        rested_at: when the move was done.
        run: the daemon that holds it, where several hosts share the ledger; None where nobody does, or there is one.
        take: how often one of them took it; it stands in the names that its file has under way.
    """

    document_id: DocumentId
    correlation_id: CorrelationId
    state: State
    epoch: int
    attempts: int
    original_name: str
    seen: SeenFile
    seen_at: datetime.datetime
    claimed_at: datetime.datetime | None = None
    sha256: Sha256 | None = None
    size: int = 0
    location: str | None = None
    target: str | None = None
    outcome: Outcome | None = None
    settled_at: datetime.datetime | None = None
    rested_at: datetime.datetime | None = None
    run: RunId | None = None
    take: int = 0

    @property
    def reference(self) -> str:
        return reference(self.document_id)

    @property
    def tag(self) -> str:
        """Names temporary files, of its own for each epoch and take: D-7-e1, or D-7-e1-t2."""
        return _tag(self, self.take)

    @property
    def earlier_tags(self) -> tuple[str, ...]:
        """Of takes before this one in the same epoch: who held it then may have left something."""
        return tuple(_tag(self, take) for take in range(self.take))

    def as_claim(self) -> Claim:
        """The part that the workflow works with. The document must have been claimed and hashed."""
        assert self.claimed_at is not None
        assert self.sha256 is not None
        return Claim(
            document_id=self.document_id,
            correlation_id=self.correlation_id,
            epoch=self.epoch,
            attempt=self.attempts,
            original_name=self.original_name,
            claimed_at=self.claimed_at,
            sha256=self.sha256,
            size=self.size,
            take=self.take,
        )


def _tag(document: Document, take: int) -> str:
    return f"{document.reference}-e{document.epoch}" + (f"-t{take}" if take else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done with a document, and how long it took."""

    name: str
    started_at: datetime.datetime
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A question to a human, open until `answered_at`."""

    document_id: DocumentId
    epoch: int
    decision: Decision
    opened_at: datetime.datetime
    answered_at: datetime.datetime | None = None
    answered_by: str | None = None
    answer: str | None = None


class Action(StrEnum):
    """What a human may ask for."""

    ANSWER = "answer"
    UNDO = "undo"
    REFILE = "refile"
    RETRY = "retry"
    SPLIT = "split"
    JUDGE = "judge"
    """Say of a filing in the weekly sample whether it is right."""
    CONFIRM_LESSON = "confirm_lesson"
    REVOKE_LESSON = "revoke_lesson"
    PAUSE = "pause"
    RESUME = "resume"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a human asked for, kept until it is done or refused.

    Attributes:
        key: makes a repeated submission harmless: one key is carried out once.
        document_id: for a lesson, the document whose answer taught it; None for what is about the house.
        argument: the choice of an answer, the record of a refile, the ranges of a split, the number of a lesson, how
            long a pause shall last, why something is erased, or whether a filing is `right` or `wrong`.
        actor: who asked, such as `cli:anna`.
        requested_at: when it was meant, which may be before it was heard.
        epoch: the document's for which it was meant; None where it is meant for what stood at `requested_at`.
        asked_in: the recipient in whose chat it was asked; None for the command line.
        likeness: of the person whom an answer's record was shown to be; None where nobody was shown.
    """

    key: str
    action: Action
    document_id: DocumentId | None
    argument: str
    actor: str
    requested_at: datetime.datetime
    epoch: int | None = None
    asked_in: str | None = None
    likeness: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upshot:
    """What became of a request, before it is put into words for whoever asked."""

    done: bool
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a request, in words."""

    done: bool
    sentence: str
