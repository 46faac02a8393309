"""A piece of a page that is shown as evidence: where it is, where it is shown, and why it can't be drawn."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from agent.domain.document import Box
from agent.domain.question import QuestionId

ShowingId = NewType("ShowingId", int)

WIDEST, HIGHEST = 1280, 400
"""Pixels. A telephone shows so many across, and a strip so high beside the question that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A piece of a page.

    Attributes:
        page: its number, from 1.
        box: on the page as it was read, that is turned.
        turn: by how many degrees clockwise the page, as it is shown, was turned to be read.
    """

    page: int
    box: Box
    turn: int = 0


class Undrawn(StrEnum):
    """Why there is no picture of a piece of a page."""

    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


WHY_UNDRAWN: dict[Undrawn, str] = {
    Undrawn.UNKNOWN_FORMAT: "The file is of no kind that can be drawn.",
    Undrawn.ENCRYPTED: "The file opens with a password only, and none that is set fits.",
    Undrawn.DAMAGED: "The page is too damaged to be drawn.",
    Undrawn.TOO_LARGE: "The picture of the page would be larger than is allowed.",
    Undrawn.OUT_OF_MEMORY: "To draw the page needs more memory than is allowed.",
    Undrawn.TIMED_OUT: "To draw the page took longer than is allowed.",
    Undrawn.CRASHED: "The page crashes the program that draws it.",
}


class Unshown(StrEnum):
    """Why no picture comes into a chat, though the page could be drawn for all that is known of it."""

    GONE = "gone"
    UNREAD = "unread"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


WHY_UNSHOWN: dict[Unshown, str] = {
    Unshown.GONE: "The file is not where it was put, or was changed by hand.",
    Unshown.UNREAD: "What was read of it is not stored any more.",
    Unshown.UNAVAILABLE: "This machine can't draw it now. Press the button again later.",
    Unshown.REFUSED: "Telegram did not take the picture.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A piece of a page that somebody wants to see beside a question, or sees by now; never the picture itself.

    Attributes:
        recipient: in whose chat.
        beside: the receipt of the message whose button was pressed; None where it is not known.
        receipt: of the message that holds the picture, or its place; None while there is none.
        placed_at: when that message came.
        is_drawn: whether the picture stands in it.
        attempts: how often it was put off, since something last came of it.
    """

    showing_id: ShowingId
    question_id: QuestionId
    recipient: str
    beside: str | None = None
    receipt: str | None = None
    placed_at: datetime.datetime | None = None
    is_drawn: bool = False
    attempts: int = 0
