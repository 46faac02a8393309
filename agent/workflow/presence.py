"""The daemon's own record of when it worked: a row a run, and a mark of life each second."""

import datetime
from collections.abc import Mapping

from agent.ports import Clock
from agent.watched import AliveMark, Runs

GAP = datetime.timedelta(seconds=15)
"""What is longer without a beat was a hang, or a machine that slept; a busy one is late by a second or two."""


class Presence:
    """Begins, beats and ends with the daemon. A death leaves the mark, and the next start reads it."""

    def __init__(self, runs: Runs, mark: AliveMark, clock: Clock) -> None:
        self._runs = runs
        self._mark = mark
        self._clock = clock
        self._versions: Mapping[str, str] = {}

    def begin(self, versions: Mapping[str, str]) -> None:
        """Everything runs.

        Raises:
            LedgerUnavailable.
        """
        self._versions = versions
        self._begin(self._clock.now())

    def beat(self) -> None:
        """All is well now. After a gap this is a new run: in between it was not.

        Raises:
            LedgerUnavailable: the same beat may come again.
        """
        now = self._clock.now()
        last = self._mark.last()
        if last is not None and now - last > GAP:
            self._begin(now)
        self._mark.touch(now)

    def _begin(self, now: datetime.datetime) -> None:
        self._runs.begin(now, self._versions, self._mark.last())
        self._mark.touch(now)

    def end(self) -> None:
        """A stop was asked for.

        Raises:
            LedgerUnavailable: it will look like a death.
        """
        self._runs.end(self._clock.now())
