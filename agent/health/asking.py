"""Asks parts so that one that hangs is one finding, and keeps nobody waiting for the others.

A daemon thread asks one after the other; while it is held up, another goes on with the rest. A part that hangs is left
behind with its thread: a disk that doesn't answer lets none be ended. It is not asked again while it hangs, so that at
most one thread a part is ever left, and who asks meanwhile shares its answer. Accepted risk: what it holds open stays
open as long as it hangs. Rejected: a thread for each part at once, which cost ten megabytes after some rounds.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer

import structlog

from agent import errors
from agent.domain.phrase import Phrase, plain
from agent.durable import word_for
from agent.health.finding import Finding, Level

log = structlog.get_logger(__name__)

PART_SECONDS = 3.0
"""What a part may take, from the moment it is asked."""
HELD_UP_SECONDS = 0.05
"""After so long another thread goes on: thirty parts that all hang are asked, and given up, within five seconds."""

Part = tuple[str, Callable[[], Finding]]
"""A part's name, and what asks it."""


class _Asked:
    """A part that was asked, or is about to be."""

    def __init__(self, name: str, part: Callable[[], Finding]) -> None:
        self.name = name
        self.part = part
        self.answer: Future[Finding] = Future()
        self.has_begun = threading.Event()
        self.since = 0.0
        """The monotonic second at which it was asked."""


class Asking:
    """Remembers which parts have not answered yet. Any thread may ask."""

    def __init__(self, seconds: float = PART_SECONDS) -> None:
        self._seconds = seconds
        self._changing = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    def ask(self, parts: Sequence[Part], seconds: float | None = None) -> list[Finding]:
        """Give each part's finding, in their order.

        Args:
            seconds: what a part may take, where that is not what this was built with.
        """
        limit = self._seconds if seconds is None else seconds
        mine: deque[_Asked] = deque()
        with self._changing:
            asked = [self._enlist(name, part, mine) for name, part in parts]
        while mine:
            worker = threading.Thread(target=_ask_each, args=(mine,), name="health", daemon=True)
            worker.start()
            worker.join(HELD_UP_SECONDS)
        return [_answer(it, limit) for it in asked]

    def _enlist(self, name: str, part: Callable[[], Finding], mine: deque[_Asked]) -> _Asked:
        """Note that a part is to be asked, unless somebody waits for its answer already."""
        known = self._asked.get(name)
        if known is not None and not known.answer.done():
            return known
        self._asked[name] = fresh = _Asked(name, part)
        mine.append(fresh)
        return fresh


def ask_now(name: str, part: Callable[[], Finding]) -> Finding:
    """Ask a part in this thread, for as long as it takes; an error in it is its finding."""
    try:
        return part()
    except errors.DossierdError as error:
        said, advice = (plain(it) if isinstance(it, str) else it for it in (error.said, error.advice))
        return Finding(part=name, level=Level.BAD, said=said, advice=advice)
    except OSError as error:
        return Finding(
            part=name,
            level=Level.BAD,
            said=Phrase("can't be looked at ({error})", error=word_for(error)),
            advice=Phrase("Type this as the daemon's user: sudo -u dossierd dossierd check"),
        )


def _ask_each(parts: deque[_Asked]) -> None:
    """Ask what no other thread has begun to ask."""
    while True:
        try:
            asked = parts.popleft()
        except IndexError:
            return
        asked.since = time.monotonic()
        asked.has_begun.set()
        asked.answer.set_result(_finding_of(asked))


def _finding_of(asked: _Asked) -> Finding:
    try:
        return ask_now(asked.name, asked.part)
    except Exception as error:  # supervised: whoever asks is told, and the other parts answer
        log.exception("health_part_raised", part=asked.name)
        return Finding(
            part=asked.name,
            level=Level.BAD,
            said=Phrase("can't be looked at ({error})", error=type(error).__name__),
            advice=Phrase(
                "This is a mistake in dossierd. What happened is in the log: journalctl -u dossierd"
            ),
        )


def _answer(asked: _Asked, limit: float) -> Finding:
    asked.has_begun.wait(limit)
    try:
        return asked.answer.result(max(0.0, asked.since + limit - time.monotonic()))
    except NoAnswer:
        return Finding(
            part=asked.name,
            level=Level.BAD,
            said=Phrase("gives no answer within {seconds} seconds", seconds=f"{limit:g}"),
            advice=Phrase(
                "What it looks at hangs: a disk, a network folder or another machine. "
                "The other parts were asked all the same."
            ),
        )
