"""The loop that keeps this host's people those that all hosts follow. Nothing waits on it."""

import threading

import structlog

from agent.publishing import SharedPeople

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0
"""How soon new people are known here: until then what is decided with the old ones doesn't settle."""


class Following:
    def __init__(self, people: SharedPeople, stop: threading.Event) -> None:
        self._people = people
        self._stop = stop

    def look(self) -> None:
        """Take over what is published, where that is something else."""
        version = self._people.follow()
        if version is not None:
            log.info("people_followed", version=version)

    def turn(self) -> None:
        self.look()
        self._stop.wait(PAUSE_SECONDS)
