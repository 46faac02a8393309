"""Stops Python code that takes too long, inside a child. The parent stops code in C, with the child."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_SECONDS = 1.0
"""An exception raised while a finaliser runs is swallowed by the interpreter; so the alarm rings again."""


class OutOfTime(BaseException):
    """The time is up. No `Exception`: a parser that swallows all of them must not swallow this one."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the block when the time is up. Not to be nested: a process has one such timer."""
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
