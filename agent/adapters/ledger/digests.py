"""Daily digests, and the numbers that they tell."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    Table,
    func,
    insert,
    select,
)

from agent.adapters.ledger.anchors import SqlAnchors
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import put
from agent.adapters.ledger.resting import chosen_failures
from agent.adapters.ledger.schema import UtcDateTime, costs, documents, metadata, reviews
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay, DigestNumbers
from agent.domain.message import Message
from agent.domain.outcome import FailureReason, State

digests = Table(
    "digests",
    metadata,
    Column("day", String(10), primary_key=True),  # at the office, as 2026-11-27: a day has one digest
    Column("until_at", UtcDateTime, nullable=False),
    Column("audit_entry", BigInteger),  # the audit trail's last line then; empty where the day told of none
    Column("audit_hash", String(64)),
)

_BY_RULE = "rule"


class SqlDigests:
    """Implements `asked.Digests`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.anchors = SqlAnchors(engine)
        """Where the audit trail's end is noted between digests, and where none are written."""

    def last(self, today: datetime.date) -> DigestDay | None:
        with reading(self._engine) as connection:
            return _newest(connection, select(digests).where(digests.c.day <= today.isoformat()))

    def last_anchored(self) -> DigestDay | None:
        """The newest digest that told of the audit trail's last line.

        Raises:
            LedgerUnavailable: the ledger can't be read.
        """
        with reading(self._engine) as connection:
            return _newest(connection, select(digests).where(digests.c.audit_hash.is_not(None)))

    def numbers(self, since: datetime.datetime, until: datetime.datetime) -> DigestNumbers:
        with reading(self._engine) as connection:
            chosen = _chosen(connection, documents.c.rested_at > since, documents.c.rested_at <= until)
            rested = connection.execute(
                select(documents.c.state, (documents.c.decided_by == _BY_RULE).label("by_rule"), func.count())
                .where(
                    documents.c.state.in_([State.ARCHIVED, State.FAILED, State.DUPLICATE]),
                    documents.c.rested_at > since,
                    documents.c.rested_at <= until,
                )
                .group_by(documents.c.state, "by_rule")
            )
            counts: dict[tuple[str, bool], int] = {
                (state, bool(by_rule)): count for state, by_rule, count in rested
            }
            open_count, oldest_at = connection.execute(
                select(func.count(), func.min(reviews.c.opened_at)).where(reviews.c.answered_at.is_(None))
            ).one()
            missing = connection.execute(
                select(func.count()).select_from(documents).where(documents.c.state == State.MISSING)
            ).scalar_one()
            cost_micros = connection.execute(
                select(func.coalesce(func.sum(costs.c.cost_micros), 0)).where(
                    costs.c.reserved_at > since, costs.c.reserved_at <= until
                )
            ).scalar_one()
        return DigestNumbers(
            by_rule=counts.get((State.ARCHIVED, True), 0),
            by_people=counts.get((State.ARCHIVED, False), 0),
            failed=sum(count for (state, _), count in counts.items() if state == State.FAILED)
            - sum(chosen.values()),
            rejected=chosen.get(FailureReason.REJECTED, 0),
            split=chosen.get(FailureReason.SPLIT, 0),
            duplicates=sum(count for (state, _), count in counts.items() if state == State.DUPLICATE),
            open=open_count,
            oldest_at=oldest_at,
            missing=missing,
            cost_micros=cost_micros,
        )

    def chosen(self) -> Mapping[FailureReason, int]:
        with reading(self._engine) as connection:
            return chosen_failures(connection)

    def write(self, digest: DigestDay, messages: Sequence[tuple[str, Message]]) -> None:
        with writing(self._engine) as connection:
            audit = digest.audit
            connection.execute(
                insert(digests).values(
                    day=digest.day.isoformat(),
                    until_at=digest.until,
                    audit_entry=audit and audit.entry,
                    audit_hash=audit and audit.hash,
                )
            )
            for recipient, message in messages:
                put(connection, None, recipient, message, digest.until)


def _newest(connection: Connection, found: Select[Any]) -> DigestDay | None:
    row = connection.execute(found.order_by(digests.c.day.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return DigestDay(
        day=datetime.date.fromisoformat(row.day),
        until=row.until_at,
        audit=None if row.audit_hash is None else Anchor(entry=row.audit_entry, hash=row.audit_hash),
    )


def _chosen(connection: Connection, *within: ColumnElement[bool]) -> Mapping[FailureReason, int]:
    """Count the documents that humans have put into `failed/` within a span."""
    found = connection.execute(
        select(documents.c.reason, func.count())
        .where(
            documents.c.state == State.FAILED,
            documents.c.reason.in_([FailureReason.REJECTED, FailureReason.SPLIT]),
            *within,
        )
        .group_by(documents.c.reason)
    )
    return {FailureReason(reason): count for reason, count in found}
