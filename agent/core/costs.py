"""Spans of the office's days, and money in words."""

import datetime
from collections.abc import Sequence

from agent.domain.cost import CallEnd, CostLine, CostOutcome, Reservation, Span

MICROS = 1_000_000
"""To the dollar."""


def today(now: datetime.datetime, timezone: datetime.tzinfo) -> Span:
    return day_of(now.astimezone(timezone).date(), timezone)


def yesterday(now: datetime.datetime, timezone: datetime.tzinfo) -> Span:
    return day_of(now.astimezone(timezone).date() - datetime.timedelta(days=1), timezone)


def this_month(now: datetime.datetime, timezone: datetime.tzinfo) -> Span:
    """The office's month up to the end of today."""
    day = now.astimezone(timezone).date()
    return day_of(day.replace(day=1), timezone)[0], day_of(day, timezone)[1]


def day_of(day: datetime.date, timezone: datetime.tzinfo) -> Span:
    """A day at the office: 23 or 25 hours long when the clocks change."""
    return _midnight(day, timezone), _midnight(day + datetime.timedelta(days=1), timezone)


def days_in(span: Span, timezone: datetime.tzinfo) -> Sequence[tuple[datetime.date, Span]]:
    """The office's days that a span touches, each with its part of the span, oldest first."""
    since, until = span
    day, parts = since.astimezone(timezone).date(), list[tuple[datetime.date, Span]]()
    while (begins := _midnight(day, timezone)) < until:
        ends = _midnight(day + datetime.timedelta(days=1), timezone)
        parts.append((day, (max(since, begins), min(until, ends))))
        day += datetime.timedelta(days=1)
    return parts


def _midnight(day: datetime.date, timezone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), timezone).astimezone(datetime.UTC)


def dollars(micros: int) -> str:
    """Write micro-dollars as dollars, to the last digit that counts: `0.00`, `1.50`, `0.013046`."""
    whole, rest = divmod(micros, MICROS)
    digits = f"{rest:06}".rstrip("0")
    return f"{whole}.{digits:0<2}"


def line_fields(line: CostLine) -> dict[str, object]:
    """What a line of `api_costs.jsonl` says. The last line of a call counts; a line may be there twice."""
    reservation, end = line.reservation, line.end
    return {
        "call": reservation.call_id,
        "document": None if reservation.document_id is None else f"D-{reservation.document_id}",
        "correlation_id": reservation.correlation_id,
        "attempt": reservation.attempt,
        "model": reservation.model,
        "price_source": reservation.price_source,
        "price_version": reservation.price_version,
        "reserved_at": reservation.at.astimezone(datetime.UTC).isoformat(),
        "reserved_micros": reservation.worst_micros,
        **_end_fields(reservation, end),
        "cumulative_micros": line.cumulative_micros,
    }


def _end_fields(reservation: Reservation, end: CallEnd | None) -> dict[str, object]:
    if end is None:
        return {"outcome": CostOutcome.RESERVED, "cost_micros": reservation.worst_micros}
    return {
        "outcome": end.outcome,
        "cost_micros": end.cost_micros,
        "answered_by": end.model,
        "tokens_in": end.tokens_in,
        "tokens_out": end.tokens_out,
        "tokens_cached": end.tokens_cached,
        "latency_ms": end.latency_ms,
    }
