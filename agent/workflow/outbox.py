"""Deliver what waits in the outbox: in order for each recipient, at least once, whatever the channel does.

A message is sent first and marked after it, so a death in between sends it again: its reference makes that
harmless, where the other order would lose it. A recipient who can't be reached holds up nobody else. A message that
alone can't be delivered, while its channel answers, is given up in the end, so that those behind it go on.
"""

import datetime
import math
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from agent.core.patience import failed_alone, is_hopeless
from agent.domain.message import Blame, LoneFailures, Parcel, ParcelId
from agent.errors import MessageRefused, NotifierUnavailable
from agent.notifier import Notifier
from agent.ports import Clock

log = structlog.get_logger(__name__)

BATCH = 20
"""Parcels fetched at once: few, so that a stop or a new message waits for seconds at most."""
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 600.0
LONGEST_REQUEST_SECONDS = 86_400.0
"""What a channel may ask for; more than a day is a mistake of somebody's proxy."""


class Outbox(Protocol):
    """The messages that wait. A message becomes due in the transaction that marks its document's move done.

    Every method raises `LedgerUnavailable` when the database can't be used.
    """

    def due(self, now: datetime.datetime, limit: int) -> Sequence[Parcel]:
        """Return what may be sent now, lowest parcel id first.

        What stands behind a postponed parcel of the same recipient is not due, whatever its own time. A
        parcel whose document is still being moved is not due either, and holds up nobody. A parcel that takes
        another's place is due once that was sent, and only the newest of its card is.
        """
        ...

    def current(self, parcel_id: ParcelId) -> Parcel | None:
        """Return a parcel as it stands by now; None when it was sent, given up, taken back or overtaken."""
        ...

    def next_due(self) -> datetime.datetime | None:
        """Say when the next parcel may be sent by the rules of `due`; None when nothing waits.

        That is the earliest of the times of each recipient's first waiting parcel.
        """
        ...

    def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
        """Keep it as delivered, and with it the earlier ones of its card that wait."""
        ...

    def postpone(
        self,
        parcel_id: ParcelId,
        until: datetime.datetime,
        error_reason: str,
        alone: LoneFailures | None = None,
    ) -> None:
        """Keep it until then, and count the attempt; `error_reason` holds no personal data.

        Args:
            alone: its failures so far that were no outage.
        """
        ...

    def mark_dead(
        self, parcel_id: ParcelId, error_reason: str, now: datetime.datetime, blame: Blame | None = None
    ) -> None:
        """Keep it as undeliverable; it holds up nobody."""
        ...


def relay(
    outbox: Outbox,
    notifier: Notifier,
    clock: Clock,
    *,
    unmarked: dict[ParcelId, str] | None = None,
    gather: Callable[[], Collection[ParcelId]] = frozenset,
    is_quiet: Callable[[datetime.datetime], bool] = lambda _: False,
    should_stop: Callable[[], bool] = lambda: False,
    longest_pause_seconds: Callable[[str], float] = lambda _: LONGEST_PAUSE_SECONDS,
    jitter: Callable[[], float] = random.random,
) -> datetime.datetime | None:
    """Send what is due, and say when to look again; None means: when something new is written.

    Args:
        unmarked: receipts that the ledger could not take; the caller keeps it from call to call. Nothing is sent
            before they are written: on a full disk a message would be sent again and again.
        gather: asked when it is known what is due; gives the parcels that another message tells of by now.
        is_quiet: whether people are not to be disturbed at that moment.
        should_stop: asked before each parcel; what is left stays due.
        longest_pause_seconds: of a recipient: how soon after an outage of any length the next try comes at last.
        jitter: a number from 0 to 1 that spreads the attempts.
    """
    unmarked = {} if unmarked is None else unmarked
    for parcel_id, receipt in list(unmarked.items()):
        _mark(parcel_id, receipt, outbox, clock, unmarked)
    unreachable: set[str] = set()
    due = outbox.due(clock.now(), BATCH)
    told_otherwise = gather()
    for parcel in due:
        if should_stop():
            break
        if parcel.parcel_id in told_otherwise or parcel.recipient in unreachable:
            continue
        current = outbox.current(parcel.parcel_id)  # a batch takes many seconds, and people answer meanwhile
        if current is None:
            continue
        if is_quiet(clock.now()):
            current = _hushed(current)
        longest = longest_pause_seconds(parcel.recipient)
        if not _deliver(current, outbox, notifier, clock, unmarked, longest, jitter):
            unreachable.add(parcel.recipient)
    return outbox.next_due()


def _mark(
    parcel_id: ParcelId, receipt: str, outbox: Outbox, clock: Clock, unmarked: dict[ParcelId, str]
) -> None:
    """Write that it was sent, and keep the receipt for the next try if the ledger can't take it."""
    unmarked[parcel_id] = receipt
    outbox.mark_sent(parcel_id, receipt, clock.now())
    del unmarked[parcel_id]


def _deliver(
    parcel: Parcel,
    outbox: Outbox,
    notifier: Notifier,
    clock: Clock,
    unmarked: dict[ParcelId, str],
    longest_pause_seconds: float,
    jitter: Callable[[], float],
) -> bool:
    """Try one parcel; False when its recipient can't be reached now."""
    line = log.bind(document=parcel.message.reference, kind=parcel.message.kind)
    try:
        receipt = _say(parcel, notifier)
    except NotifierUnavailable as error:
        counted = _counted(parcel, error, notifier, clock)
        if counted is not None and is_hopeless(counted, clock.now()):
            outbox.mark_dead(parcel.parcel_id, error.sentence, clock.now(), error.blame)
            line.warning("message_given_up", reason=error.reason, attempt=parcel.attempts + 1)
            return True
        pause = pause_seconds(parcel.attempts, error.retry_after_seconds, jitter(), longest_pause_seconds)
        until = clock.now() + datetime.timedelta(seconds=pause)
        outbox.postpone(parcel.parcel_id, until, error.sentence, counted or parcel.alone)
        line.warning("message_postponed", reason=error.reason, pause_seconds=round(pause, 1))
        return False
    except MessageRefused as error:
        outbox.mark_dead(parcel.parcel_id, error.sentence, clock.now(), error.blame)
        line.warning("message_refused", reason=error.reason)
    else:
        _mark(parcel.parcel_id, receipt, outbox, clock, unmarked)
        line.info("message_sent", receipt=receipt)
    return True


def _counted(
    parcel: Parcel, error: NotifierUnavailable, notifier: Notifier, clock: Clock
) -> LoneFailures | None:
    """Count a failure that is no outage: the channel answers something else in the same moment. None for any other."""
    if error.blame is None or not notifier.answers(parcel.recipient):
        return None
    return failed_alone(parcel.alone, clock.now())


def _hushed(parcel: Parcel) -> Parcel:
    return replace(parcel, message=replace(parcel.message, is_silent=True))


def _say(parcel: Parcel, notifier: Notifier) -> str:
    """Say it, or bring it to every message that shows its card; gives the receipt of the newest of them.

    The further copies come first: a message that is gone is said anew, and would be again for each copy that fails.
    """
    if parcel.replaces is None:
        return notifier.send(parcel.message, parcel.recipient)
    missed = _amend(parcel, notifier)
    receipt = notifier.replace(parcel.replaces, parcel.message, parcel.recipient)
    if missed is not None:
        if receipt == parcel.replaces:
            raise missed
        _leave_copy(parcel, missed)
    return receipt


def _amend(parcel: Parcel, notifier: Notifier) -> NotifierUnavailable | None:
    """Bring it to the further copies that take it; gives a failure that another try may mend."""
    missed = None
    for copy in parcel.copies:
        try:
            notifier.amend(copy, parcel.message, parcel.recipient)
        except NotifierUnavailable as error:
            missed = error
        except MessageRefused as error:
            _leave_copy(parcel, error)
    return missed


def _leave_copy(parcel: Parcel, error: NotifierUnavailable | MessageRefused) -> None:
    message = parcel.message
    log.warning("copy_left_behind", document=message.reference, kind=message.kind, reason=error.reason)


def pause_seconds(
    attempts: int,
    requested_seconds: float | None,
    jitter: float,
    longest_seconds: float = LONGEST_PAUSE_SECONDS,
) -> float:
    """Say how long to wait: doubled each time, spread out, never shorter than the channel asked for.

    Args:
        attempts: how often it was postponed before.
        requested_seconds: what the channel asked for, if anything.
        jitter: from 0 (half the pause) to 1 (all of it).
        longest_seconds: what it does not grow beyond by itself.
    """
    doubled = math.ldexp(FIRST_PAUSE_SECONDS, min(attempts, 32))  # the cap holds long before 32
    pause = min(doubled, longest_seconds) * (0.5 + jitter / 2)
    return max(pause, min(requested_seconds or 0.0, LONGEST_REQUEST_SECONDS))
