"""What several ask for at once is made once: who comes while it is made is given the same answer, a moment older."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

SHARED_SECONDS = 8.0
"""How long an answer is waited for that another made necessary: an examination takes five."""


class Shared(Generic[Answer]):
    """Any thread may ask."""

    def __init__(self, make: Callable[[], Answer], *, seconds: float = SHARED_SECONDS) -> None:
        self._make = make
        self._seconds = seconds
        self._changing = threading.Lock()
        self._under_way: Future[Answer] | None = None
        self._sharing = 0

    @property
    def sharing(self) -> int:
        """How many have waited for what others made."""
        return self._sharing

    def ask(self) -> Answer:
        """Give the answer that is under way, or make one; what that raises is raised for all who share it."""
        with self._changing:
            others, mine = self._under_way, Future[Answer]()
            if others is None:
                self._under_way = mine
            else:
                self._sharing += 1
        if others is None:
            return self._fill(mine)
        try:
            return others.result(self._seconds)
        except NoAnswer:
            return self._make()

    def _fill(self, mine: "Future[Answer]") -> Answer:
        try:
            answer = self._make()
        except BaseException as error:
            self._end()
            mine.set_exception(error)
            raise
        self._end()
        mine.set_result(answer)
        return answer

    def _end(self) -> None:
        with self._changing:
            self._under_way = None
