"""Whether a measure drifts: against its own last week, by medians, which a few odd hours don't move.

An hour is high above median + 3 MAD of the 168 hours before *and* above 1.4 times that median; three high hours in a
row alarm. In simulations of 30 days this gave no false alarm and found a doubled latency within two hours; mean + 3
standard deviations and EWMA gave about seven false alarms. A floor keeps out what is too small to matter, and a limit
stands for an office that has no week yet.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from agent.domain.outcome import State
from agent.domain.phrase import Phrase
from agent.domain.trend import Measure, SettledWork, Window
from agent.domain.wellness import PartState, labelled

HOUR = datetime.timedelta(hours=1)
WEEK = 168 * HOUR
IN_A_ROW = 3
DEVIATIONS = 3
TIMES = 1.4
LEAST_HOURS = 24
"""Of history; before that the limits alone alarm."""
COOLDOWN = 24 * HOUR
"""Between two alarms of one measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of a measure without its history.

    Attributes:
        floor: below it an hour is never high.
        limit: above it an hour is high whatever the history says; None where no value is wrong by itself.
        least_samples: an hour with fewer is left out.
    """

    floor: float
    limit: float | None
    least_samples: int


BOUNDS: Mapping[Measure, Bounds] = {
    Measure.PACE: Bounds(floor=2, limit=600, least_samples=5),
    Measure.FAILURES: Bounds(floor=0.1, limit=0.5, least_samples=5),
    Measure.QUESTIONS: Bounds(floor=0.25, limit=None, least_samples=5),
    Measure.WAITING: Bounds(floor=600, limit=6 * 3600, least_samples=1),
    Measure.SPENDING: Bounds(floor=1, limit=20, least_samples=1),
    Measure.MEMORY: Bounds(floor=200, limit=500, least_samples=1),
}
"""An office without registry, or in mode shadow, asks about everything: no share of questions is wrong by itself. The
daemon alone keeps below 120 MB when idle; where it decides on a document of the largest text it needs some more."""


def hour_of(moment: datetime.datetime) -> datetime.datetime:
    """Give the hour, UTC, in which a moment lies."""
    return moment.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)


def measured(begun_at: datetime.datetime, settled: Sequence[SettledWork]) -> Sequence[Window]:
    """Sum up the documents of an hour; a measure without any has no window."""
    windows = []
    seconds = [it.seconds for it in settled if it.seconds is not None]
    if seconds:
        windows.append(
            Window(measure=Measure.PACE, begun_at=begun_at, value=median(seconds), samples=len(seconds))
        )
    for measure, state in ((Measure.FAILURES, State.FAILED), (Measure.QUESTIONS, State.IN_REVIEW)):
        if settled:
            share = sum(it.state == state for it in settled) / len(settled)
            windows.append(Window(measure=measure, begun_at=begun_at, value=share, samples=len(settled)))
    return windows


def judged(window: Window, history: Sequence[Window]) -> Window | None:
    """Say of an hour that is over whether it is high, and whether its measure alarms.

    Args:
        history: the measure's hours before, as they were judged, in their order.

    Returns:
        None where it has too few samples to say anything.
    """
    bounds = BOUNDS[window.measure]
    if window.samples < bounds.least_samples:
        return None
    recent = [it for it in history if window.begun_at - WEEK <= it.begun_at < window.begun_at]
    seen = replace(window, is_high=_is_high(window.value, [it.value for it in recent], bounds))
    row = [*recent, seen][-IN_A_ROW:]
    was_alarm = bool(recent) and recent[-1].is_alarm
    if was_alarm:
        is_over = len(row) == IN_A_ROW and not any(it.is_high for it in row)
        return replace(seen, is_alarm=not is_over)
    is_drift = len(row) == IN_A_ROW and all(it.is_high for it in row)
    return replace(seen, is_alarm=is_drift and not _has_alarmed(recent, window.begun_at - COOLDOWN))


def _is_high(value: float, before: Sequence[float], bounds: Bounds) -> bool:
    if bounds.limit is not None and value > bounds.limit:
        return True
    if len(before) < LEAST_HOURS or value <= bounds.floor:
        return False
    middle = median(before)
    deviation = median(abs(it - middle) for it in before)
    return value > middle + DEVIATIONS * deviation and value > TIMES * middle


def _has_alarmed(recent: Sequence[Window], since: datetime.datetime) -> bool:
    return any(it.is_alarm and it.begun_at > since for it in recent)


_SAID: Mapping[Measure, tuple[Phrase, Phrase]] = {
    Measure.PACE: (
        Phrase("documents take much longer than in the week before: {value} s each"),
        Phrase("Is the machine busy with something else? Type: top, df -h"),
    ),
    Measure.FAILURES: (
        Phrase("many more documents fail than in the week before: {value} %"),
        Phrase("Type: dossierd failures"),
    ),
    Measure.QUESTIONS: (
        Phrase("many more documents become questions than in the week before: {value} %"),
        Phrase("Is the registry up to date, and are the scans as good as before? Type: dossierd pending"),
    ),
    Measure.WAITING: (
        Phrase("documents wait much longer than in the week before: {value} minutes"),
        Phrase("Do more come than the machine can read? Type: dossierd status"),
    ),
    Measure.SPENDING: (
        Phrase("paid services cost much more than in the week before: {value} dollars in an hour"),
        Phrase("Type: dossierd costs --last 24h --by document"),
    ),
    Measure.MEMORY: (
        Phrase("the daemon takes much more memory than in the week before: {value} MB"),
        Phrase("Type: systemctl restart dossierd. If it comes back, report it with the log of that day."),
    ),
}

_SHOWN: Mapping[Measure, float] = {Measure.FAILURES: 100, Measure.QUESTIONS: 100, Measure.WAITING: 1 / 60}
"""What a value is multiplied by to be read."""


def state_of(window: Window) -> PartState:
    """Say how a measure is, by its latest hour."""
    sentence, hint = _SAID[window.measure]
    value = round(window.value * _SHOWN.get(window.measure, 1))
    told = Phrase(sentence.text, value=value)
    part = window.measure
    return PartState(part=part, is_bad=window.is_alarm, sentence=labelled(part, told), hint=hint)
