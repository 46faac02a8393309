"""What goes into a child and what comes out of it, as JSON, with the standard library alone.

The parent believes nothing of a finding before `answer.py` has validated it: the child had hostile bytes in its
hands. What was read is one line a page, after one with their count, so that the parent never holds more than one of
them unparsed: parsed in one piece, a finding took 23 times its own size.
"""

import errno
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal

from agent.adapters.reading.encoding import charge, count, encode
from agent.domain.document import Page, PageProblem
from agent.domain.outcome import FailureReason

FINDING = "finding.json"
"""Name of the child's result in its scratch folder."""

HALT = "halt"
"""Name of the file in which the parent says from which page on another child reads."""

MAX_FINDING_BYTES = 12 * 1024 * 1024
"""About 195,000 words of a whole document: 300 pages of 650. Their text takes four times that in the daemon, and while
it decides, all that it makes of them thirteen times (measured)."""

MAX_PAGE_BYTES = 2 * 1024 * 1024
"""About 30,000 words: no sheet of paper holds so many. Bounds what parsing a line takes on top."""

EMPTY_BYTES = 256
"""What a page without words takes at most. A document's room for text is for what pages take beyond."""


COPY = "searchable.pdf"
"""Name of the searchable copy in the scratch folder of a child that makes one."""

DRAWING = "piece.png"
"""Name of the picture in the scratch folder of a child that draws a piece of a page."""


def part_file(number: int) -> str:
    """Name of a part, from 0, in the scratch folder of a child that splits a document."""
    return f"part-{number}.pdf"


class Task(StrEnum):
    """What is to be done with a document."""

    READ = "read"
    MAKE_SEARCHABLE = "make_searchable"
    SPLIT = "split"
    DRAW = "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A hand of one document's pages to read, and the limits that hold for it.

    Attributes:
        scratch: the child's own folder; its temporary files and its finding lie there.
        document_seconds: what is left for the document; the child is ended after it.
        turn_seconds: for how long pages may be begun; the first one always is, and the rest is another child's.
        pages: which to read, rising; None for all from the first on, `HALT` or the turn's end permitting.
        finding_bytes: what is left for the document's words; a page may take `page_bytes`.
        hung: pages at which an earlier child hung: not touched again, reported as timed out.
        crashed: pages at which two earlier children crashed: not touched again, reported as failed.
        passes: how many recipes for OCR were tried before; it goes on with the next.
        labels: the labels that could make a name or a number somebody's: a printed page without any is only skimmed.
            None: no page is.
        passwords: what to try on a PDF that has one; secrets, which go no other way than this.
        file_megabytes: of the largest file that it may write, beside what a page's picture needs.
        ranges: of a document that is split, the first and the last page of each part.
        page_number, crop, turn: the piece of a page that is to be drawn: left, top, right and bottom in points, on the
            page turned by so many degrees clockwise.
    """

    scratch: Path
    languages: str
    page_seconds: float
    document_seconds: float
    memory_megabytes: int
    max_pages: int
    render_megapixels: int
    turn_seconds: float
    pages: tuple[int, ...] | None = None
    finding_bytes: int = MAX_FINDING_BYTES
    page_bytes: int = MAX_PAGE_BYTES
    hung: tuple[int, ...] = ()
    crashed: tuple[int, ...] = ()
    passes: int = 0
    labels: tuple[str, ...] | None = None
    task: Task = Task.READ
    passwords: tuple[str, ...] = field(default=(), repr=False)
    file_megabytes: int = 0
    ranges: tuple[tuple[int, int], ...] = ()
    page_number: int = 0
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    turn: int = 0

    @property
    def most_pages(self) -> int:
        """How many pages a finding may have."""
        return self.max_pages if self.pages is None else len(self.pages)

    def room(self, pages: int) -> int:
        """The bytes that a finding of so many pages may take: a page without words always finds a place."""
        return self.finding_bytes + EMPTY_BYTES * (pages + 1)

    def encode(self) -> bytes:
        """Write it down. `asdict` would copy each of some hundred labels first."""
        return json.dumps(
            {each.name: getattr(self, each.name) for each in fields(self)}, default=str
        ).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "Order":
        read = json.loads(encoded)
        for name in ("pages", "hung", "crashed", "labels", "passwords", "crop"):
            read[name] = None if read[name] is None else tuple(read[name])
        ranges = tuple((first, last) for first, last in read["ranges"])
        return cls(**{**read, "ranges": ranges, "scratch": Path(read["scratch"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Pages were read; single ones may have problems.

    Attributes:
        pages: those that the child came to, rising.
        page_count: of the whole document.
    """

    pages: tuple[Page, ...]
    page_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The document's own fault."""

    failure: FailureReason
    detail: str | None = None
    kind: Literal["unreadable"] = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """The machine's fault."""

    sentence: str
    hint: str
    kind: Literal["unavailable"] = "unavailable"


Finding = Read | Unreadable | Unavailable


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
"""What the disk under the scratch folder says when it, and not the document, is to blame."""


class NoRoomError(Exception):
    """The scratch folder doesn't take the finding: the disk is full, or fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a finding may take.

    Attributes:
        total, page: the bytes that it, and each of its pages, may take; words beyond are left out.
        pages: how many may come; for each, what one without words takes is kept.
    """

    total: int = MAX_FINDING_BYTES
    page: int = MAX_PAGE_BYTES
    pages: int = 1


def write(finding: Finding, scratch: Path) -> None:
    """Leave a finding that is complete in the scratch folder; see `write_pages`."""
    match finding:
        case Read(pages=pages, page_count=page_count):
            write_pages(pages, page_count, scratch, Room(pages=len(pages)))
        case Unreadable() | Unavailable():
            _leave(scratch, [json.dumps(asdict(finding)).encode()])


def write_pages(pages: Iterable[Page], page_count: int, scratch: Path, room: Room) -> None:
    """Leave pages in the scratch folder, whole or not at all, each written as soon as it comes.

    Raises:
        NoRoomError: the disk refuses.
    """
    _leave(scratch, _encode(pages, page_count, room))


def _leave(scratch: Path, lines: Iterable[bytes]) -> None:
    unfinished = scratch / f"{FINDING}.part"
    try:
        with unfinished.open("wb") as stream:
            stream.writelines(lines)
        unfinished.rename(scratch / FINDING)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise NoRoomError from error
        raise


def _encode(pages: Iterable[Page], page_count: int, room: Room) -> Iterator[bytes]:
    """Encode page by page; where the words are too many they are left out, and the page says so."""
    head = json.dumps({"page_count": page_count}).encode() + b"\n"
    yield head
    left = room.total - len(head) - EMPTY_BYTES * room.pages
    for page in pages:
        encoded = encode(page)
        size = charge(len(encoded), count(page, encoded))
        if size > room.page or size - EMPTY_BYTES > left:
            yield encode(_emptied(page))
        else:
            left -= max(size - EMPTY_BYTES, 0)
            yield encoded


def _emptied(page: Page) -> Page:
    return replace(page, lines=(), problem=PageProblem.TOO_MUCH_TEXT)
