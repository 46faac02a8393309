"""What a monitoring system is told: figures of the house, without anything of a document or a person."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the ledger counts. Those called counts only grow.

    Attributes:
        rest_counts: how often a document came to rest, by the state it rests in.
        error_counts: documents that could not be filed, by the reason.
        steps: how often each step was done, and its seconds in all.
        in_work: documents that are neither filed nor asked about.
        oldest_at: since when the one of them has waited that has waited longest.
        pending: questions that wait for a human.
        outbox_waiting: messages that wait to be sent.
        settled_micros: what each model has cost in micro-dollars, of calls whose end is known.
        reserved_micros: what the calls may cost at most whose end is not known.
        sampled: filings of the weekly samples, by what came of them.
        canary_at, canary_seconds, is_canary_well: the last canary; None before the first.
    """

    rest_counts: Mapping[str, int]
    error_counts: Mapping[str, int]
    steps: Mapping[str, tuple[int, float]]
    in_work: int
    oldest_at: datetime.datetime | None
    pending: int
    outbox_waiting: int
    settled_micros: Mapping[str, int]
    reserved_micros: int
    sampled: Mapping[str, int]
    canary_at: datetime.datetime | None
    canary_seconds: float | None
    is_canary_well: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """What a process holds of the machine.

    Attributes:
        rss_bytes: memory that is its own or shared, as it lies in RAM.
    """

    rss_bytes: int
    open_fds: int
    threads: int
