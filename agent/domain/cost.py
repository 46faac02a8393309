"""What calls to paid services cost: each is reserved at its worst before it is made, and settled after.

Money is whole micro-dollars: a million to the dollar, so that sums are exact.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from agent.domain.document import CorrelationId, DocumentId

CallId = NewType("CallId", str)
"""Of one call; never given twice, not even after a restore."""

Span = tuple[datetime.datetime, datetime.datetime]
"""From, and up to but without; aware."""


class CostOutcome(StrEnum):
    """What became of a call."""

    RESERVED = "reserved"
    """Its end is not known: it counts at its worst."""
    ANSWERED = "answered"
    """It was answered, with usable figures."""
    REFUSED = "refused"
    """A definite no, which costs nothing."""
    UNCLEAR = "unclear"
    """It broke off, or came without usable figures: it counts at its worst."""
    NOT_MADE = "not_made"
    """It could not be written down, and so was not made."""


class CostKey(StrEnum):
    """What costs are told by."""

    DAY = "day"
    MODEL = "model"
    DOCUMENT = "document"
    OUTCOME = "outcome"
    """Of the document: archived, in review and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A call that is about to be made.

    Attributes:
        document_id, correlation_id: what it is made for; None for what no document asked for.
        attempt: the document's.
        model: as it is asked for.
        price_source, price_version: where the price comes from.
        worst_micros: what it costs at most, in micro-dollars.
        at: aware; the call belongs to this moment's day, whenever it ends.
    """

    call_id: CallId
    document_id: DocumentId | None
    correlation_id: CorrelationId | None
    attempt: int
    model: str
    price_source: str
    price_version: str
    worst_micros: int
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnd:
    """How a call ended.

    Attributes:
        outcome: any but RESERVED.
        model: as the service says that it answered; None where it didn't.
        tokens_in, tokens_out, tokens_cached: as the service says; None where it didn't.
        cost_micros: what it counts, at most what was reserved.
    """

    call_id: CallId
    outcome: CostOutcome
    model: str | None
    tokens_in: int | None
    tokens_out: int | None
    tokens_cached: int | None
    cost_micros: int
    latency_ms: int
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """What `api_costs.jsonl` is to say of a call: it was reserved, or it ended.

    Attributes:
        end: None while the call is reserved.
        cumulative_micros: what all calls together counted then.
    """

    reservation: Reservation
    end: CallEnd | None
    cumulative_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSum:
    """What calls counted together.

    Attributes:
        key: a day (`2026-11-27`), a model, a document (`D-7`) or an outcome; `-` where there is none.
        open_calls: those among them whose end is not known.
    """

    key: str
    calls: int
    open_calls: int
    micros: int
