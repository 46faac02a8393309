"""How much of a span the daemon worked, out of its runs."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.run import Run

GOAL = 0.995
"""What is promised: at most 3.6 hours of a month."""

FRESH = datetime.timedelta(seconds=5)
"""A mark that is no older is that of a daemon that works now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What a span was like.

    Attributes:
        since, until: the span, from the first run's beginning at the earliest.
        up: for how long it worked.
        starts: within the span.
        deaths: runs that ended within it without being asked to.
        stopped: for how long it did not run because it was asked to end.
    """

    since: datetime.datetime
    until: datetime.datetime
    up: datetime.timedelta
    starts: int
    deaths: int
    stopped: datetime.timedelta

    @property
    def share(self) -> float:
        """From 0 to 1; what was stopped on purpose counts as down. 1 for a span that has not begun."""
        whole = self.until - self.since
        return self.up / whole if whole else 1.0


def availability(
    runs: Sequence[Run],
    *,
    since: datetime.datetime,
    until: datetime.datetime,
    alive_at: datetime.datetime | None,
) -> Availability:
    """Work out a span.

    Args:
        runs: those that touch it, the oldest first.
        alive_at: the last mark of life: the last run is known to have worked until then; until now where it is fresh.
    """
    if alive_at is not None and until - alive_at <= FRESH:
        alive_at = until
    nothing = datetime.timedelta()
    up, stopped, starts, deaths = nothing, nothing, 0, 0
    ends = [_end_of(run, alive_at) for run in runs]
    for number, (run, end) in enumerate(zip(runs, ends, strict=True)):
        up += _within(run.began_at, end, since, until)
        starts += since <= run.began_at < until
        deaths += run.ended_at is not None and not run.was_stopped and since <= end < until
        if run.was_stopped:
            again = runs[number + 1].began_at if number + 1 < len(runs) else until
            stopped += _within(end, again, since, until)
    return Availability(since=since, until=until, up=up, starts=starts, deaths=deaths, stopped=stopped)


def _end_of(run: Run, alive_at: datetime.datetime | None) -> datetime.datetime:
    if run.ended_at is not None:
        return run.ended_at
    return run.began_at if alive_at is None else max(run.began_at, alive_at)


def _within(
    begin: datetime.datetime, end: datetime.datetime, since: datetime.datetime, until: datetime.datetime
) -> datetime.timedelta:
    return max(datetime.timedelta(), min(end, until) - max(begin, since))
