"""The canary: a page of an invented person that the daemon files for itself, to learn whether it still can."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.phrase import Phrase


class CanaryProblem(StrEnum):
    """Why a canary did not end where it must."""

    UNREAD = "unread"
    """What reads documents can't be used: tesseract, the fence, the room for it."""
    UNFILED = "unfiled"
    """It was read, and its person was not found."""
    FAILED = "failed"
    """It was set aside, as documents are that can't be read."""
    UNKEPT = "unkept"
    """The disk, or the tables, refused."""


CANARY_PROBLEMS: dict[CanaryProblem, tuple[Phrase, Phrase]] = {
    CanaryProblem.UNREAD: (
        Phrase("a test page can't be read: what reads scans does not work"),
        Phrase("Type: dossierd check. The lines ocr, fence and disk say what is missing."),
    ),
    CanaryProblem.UNFILED: (
        Phrase("a test page was read, but its person was not found on it"),
        Phrase("Look at DOSSIERD_OCR_LANGUAGES, and whether tesseract was changed of late."),
    ),
    CanaryProblem.FAILED: (
        Phrase("a test page failed as documents do that can't be read"),
        Phrase("Look at the log of that minute: its lines have the origin canary."),
    ),
    CanaryProblem.UNKEPT: (
        Phrase("a test page can't be put away: the disk refuses"),
        Phrase("Look at the room on the disk and at who owns state/: dossierd check"),
    ),
}
"""What is said of each, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryRun:
    """What became of one canary.

    Attributes:
        at: when it was over.
        problem: None where it was filed as it must.
    """

    at: datetime.datetime
    duration_ms: int
    problem: CanaryProblem | None = None
