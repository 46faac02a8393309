"""How drifts are found: months of invented offices, replayed quiet and with each drift. Nothing is timed."""

import datetime
import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from agent.core.trends import HOUR, OF_DOCUMENTS, begins, judged, measured
from agent.domain.trend import Measure, SettledWork, Window
from benchmarks.figures import Figure, report

TITLE = "trends: thirty days of a hundred offices, quiet and with each drift"
_OFFICES = 100
_DAYS = 30
_WITHIN = 4
_LOOKED_AT = 168

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
"""A Sunday: what is installed then knows no working day."""
DRIFT_AT = START + datetime.timedelta(days=17, hours=10)
"""A Wednesday morning."""
_MENDED_AT = DRIFT_AT + datetime.timedelta(days=7)
_LONGER_DAYS = 60

DRIFTS: Mapping[Measure, str] = {
    Measure.PACE: "twice the time for a document",
    Measure.FAILURES: "five times the failures",
    Measure.QUESTIONS: "three times the questions",
    Measure.WAITING: "a queue that grows by an hour each hour",
    Measure.SPENDING: "six times the cost",
    Measure.MEMORY: "60 MB more each hour",
}

_LEAST: Mapping[Measure, float] = {Measure.QUESTIONS: 95, Measure.SPENDING: 97}
"""Percent of the offices, else 99. What mail brings is uneven by itself, and a small office has hours with two
documents that cost next to nothing: to be sooner there is to cry wolf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What an office is like. Times are in seconds, `price` is in dollars for a document.

    Attributes:
        busy: documents in an hour by day; `night` in one without anybody.
        evenness: of questions, as the sum of the two parameters of a beta distribution; one for each hour.
        spread: of the time for a document, as the sigma of a lognormal distribution.
    """

    busy: float
    night: float
    failing: float
    asking: float
    evenness: float
    pace: float
    spread: float
    waiting: float
    memory: float
    price: float


def office(dice: random.Random) -> Office:
    """Invent one, of 60 to 1,400 documents a day."""
    busy = math.exp(dice.uniform(math.log(8), math.log(120)))
    return Office(
        busy=busy,
        night=dice.uniform(0, 0.03) * busy,
        failing=dice.uniform(0.015, 0.06),
        asking=dice.uniform(0.1, 0.3),
        evenness=dice.uniform(20, 60),
        pace=math.exp(dice.uniform(0.7, 2.5)),
        spread=dice.uniform(0.4, 0.8),
        waiting=math.exp(dice.uniform(math.log(10), math.log(1800))),
        memory=dice.uniform(100, 150),
        price=math.exp(dice.uniform(-5.5, -2.5)),
    )


def alarms(seed: int, drift: Measure | None = None) -> Iterator[tuple[Measure, int, datetime.datetime]]:
    """Replay a month, and give each alarm that begins.

    Yields:
        Its measure, the how manieth window of it that was since `DRIFT_AT`, and when it is over.
    """
    dice = random.Random(seed)
    one = office(dice)
    since: dict[Measure, int] = dict.fromkeys(Measure, 0)
    for done, was_alarm in _judged(lambda hour: _lived(one, hour, dice, drift if hour >= DRIFT_AT else None)):
        since[done.measure] += done.hour >= DRIFT_AT
        if done.is_alarm and not was_alarm:
            yield done.measure, since[done.measure], done.until


def outlived(seed: int) -> datetime.timedelta | None:
    """Let most documents of an office with twenty a day fail for a week: how long it alarms after that.

    Returns:
        None where it never alarmed, or did so until the end of two months.
    """
    dice = random.Random(seed)
    small = replace(office(dice), busy=1.6, night=0.05)
    failing = replace(small, failing=0.8)
    last: datetime.datetime | None = None
    is_alarm = False

    def lived(hour: datetime.datetime) -> tuple[list[SettledWork], list[Window]]:
        return _lived(failing if DRIFT_AT <= hour < _MENDED_AT else small, hour, dice, None)

    for done, _ in _judged(lived, _LONGER_DAYS):
        if done.measure is Measure.FAILURES:
            last = done.until if is_alarm else last
            is_alarm = done.is_alarm
    return None if last is None or is_alarm else max(last - _MENDED_AT, datetime.timedelta())


def _judged(
    lived: Callable[[datetime.datetime], tuple[list[SettledWork], list[Window]]], days: int = _DAYS
) -> Iterator[tuple[Window, bool]]:
    """Replay an office from `START` on, and give each window with whether its measure alarmed before it.

    Args:
        lived: gives what came to rest in an hour, and what the daemon saw by looking.
    """
    kept: dict[Measure, list[Window]] = {measure: [] for measure in Measure}
    works: list[tuple[datetime.datetime, SettledWork]] = []
    for number in range(days * 24):
        hour = START + number * HOUR
        settled, seen = lived(hour)
        works += [(hour, it) for it in settled]
        windows = [*seen]
        for measure in OF_DOCUMENTS:
            first = begins(hour, kept[measure])
            waiting = [it for at, it in works if at >= first]
            window = measured(measure, hour, waiting, kept[measure][-_LOOKED_AT:])
            windows += [] if window is None else [window]
        works = [it for it in works if any(it[0] >= begins(hour, kept[measure]) for measure in OF_DOCUMENTS)]
        for window in windows:
            history = kept[window.measure][-_LOOKED_AT:]
            done = judged(window, history)
            yield done, bool(history) and history[-1].is_alarm
            kept[done.measure].append(done)


def _lived(
    one: Office, hour: datetime.datetime, dice: random.Random, drift: Measure | None
) -> tuple[list[SettledWork], list[Window]]:
    """An hour of an office: what came to rest, and what the daemon saw by looking."""
    is_open = hour.weekday() < 5 and 7 <= hour.hour < 19
    hours = (hour - DRIFT_AT) / HOUR + 1
    batch = max(3, round(0.3 * one.busy)) if dice.random() < 0.01 else 0
    count = batch + _poisson(dice, one.busy * dice.uniform(0.7, 1.3) if is_open else one.night)
    failing = one.failing * (5 if drift is Measure.FAILURES else 1)
    asking = dice.betavariate(one.asking * one.evenness, (1 - one.asking) * one.evenness)
    asking = min(0.95, asking * (3 if drift is Measure.QUESTIONS else 1))
    slow = math.exp(dice.gauss(0, 0.1)) * (2 if drift is Measure.PACE else 1)
    settled = [
        SettledWork(
            state=_state(dice, 0.4 if number < batch else failing, asking),
            seconds=one.pace * dice.lognormvariate(0, one.spread) * slow,
        )
        for number in range(count)
    ]
    waited = one.waiting * dice.lognormvariate(0, 0.5) if is_open else dice.uniform(5, 60) * bool(count)
    waited += dice.uniform(600, 5000) if dice.random() < 0.005 else 0
    waited += 3600 * hours if drift is Measure.WAITING else 0
    held = one.memory + dice.gauss(0, 6) + (60 * hours if drift is Measure.MEMORY else 0)
    price = max(one.price, 0.6 / one.busy) * 6 if drift is Measure.SPENDING else one.price
    spent = sum(price * dice.lognormvariate(0, 0.5) for _ in range(count))
    seen = [(Measure.WAITING, waited, 60), (Measure.MEMORY, held, 60)]
    seen += [(Measure.SPENDING, spent, count)] if count else []
    return settled, [
        Window(measure=measure, hour=hour, value=value, samples=samples) for measure, value, samples in seen
    ]


def _state(dice: random.Random, failing: float, asking: float) -> str:
    if dice.random() < failing:
        return "failed"
    return "in_review" if dice.random() < asking else "archived"


def _poisson(dice: random.Random, mean: float) -> int:
    count, left = 0, dice.expovariate(1)
    while left < mean:
        count, left = count + 1, left + dice.expovariate(1)
    return count


def measure(offices: int = _OFFICES) -> Iterator[Figure]:
    """Replay each office quiet, then with one drift after the other."""
    seeds = range(1, offices + 1)
    quiet = [list(alarms(seed)) for seed in seeds]
    false = 3 * offices / 100
    yield Figure(
        name="false alarms in all quiet months", measured=sum(map(len, quiet)), unit="", bound=false, digits=0
    )
    yield Figure(
        name="false alarms in the worst of them", measured=max(map(len, quiet)), unit="", bound=1, digits=0
    )
    for drift, name in DRIFTS.items():
        found = [_found(seed, drift) for seed in seeds]
        soon = sum(it is not None and it[0] <= _WITHIN for it in found)
        yield Figure(
            name=f"{name}: within {_WITHIN} windows",
            measured=100 * soon / offices,
            unit="%",
            least=_LEAST.get(drift, 99),
            digits=1,
        )
        hours = statistics.median((it[1] - DRIFT_AT) / HOUR for it in found if it is not None)
        yield Figure(name="after, in the middle", measured=hours, unit="h", digits=0)
    over = [it / datetime.timedelta(days=1) for it in map(outlived, seeds) if it is not None]
    name = "an alarm of failures after its cause, twenty documents a day"
    yield Figure(name=f"{name}: over", measured=100 * len(over) / offices, unit="%", digits=0)
    yield Figure(
        name="after, in the middle", measured=statistics.median(over), unit="days", bound=7, digits=1
    )


def _found(seed: int, drift: Measure) -> tuple[int, datetime.datetime] | None:
    """The how manieth window alarmed, and when; None where none did."""
    mine = ((windows, at) for it, windows, at in alarms(seed, drift) if it is drift and at > DRIFT_AT)
    return next(mine, None)


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure(int(sys.argv[1]) if len(sys.argv) > 1 else _OFFICES)))
