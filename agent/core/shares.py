"""Whether a share has risen, by counting: few documents make a share jump, and medians can't tell that from a rise.

The question is Fisher's (The Design of Experiments, 1935, chapter 2): of all failures that there were, could as many
lie among the newest documents by accident? No share needs to be known for it, so a small office is judged like a large.
"""

from collections.abc import Sequence
from math import exp, lgamma
from statistics import median

from agent.domain.trend import Window

CHANCE = 1e-4
"""Of an accident, below which it is none."""
EXPECTED = 6
"""Failures that a window lets expect: three windows with five times as many then leave less doubt than `CHANCE`."""
LEAST, MOST = 100, 400
"""Documents of a window: with fewer any batch is a rise, and more take a small office a week."""
SURPLUS = 3
GROSS_LEAST = 20
"""Documents that say enough where a share is wrong by itself."""
LEAST_WINDOWS = 4
"""Of history, before which a window is compared with nothing."""


def usual(before: Sequence[Window]) -> float:
    """Give the share in all documents of some windows; 0 where there are none."""
    documents = sum(it.samples for it in before)
    return sum(_count(it) for it in before) / documents if documents else 0.0


def is_enough(marked: int, documents: int, before: Sequence[Window]) -> bool:
    """Say whether documents make a window after those before it; `marked` of them count for the share.

    Where they already hold `SURPLUS` times what a whole window lets expect, the rest would tell nothing more.
    """
    if not before:
        return documents >= LEAST
    share = usual(before)
    needed = MOST if share == 0 else min(MOST, max(LEAST, EXPECTED / share))
    return documents >= needed or marked >= SURPLUS * max(EXPECTED, share * needed)


def has_risen(row: Sequence[Window], before: Sequence[Window], *, floor: float, deviations: float) -> bool:
    """Say whether windows hold more than accident and the office's own ups and downs explain.

    The highest of the row is left out: one batch of damaged scans is no drift, however large.

    Args:
        row: the newest windows, two or more.
        before: the windows that came before them.
        floor: a share up to which there is nothing to say.
        deviations: how many median deviations above the median the share must lie.
    """
    if len(before) < LEAST_WINDOWS:
        return False
    rest = sorted(row, key=lambda it: it.value)[:-1]
    share = usual(rest)
    middle = median(it.value for it in before)
    deviation = median(abs(it.value - middle) for it in before)
    if share <= floor or share <= middle + deviations * deviation:
        return False
    return _chance_of(rest, before) < CHANCE


def _count(window: Window) -> int:
    return round(window.value * window.samples)


def _chance_of(rest: Sequence[Window], before: Sequence[Window]) -> float:
    """The chance that as many of all marked documents, or more, fall into `rest` by accident: hypergeometric."""
    drawn, others = sum(it.samples for it in rest), sum(it.samples for it in before)
    seen = sum(map(_count, rest))
    marked = seen + sum(map(_count, before))
    ways = _log_choices(drawn + others, marked)
    return sum(
        exp(_log_choices(drawn, count) + _log_choices(others, marked - count) - ways)
        for count in range(max(seen, marked - others), min(marked, drawn) + 1)
    )


def _log_choices(things: int, chosen: int) -> float:
    return lgamma(things + 1) - lgamma(chosen + 1) - lgamma(things - chosen + 1)
