"""Asks parts side by side, so that one that hangs is one finding, and keeps nobody waiting for the others.

A part runs in a daemon thread of its own. One that hangs is left behind: a disk that doesn't answer lets no thread be
ended. It is not asked again while it hangs, so that at most one thread a part is ever left, and who asks meanwhile
shares its answer. Accepted risk: what it holds open stays open as long as it hangs.
"""

import threading
import time
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
"""What a part may take; all are asked at once, so that the whole answer is there within five seconds."""

Part = tuple[str, Callable[[], Finding]]
"""A part's name, and what asks it."""


class Asking:
    """Remembers which parts have not answered yet. Any thread may ask."""

    def __init__(self, seconds: float = PART_SECONDS) -> None:
        self._seconds = seconds
        self._changing = threading.Lock()
        self._asked: dict[str, tuple[Future[Finding], float]] = {}
        """By name: the answer to come, and the monotonic second at which it was asked for."""

    def ask(self, parts: Sequence[Part], seconds: float | None = None) -> list[Finding]:
        """Give each part's finding, in their order.

        Args:
            seconds: what a part may take, where that is not what this was built with.
        """
        limit = self._seconds if seconds is None else seconds
        asked = [(name, *self._begin(name, part)) for name, part in parts]
        return [_answer(name, answer, since, limit) for name, answer, since in asked]

    def _begin(self, name: str, part: Callable[[], Finding]) -> tuple[Future[Finding], float]:
        with self._changing:
            known = self._asked.get(name)
            if known is not None and not known[0].done():
                return known
            begun = (Future[Finding](), time.monotonic())
            self._asked[name] = begun
        threading.Thread(target=_run, args=(name, part, begun[0]), name=f"health-{name}", daemon=True).start()
        return begun


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


def _run(name: str, part: Callable[[], Finding], answer: "Future[Finding]") -> None:
    try:
        found = ask_now(name, part)
    except Exception as error:  # supervised: whoever asks is told, and the other parts answer
        log.exception("health_part_raised", part=name)
        found = Finding(
            part=name,
            level=Level.BAD,
            said=Phrase("can't be looked at ({error})", error=type(error).__name__),
            advice=Phrase(
                "This is a mistake in dossierd. What happened is in the log: journalctl -u dossierd"
            ),
        )
    answer.set_result(found)


def _answer(name: str, answer: "Future[Finding]", since: float, limit: float) -> Finding:
    try:
        return answer.result(max(0.0, since + limit - time.monotonic()))
    except NoAnswer:
        return Finding(
            part=name,
            level=Level.BAD,
            said=Phrase("gives no answer within {seconds} seconds", seconds=f"{limit:g}"),
            advice=Phrase(
                "What it looks at hangs: a disk, a network folder or another machine. "
                "The other parts were asked all the same."
            ),
        )
