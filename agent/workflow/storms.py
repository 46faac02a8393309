"""Tell many failures of one cause as one message. All of it is rows: a death in between repeats a comparison.

It is asked after the parcels to send were fetched, and says which of those are told otherwise by now: so no more are
sent one by one than the rule allows, however fast they come.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import structlog

from agent.asked import Storms
from agent.core.storms import TOLD_APART, WINDOW, begun, grown, is_news, is_spent, over_message, storm_message
from agent.core.voice import ENGLISH, Voice
from agent.domain.message import Message, ParcelId, addressed
from agent.domain.outcome import FailureReason
from agent.domain.storm import Storm, UntoldFailure
from agent.ports import Clock

log = structlog.get_logger(__name__)


def gather_failures(
    storms: Storms,
    recipients: Sequence[str],
    clock: Clock,
    voice: Voice = ENGLISH,
    onlookers: Sequence[str] = (),
) -> frozenset[ParcelId]:
    """Count what has failed into the storms that it belongs to; gives the parcels that are told by them.

    Args:
        onlookers: told when a storm begins and when it is over: nothing takes the place of what they were told.

    Raises:
        LedgerUnavailable: nothing was written, or all of some of the causes.
    """
    standing = {storm.reason: storm for storm in storms.standing()}
    untold = _by_reason(storms.untold_failures())
    gathered = set[ParcelId]()
    for reason in sorted(standing.keys() | untold.keys()):
        failures = untold.get(reason, ())
        before = standing.get(reason)
        after = _begin(reason, failures, storms) if before is None else grown(before, failures)
        if after is not None:
            _write(after, before, failures, storms, recipients, onlookers, clock, voice)
            gathered.update(parcel for failure in failures for parcel in failure.parcels)
    return frozenset(gathered)


def _by_reason(untold: Sequence[UntoldFailure]) -> dict[FailureReason, Sequence[UntoldFailure]]:
    ordered = sorted(
        (failure for failure in untold if failure.reason not in TOLD_APART),
        key=lambda failure: (failure.reason, failure.failed_at),
    )
    return {reason: tuple(failures) for reason, failures in itertools.groupby(ordered, lambda it: it.reason)}


def _begin(reason: FailureReason, untold: Sequence[UntoldFailure], storms: Storms) -> Storm | None:
    return begun(untold, storms.failed_since(reason, untold[0].failed_at - WINDOW))


def _write(
    storm: Storm,
    before: Storm | None,
    failures: Sequence[UntoldFailure],
    storms: Storms,
    recipients: Sequence[str],
    onlookers: Sequence[str],
    clock: Clock,
    voice: Voice,
) -> None:
    now = clock.now()
    messages: list[tuple[str | None, str, Message]] = []
    if is_news(storm, now):
        news = storm_message(storm, voice)
        messages += [(storm.card, *told) for told in addressed(news, recipients)]
        if storm.told_at is None:
            messages += [(None, *told) for told in addressed(news, (), onlookers)]
        storm = replace(storm, told_at=now, told_count=storm.count)
    if is_spent(storm, now):
        messages += [(None, *told) for told in addressed(over_message(storm, voice), recipients, onlookers)]
        storm = replace(storm, is_over=True)
    if storm == before:
        return
    storms.write(
        storm,
        told_by_it=[parcel for failure in failures for parcel in failure.parcels],
        messages=messages,
        now=now,
    )
    if before is None:
        log.warning("failures_gathered", reason=storm.reason, count=storm.count)
    elif storm.is_over:
        log.info("failures_ceased", reason=storm.reason, count=storm.count)
