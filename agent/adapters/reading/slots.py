"""Places for children that read at once: as many as there are workers, first come, first served."""

import threading
from collections import deque
from collections.abc import Callable

from agent.errors import ReadingStopped

_POLL_SECONDS = 0.1


class Slots:
    """A count of places. Who waits is served in turn; what is idle may be taken by who has one already."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = count
        self._waiting: deque[object] = deque()
        self._change = threading.Condition()

    def take(self, should_stop: Callable[[], bool]) -> None:
        """Wait for a place.

        Raises:
            ReadingStopped: `should_stop` said so.
        """
        ticket = object()
        with self._change:
            self._waiting.append(ticket)
            try:
                while not (self._free and self._waiting[0] is ticket):
                    if should_stop():
                        raise ReadingStopped("A stop was asked for while the document waited to be read.")
                    self._change.wait(_POLL_SECONDS)
                self._free -= 1
            finally:
                self._waiting.remove(ticket)
                self._change.notify_all()

    @property
    def is_idle(self) -> bool:
        """Whether there is a place that nobody waits for."""
        with self._change:
            return self._free > 0 and not self._waiting

    def take_idle(self) -> bool:
        """Take a place that nobody waits for, if there is one."""
        with self._change:
            if not self._free or self._waiting:
                return False
            self._free -= 1
            return True

    def give_back(self) -> None:
        with self._change:
            self._free += 1
            self._change.notify_all()
