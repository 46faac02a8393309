"""Gather what was filed into one message, or tell nothing of it, as the office wants it."""

import itertools
from collections.abc import Sequence

from agent.asked import GatheredResults
from agent.core.results import batch_message, is_batch_whole
from agent.core.voice import ENGLISH, Voice
from agent.domain.message import ParcelId
from agent.domain.result import Results, UntoldResult
from agent.ports import Clock


def gather_results(
    gathered: GatheredResults, mode: Results, clock: Clock, voice: Voice = ENGLISH
) -> frozenset[ParcelId]:
    """Keep results from being told one by one, and tell those whose time has come; gives what was kept back.

    What was gathered before the office changed its mind is told.

    Raises:
        LedgerUnavailable.
    """
    now = clock.now()
    kept: Sequence[UntoldResult] = () if mode is Results.EACH else gathered.untold_results()
    if kept:
        gathered.gather([result.parcel_id for result in kept], now, is_told_later=mode is Results.BATCH)
    for recipient, results in itertools.groupby(gathered.gathered(), lambda result: result.recipient):
        batch = tuple(results)
        if mode is not Results.BATCH or is_batch_whole(batch, now):
            gathered.tell([result.parcel_id for result in batch], recipient, batch_message(batch, voice), now)
    return frozenset(result.parcel_id for result in kept)
