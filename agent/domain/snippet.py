"""A piece of a page that is shown as evidence: where it is, and why it can't be drawn."""

from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import Box

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
