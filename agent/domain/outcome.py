"""Where to: the states of a document, the events that change them, and every way it can fail.

The table is the one of the design's custody page: an event that a state doesn't allow is refused with a
sentence, never ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from agent.domain.decision import Decision
from agent.domain.document import DocumentId, reference
from agent.domain.identity import RecordId
from agent.domain.phrase import Phrase, plain


class State(StrEnum):
    """A document's state, as stored in the ledger."""

    CLAIMING = "claiming"
    """The row exists; the rename may not have happened. Not accepted yet."""
    CLAIMED = "claimed"
    """Ours, and waiting to be read."""
    READING = "reading"
    """Being read and decided; the attempt is counted."""
    MOVING = "moving"
    """Outcome and target are committed; the move is done, or retried until it is."""
    IN_REVIEW = "in_review"
    """A human is asked."""
    ARCHIVED = "archived"
    """Under its record."""
    FAILED = "failed"
    """Set aside, with a reason."""
    DUPLICATE = "duplicate"
    """The same bytes as a document that we have."""
    MISSING = "missing"
    """A person moved or edited the file by hand."""
    WITHDRAWN = "withdrawn"
    """It never became ours: the original went away before the rename."""
    FORGOTTEN = "forgotten"
    """Erased on request; hash and dates stay."""


AT_REST = frozenset({State.IN_REVIEW, State.ARCHIVED, State.FAILED, State.DUPLICATE})
IN_WORK = frozenset({State.CLAIMED, State.READING, State.MOVING})
ACCEPTED = AT_REST | IN_WORK | {State.MISSING, State.FORGOTTEN}


class Event(StrEnum):
    """What happens to a document."""

    RENAMED = "renamed"
    """The claim's rename is done."""
    SLIPPED_AWAY = "slipped_away"
    """The original is gone, or another file took its name, before the rename."""
    STARTED = "started"
    SETTLED = "settled"
    """Outcome and target are known: decided, failed, a duplicate, or crashed too often."""
    STOPPED = "stopped"
    """A clean stop; the attempt is given back."""
    INTERRUPTED = "interrupted"
    """We died while it was read; the attempt stays counted."""
    CHANGED = "changed"
    """The bytes changed after the claim; to be read again."""
    MOVED = "moved"
    ANSWERED = "answered"
    REDECIDED = "redecided"
    """The registry changed; the question is decided again."""
    SPLIT = "split"
    UNDONE = "undone"
    REFILED = "refiled"
    RETRIED = "retried"
    VANISHED = "vanished"
    """The file is gone, or was changed, by hand."""
    RESTORED = "restored"
    """The file is back, with its own bytes."""
    FORGOTTEN = "forgotten"


class AsSettled(StrEnum):
    """In place of a next state: the state that the committed outcome names."""

    OUTCOME = "outcome"


TRANSITIONS: Mapping[tuple[State, Event], State | AsSettled] = {
    (State.CLAIMING, Event.RENAMED): State.CLAIMED,
    (State.CLAIMING, Event.SLIPPED_AWAY): State.WITHDRAWN,
    (State.CLAIMED, Event.STARTED): State.READING,
    (State.CLAIMED, Event.SETTLED): State.MOVING,  # crashed too often: poison, without another try
    (State.CLAIMED, Event.VANISHED): State.MISSING,
    (State.READING, Event.SETTLED): State.MOVING,
    (State.READING, Event.STOPPED): State.CLAIMED,
    (State.READING, Event.INTERRUPTED): State.CLAIMED,
    (State.READING, Event.CHANGED): State.CLAIMED,
    (State.READING, Event.VANISHED): State.MISSING,
    (State.MOVING, Event.MOVED): AsSettled.OUTCOME,
    (State.MOVING, Event.CHANGED): State.CLAIMED,  # written to between outcome and move: the outcome is void
    (State.MOVING, Event.VANISHED): State.MISSING,
    (State.IN_REVIEW, Event.ANSWERED): State.MOVING,
    (State.IN_REVIEW, Event.REDECIDED): State.CLAIMED,
    (State.IN_REVIEW, Event.SPLIT): State.MOVING,
    (State.IN_REVIEW, Event.VANISHED): State.MISSING,
    (State.IN_REVIEW, Event.FORGOTTEN): State.FORGOTTEN,
    (State.ARCHIVED, Event.UNDONE): State.MOVING,
    (State.ARCHIVED, Event.REFILED): State.MOVING,
    (State.ARCHIVED, Event.VANISHED): State.MISSING,
    (State.ARCHIVED, Event.FORGOTTEN): State.FORGOTTEN,
    (State.FAILED, Event.RETRIED): State.CLAIMED,
    (State.FAILED, Event.VANISHED): State.MISSING,
    (State.FAILED, Event.FORGOTTEN): State.FORGOTTEN,
    (State.DUPLICATE, Event.RETRIED): State.CLAIMED,
    (State.DUPLICATE, Event.VANISHED): State.MISSING,
    (State.DUPLICATE, Event.FORGOTTEN): State.FORGOTTEN,
    (State.MISSING, Event.RESTORED): AsSettled.OUTCOME,
    (State.MISSING, Event.RETRIED): State.CLAIMED,  # it went away while it was moved: to be read again
    (State.MISSING, Event.FORGOTTEN): State.FORGOTTEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that can't be done, as a sentence for the person who asked for it."""

    phrase: Phrase

    @property
    def sentence(self) -> str:
        """As the command line says it."""
        return str(self.phrase)


STATES: Mapping[State, str] = {
    State.CLAIMING: "on its way in",
    State.CLAIMED: "waiting to be read",
    State.READING: "being read",
    State.MOVING: "being moved",
    State.IN_REVIEW: "in review",
    State.ARCHIVED: "archived",
    State.FAILED: "failed",
    State.DUPLICATE: "duplicate",
    State.MISSING: "missing",
    State.WITHDRAWN: "withdrawn",
    State.FORGOTTEN: "forgotten",
}
"""What a document is, as people say it."""


WHY_NOT: Mapping[Event, str] = {
    Event.ANSWERED: "The document is {state}: only a document in review has a question to answer.",
    Event.UNDONE: "The document is {state}: only an archived document can be undone.",
    Event.REFILED: "The document is {state}: only an archived document can be filed under another record.",
    Event.RETRIED: "The document is {state}: only a failed, duplicate or missing document, or one in review, can be "
    "tried again.",
    Event.SPLIT: "The document is {state}: only a document in review can be split.",
    Event.FORGOTTEN: "The document is {state}: only a document at rest can be forgotten.",
}


def next_state(state: State, event: Event, settled: State | None = None) -> State | Refused:
    """Say which state follows, or why none does.

    Args:
        state: where the document is.
        event: what happens to it.
        settled: the state that the committed outcome names; only `MOVED` and `RESTORED` ask for it.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        state_words = Phrase(STATES[state])
        if event not in WHY_NOT:
            return Refused(phrase=plain(f"The document is {state_words}: '{event}' has no place there."))
        return Refused(phrase=Phrase(WHY_NOT[event], state=state_words))
    if following is AsSettled.OUTCOME:
        if settled not in AT_REST:
            return Refused(phrase=plain(f"'{event}' needs the outcome that was settled, and there is none."))
        return settled
    return following


def no_document(document_id: DocumentId) -> Phrase:
    """Say that a number is nobody's."""
    return Phrase("There is no document {document}.", document=reference(document_id))


class FailureReason(StrEnum):
    """Every way a document can fail; each has its sentence and hint in `FAILURES`."""

    EMPTY_FILE = "empty_file"
    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    READER_CRASHED = "reader_crashed"
    POISON = "poison"
    REJECTED = "rejected"
    SPLIT = "split"
    INTERNAL_ERROR = "internal_error"

    @classmethod
    def _missing_(cls, value: object) -> "FailureReason | None":
        """Read what the ledger of an earlier version says: `not_a_pdf`, when nothing but PDFs was taken in."""
        return cls.UNKNOWN_FORMAT if value == "not_a_pdf" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureText:
    """What a human is told of a failure: what happened, and what to do.

    Attributes:
        hint: for whoever looks after the machine.
        in_chat: the same for people who have nothing but the chat; empty where the hint is for all.
    """

    sentence: str
    hint: str
    in_chat: str = ""

    @property
    def may_retry(self) -> bool:
        """Whether another try can end otherwise: only where the hint says what to change before it."""
        return "dossierd retry" in self.hint

    def hint_for(self, document: str) -> str:
        """The hint for the document of this number: its commands can be typed as they stand."""
        return self.hint.replace("dossierd retry", f"dossierd retry {document}")


FAILURES: Mapping[FailureReason, FailureText] = {
    FailureReason.EMPTY_FILE: FailureText(
        sentence="The file is empty (0 bytes).",
        hint="Scan or save the document again and drop the new file into incoming/.",
    ),
    FailureReason.UNKNOWN_FORMAT: FailureText(
        sentence="The file is none of the kinds that are read, whatever its name says.",
        hint="Accepted are PDF, JPEG, PNG and TIFF, and HEIC where pillow-heif is installed. Print or export it as a "
        "PDF, then drop that into incoming/.",
    ),
    FailureReason.ENCRYPTED: FailureText(
        sentence="The PDF is protected by a password.",
        hint="Write its password into DOSSIERD_PDF_PASSWORDS and restart dossierd, then: dossierd retry. Or ask the "
        "sender for an unprotected copy.",
        in_chat="Send it again without its password, or ask whoever looks after dossierd to enter the password there.",
    ),
    FailureReason.DAMAGED: FailureText(
        sentence="The file is damaged or was cut off; it can't be opened.",
        hint="Ask for the file again, or open it in a viewer and print it to a new PDF.",
    ),
    FailureReason.NO_PAGES: FailureText(
        sentence="The file opens, but holds no page.",
        hint="Ask the sender for the file again.",
    ),
    FailureReason.TOO_LARGE: FailureText(
        sentence="The file is larger than the limit.",
        hint="Raise DOSSIERD_MAX_FILE_MEGABYTES, or split the file; then: dossierd retry.",
    ),
    FailureReason.TOO_MANY_PAGES: FailureText(
        sentence="The file has more pages than the limit.",
        hint="Raise DOSSIERD_MAX_PAGES, or split the file; then: dossierd retry.",
    ),
    FailureReason.TIMED_OUT: FailureText(
        sentence="Reading took longer than the limit and was stopped.",
        hint="Raise DOSSIERD_DOCUMENT_SECONDS and type: dossierd retry. Or print the file to a new PDF.",
    ),
    FailureReason.OUT_OF_MEMORY: FailureText(
        sentence="Reading needed more memory than the limit and was stopped.",
        hint="Raise DOSSIERD_READER_MEGABYTES if the machine has more, then: dossierd retry. Or print the file "
        "to a new PDF.",
    ),
    FailureReason.READER_CRASHED: FailureText(
        sentence="The program that reads documents crashed on this file, each time it was tried.",
        hint="Open the file in a viewer and print it to a new PDF, then drop that into incoming/.",
    ),
    FailureReason.POISON: FailureText(
        sentence="dossierd itself died several times while it worked on this file.",
        hint="Look at the file by hand. If the machine was at fault, type: dossierd retry.",
    ),
    FailureReason.REJECTED: FailureText(
        sentence="A human said that it belongs to none of the people in the registry.",
        hint="If the person has been added since, type: dossierd retry.",
    ),
    FailureReason.SPLIT: FailureText(
        sentence="A human split it into several documents, which are filed on their own.",
        hint="Nothing is left to do with the whole. To have it filed as one after all, copy it into incoming/.",
    ),
    FailureReason.INTERNAL_ERROR: FailureText(
        sentence="dossierd met an error of its own. The file is unharmed.",
        hint="Type: dossierd retry. If it fails again, report the document's number with the log of that minute.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Filed under a record, by rule or by a human.

    Attributes:
        decided_by: `rule`, or who chose it, such as `cli:anna`.
        document_kind: a word of `core.kinds`, for the file's name.
    """

    record_id: RecordId
    decided_by: str
    document_kind: str | None = None
    decision: Decision | None = None
    state: Literal["archived"] = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class InReview:
    """Waits for a human, with the decision that could not be taken without one.

    Attributes:
        taken_back_by: who has undone its filing, such as `telegram:anna`; None where it was not filed before.
    """

    decision: Decision
    document_kind: str | None = None
    taken_back_by: str | None = None
    state: Literal["in_review"] = "in_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Set aside.

    Attributes:
        detail: what the reader said, without personal data: a limit, a page number, a signal.
    """

    reason: FailureReason
    detail: str | None = None
    decided_by: str = "rule"
    state: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The same bytes as another document."""

    original: DocumentId
    state: Literal["duplicate"] = "duplicate"


Outcome = Archived | InReview | Failed | Duplicate


def is_split(outcome: Outcome | None) -> bool:
    """Whether a document was split into others, which have its pages."""
    return isinstance(outcome, Failed) and outcome.reason is FailureReason.SPLIT
