"""What: a document, its file, and the text that was read from it."""

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

DocumentId = NewType("DocumentId", int)
CorrelationId = NewType("CorrelationId", str)
Sha256 = NewType("Sha256", str)
"""Lower-case hexadecimal, 64 characters."""

_REFERENCE = re.compile(r"\s*(?:d-?)?([1-9][0-9]{0,11})\s*", re.IGNORECASE)


def reference(document_id: DocumentId) -> str:
    """Write a document's number the way people say it: D-1042."""
    return f"D-{document_id}"


def parse_reference(text: str) -> DocumentId | None:
    """Read `D-1042`, `d1042` or `1042`; None when it is none of these."""
    found = _REFERENCE.fullmatch(text)
    return DocumentId(int(found[1])) if found else None


_CLAIMED = re.compile(r"D-([1-9][0-9]{0,11})(?:-t[1-9][0-9]*)?")


def parse_claimed(name: str) -> DocumentId | None:
    """Read the number in the name of a file in the claim folder: `D-7`, or `D-7-t2` where hosts take it in turns."""
    found = _CLAIMED.fullmatch(name)
    return DocumentId(int(found[1])) if found else None


_CORRELATION_ID = re.compile(r"\s*[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\s*", re.IGNORECASE)


def parse_correlation_id(text: str) -> CorrelationId | None:
    """Read a correlation id as a line of the log has it, or a trace's id, which lacks its hyphens; None for neither."""
    return CorrelationId(str(UUID(text.strip()))) if _CORRELATION_ID.fullmatch(text) else None


def printable(name: str) -> str:
    """Write a file name of any bytes so that it can be stored, shown and searched: on one line, nothing to obey in it.

    Args:
        name: as the system gives it, with `surrogateescape` for bytes that are no UTF-8.
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFile:
    """A file in `incoming/` that stands still: its name there and the identity of its inode.

    Attributes:
        name: path below `incoming/`, with `surrogateescape` for bytes that are no UTF-8.
        modified_ns: mtime in nanoseconds.
    """

    name: str
    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A document that is ours to work on, in one epoch of its life."""

    document_id: DocumentId
    correlation_id: CorrelationId
    epoch: int
    attempt: int
    original_name: str
    claimed_at: datetime.datetime
    sha256: Sha256
    size: int
    take: int = 0

    @property
    def reference(self) -> str:
        return reference(self.document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page in PDF points (1/72 inch), origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)

    def shares(self, other: "Box") -> float:
        """The part, 0 to 1, of the larger of the two that lies in both."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        return across * down / max(self.area, other.area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word as printed.

    Attributes:
        confidence: what the OCR engine says of it, 0 to 100; None for a text layer.
    """

    text: str
    box: Box
    confidence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words that stand on one line, in reading order."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class TextOrigin(StrEnum):
    """Where a page's text comes from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    BLANK = "blank"


class PageProblem(StrEnum):
    """Why a page's text may be incomplete; a document with such a page is never matched automatically."""

    TIMED_OUT = "timed_out"
    """Reading it took too long."""
    NOT_REACHED = "not_reached"
    """The document's time was up before it was its turn."""
    CAPPED = "capped"
    """It, or an image on it, is too large to be drawn."""
    OUT_OF_MEMORY = "out_of_memory"
    TOO_MUCH_TEXT = "too_much_text"
    """Its words were left out: it, or the document, has more of them than are kept."""
    ENGINE_FAILED = "engine_failed"
    TEXT_DROPPED = "text_dropped"
    """Ink of a size of text is in no word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as read.

    Attributes:
        number: from 1.
        width: in points.
        height: in points.
        passes: how many of the recipes for OCR were tried; 0 without OCR.
        coverage: the share of the ink of a size of text that stands inside the words, 0 to 1; None where none stands.
        hidden_characters: of a text layer, those that stand on the page where no reader sees them. They were left out;
            0 where pages were only skimmed or recognised.
        turn: by how many degrees clockwise the page, as it is shown, was turned to be read; size and boxes are those
            of the turned page.
    """

    number: int
    width: float
    height: float
    origin: TextOrigin
    lines: tuple[Line, ...]
    problem: PageProblem | None = None
    passes: int = 0
    coverage: float | None = None
    turn: int = 0
    hidden_characters: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """All pages of a document as read."""

    pages: tuple[Page, ...]

    @property
    def is_complete(self) -> bool:
        return bool(self.pages) and all(page.problem is None for page in self.pages)

    @property
    def is_ruin(self) -> bool:
        """Whether no page at all could be opened."""
        return all(page.problem is PageProblem.ENGINE_FAILED for page in self.pages)

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)


_CELL_WIDTH, _CELL_HEIGHT = 6.0, 12.0


def text_of_plain(text: str, *, origin: TextOrigin = TextOrigin.TEXT_LAYER) -> DocumentText:
    """Lay plain text out on a grid of character cells, so that columns keep their places.

    A form feed starts a new page.
    """
    return DocumentText(
        pages=tuple(
            Page(number=number, width=595.0, height=842.0, origin=origin, lines=_lines_of_plain(page))
            for number, page in enumerate(text.split("\f"), start=1)
        )
    )


def _lines_of_plain(text: str) -> tuple[Line, ...]:
    lines = []
    for row, line in enumerate(text.split("\n")):
        top = row * _CELL_HEIGHT
        words = tuple(
            Word(
                text=found[0],
                box=Box(
                    left=found.start() * _CELL_WIDTH,
                    top=top,
                    right=found.end() * _CELL_WIDTH,
                    bottom=top + _CELL_HEIGHT,
                ),
            )
            for found in re.finditer(r"\S+", line)
        )
        if words:
            lines.append(Line(words=words))
    return tuple(lines)
