"""The loop that notices a new version of the registry, whoever brought it, and lets open questions be decided again.

A copy that was too old and is fresh again counts as new: what was asked for its age alone is decided then.
"""

import threading
from collections.abc import Callable

import structlog

from agent.app import Parts
from agent.domain.document import DocumentId
from agent.workflow.redeciding import redecide

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0
UNTRUSTED_PAUSE_SECONDS = 30.0
"""While the registry is empty or too old, or somebody writes into it."""
BETWEEN_SECONDS = 0.05
"""Between two questions: thousands of them may be open, and documents that come are to be read meanwhile."""
_DONE = "redecided_version"


class Redeciding:
    """Remembers in the registry itself up to which version questions were looked at, so that a restart misses none."""

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
        """Look whether there is a new version, and wait a moment."""
        pause, registry = PAUSE_SECONDS, self._parts.registry
        version, done = registry.version(), registry.noted(_DONE)
        if registry.is_outdated():
            if done:
                registry.note(_DONE, "")  # what is asked meanwhile is looked at when the copy is fresh again
        elif version and str(version) != done:
            self._tell(version)
            if redecide(self._parts.ports, self._submit, self._still_after_a_moment):
                registry.note(_DONE, str(version))
            else:
                pause = UNTRUSTED_PAUSE_SECONDS
        self._stop.wait(pause)

    def _still_after_a_moment(self) -> bool:
        self._stop.wait(BETWEEN_SECONDS)
        return self._still()

    def _tell(self, version: int) -> None:
        """Write down once that the people are others now."""
        if version == self._told:
            return
        parts = self._parts
        parts.journal.append(
            "registry_changed", parts.clock.now(), version=version, people=parts.registry.count()
        )
        log.info("registry_changed", version=version)
        self._told = version
