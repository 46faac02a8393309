"""What the office has chosen, as far as a decision and the life of a document depend on it."""

from dataclasses import dataclass

from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.decision import Mode, Policy

VERSION = 14
"""Of the rules in `core`. Raise it with each change that may decide a text differently: `explain` tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Limits and choices.

    Attributes:
        confidence_floor: OCR confidence, 0 to 100, that every word a match rests on must reach.
        max_crashes: deaths of the daemon at one document, from which it is set aside.
    """

    policy: Policy = Policy.TWO_IDENTIFIERS
    mode: Mode = Mode.AUTO
    confidence_floor: int = 80
    max_crashes: int = 5
    undo_hours: int = 24
    vocabulary: Vocabulary = STANDARD
