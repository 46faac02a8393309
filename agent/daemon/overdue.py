"""The end of a stop that comes to none: a database or a disk that gives no answer would hold the daemon for ever.

Whatever was under way is left as a death leaves it, which every start expects: intents are in the ledger, files only
move. Better here than by systemd, which kills without a word: the log says that it was, and readers end first.
"""

import os
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

READERS_SECONDS = 1.0
"""How long readers may take to end; what holds them may be what holds us."""
_LOOK_SECONDS = 1.0


class LastResort:
    """Gives up a stop that takes too long.

    Args:
        asked: set once a stop is asked for.
        seconds: how long it may take from there, to the process's very end.
        give_up: ends the process.
    """

    def __init__(self, asked: threading.Event, seconds: float, give_up: Callable[[], None]) -> None:
        self._asked, self._seconds, self._give_up = asked, seconds, give_up
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="last-resort", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """All came to an end."""
        self._ended.set()

    def _run(self) -> None:
        while not self._asked.wait(_LOOK_SECONDS):
            if self._ended.is_set():
                return
        if not self._ended.wait(self._seconds):
            log.error("stop_overdue", timeout_seconds=self._seconds)
            self._give_up()


def leave(close_readers: Callable[[], None]) -> None:
    """End the process where it is, its readers first."""
    closing = threading.Thread(target=close_readers, name="closing-readers", daemon=True)
    closing.start()
    closing.join(READERS_SECONDS)
    os._exit(1)
