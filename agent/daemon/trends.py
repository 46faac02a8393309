"""The loop that measures: it looks every minute, and judges each hour when it is over."""

import datetime
import os
import threading
from collections.abc import Callable, Sequence

import structlog

from agent.adapters.process import process_figures
from agent.app import Parts
from agent.core.trends import HOUR, OF_DOCUMENTS, REACH, begins, hour_of, judged, measured, state_of
from agent.daemon.telling import tell_of_part
from agent.domain.room import MEGABYTE
from agent.domain.trend import Measure, Window

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
MICROS = 1_000_000


class Trends:
    """Keeps the windows, and tells people of a measure that drifts, once, and once that it does no more.

    An hour in which the daemon was down is left out; of one that it was up in for a part, what was seen counts.
    Documents that are too few for a window wait in the ledger for those of the next hours, also through a restart.
    """

    def __init__(self, parts: Parts, stop: threading.Event, *, on_told: Callable[[], None]) -> None:
        self._parts = parts
        self._stop = stop
        self._on_told = on_told
        self._hour: datetime.datetime | None = None
        self._most: dict[Measure, float] = {}
        self._looks = 0

    def turn(self) -> None:
        self.look(self._parts.clock.now())
        self._stop.wait(LOOK_SECONDS)

    def look(self, now: datetime.datetime) -> None:
        """Take the measures that only a look shows; where an hour is over, judge it first."""
        hour = hour_of(now)
        if hour != self._hour:
            self._close(hour - HOUR)
            self._hour, self._most, self._looks = hour, {}, 0
        self._looks += 1
        since = self._parts.trends.waiting_since()
        waited = 0.0 if since is None else max(0.0, (now - since).total_seconds())
        self._see(Measure.WAITING, waited)
        if (held := process_figures(os.getpid())) is not None:
            self._see(Measure.MEMORY, held.rss_bytes / MEGABYTE)

    def _see(self, measure: Measure, value: float) -> None:
        self._most[measure] = max(value, self._most.get(measure, value))

    def _close(self, hour: datetime.datetime) -> None:
        for measure in Measure:
            history = self._parts.trends.since(measure, hour - REACH)
            if history and history[-1].hour >= hour:
                continue  # judged before a restart
            window = self._window(measure, hour, history)
            if window is None:
                continue
            seen = judged(window, history)
            self._parts.trends.keep(seen)
            if seen.is_alarm:
                log.warning("trend_drifted", kind=seen.measure, count=seen.samples)
            if tell_of_part(self._parts, state_of(seen)):
                self._on_told()

    def _window(self, measure: Measure, hour: datetime.datetime, history: Sequence[Window]) -> Window | None:
        """What is to be judged at the end of an hour; None where nothing was seen, or not enough."""
        if measure in OF_DOCUMENTS:
            settled = self._parts.trends.settled_between(begins(hour, history), hour + HOUR)
            return measured(measure, hour, settled, history)
        if measure is Measure.SPENDING:
            micros, calls = self._parts.trends.spent_between(hour, hour + HOUR)
            return _seen(measure, hour, micros / MICROS, calls) if calls else None
        if self._hour != hour or measure not in self._most:
            return None
        return _seen(measure, hour, self._most[measure], self._looks)


def _seen(measure: Measure, hour: datetime.datetime, value: float, samples: int) -> Window:
    return Window(measure=measure, hour=hour, value=value, samples=samples)
