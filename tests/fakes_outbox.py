"""Fakes for telling: an outbox in memory, a notifier that does as told, a clock that stands still."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.domain.document import CorrelationId, DocumentId
from agent.domain.message import Blame, LoneFailures, Message, MessageKind, Parcel, ParcelId
from agent.errors import DossierdError, MessageRefused

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def a_message(number: int = 7, title: str = "Filed under file 20817", *lines: str) -> Message:
    return Message(kind=MessageKind.FILED, document_id=DocumentId(number), title=title, lines=lines)


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, moment: datetime.datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime.datetime:
        return self.moment

    def date_of(self, moment: datetime.datetime) -> datetime.date:
        return moment.date()

    def advance(self, seconds: float) -> None:
        self.moment += datetime.timedelta(seconds=seconds)


@dataclass
class Row:
    parcel: Parcel
    due_at: datetime.datetime | None
    receipt: str | None = None
    error: str | None = None
    is_dead: bool = False
    blame: Blame | None = None
    card: str | None = None

    @property
    def waits(self) -> bool:
        return self.receipt is None and not self.is_dead


@dataclass
class FakeOutbox:
    """An outbox whose rows are a list."""

    rows: list[Row] = field(default_factory=list)

    def add(self, recipient: str, number: int, due_at: datetime.datetime | None = NOON) -> ParcelId:
        parcel_id = ParcelId(len(self.rows) + 1)
        parcel = Parcel(
            parcel_id=parcel_id,
            document_id=DocumentId(number),
            epoch=1,
            recipient=recipient,
            message=a_message(number),
            correlation_id=CorrelationId(f"run-{number}") if number else None,
        )
        self.rows.append(Row(parcel, due_at))
        return parcel_id

    def put(self, card: str, recipient: str, message: Message, now: datetime.datetime) -> None:
        parcel_id = self.add(recipient, 0, now)
        row = self.row(parcel_id)
        row.card, row.parcel = card, replace(row.parcel, document_id=None, epoch=0, message=message)

    def due(self, now: datetime.datetime, limit: int) -> Sequence[Parcel]:
        held_up: set[str] = set()
        found = []
        for row, due_at in self._waiting():
            if due_at > now:
                held_up.add(row.parcel.recipient)
            elif row.parcel.recipient not in held_up and self._has_turn(row):
                found.append(self._placed(row))
        return found[:limit]

    def current(self, parcel_id: ParcelId) -> Parcel | None:
        row = self.row(parcel_id)
        return self._placed(row) if row.waits and row.due_at is not None and self._has_turn(row) else None

    def next_due(self) -> datetime.datetime | None:
        latest: dict[str, datetime.datetime] = {}
        turns: dict[str, datetime.datetime] = {}
        for row, due_at in self._waiting():
            name = row.parcel.recipient
            latest[name] = max(due_at, latest.get(name, due_at))
            if self._has_turn(row):
                turns.setdefault(name, latest[name])
        return min(turns.values(), default=None)

    def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
        sent = self.row(parcel_id)
        sent.receipt = receipt
        for row in self._before(sent):
            row.receipt = receipt if row.waits else row.receipt

    def postpone(
        self,
        parcel_id: ParcelId,
        until: datetime.datetime,
        error_reason: str,
        alone: LoneFailures | None = None,
        *,
        now: datetime.datetime,
    ) -> None:
        row = self.row(parcel_id)
        row.due_at, row.error = until, error_reason
        row.parcel = replace(row.parcel, attempts=row.parcel.attempts + 1, alone=alone)

    def mark_dead(
        self, parcel_id: ParcelId, error_reason: str, now: datetime.datetime, blame: Blame | None = None
    ) -> None:
        row = self.row(parcel_id)
        row.is_dead, row.error, row.blame = True, error_reason, blame

    def row(self, parcel_id: ParcelId) -> Row:
        return self.rows[parcel_id - 1]

    def _waiting(self) -> list[tuple[Row, datetime.datetime]]:
        return [(row, row.due_at) for row in self.rows if row.waits and row.due_at is not None]

    def _of_card(self, row: Row) -> list[Row]:
        return [
            other
            for other in self.rows
            if row.card is not None
            and (other.card, other.parcel.recipient) == (row.card, row.parcel.recipient)
        ]

    def _before(self, row: Row) -> list[Row]:
        return [other for other in self._of_card(row) if other.parcel.parcel_id < row.parcel.parcel_id]

    def _place(self, row: Row) -> str | None:
        return next(
            (other.receipt for other in reversed(self._before(row)) if other.receipt is not None), None
        )

    def _placed(self, row: Row) -> Parcel:
        place = self._place(row)
        receipts = {other.receipt for other in self._of_card(row)} if place else set()
        copies = sorted(receipt for receipt in receipts if receipt not in (None, place))
        return replace(row.parcel, replaces=place, copies=tuple(map(str, copies)))

    def _has_turn(self, row: Row) -> bool:
        if self._place(row) is None:
            return all(other.is_dead for other in self._before(row))
        later = self._of_card(row)[len(self._before(row)) + 1 :]
        return not any(other.waits and other.due_at is not None for other in later)


@dataclass
class FakeNotifier:
    """A notifier that keeps what it is given, or raises the errors that were ordered for a recipient, one a send."""

    names: tuple[str, ...] = ("anna", "bert")
    sent: list[tuple[str, DocumentId | None]] = field(default_factory=list)
    tries: list[tuple[str, DocumentId | None]] = field(default_factory=list)
    troubles: dict[str, list[DossierdError]] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    amended: list[str] = field(default_factory=list)
    silent: list[bool] = field(default_factory=list)
    is_away: bool = False

    def answers(self, recipient: str) -> bool:
        return not self.is_away

    def recipients(self) -> Sequence[str]:
        return self.names

    def send(self, message: Message, recipient: str) -> str:
        if recipient not in self.names:
            raise MessageRefused("The recipient is unknown.")
        self.tries.append((recipient, message.document_id))
        if self.troubles.get(recipient):
            raise self.troubles[recipient].pop(0)
        self.sent.append((recipient, message.document_id))
        self.silent.append(message.is_silent)
        return f"receipt {len(self.sent)}"

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        self.replaced.append(receipt)
        self.send(message, recipient)
        return receipt

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        if self.troubles.get(recipient):
            raise self.troubles[recipient].pop(0)
        self.amended.append(receipt)
