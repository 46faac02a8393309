"""Hints from the kernel, through watchdog: the name of a file to which something happened.

The observer's thread only calls `on_name`; it touches no file. Only arrivals are asked for (created or moved here,
closed after writing): the rest, above all our own reading and claiming, would be noise.

Only the folder itself is watched; what arrives in its sub-folders is found by rescans, which come often while there are
any. Rejected: watchdog's recursive watch, which enters `.claimed` as well and needs the events of departures, see
`arrivals`; and a watch for each sub-folder, which is a thread for each and uses up the user's inotify watches, of which
a small machine has some thousand.
"""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from agent.adapters.watch.arrivals import ArrivalObserver
from agent.mounts import remote_type

JOIN_SECONDS = 2.0
"""How long a stop waits for the observer's threads; they are daemon threads and hold nothing."""

_ARRIVALS: list[type[FileSystemEvent]] = [FileCreatedEvent, FileClosedEvent, DirCreatedEvent]
_LIMITS = {
    errno.ENOSPC: "this user's inotify watches are used up; type: sysctl -w fs.inotify.max_user_watches=524288",
    errno.EMFILE: "this user's inotify instances, or this process's files, are used up; "
    "type: sysctl -w fs.inotify.max_user_instances=1024",
    errno.ENFILE: "the machine has too many files open",
    errno.ENOMEM: "the kernel has no memory for inotify",
}


class NoEventsError(Exception):
    """The folder can't be watched by events; the sentence says why."""


class _Hints(FileSystemEventHandler):
    def __init__(self, on_name: Callable[[str], None]) -> None:
        self._on_name = on_name

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._on_name(os.fsdecode(event.src_path).rpartition(os.sep)[2])


class FolderEvents:
    """A running observer of one folder."""

    def __init__(self, folder: Path, on_name: Callable[[str], None], on_overflow: Callable[[], None]) -> None:
        """Start to observe.

        Args:
            on_name: is told the name of each arrival.
            on_overflow: is told that the kernel has dropped events.

        Raises:
            NoEventsError: the file system gives no events, or the kernel refuses.
        """
        if kind := remote_type(folder):
            raise NoEventsError(f"a file system of type {kind} gives no events")
        try:
            self._observer = ArrivalObserver(on_overflow)
        except OSError as error:
            raise NoEventsError(_why(error)) from error
        try:
            # The real path: watchdog does not follow a symlink, and `incoming` may be one.
            self._observer.schedule(_Hints(on_name), os.path.realpath(folder), event_filter=_ARRIVALS)
            self._observer.start()
        except (OSError, RuntimeError) as error:
            self._observer.stop()
            raise NoEventsError(_why(error)) from error

    @property
    def is_alive(self) -> bool:
        """Whether hints can be expected."""
        return self._observer.is_well

    def close(self) -> None:
        self._observer.stop()
        with contextlib.suppress(RuntimeError):  # it never ran
            self._observer.join(JOIN_SECONDS)


def refusal(folder: Path) -> str | None:
    """Try whether the folder can be watched by events: why not, or None."""
    try:
        FolderEvents(folder, lambda _name: None, lambda: None).close()
    except NoEventsError as unavailable:
        return str(unavailable)
    return None


def _why(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return "no thread could be started"
    return _LIMITS.get(number) or os.strerror(number)
