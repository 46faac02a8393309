"""Who asks at the same time shares an answer, and what it raises; who comes later gets a fresh one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.health.sharing import Shared

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]


class Making:
    """Makes the numbers 1, 2, 3 as it is asked, and waits meanwhile until it is let go on."""

    def __init__(self, *, error: Exception | None = None) -> None:
        self.goes_on = threading.Event()
        self.has_begun = threading.Event()
        self._made = 0
        self._error = error

    def make(self) -> int:
        self._made += 1
        made = self._made
        self.has_begun.set()
        assert self.goes_on.wait(30)
        if self._error is not None:
            raise self._error
        return made


def wait_for(shared: Shared[int], sharing: int) -> None:
    pause, rounds = threading.Event(), 0
    while shared.sharing < sharing:
        rounds += 1
        assert rounds < 3000, "nobody shares"
        pause.wait(0.01)


def test_those_who_ask_while_an_answer_is_made_are_given_it() -> None:
    making = Making()
    shared = Shared(making.make)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(shared.ask)
        assert making.has_begun.wait(30)
        others = [threads.submit(shared.ask) for _ in range(2)]
        wait_for(shared, 2)
        making.goes_on.set()
        assert [first.result(30), *(it.result(30) for it in others)] == [1, 1, 1]
    assert shared.ask() == 2


def test_an_error_is_raised_for_all_who_share_it_and_not_for_those_who_come_later() -> None:
    making = Making(error=ZeroDivisionError())
    shared = Shared(making.make)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.ask)
        assert making.has_begun.wait(30)
        other = threads.submit(shared.ask)
        wait_for(shared, 1)
        making.goes_on.set()
        for asked in (first, other):
            with pytest.raises(ZeroDivisionError):
                asked.result(30)
    with pytest.raises(ZeroDivisionError):
        shared.ask()


def test_an_answer_that_does_not_come_is_made_by_who_waits_for_it() -> None:
    first_goes_on, made = threading.Event(), [0]

    def make() -> int:
        made[0] += 1
        if made[0] == 1:
            assert first_goes_on.wait(30)
            return 1
        return 2

    shared = Shared(make, seconds=0.0)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(shared.ask)
        while not made[0]:
            threading.Event().wait(0.01)
        assert shared.ask() == 2
        first_goes_on.set()
        assert first.result(30) == 1
