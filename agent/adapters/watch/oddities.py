"""What lies in the folder and can't be taken: kept for health, told to the log once."""

import threading
from collections.abc import Set as AbstractSet

import structlog

from agent.adapters.watch.looking import Odd, Oddity
from agent.domain.document import printable

MOST_LOGGED = 100
"""Somebody who drops a project folder must not fill the log; `dossierd check` counts what lies there."""

_log = structlog.stdlib.get_logger(__name__)


class Oddities:
    """The oddities by their path below the folder; one thread changes them, any may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Odd] = {}

    def all(self) -> tuple[Oddity, ...]:
        with self._lock:
            known = dict(self._known)
        return tuple(Oddity(name=printable(name), kind=it.kind, inode=it.inode) for name, it in known.items())

    def note(self, name: str, odd: Odd) -> None:
        if self._known.get(name) == odd:
            return
        with self._lock:
            self._known[name] = odd
        if len(self._known) <= MOST_LOGGED:
            _log.warning("oddity_seen", kind=str(odd.kind), inode=odd.inode)
        elif len(self._known) == MOST_LOGGED + 1:
            _log.warning("oddities_many", count=len(self._known))

    def drop(self, name: str) -> None:
        if name in self._known:
            with self._lock:
                del self._known[name]

    def retain(self, names: AbstractSet[str]) -> None:
        """Drop what is not among the names of a complete rescan."""
        with self._lock:
            self._known = {name: odd for name, odd in self._known.items() if name in names}
