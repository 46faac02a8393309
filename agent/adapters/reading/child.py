"""The job of a child: open the document, read page after page of its hand until its turn is over, leave a finding.

Invariants
- The page's number is told before anything is done to it, so that the parent knows what hung.
- A page that fails is a page with a problem; the others are read.
- No page is cut short by the end of the turn, and each turn reads one at least.
"""

import contextlib
import math
import os
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from agent.adapters.reading import finding
from agent.adapters.reading.finding import Order, Unavailable, Unreadable
from agent.adapters.reading.opening import open_document
from agent.adapters.reading.pages import Pages, unread
from agent.domain.document import Page, PageProblem
from agent.domain.outcome import FailureReason
from agent.errors import ReaderUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document that is being read.

    Attributes:
        document: the pages are its; it must outlive them.
        pages: each is read when it is asked for.
        most: how many they may become.
        page_count: of the whole document.
    """

    document: Pages
    pages: Iterator[Page]
    most: int
    page_count: int


_KEPT: list[Pages] = []
"""The document, until the child's own end, which frees all of it at once: to close it first takes time, and hostile
bytes may end the process there, before the last page is written down."""


def read_document(order: Order, document: int, reply: socket.socket) -> None:
    """Read the document behind the descriptor and leave a finding in the scratch folder."""
    with Path(f"/proc/self/fd/{document}").open(
        "rb"
    ) as stream:  # anew: its file position is the daemon's, too
        leave(order, stream, reply)


def leave(order: Order, stream: BufferedReader, reply: socket.socket) -> None:
    """Read a hand of the document behind a stream, and write each page down before the next is read.

    A page that is kept costs memory, and time whenever Python looks over what is kept.
    """
    try:
        found = find(order, stream, reply)
        if isinstance(found, Unreadable):
            finding.write(found, order.scratch)
            return
        _KEPT.append(found.document)
        room = finding.Room(total=order.room(found.most), page=order.page_bytes, pages=found.most)
        finding.write_pages(found.pages, found.page_count, order.scratch, room)
    except ReaderUnavailable as error:
        finding.write(Unavailable(sentence=error.sentence, hint=error.hint), order.scratch)


def find(order: Order, stream: BufferedReader, reply: socket.socket) -> Reading | Unreadable:
    """Open a document and begin its hand; tells through the socket which page it begins, of how many.

    Raises:
        ReaderUnavailable: the system refuses to open it.
    """
    last_begin = time.monotonic() + order.turn_seconds
    opened = open_document(order, stream)
    if isinstance(opened, Unreadable):
        return opened
    if opened.count > order.max_pages:
        return Unreadable(
            failure=FailureReason.TOO_MANY_PAGES, detail=f"{opened.count} pages, limit {order.max_pages}"
        )
    _tell(reply, f"of {opened.count}")
    wanted = range(1, opened.count + 1) if order.pages is None else order.pages
    pages = _pages(order, opened, wanted, last_begin, reply)
    return Reading(document=opened, pages=pages, most=len(wanted), page_count=opened.count)


def _pages(
    order: Order, document: Pages, wanted: Sequence[int], last_begin: float, reply: socket.socket
) -> Iterator[Page]:
    """Read page after page until the turn's time is up, at least one; another child reads the others."""
    halt = str(order.scratch / finding.HALT)
    for place, number in enumerate(wanted):
        if place and (time.monotonic() > last_begin or number >= _halt(halt)):
            break
        _tell(reply, f"page {number}")
        yield _page(order, document, number)
    _tell(reply, f"page {document.count + 1}")  # for the end of the finding


def _halt(written: str) -> float:
    """From which page on another child reads."""
    if not os.access(written, os.F_OK):  # asked before each page
        return math.inf
    try:
        return int(Path(written).read_text())
    except (OSError, ValueError):  # its page is being written down
        return math.inf


def _tell(reply: socket.socket, message: str) -> None:
    with contextlib.suppress(OSError):
        reply.send(message.encode(), socket.MSG_DONTWAIT)


def _page(order: Order, document: Pages, number: int) -> Page:
    """Read a page, unless an earlier child was lost at it."""
    if number in order.crashed:
        return unread(number, PageProblem.ENGINE_FAILED)
    if number in order.hung:
        return unread(number, PageProblem.TIMED_OUT)
    return document.read(number)
