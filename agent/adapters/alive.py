"""Marks: files whose time of change says when something was last so, such as the daemon known to be well.

One costs no transaction, and a death leaves it as it was. After a loss of power it may be some seconds older.
"""

import contextlib
import datetime
import os
from pathlib import Path

ALIVE_FILE = "alive"


class Mark:
    """A moment that outlives its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def touch(self, now: datetime.datetime) -> None:
        seconds = now.timestamp()
        with contextlib.suppress(OSError):  # the moment before stays: who reads it does with an old one
            try:
                os.utime(self._path, (seconds, seconds))
            except FileNotFoundError:
                self._path.touch(mode=0o640)
                os.utime(self._path, (seconds, seconds))

    def last(self) -> datetime.datetime | None:
        with contextlib.suppress(OSError):
            return datetime.datetime.fromtimestamp(self._path.stat().st_mtime, datetime.UTC)
        return None


class AliveMark(Mark):
    """Implements `watched.AliveMark`."""

    def __init__(self, state: Path) -> None:
        super().__init__(state / ALIVE_FILE)
