"""Deals one document's pages out to children, a hand to each, until all are read or others go first.

The first hand finds out how many pages there are. A document that it reads within its turn is done with one child; of
a slow one, idle slots get the other pages. From then on each slot gets a hand whenever it is idle and nobody waits for
it, so that no core waits for another one's page; towards the end the hands are small, so that all end together.

Invariants
- A hand's turn is over after `TURN_SECONDS` and the page under way: who waits for a slot waits no longer than that.
- When the document's time is up, the pages that are left say so; what was read goes to a human, rather than nothing.
"""

import math
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import assert_never

from agent.adapters.reading.finding import Order, Read, Unavailable, Unreadable
from agent.adapters.reading.forkclient import ForkServer
from agent.adapters.reading.hand import Hand, HandRead
from agent.adapters.reading.losses import Losses
from agent.adapters.reading.pages import unread
from agent.adapters.reading.slots import Slots
from agent.domain.document import Page, PageProblem
from agent.domain.outcome import FailureReason
from agent.domain.reading import Turn, Wanted
from agent.errors import DocumentUnreadable, ReaderUnavailable

TURN_SECONDS = 5.0
"""Two poor scans' worth: what a letter may have to wait for, and what a death may cost of a long document."""

LOOK_SECONDS = 1.0
"""The first turn where others wait: enough for a text layer or a page, so that letters among scans are found soon."""
_SHARE_SECONDS = 0.12
"""A document that is under way for so long is no letter with a text layer: others may help."""
_LAST_PAGES = 2
"""So many pages' time is kept for the pages under way, so that who is at work when the time is up ends well."""
_MOST_PAGES = 2000
"""Of a hand: more can't be read in a turn, and an order has room for no more than ten times that."""
_POLL_SECONDS = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What all hands of a document have in common.

    Attributes:
        document: a descriptor.
        order: the limits; its `scratch` is the folder that scratch folders are made in.
    """

    server: ForkServer
    slots: Slots
    document: int
    order: Order
    wanted: Wanted
    should_stop: Callable[[], bool]
    should_yield: Callable[[], bool]


class Dealing:
    """One reading of a document: `turns` is its story."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._lost = Losses(table.wanted.lost)
        self._lost_told = 0
        self._room = table.order.finding_bytes - table.wanted.spent_bytes
        self._pool = None if table.wanted.pages is None else list(table.wanted.pages)
        self._page_count = max(table.wanted.pages or (0,))
        self._under_way: dict[Future[HandRead], Hand] = {}
        self._read: set[int] = set()
        self._ruined: set[int] = set()
        self._is_time_up = False
        self._spent = table.wanted.spent_seconds
        self._since = 0.0
        self._abort = threading.Event()

    def turns(self) -> Generator[Turn, None, None]:
        """Give each hand's pages as soon as they are read; see `TextSource`."""
        with ThreadPoolExecutor(self._table.slots.count, thread_name_prefix="hand") as threads:
            try:
                self._deal_first(threads)
                while self._under_way:
                    for hand, found in self._ended():
                        if (turn := self._turn(hand, found)).pages:
                            yield turn
                    if not self._table.should_yield():
                        self._share()
                        self._deal(threads)
                if self._is_time_up and self._pool:
                    yield self._left_out(self._pool)
            finally:
                self._abort.set()

    def _deal_first(self, threads: ThreadPoolExecutor) -> None:
        if self._pool is not None and not self._has_time():
            self._is_time_up = True
            return
        self._table.slots.take(self._table.should_stop)
        self._begin(threads)

    def _deal(self, threads: ThreadPoolExecutor) -> None:
        """Give hands to slots, as long as there are pages and idle slots; the only hand waits for one."""
        while self._pool and not self._is_time_up:
            if not self._has_time():
                self._is_time_up = True
            elif self._table.slots.take_idle():
                self._begin(threads)
            elif self._under_way:
                return
            else:
                self._table.slots.take(self._table.should_stop)
                self._begin(threads)

    def _begin(self, threads: ThreadPoolExecutor) -> None:
        """Begin a hand in a slot that was taken for it."""
        table, now = self._table, time.monotonic()
        if not self._under_way:
            self._since = now
        hand = Hand(
            server=table.server,
            document=table.document,
            order=replace(
                table.order,
                pages=self._next_pages(),
                passes=table.wanted.passes,
                turn_seconds=max(0.0, min(self._turn_seconds(), self._left() - self._reserve())),
                finding_bytes=self._room if self._pool is None else self._room // table.slots.count,
            ),
            lost=self._lost,
            deadline=now + max(0.0, self._left()),
            should_stop=lambda: self._abort.is_set() or table.should_stop(),
        )
        try:
            future = threads.submit(hand.read)
        except RuntimeError as error:
            table.slots.give_back()
            raise ReaderUnavailable("No thread can be started to read with.") from error
        future.add_done_callback(lambda _: table.slots.give_back())
        self._under_way[future] = hand

    def _turn_seconds(self) -> float:
        return LOOK_SECONDS if self._pool is None and self._table.should_yield() else TURN_SECONDS

    def _next_pages(self) -> tuple[int, ...] | None:
        """Take the next pages from the pool."""
        if self._pool is None:
            return None
        size = self._hand_size(len(self._pool))
        taken = tuple(self._pool[:size])
        del self._pool[:size]
        return taken

    def _hand_size(self, left: int) -> int:
        """Of so many pages; the fewer are left, the smaller is a hand."""
        slots = self._table.slots.count
        return min(_MOST_PAGES, math.ceil(left / (2 * slots)) if slots > 1 else left)

    def _ended(self) -> list[tuple[Hand, HandRead]]:
        """Wait a moment for hands that end."""
        done, _ = wait(self._under_way, _POLL_SECONDS, FIRST_COMPLETED)
        return [(self._under_way.pop(future), future.result()) for future in done]

    def _share(self) -> None:
        """Let a slow document's first hand keep as many pages as others would get, where a slot is idle."""
        hand = next((hand for future, hand in self._under_way.items() if not future.done()), None)
        if self._pool is not None or hand is None or not self._table.slots.is_idle:
            return
        count = min(hand.page_count, self._table.order.max_pages)
        left = count - hand.page
        if hand.page and left > 0 and time.monotonic() - hand.begun_at >= _SHARE_SECONDS:
            first = hand.page + self._hand_size(left)
            hand.halt_before(first)
            self._pool = list(range(first, count + 1))

    def _turn(self, hand: Hand, found: HandRead) -> Turn:
        """Take a hand's pages in.

        Raises:
            DocumentUnreadable, ReaderUnavailable: nothing can be made of the document, or not now.
        """
        seconds = self._lap()
        match found.finding:
            case Read(pages=pages, page_count=page_count):
                self._page_count = max(self._page_count, page_count)
                fresh = tuple(page for page in pages if page.number not in self._read)
                self._refuse_ruin(fresh)
            case Unreadable(failure=FailureReason.TIMED_OUT) if self._page_count and not self._has_time():
                fresh = ()
                self._is_time_up = True
            case Unreadable(failure=failure, detail=detail):
                raise DocumentUnreadable(failure, detail)
            case Unavailable(sentence=sentence, hint=hint):
                raise ReaderUnavailable(sentence, hint=hint)
            case _:
                assert_never(found.finding)
        self._read |= {page.number for page in fresh}
        self._refill(hand)
        self._room = max(0, self._room - found.bytes)
        before, self._lost_told = self._lost_told, len(self._lost.pages)
        return Turn(
            pages=fresh,
            page_count=self._page_count,
            seconds=seconds,
            bytes=found.bytes,
            lost=self._lost_told - before,
        )

    def _lap(self) -> float:
        """Give the seconds since the last lap, or since hands were begun."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        self._spent += seconds
        return seconds

    def _refuse_ruin(self, pages: tuple[Page, ...]) -> None:
        """Call a document by what its reader met, when that left nothing of it."""
        self._ruined |= {page.number for page in pages if page.problem is PageProblem.ENGINE_FAILED}
        is_whole = self._table.wanted.pages is None and len(self._ruined) == self._page_count
        if is_whole and self._lost.crashed:
            raise DocumentUnreadable(self._lost.why.failure, self._lost.why.detail)

    def _refill(self, hand: Hand) -> None:
        """Put what a hand has not come to back into the pool."""
        wanted = range(1, self._page_count + 1) if hand.pages is None else hand.pages
        elsewhere = {page for other in self._under_way.values() for page in other.pages or ()}
        self._pool = sorted({*wanted, *(self._pool or ())} - self._read - elsewhere)

    def _left_out(self, numbers: list[int]) -> Turn:
        """Give the pages for which there is no time."""
        pages = tuple(unread(number, PageProblem.NOT_REACHED) for number in numbers)
        return Turn(pages=pages, page_count=self._page_count)

    def _left(self) -> float:
        """The seconds that the document has left."""
        spent = self._spent + (time.monotonic() - self._since if self._under_way else 0.0)
        return self._table.order.document_seconds - spent

    def _reserve(self) -> float:
        order = self._table.order
        return min(_LAST_PAGES * order.page_seconds, order.document_seconds / 2)

    def _has_time(self) -> bool:
        """Whether more pages may be begun."""
        return self._left() > self._reserve()
