"""Whose: what was found, who was considered, and what was concluded."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from agent.domain.document import Box
from agent.domain.identity import Person, RecordId

CANDIDATES_SHOWN = 8
"""A person can compare about this many rows on a telephone; Telegram's keyboard shows them on two pages."""


class Policy(StrEnum):
    """What a match must rest on."""

    TWO_IDENTIFIERS = "two-identifiers"
    NAME = "name"


class Mode(StrEnum):
    """How much is done without asking."""

    AUTO = "auto"
    PROPOSE = "propose"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that speaks for or against a candidate, and where it was read.

    Attributes:
        code: a stable word, such as `name_exact` or `birth_date_differs`.
        supports: True when it speaks for the candidate.
        sentence: for a human; may hold personal data, so it never goes into a log.
    """

    code: str
    supports: bool
    sentence: str
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A person whom the document may be about.

    Attributes:
        is_vetoed: something printed contradicts the record; a human who picks it is shown what.
    """

    person: Person
    reasons: tuple[Reason, ...]
    is_vetoed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Exactly one person, by rule; `rivals` are those who were excluded, with their reasons."""

    candidate: Candidate
    policy: Policy
    rivals: tuple[Candidate, ...] = ()
    verdict: Literal["match"] = "match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """A human must choose; the best candidates first, at most `CANDIDATES_SHOWN`."""

    candidates: tuple[Candidate, ...]
    reason: Reason
    verdict: Literal["ambiguous"] = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """Nobody of the registry is named; `candidates` are mere proposals and may be empty."""

    reason: Reason
    candidates: tuple[Candidate, ...] = ()
    verdict: Literal["unmatched"] = "unmatched"


Decision = Match | Ambiguous | Unmatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A human has said that a document does not belong under a record: the rules alone never file it there again.

    Attributes:
        actor: who said so, such as `cli:anna`.
        was_filed: whether the document was filed there, and taken back from there.
    """

    record_id: RecordId
    actor: str
    was_filed: bool = False

    @property
    def said_by(self) -> str:
        """The name of the human."""
        return self.actor.partition(":")[2] or self.actor


def candidates_of(decision: Decision) -> tuple[Candidate, ...]:
    """Those whom a human may choose from, in the order in which they are numbered for him."""
    return (decision.candidate,) if isinstance(decision, Match) else decision.candidates
