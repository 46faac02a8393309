"""The job of a child: open the document, read page after page, leave a finding.

Invariants
- The page's number is told before anything is done to it, so that the parent knows what hung.
- A page that fails is a page with a problem; the others are read. Only when none can be read is the document damaged.
- So is a page for which there is no time or memory left: what was read goes to a human, rather than nothing.
"""

import contextlib
import socket
import time
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from agent.adapters.reading import finding
from agent.adapters.reading.finding import Finding, Order, Read, Unavailable, Unreadable
from agent.adapters.reading.pages import Pages, unread
from agent.adapters.reading.pdf import open_pdf
from agent.domain.document import DocumentText, Page, PageProblem
from agent.domain.outcome import FailureReason
from agent.errors import ReaderUnavailable

_LAST_PAGES = 2
"""So many pages' time is kept for the page under way, so that a child whose time is up ends with what it has."""


def read_document(order: Order, document: int, reply: socket.socket) -> None:
    """Read the document behind the descriptor and leave a finding in the scratch folder."""
    path = f"/proc/self/fd/{document}"  # opened anew for each engine: they must not share one file position
    with Path(path).open("rb") as first, Path(path).open("rb") as second:
        finding.write(find(order, first, second, reply), order.scratch)


def find(order: Order, first: BufferedReader, second: BufferedReader, reply: socket.socket) -> Finding:
    """Read the document behind two streams; tells through the socket which page it begins."""
    last_begin = time.monotonic() + _begin_seconds(order)
    opened = open_pdf(order, first, second)
    if isinstance(opened, Unreadable):
        return opened
    if opened.count > order.max_pages:
        return Unreadable(
            failure=FailureReason.TOO_MANY_PAGES, detail=f"{opened.count} pages, limit {order.max_pages}"
        )
    try:
        pages = tuple(_told(order, opened, last_begin, reply))
    except ReaderUnavailable as error:
        return Unavailable(sentence=error.sentence, hint=error.hint)
    if all(page.problem is PageProblem.ENGINE_FAILED for page in pages):
        return Unreadable(failure=FailureReason.DAMAGED, detail=f"none of {opened.count} pages can be read")
    return Read(text=DocumentText(pages=pages))


def _begin_seconds(order: Order) -> float:
    """For how long pages may be begun."""
    return order.document_seconds - min(_LAST_PAGES * order.page_seconds, order.document_seconds / 2)


def _told(order: Order, document: Pages, last_begin: float, reply: socket.socket) -> Iterator[Page]:
    for number in range(1, document.count + 2):  # the last message is for the writing of the finding
        with contextlib.suppress(OSError):
            reply.send(f"page {number}".encode(), socket.MSG_DONTWAIT)
        if number <= document.count:
            yield _page(order, document, number, last_begin)


def _page(order: Order, document: Pages, number: int, last_begin: float) -> Page:
    """Read a page, unless an earlier child was lost at it or there is no time for it."""
    if number in order.crashed:
        return unread(number, PageProblem.ENGINE_FAILED)
    if number in order.hung or time.monotonic() > last_begin:
        return unread(number, PageProblem.TIMED_OUT)
    return document.read(number)
