"""Whether a measure drifts: against its own last week, by medians, which a few odd hours don't move.

A window is an hour, or as many hours as hold enough documents to say anything. It is high above median + 3 MAD of the
week before *and* above 1.4 times that median; three high ones in a row alarm. A share is counted instead
(`core/shares.py`). A floor keeps out what is too small to matter, and a limit stands for an office without a week.
docs/decisions/0026 says how this did in replayed months.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from agent.core import shares
from agent.domain.outcome import State
from agent.domain.phrase import Phrase
from agent.domain.trend import Measure, SettledWork, Window
from agent.domain.wellness import PartState, labelled

HOUR = datetime.timedelta(hours=1)
WEEK = 168 * HOUR
REACH = 720 * HOUR
"""How far back history is asked for: in a small office a week has too few windows."""
IN_A_ROW = 3
DEVIATIONS = 3
TIMES = 1.4
LEAST_WINDOWS, LEAST_AGE = 8, 120 * HOUR
"""Of history; before that the limits alone alarm. In five days a service that began on a Friday saw working days."""
MOST_WINDOWS = 24
"""That are compared with where the week has fewer."""
COOLDOWN = 24 * HOUR
"""Between two alarms of one measure."""
STATES: Mapping[Measure, State] = {Measure.FAILURES: State.FAILED, Measure.QUESTIONS: State.IN_REVIEW}
"""What the shares are shares of."""
OF_DOCUMENTS = (Measure.PACE, *STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of a measure without its history.

    Attributes:
        floor: up to it nothing is high.
        limit: above it a window is high whatever the history says; None where no value is wrong by itself.
        has_nights: whether it is small in hours without work. Then the highest third of the week is compared with,
            or every morning would be high.
    """

    floor: float
    limit: float | None
    has_nights: bool = False


BOUNDS: Mapping[Measure, Bounds] = {
    Measure.PACE: Bounds(floor=2, limit=600),
    Measure.FAILURES: Bounds(floor=0.05, limit=0.5),
    Measure.QUESTIONS: Bounds(floor=0.2, limit=None),
    Measure.WAITING: Bounds(floor=3600, limit=6 * 3600, has_nights=True),
    Measure.SPENDING: Bounds(floor=1, limit=20, has_nights=True),
    Measure.MEMORY: Bounds(floor=200, limit=500),
}
"""An office without registry, or in mode shadow, asks about everything: no share of questions is wrong by itself. The
daemon alone keeps below 120 MB when idle; where it decides on a document of the largest text it needs some more."""

PACE_LEAST = 60
"""Documents of a window: the median of fewer jumps by a half."""


def hour_of(moment: datetime.datetime) -> datetime.datetime:
    """Give the hour, UTC, in which a moment lies."""
    return moment.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)


def begins(hour: datetime.datetime, history: Sequence[Window]) -> datetime.datetime:
    """Say from when on documents belong to the window that may end with an hour."""
    return max(history[-1].until if history else hour - WEEK, hour - WEEK)


def measured(
    measure: Measure, hour: datetime.datetime, settled: Sequence[SettledWork], history: Sequence[Window]
) -> Window | None:
    """Sum up documents to the window that ends with an hour.

    Args:
        measure: one of `OF_DOCUMENTS`.
        settled: the documents since the window before.
        history: the windows before, in their order.

    Returns:
        None where they are too few: then the next hour's come to them.
    """
    if measure not in STATES:
        seconds = [it.seconds for it in settled if it.seconds is not None]
        if len(seconds) < PACE_LEAST:
            return None
        return Window(measure=measure, hour=hour, value=median(seconds), samples=len(seconds))
    if len(settled) < shares.GROSS_LEAST:
        return None
    marked = sum(it.state == STATES[measure] for it in settled)
    limit = BOUNDS[measure].limit
    is_gross = limit is not None and marked > limit * len(settled)
    before = _before(hour, history)
    # While it alarms, few documents do: a small office would wait for weeks until three windows more end it.
    suffices = is_gross or (bool(before) and before[-1].is_alarm)
    if not suffices and not shares.is_enough(marked, len(settled), before):
        return None
    return Window(measure=measure, hour=hour, value=marked / len(settled), samples=len(settled))


def judged(window: Window, history: Sequence[Window]) -> Window:
    """Say of a window that is over whether it is high, and whether its measure alarms.

    Args:
        history: the measure's windows before, as they were judged, in their order.
    """
    before = _before(window.hour, history)
    seen = replace(window, is_high=_is_high(window, before))
    row = [*before, seen][-IN_A_ROW:]
    was_alarm = bool(before) and before[-1].is_alarm
    if was_alarm:
        is_over = len(row) == IN_A_ROW and not any(it.is_high for it in row)
        return replace(seen, is_alarm=not is_over)
    is_drift = len(row) == IN_A_ROW and all(it.is_high for it in row) and _is_drift(row, before)
    return replace(seen, is_alarm=is_drift and not _has_alarmed(before, window.hour - COOLDOWN))


def _before(hour: datetime.datetime, history: Sequence[Window]) -> Sequence[Window]:
    """The windows of the week before an hour; of more than a week where that has few."""
    known = [it for it in history if hour - REACH <= it.hour < hour]
    week = sum(it.hour >= hour - WEEK for it in known)
    return known[-max(week, MOST_WINDOWS) :]


def _is_high(window: Window, before: Sequence[Window]) -> bool:
    bounds = BOUNDS[window.measure]
    if _is_beyond(window, bounds):
        return True
    if window.measure in STATES:
        return window.value > TIMES * shares.usual(before)
    if (
        len(before) < LEAST_WINDOWS
        or window.hour - before[0].hour < LEAST_AGE
        or window.value <= bounds.floor
    ):
        return False
    values = sorted(it.value for it in before)
    usual = values[-(len(values) // 3) :] if bounds.has_nights else values
    middle = median(usual)
    deviation = median(abs(it - middle) for it in usual)
    return window.value > middle + DEVIATIONS * deviation and window.value > TIMES * middle


def _is_drift(row: Sequence[Window], before: Sequence[Window]) -> bool:
    """Whether high windows in a row are one; of a share all together must tell."""
    bounds = BOUNDS[row[0].measure]
    if row[0].measure not in STATES or all(_is_beyond(it, bounds) for it in row):
        return True
    earlier = before[: len(before) - IN_A_ROW + 1]
    return shares.has_risen(row, earlier, floor=bounds.floor, deviations=DEVIATIONS)


def _is_beyond(window: Window, bounds: Bounds) -> bool:
    return bounds.limit is not None and window.value > bounds.limit


def _has_alarmed(before: Sequence[Window], since: datetime.datetime) -> bool:
    return any(it.is_alarm and it.hour > since for it in before)


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
