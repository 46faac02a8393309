"""The pages of one document that its readers are spared, because others hung or crashed at them.

Each such page holds up the neighbours, so that only some are tried before the document is given up.
"""

import threading
from dataclasses import dataclass

from agent.adapters.reading.finding import Unreadable
from agent.domain.outcome import FailureReason

_CRASHES_A_PAGE = 2
"""One may be the machine's fault; the second at the same page is the page's."""
_MAX_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """A child died at a page; 0 stands for the opening of the document."""

    page: int
    detail: str
    is_killed: bool = False
    """By a SIGKILL that we did not send: so the kernel ends what it has no memory for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """Native code did not come back from a page; 0 stands for the opening of the document."""

    page: int


class Losses:
    """What was lost of one document so far. May be used by several threads, each with pages of its own."""

    def __init__(self, before: int = 0) -> None:
        """Begin.

        Args:
            before: pages that were given up in earlier turns.
        """
        self._before = before
        self._lock = threading.Lock()
        self.hung: list[int] = []
        self.crashed: list[int] = []
        self._crashes: list[Crashed] = []
        self.why = Unreadable(failure=FailureReason.READER_CRASHED)

    @property
    def pages(self) -> list[int]:
        return [*self.hung, *self.crashed]

    def add(self, loss: Crashed | Hung) -> Unreadable | None:
        """Note one more; gives the failure when the document must be given up."""
        with self._lock:
            return self._add(loss)

    def _add(self, loss: Crashed | Hung) -> Unreadable | None:
        match loss:
            case Hung(page=page):
                where = f"page {page}" if page else "when it was opened"
                self.why = Unreadable(failure=FailureReason.TIMED_OUT, detail=where)
                return self._leave_out(page, self.hung)
            case Crashed(page=page, detail=detail):
                self._crashes.append(loss)
                alike = [crash for crash in self._crashes if crash.page == page]
                if len(alike) < _CRASHES_A_PAGE:
                    return None
                is_starved = all(crash.is_killed for crash in alike)
                failure = FailureReason.OUT_OF_MEMORY if is_starved else FailureReason.READER_CRASHED
                self.why = Unreadable(failure=failure, detail=detail)
                return self._leave_out(page, self.crashed)

    def _leave_out(self, page: int, where: list[int]) -> Unreadable | None:
        if page in (0, *self.pages) or self._before + len(self.pages) >= _MAX_PAGES:
            return self.why
        where.append(page)
        return None
