"""The weekly sample: when it is due, who is in it, what became of each filing, and what all of it proves."""

import datetime
import hashlib
from collections.abc import Sequence
from math import exp, lgamma, log

from agent.domain.life import Document
from agent.domain.outcome import Event, State
from agent.domain.sampling import Counts, Filing, Judged, Sampled, SampleWeek, Verdict
from agent.domain.settlement import Settled

SPACING = datetime.timedelta(hours=2)
"""Between two that are asked about: a sample is no pile of work."""
ANSWERED_WITHIN = datetime.timedelta(days=14)
DOUBT = 0.05
"""How often the bound may be wrong: one time in twenty."""
_HALVINGS = 60


def monday_of(moment: datetime.datetime, timezone: datetime.tzinfo) -> datetime.date:
    """The first day of a moment's week, at the office."""
    return first_day_of(moment.astimezone(timezone).date())


def first_day_of(day: datetime.date) -> datetime.date:
    """The Monday of a day's week."""
    return day - datetime.timedelta(days=day.weekday())


def choose(pool: Sequence[Filing], size: int, monday: datetime.date) -> tuple[Filing, ...]:
    """Choose by chance, and the same however often it is asked: each document has drawn its lot when it came in."""
    return tuple(sorted(pool, key=lambda filing: _lot(filing, monday))[:size])


def _lot(filing: Filing, monday: datetime.date) -> bytes:
    drawn = f"{monday.isoformat()}\0{filing.correlation_id}\0{filing.document_id}\0{filing.epoch}"
    return hashlib.sha256(drawn.encode()).digest()


def taken_back(sampled: Sampled, settled: Sequence[Settled]) -> Judged | None:
    """Whether a human took the filing back, or filed it elsewhere, which says that it was wrong.

    Args:
        settled: of its document, oldest first.
    """
    for later in settled:
        if later.epoch > sampled.epoch and later.event in {Event.UNDONE, Event.REFILED}:
            return Judged(verdict=Verdict.WRONG, by=later.by, at=later.at)
    return None


def stands(sampled: Sampled, document: Document, settled: Sequence[Settled]) -> bool:
    """Whether a filing stands as it was chosen.

    What a person has moved by hand is not asked about meanwhile; once it was put back, its epoch is another, but not
    the filing.

    Args:
        settled: of the document.
    """
    is_filed_anew = any(later.epoch > sampled.epoch for later in settled)
    return document.state is State.ARCHIVED and not is_filed_anew


def is_over(sampled: Sampled, now: datetime.datetime) -> bool:
    """Whether people have had their time to say something."""
    return now >= (sampled.posted_at or sampled.chosen_at) + ANSWERED_WITHIN


def next_to_ask(
    waiting: Sequence[Sampled], last_posted_at: datetime.datetime | None, now: datetime.datetime
) -> Sampled | None:
    """Give the one that people are to be asked about now, if any.

    Args:
        waiting: those that are open, in the order in which they were chosen.
        last_posted_at: when people were asked last; a moment that is still to come is a wrong clock's, and holds up
            nobody.
    """
    if last_posted_at is not None and last_posted_at <= now < last_posted_at + SPACING:
        return None
    return next((sampled for sampled in waiting if sampled.posted_at is None), None)


def total(weeks: Sequence[SampleWeek]) -> Counts:
    """Add up what came of all samples."""
    counts = [week.counts for week in weeks]
    return Counts(
        right=sum(it.right for it in counts),
        wrong=sum(it.wrong for it in counts),
        unanswered=sum(it.unanswered for it in counts),
        void=sum(it.void for it in counts),
        waiting=sum(it.waiting for it in counts),
    )


def most_wrong(wrong: int, judged: int) -> float:
    """The share of all filings that may be wrong at most: the exact upper bound of Clopper and Pearson, one-sided.

    Were the true share higher, so few wrong ones would be seen less than one time in twenty
    (Clopper and Pearson, Biometrika 26, 1934). 1.0 where nothing was judged: nothing is known then.
    """
    if wrong >= judged:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        if _at_most(wrong, judged, share) > DOUBT:
            low = share
        else:
            high = share
    return high


def _at_most(wrong: int, judged: int, share: float) -> float:
    """How likely it is to see so few wrong ones, or fewer, among those judged."""
    return sum(exp(_log_likelihood(one, judged, share)) for one in range(wrong + 1))


def _log_likelihood(wrong: int, judged: int, share: float) -> float:
    """The logarithm of how likely it is to see exactly so many: of thousands, the numbers themselves are no floats."""
    ways = lgamma(judged + 1) - lgamma(wrong + 1) - lgamma(judged - wrong + 1)
    return ways + wrong * log(share) + (judged - wrong) * log(1 - share)
