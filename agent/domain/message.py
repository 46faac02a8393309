"""What a human is told. Plain text only: each channel renders and escapes it in its own way."""

import datetime
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from agent.domain.document import CorrelationId, DocumentId, reference

ParcelId = NewType("ParcelId", int)
"""Counts upwards in the order in which messages were written, across all recipients."""


class MessageKind(StrEnum):
    """What a message is about; chosen, grouped and rendered by it."""

    FILED = "filed"
    QUESTION = "question"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    UNDONE = "undone"
    REMINDER = "reminder"
    SNIPPET = "snippet"
    """Beside a picture of what a question rests on."""
    REPLY = "reply"
    """An answer to what somebody wrote in a chat."""
    INTAKE_PAUSED = "intake_paused"
    INTAKE_RESUMED = "intake_resumed"
    FILING_STUCK = "filing_stuck"
    FILING_RESUMED = "filing_resumed"
    LEFT_LYING = "left_lying"
    NOTHING_LEFT = "nothing_left"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    TEST = "test"
    UNWELL = "unwell"
    WELL_AGAIN = "well_again"
    STORM = "storm"
    STORM_OVER = "storm_over"
    RESULTS = "results"
    DIGEST = "digest"
    SAMPLE = "sample"
    """Whether a document that was filed by rule is filed rightly."""


class Topic(StrEnum):
    """What a notice about the house is about: told when it begins, and once when it is over."""

    INTAKE = "intake"
    FILING = "filing"
    LEFTOVERS = "leftovers"
    HEALTH = "health"
    """Of one part: each has begin and end of its own."""
    PAUSE = "pause"


NOTICES: Mapping[MessageKind, Topic] = {
    MessageKind.INTAKE_PAUSED: Topic.INTAKE,
    MessageKind.INTAKE_RESUMED: Topic.INTAKE,
    MessageKind.FILING_STUCK: Topic.FILING,
    MessageKind.FILING_RESUMED: Topic.FILING,
    MessageKind.LEFT_LYING: Topic.LEFTOVERS,
    MessageKind.NOTHING_LEFT: Topic.LEFTOVERS,
    MessageKind.UNWELL: Topic.HEALTH,
    MessageKind.WELL_AGAIN: Topic.HEALTH,
    MessageKind.PAUSED: Topic.PAUSE,
    MessageKind.UNPAUSED: Topic.PAUSE,
}
"""The kinds that say how something in the house stands."""

OVER = frozenset(
    {
        MessageKind.INTAKE_RESUMED,
        MessageKind.FILING_RESUMED,
        MessageKind.NOTHING_LEFT,
        MessageKind.WELL_AGAIN,
        MessageKind.UNPAUSED,
    }
)
"""The notices that say that all is well again."""

GOOD_NEWS = OVER | {MessageKind.STORM_OVER}

ONE_WAY = frozenset(
    {
        *NOTICES,
        MessageKind.FAILED,
        MessageKind.MISSING,
        MessageKind.STORM,
        MessageKind.STORM_OVER,
        MessageKind.DIGEST,
    }
)
"""The kinds that may leave by a channel on which nobody can answer: trouble, its end, and the day in
numbers. Whatever asks, names people
who may be meant, or answers somebody is for the chats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something that a reader can press; a channel without buttons leaves them out, so `whole` must do without.

    Attributes:
        data: what comes back when it is pressed: at most 64 bytes, and nothing of a person (core/presses.py).
    """

    label: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message about one document, or about the house. Its reference makes a repeated delivery harmless.

    Attributes:
        document_id: None for a notice about the house.
        buttons: rows of them, from top to bottom.
        typed: lines that say what to type at the machine; a chat has buttons and commands of its own for that.
        is_silent: shall make no sound, where the channel can do that.
        answers_to: the channel's number of what somebody wrote there, which it answers.
    """

    kind: MessageKind
    document_id: DocumentId | None
    title: str
    lines: tuple[str, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    is_silent: bool = False
    typed: tuple[str, ...] = ()
    answers_to: str | None = None

    @property
    def whole(self) -> tuple[str, ...]:
        """All lines, for a channel in which nothing can be pressed or typed."""
        return (*self.lines, *self.typed)

    @property
    def reference(self) -> str | None:
        """The document's number the way people say it; None for a notice."""
        return None if self.document_id is None else reference(self.document_id)


class Blame(StrEnum):
    """Whose the trouble is when a message doesn't get through, and the channel itself is well."""

    MESSAGE = "message"
    """Another one may get through."""
    RECIPIENT = "recipient"
    """None gets through: the bot is blocked, there is no such chat, an address takes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneFailures:
    """How often, and since when, a message failed while its channel answered something else."""

    count: int
    since: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A recipient who can't be reached now.

    Attributes:
        messages: how many wait.
        tries: how often one of them was tried.
        sentence: why the last time in vain.
    """

    messages: int
    tries: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """How many messages will never be delivered, and documents that they were about, the newest first."""

    messages: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message on its way to one recipient: a row of the outbox.

    Attributes:
        recipient: one of the notifier's own keys.
        correlation_id: of the document that it is about, by which the lines of its sending are found.
        attempts: how often it was postponed so far.
        alone: those of its failures that were no outage; None while there was none.
        replaces: the receipt of the message whose place this one takes; None for a new message.
        copies: the receipts of further messages that show the same: the reply to a sending was lost.
    """

    parcel_id: ParcelId
    document_id: DocumentId | None
    epoch: int
    recipient: str
    message: Message
    correlation_id: CorrelationId | None = None
    attempts: int = 0
    alone: LoneFailures | None = None
    replaces: str | None = None
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What became of a message about a document; never its words.

    Attributes:
        due_at: None while the document is still being moved.
        sent_at: also of one that others told of instead, or took the place of before it was sent.
        receipt: the channel's own number of it; None where it never went out.
        given_up_at: when it was given up, or taken back before it was sent.
        trouble: why it was put off or given up, as the channel said it.
    """

    kind: MessageKind
    epoch: int
    recipient: str
    due_at: datetime.datetime | None
    attempts: int
    sent_at: datetime.datetime | None
    receipt: str | None
    given_up_at: datetime.datetime | None
    trouble: str | None


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")


def recipient_of(chat: int) -> str:
    """The key under which the outbox knows a Telegram chat."""
    return f"telegram:{chat}"


def one_way(message: Message) -> Message | None:
    """Give what onlookers are told of it, who see it on a channel that nobody can answer on; None for nothing.

    A notice of what lies in `incoming/` lists files' names there, which may be people's: they get its title alone.
    """
    if message.kind not in ONE_WAY:
        return None
    return replace(message, lines=() if message.kind is MessageKind.LEFT_LYING else message.lines, buttons=())


def addressed(
    message: Message, recipients: Sequence[str], onlookers: Sequence[str] = ()
) -> list[tuple[str, Message]]:
    """Give what each is told of it: recipients all, onlookers what may go one way."""
    told = one_way(message)
    return [
        *((recipient, message) for recipient in recipients),
        *((onlooker, told) for onlooker in onlookers if told is not None),
    ]


def visible(text: str) -> str:
    """Make every character show as itself, on one line: the form in which a channel takes any text.

    Characters that turn the reading direction, drive a terminal, break the line or are halves of a broken
    file name are written out as `<U+202E>`. The two joiners stay: Persian and Indian names are misspelt
    without them, and they can't move other letters.
    """
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character in "\n\t":
        return " "
    if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:
        return f"<U+{ord(character):04X}>"
    return character
