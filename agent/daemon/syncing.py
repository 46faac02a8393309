"""The loop that keeps the registry's copy up to date. It waits on a foreign database, and nothing waits on it."""

import datetime
import threading
import time
from contextlib import nullcontext

import structlog

from agent import errors
from agent.adapters.registry.sql_source import SqlSource
from agent.adapters.registry.sync import Synced, sync
from agent.app import Parts

log = structlog.get_logger(__name__)

_SHARES = 4
"""So often within the time that a copy is trusted for, other hosts are given one anew."""


class Syncing:
    """Looks at the database every few minutes; what fails is told and tried again at the next look."""

    def __init__(self, parts: Parts, source: SqlSource, stop: threading.Event) -> None:
        self._parts = parts
        self._source = source
        self._stop = stop
        settings = parts.settings
        self._every_seconds = settings.registry_sync_minutes * 60
        self._pause_seconds = self._publish_at = 0.0
        self._max_age = datetime.timedelta(hours=settings.registry_max_age_hours)

    def turn(self) -> None:
        """Do one pass, after the pause since the one before, whatever that raised."""
        if self._stop.wait(self._pause_seconds):
            return
        self._pause_seconds = self._every_seconds
        people = self._parts.people
        with nullcontext("") if people is None else people.changing() as since:
            self._look(since)

    def _look(self, since: str) -> None:
        """Do one pass.

        Args:
            since: which published copy the people go on from.
        """
        parts = self._parts
        before = parts.registry.version()
        try:
            synced = sync(
                self._source,
                parts.registry,
                parts.clock.now(),
                max_age=self._max_age,
                should_stop=self._stop.is_set,
            )
        except errors.DossierdError as error:
            if self._stop.is_set():
                return
            log.warning("registry_sync_failed", reason=error.reason, retryable=error.retryable)
        else:
            has_changed = synced.imported.version != before
            self._tell(synced, has_changed=has_changed)
            self._publish(since, has_changed=has_changed)

    def _publish(self, since: str, *, has_changed: bool) -> None:
        """Have other hosts follow; where nobody has changed, now and then: how long the copy is trusted is in it."""
        people = self._parts.people
        if people is None or not (has_changed or time.monotonic() >= self._publish_at):
            return
        try:
            people.publish(since)
        except errors.DossierdError as error:
            self._publish_at = 0.0
            log.warning("registry_not_published", reason=error.reason)
        else:
            self._publish_at = time.monotonic() + self._max_age.total_seconds() / _SHARES

    def _tell(self, synced: Synced, *, has_changed: bool) -> None:
        done = synced.imported
        counts = {
            "people": done.people,
            "added": done.added,
            "changed": done.changed,
            "removed": done.removed,
            "bad_rows": synced.copy.bad_rows,
        }
        if has_changed:
            self._parts.journal.append(
                "registry_synced",
                self._parts.clock.now(),
                version=done.version,
                full=synced.is_full,
                **counts,
            )
        tell = log.info if has_changed else log.debug
        tell("registry_synced", version=done.version, **counts)
