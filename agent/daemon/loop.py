"""A supervised loop: an error is logged and the loop goes on after a pause."""

import threading
import time
from collections.abc import Callable

import structlog

from agent import errors

log = structlog.get_logger(__name__)

ERROR_PAUSE_SECONDS = 5.0
"""After an error, and after something that the machine refuses now."""
BEAT_SECONDS = 120.0
"""A loop that has not come round for so long hangs."""


class Loop:
    """A thread that does one thing again and again, and survives each error of it."""

    def __init__(self, name: str, body: Callable[[], None], stop: threading.Event) -> None:
        self.name, self._body, self._stop = name, body, stop
        self.beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_seconds: float) -> None:
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout_seconds)

    def still(self) -> bool:
        """Make a long body known as alive, between two things that it does. Gives whether it may go on."""
        self.beat = time.monotonic()
        return not self._stop.is_set()

    @property
    def is_well(self) -> bool:
        return self._thread.is_alive() and time.monotonic() - self.beat < BEAT_SECONDS

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._body()
            except errors.DossierdError as error:
                log.warning("loop_paused", loop=self.name, reason=error.reason)
                self._stop.wait(ERROR_PAUSE_SECONDS)
            except Exception:  # a supervised loop: it goes on
                log.exception("loop_raised", loop=self.name)
                self._stop.wait(ERROR_PAUSE_SECONDS)
            self.beat = time.monotonic()
