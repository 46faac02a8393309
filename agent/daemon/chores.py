"""What each host does for itself beside its work: it lets go of what is old, and notes where its audit trail ends."""

import threading

from agent.app import Parts
from agent.daemon.anchoring import Anchoring, head_of
from agent.daemon.keeping import keeping_of

LOOK_SECONDS = 30.0


class Chores:
    """Looks whether something is to be done."""

    def __init__(self, parts: Parts, stop: threading.Event) -> None:
        self._parts = parts
        self._stop = stop
        self._keeping = keeping_of(parts)
        self._anchoring = Anchoring(parts.digests.anchors)

    def look(self) -> None:
        now = self._parts.clock.now()
        self._keeping.look(now)
        self._anchoring.look(head_of(self._parts), now)

    def turn(self) -> None:
        """Look, then wait: the whole of what a host does that talks to nobody."""
        self.look()
        self._stop.wait(LOOK_SECONDS)
