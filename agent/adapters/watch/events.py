"""Hints from the kernel, through watchdog: the name of a file to which something happened.

The observer's thread only calls `on_name`; it touches no file. Only arrivals are asked for (created, closed
after writing, moved): the rest, above all our own reading and claiming, would be noise.
"""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from agent.mounts import remote_type

JOIN_SECONDS = 2.0
"""How long a stop waits for the observer's threads; they are daemon threads and hold nothing."""

_ARRIVALS: list[type[FileSystemEvent]] = [FileCreatedEvent, FileClosedEvent, FileMovedEvent]
_LIMITS = {
    errno.ENOSPC: "the limit of inotify watches is reached (fs.inotify.max_user_watches)",
    errno.EMFILE: "the limit of inotify instances or open files is reached (fs.inotify.max_user_instances)",
    errno.ENOMEM: "the kernel has no memory for inotify",
}


class NoEventsError(Exception):
    """The folder can't be watched by events; the sentence says why."""


class _Hints(FileSystemEventHandler):
    def __init__(self, on_name: Callable[[str], None]) -> None:
        self._on_name = on_name

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = os.fsdecode(event.dest_path or event.src_path)
        self._on_name(path.rpartition(os.sep)[2])


class FolderEvents:
    """A running observer of one folder."""

    def __init__(self, folder: Path, on_name: Callable[[str], None]) -> None:
        """Start to observe.

        Raises:
            NoEventsError: the file system gives no events, or the kernel refuses.
        """
        if kind := remote_type(folder):
            raise NoEventsError(f"a file system of type {kind} gives no events")
        try:
            self._observer = Observer()
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
        """Whether every thread that brings hints runs; watchdog ends one when its folder is removed."""
        emitters = tuple(self._observer.emitters)
        return self._observer.is_alive() and emitters != () and all(each.is_alive() for each in emitters)

    def close(self) -> None:
        self._observer.stop()
        with contextlib.suppress(RuntimeError):  # it never ran
            self._observer.join(JOIN_SECONDS)


def _why(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return "no thread could be started"
    return _LIMITS.get(number) or os.strerror(number)
