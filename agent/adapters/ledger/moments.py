"""Moments that lie ahead because the clock was ahead when they were written.

Once it is right again, what waits for such a moment, or counts from it, would be silent for as long as the clock was
ahead: an hour, or years. These moments become now. What only tells when something happened stays as it was written.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    exists,
    select,
    true,
    update,
)

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.sampling import sampled_filings
from agent.adapters.ledger.schema import outbox, pauses, questions, reviews, showings, silences, storms, waits

SLACK = datetime.timedelta(seconds=5)
"""Clocks of hosts that share a ledger differ by less, and are put right by less every day; nobody misses so little."""

_COUNTED_FROM: Sequence[tuple[Column[datetime.datetime], ColumnElement[bool]]] = (
    (outbox.c.sent_at, true()),  # a question's 24 hours
    (outbox.c.lone_since, waits(outbox)),
    (reviews.c.opened_at, reviews.c.answered_at.is_(None)),
    (questions.c.posted_at, questions.c.closed_at.is_(None)),
    (questions.c.skipped_at, questions.c.closed_at.is_(None)),
    (showings.c.placed_at, showings.c.ended_at.is_(None)),
    (storms.c.last_at, ~storms.c.is_over),
    (silences.c.since, true()),
    (sampled_filings.c.chosen_at, sampled_filings.c.verdict.is_(None)),
    (sampled_filings.c.posted_at, sampled_filings.c.verdict.is_(None)),
)
_PATIENT = outbox.alias("patient")


class SqlMoments:
    """Asked now and then; it writes only where something lies ahead."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def set_right(self, now: datetime.datetime) -> int:
        """Give what lies ahead by mistake this moment; says how many there were.

        Raises:
            LedgerUnavailable: all is as before.
        """
        ahead, mistakes = _pauses_after(now + SLACK), _mistakes(now + SLACK)
        with reading(self._engine) as connection:
            found = (connection.execute(select(true()).where(it).limit(1)).scalar() for _, it in mistakes)
            if not any(found) and connection.execute(ahead.limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            begun = connection.execute(ahead).all()
            for pause in begun:
                _move(connection, pause, now)
            changes = [update(it.table).where(wrong).values({it: now}) for it, wrong in mistakes]
            return len(begun) + sum(connection.execute(it).rowcount for it in changes)


def _mistakes(latest: datetime.datetime) -> Sequence[tuple[Column[datetime.datetime], ColumnElement[bool]]]:
    """Each column, and which of its moments are wrong: all that are later than any clock can have been."""
    is_asked_for = exists().where(  # a channel has put it off, or another whose patience it was given
        _PATIENT.c.recipient == outbox.c.recipient,
        _PATIENT.c.sent_at.is_(None),
        _PATIENT.c.put_off_at <= latest,
        _PATIENT.c.due_at >= outbox.c.due_at,
    )
    is_put_off = and_(showings.c.put_off_at.is_not(None), showings.c.put_off_at <= latest)
    return (
        (outbox.c.due_at, and_(waits(outbox), outbox.c.due_at > latest, ~is_asked_for)),
        (showings.c.due_at, and_(showings.c.ended_at.is_(None), showings.c.due_at > latest, ~is_put_off)),
        *((moment, and_(moment > latest, counts)) for moment, counts in _COUNTED_FROM),
    )


def _pauses_after(
    latest: datetime.datetime,
) -> Select[tuple[int, datetime.datetime, datetime.datetime | None]]:
    wanted = select(pauses.c.pause_id, pauses.c.begun_at, pauses.c.ends_at)
    return wanted.where(pauses.c.ended_at.is_(None), pauses.c.begun_at > latest)


def _move(connection: Connection, pause: Row[Any], now: datetime.datetime) -> None:
    """Have a pause begin now, and last as long as it was to."""
    ends_at = None if pause.ends_at is None else now + (pause.ends_at - pause.begun_at)
    its_own = update(pauses).where(pauses.c.pause_id == pause.pause_id)
    connection.execute(its_own.values(begun_at=now, ends_at=ends_at))
