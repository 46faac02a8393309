"""Deliver what waits in the outbox: in order for each recipient, at least once, whatever the channel does.

A message is sent first and marked after it, so a death in between sends it again: its reference makes that
harmless, where the other order would lose it. A recipient who can't be reached holds up nobody else. A message that
fails for long, while its channel answers, is passed over, and given up once another to the same recipient gets through.

Accepted: a question that is answered in the second in which it is sent stands there until its answer takes its place. A
death in that second leaves it there, until somebody presses on it.
"""

import datetime
import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from agent.core.patience import failed_alone, is_worth_a_proof, longest_alone_seconds
from agent.domain.message import Blame, LoneFailures, Parcel, ParcelId
from agent.errors import MessageRefused, NotifierUnavailable
from agent.notifier import Notifier
from agent.ports import Clock

log = structlog.get_logger(__name__)

BATCH = 20
"""Parcels fetched at once: few, so that a stop or a new message waits for seconds at most."""
MOST_SUSPECTS = 10
"""How many messages to one recipient are passed over in a turn: each may take as long as a call does, and a fault of
our own may be in many of them."""
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
        *,
        now: datetime.datetime,
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


class Told(Protocol):
    """Hears what becomes of each parcel; it neither raises nor waits."""

    def begins(self, parcel: Parcel) -> None:
        """It is about to be tried."""
        ...

    def sent(self, parcel: Parcel, receipt: str) -> None: ...

    def refused(self, parcel: Parcel, reason: str) -> None: ...

    def given_up(self, parcel: Parcel, reason: str) -> None: ...


class _NobodyTold:
    def begins(self, parcel: Parcel) -> None: ...

    def sent(self, parcel: Parcel, receipt: str) -> None: ...

    def refused(self, parcel: Parcel, reason: str) -> None: ...

    def given_up(self, parcel: Parcel, reason: str) -> None: ...


_NOBODY = _NobodyTold()


def relay(
    outbox: Outbox,
    notifier: Notifier,
    clock: Clock,
    *,
    unmarked: dict[ParcelId, str] | None = None,
    gather: Callable[[], Collection[ParcelId]] = frozenset,
    is_quiet: Callable[[datetime.datetime], bool] = lambda _: False,
    should_stop: Callable[[], bool] = lambda: False,
    may_act: Callable[[], None] = lambda: None,
    longest_pause_seconds: Callable[[str], float] = lambda _: LONGEST_PAUSE_SECONDS,
    jitter: Callable[[], float] = random.random,
    told: Told = _NOBODY,
) -> datetime.datetime | None:
    """Send what is due, and say when to look again; None means: when something new is written.

    Args:
        unmarked: receipts that the ledger could not take; the caller keeps it from call to call. Nothing is sent
            before they are written: on a full disk a message would be sent again and again.
        gather: asked when it is known what is due; gives the parcels that another message tells of by now.
        is_quiet: whether people are not to be disturbed at that moment.
        should_stop: asked before each parcel; what is left stays due.
        may_act: asked directly before each message leaves; raises LeaseLost where another may be sending it by now.
        longest_pause_seconds: of a recipient: how soon after an outage of any length the next try comes at last.
        jitter: a number from 0 to 1 that spreads the attempts.
        told: hears of each try and its end, before the outbox does.
    """
    turn = _Turn(
        outbox=outbox,
        notifier=notifier,
        clock=clock,
        unmarked={} if unmarked is None else unmarked,
        is_quiet=is_quiet,
        may_act=may_act,
        longest_pause_seconds=longest_pause_seconds,
        jitter=jitter,
        told=told,
    )
    for parcel_id, receipt in list(turn.unmarked.items()):
        turn.mark(parcel_id, receipt)
    due = outbox.due(clock.now(), BATCH)
    turn.waiting.update(parcel.recipient for parcel in due)
    told_otherwise = gather()
    for parcel in due:
        if should_stop():
            break
        if parcel.parcel_id in told_otherwise or parcel.recipient in turn.unreachable:
            continue
        current = outbox.current(parcel.parcel_id)  # a batch takes many seconds, and people answer meanwhile
        if current is not None:
            turn.deliver(current)
    return outbox.next_due()


@dataclass(kw_only=True)
class _Turn:
    """One look at what is due.

    Attributes:
        unreachable: recipients whose further messages have to wait.
        waiting: how many messages are due to each recipient.
        suspects: messages that failed so often that they are passed over: one that gets through proves them guilty.
    """

    outbox: Outbox
    notifier: Notifier
    clock: Clock
    unmarked: dict[ParcelId, str]
    is_quiet: Callable[[datetime.datetime], bool]
    may_act: Callable[[], None]
    longest_pause_seconds: Callable[[str], float]
    jitter: Callable[[], float]
    told: Told
    unreachable: set[str] = field(default_factory=set)
    suspects: list[Parcel] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)

    def mark(self, parcel_id: ParcelId, receipt: str) -> None:
        """Write that it was sent, and keep the receipt for the next try if the ledger can't take it."""
        self.unmarked[parcel_id] = receipt
        self.outbox.mark_sent(parcel_id, receipt, self.clock.now())
        del self.unmarked[parcel_id]

    def deliver(self, parcel: Parcel, *, is_proven: bool = False) -> None:
        """Try one parcel; every line that is written meanwhile, also by the channel, bears its correlation id.

        Args:
            is_proven: if it fails once more, it alone is to blame.
        """
        run = {} if parcel.correlation_id is None else {"correlation_id": parcel.correlation_id}
        with structlog.contextvars.bound_contextvars(**run):
            is_through = self._try(parcel, is_proven=is_proven)
        if is_through:
            self._try_suspects_again(parcel)

    def _try(self, parcel: Parcel, *, is_proven: bool) -> bool:
        """Gives whether it got through."""
        line = log.bind(document=parcel.message.reference, kind=parcel.message.kind)
        self.told.begins(parcel)
        said = _hushed(parcel) if self.is_quiet(self.clock.now()) else parcel
        self.may_act()
        try:
            receipt = _say(said, self.notifier)
        except NotifierUnavailable as error:
            alone = self._counted(parcel, error)
            is_suspect = alone is not None and is_worth_a_proof(alone, self.clock.now())
            if is_suspect and (is_proven or error.blame is Blame.RECIPIENT):
                self.told.given_up(parcel, error.reason)
                self.outbox.mark_dead(parcel.parcel_id, error.sentence, self.clock.now(), error.blame)
                line.warning("message_given_up", reason=error.reason, attempt=parcel.attempts + 1)
                return False
            pause = self._postpone(parcel, error, alone)
            line.warning("message_postponed", reason=error.reason, pause_seconds=round(pause, 1))
            if is_suspect:
                self.suspects.append(parcel)
            if not is_suspect or len(self._suspects_of(parcel.recipient)) >= MOST_SUSPECTS:
                self.unreachable.add(parcel.recipient)
        except MessageRefused as error:
            self.told.refused(parcel, error.reason)
            self.outbox.mark_dead(parcel.parcel_id, error.sentence, self.clock.now(), error.blame)
            line.warning("message_refused", reason=error.reason)
        else:
            self.told.sent(parcel, receipt)
            self.mark(parcel.parcel_id, receipt)
            line.info("message_sent", receipt=receipt)
            return True
        return False

    def _counted(self, parcel: Parcel, error: NotifierUnavailable) -> LoneFailures | None:
        """Count a failure while the channel answers something else in the same moment. None for any other."""
        if error.blame is None or not self.notifier.answers(parcel.recipient):
            return None
        return failed_alone(parcel.alone, self.clock.now())

    def _postpone(self, parcel: Parcel, error: NotifierUnavailable, alone: LoneFailures | None) -> float:
        longest = self.longest_pause_seconds(parcel.recipient)
        has_company = self.waiting[parcel.recipient] > 1
        if alone is not None and not has_company and is_worth_a_proof(alone, self.clock.now()):
            longest = longest_alone_seconds(alone, longest)
        pause = pause_seconds(parcel.attempts, error.retry_after_seconds, self.jitter(), longest)
        now = self.clock.now()
        until = now + datetime.timedelta(seconds=pause)
        self.outbox.postpone(parcel.parcel_id, until, error.sentence, alone or parcel.alone, now=now)
        return pause

    def _suspects_of(self, recipient: str) -> list[Parcel]:
        return [suspect for suspect in self.suspects if suspect.recipient == recipient]

    def _try_suspects_again(self, through: Parcel) -> None:
        """Something got through: whoever was passed over gets a last chance, for the outage may just have ended.

        An edit tells nothing of a new message, nor the other way round: Telegram may be unable to do one of the two.
        """
        for suspect in self._suspects_of(through.recipient):
            if (suspect.replaces is None) is (through.replaces is None):
                self.suspects.remove(suspect)
                current = self.outbox.current(suspect.parcel_id)
                if current is not None:
                    self.deliver(current, is_proven=True)


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
