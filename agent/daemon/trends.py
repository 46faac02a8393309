"""The loop that measures: it looks every minute, and judges each hour when it is over."""

import datetime
import os
import threading
from collections.abc import Callable, Iterator

import structlog

from agent.adapters.process import process_figures
from agent.app import Parts
from agent.core.trends import HOUR, WEEK, hour_of, judged, measured, state_of
from agent.daemon.telling import tell_of_part
from agent.domain.room import MEGABYTE
from agent.domain.trend import Measure, Window

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
MICROS = 1_000_000


class Trends:
    """Keeps the hours, and tells people of a measure that drifts, once, and once that it does no more.

    An hour in which the daemon was down is left out; of one that it was up in for a part, what was seen counts.
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
        for window in self._windows(hour):
            history = self._parts.trends.since(window.measure, hour - WEEK)
            if history and history[-1].begun_at >= hour:
                continue  # judged before a restart
            seen = judged(window, history)
            if seen is None:
                continue
            self._parts.trends.keep(seen)
            if seen.is_alarm:
                log.warning("trend_drifted", kind=seen.measure, count=seen.samples)
            if tell_of_part(self._parts, state_of(seen)):
                self._on_told()

    def _windows(self, hour: datetime.datetime) -> Iterator[Window]:
        yield from measured(hour, self._parts.trends.settled_between(hour, hour + HOUR))
        micros, calls = self._parts.trends.spent_between(hour, hour + HOUR)
        if calls:
            yield Window(measure=Measure.SPENDING, begun_at=hour, value=micros / MICROS, samples=calls)
        if self._hour == hour:
            for measure, value in self._most.items():
                yield Window(measure=measure, begun_at=hour, value=value, samples=self._looks)
