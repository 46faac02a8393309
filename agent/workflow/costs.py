"""The book of costs: each line in the ledger first, then on disk in `api_costs.jsonl`, then marked as written.

A death in between is made up for by the next line: the file may say a thing twice, but never lacks one for good.
"""

import datetime
import threading
from collections.abc import Sequence

from agent import errors
from agent.core.costs import line_fields, this_month, today, yesterday
from agent.costs import Costs
from agent.domain.cost import CallEnd, CostOutcome, CostSum, Reservation
from agent.trail import Journal


class CostBook:
    """What whoever calls a paid service writes into, before and after.

    Args:
        journal: `api_costs.jsonl`, chained like the audit trail.
    """

    def __init__(self, costs: Costs, journal: Journal) -> None:
        self._costs = costs
        self._journal = journal
        self._lock = threading.Lock()  # two at once would tell a line twice

    def reserve(self, reservation: Reservation) -> None:
        """Write a call down at its worst before it is made.

        Raises:
            StorageUnavailable: the call must not be made; it counts nothing.
            LedgerUnavailable: the same; it counts at its worst where that can't be taken back either.
        """
        self._costs.reserve(reservation)
        try:
            self.catch_up()
        except (errors.StorageUnavailable, errors.LedgerUnavailable):
            self._costs.settle(_not_made(reservation))
            raise

    def settle(self, end: CallEnd) -> None:
        """Write how a call ended.

        Raises:
            LedgerUnavailable: it counts at its worst, until this is called again.
            StorageUnavailable: the ledger has it; the file gets it with the next line.
        """
        self._costs.settle(end)
        self.catch_up()

    def catch_up(self) -> None:
        """Tell the file what it lacks.

        Raises:
            LedgerUnavailable, StorageUnavailable: the rest stays to be told.
        """
        with self._lock:
            for line in self._costs.unwritten():
                event, at = (
                    ("reserved", line.reservation.at) if line.end is None else ("settled", line.end.at)
                )
                self._journal.append(event, at, **line_fields(line))
                self._costs.written(line.reservation.call_id)


def spent(costs: Costs, now: datetime.datetime, timezone: datetime.tzinfo) -> Sequence[CostSum]:
    """Add up today, yesterday and this month; empty where no call was ever made.

    Raises:
        LedgerUnavailable.
    """
    if not costs.total():
        return ()
    spans = {"today": today, "yesterday": yesterday, "month": this_month}
    return costs.sums({name: span(now, timezone) for name, span in spans.items()})


def _not_made(reservation: Reservation) -> CallEnd:
    return CallEnd(
        call_id=reservation.call_id,
        outcome=CostOutcome.NOT_MADE,
        model=None,
        tokens_in=None,
        tokens_out=None,
        tokens_cached=None,
        cost_micros=0,
        latency_ms=0,
        at=reservation.at,
    )
