"""The loop that tells of the house at its own times: the daily digest. Nothing waits on it."""

import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

from agent.app import Parts
from agent.workflow.digest import write_digest

LOOK_SECONDS = 30.0


class House:
    """Looks every half minute whether something is to be told.

    Args:
        on_told: called when a message was written.
    """

    def __init__(self, parts: Parts, stop: threading.Event, *, on_told: Callable[[], None]) -> None:
        self._parts = parts
        self._stop = stop
        self._on_told = on_told
        self._digest_time = parts.settings.digest_time
        self._timezone = ZoneInfo(parts.settings.timezone)

    def turn(self) -> None:
        if self._write_digest():
            self._on_told()
        self._stop.wait(LOOK_SECONDS)

    def _write_digest(self) -> bool:
        parts = self._parts
        return self._digest_time is not None and write_digest(
            parts.digests,
            self._digest_time,
            self._timezone,
            recipients=parts.ports.recipients,
            clock=parts.clock,
            audit_head=self._audit_head,
            voice=parts.ports.voice,
        )

    def _audit_head(self) -> tuple[int, str]:
        head = self._parts.journal.head
        return head.sequence, head.hash
