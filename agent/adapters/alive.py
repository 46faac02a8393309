"""The mark of life: a file whose time of change says when the daemon was last known to be well.

It costs no transaction, and a death leaves it as it was. After a loss of power it may be some seconds older.
"""

import contextlib
import datetime
import os
from pathlib import Path

ALIVE_FILE = "alive"


class AliveMark:
    """Implements `watched.AliveMark`."""

    def __init__(self, state: Path) -> None:
        self._path = state / ALIVE_FILE

    def touch(self, now: datetime.datetime) -> None:
        seconds = now.timestamp()
        with contextlib.suppress(OSError):  # a second that is missing in a month's availability
            try:
                os.utime(self._path, (seconds, seconds))
            except FileNotFoundError:
                self._path.touch(mode=0o640)
                os.utime(self._path, (seconds, seconds))

    def last(self) -> datetime.datetime | None:
        with contextlib.suppress(OSError):
            return datetime.datetime.fromtimestamp(self._path.stat().st_mtime, datetime.UTC)
        return None
