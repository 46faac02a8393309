"""The loop that notices a new version of the registry, or other lessons, and lets open questions be decided again.

A copy that was too old and is fresh again counts as new: what was asked for its age alone is decided then.
"""

import threading
from collections.abc import Callable

import structlog

from agent.adapters.registry import by_hand
from agent.adapters.registry.schema import REDECIDED
from agent.app import Parts
from agent.domain.document import DocumentId
from agent.workflow.deciding import active_lessons
from agent.workflow.redeciding import redecide

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0
UNTRUSTED_PAUSE_SECONDS = 30.0
"""While the registry is empty or too old, or somebody writes into it."""
BETWEEN_SECONDS = 0.05
"""Between two questions: thousands of them may be open, and documents that come are to be read meanwhile."""
_DONE, _DONE_LESSONS = REDECIDED, "redecided_lessons"


class Redeciding:
    """Remembers in the registry with which people and lessons questions were looked at: a restart misses none."""

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        still: Callable[[], bool],
        submit: Callable[[DocumentId], None],
    ) -> None:
        self._parts = parts
        self._stop = stop
        self._still = still
        self._submit = submit
        self._told = 0

    def turn(self) -> None:
        """Look whether there is a new version, or other lessons count, and wait a moment."""
        pause, registry = PAUSE_SECONDS, self._parts.registry
        version, done = registry.version(), registry.noted(_DONE)
        lessons = ",".join(str(it.number) for it in active_lessons(self._parts.ports))
        are_lessons_new = lessons != (registry.noted(_DONE_LESSONS) or "")
        if registry.is_outdated():
            if done:
                registry.note(_DONE, "")  # what is asked meanwhile is looked at when the copy is fresh again
        elif version and (str(version) != done or are_lessons_new):
            if str(version) != done:
                self._tell(version)
            if redecide(
                self._parts.ports, self._submit, self._still_after_a_moment, are_lessons_new=are_lessons_new
            ):
                registry.note(_DONE, str(version))
                registry.note(_DONE_LESSONS, lessons)
            else:
                pause = UNTRUSTED_PAUSE_SECONDS
        self._stop.wait(pause)

    def _still_after_a_moment(self) -> bool:
        self._stop.wait(BETWEEN_SECONDS)
        return self._still()

    def _tell(self, version: int) -> None:
        """Write down once that the people are others now, and what commands had to do with it."""
        if version == self._told:
            return
        parts = self._parts
        for told in by_hand.untold(parts.registry):
            parts.journal.append(str(told.pop("event")), parts.clock.now(), **told)
        by_hand.are_told(parts.registry, version)
        parts.journal.append(
            "registry_changed", parts.clock.now(), version=version, people=parts.registry.count()
        )
        log.info("registry_changed", version=version)
        self._told = version
