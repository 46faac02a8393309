"""Losses of the audit trail that people know of.

The ledger keeps them, and not the trail alone: whoever can only write the trail can't have his own cut forgiven. The
places that are gone move here from `anchors`, so that the trail that goes on can be noted under the same numbers.
"""

import json
from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Engine, String, Table, Text, delete, insert, select, update

from agent.adapters.ledger.anchors import anchors, trail_end
from agent.adapters.ledger.engine import host_of, reading, writing
from agent.adapters.ledger.schema import UtcDateTime, metadata
from agent.domain.anchor import Anchor
from agent.domain.loss import Gap, Loss, WhyLost

losses = Table(
    "losses",
    metadata,
    Column("audit_entry", BigInteger, primary_key=True, autoincrement=False),  # the line that tells of it
    Column("audit_hash", String(64), primary_key=True),
    Column("actor", String(128), nullable=False),
    Column("why", String(16), nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    Column("lost", Text, nullable=False),  # JSON: [[entry, hash], ...]
    Column("gaps", Text, nullable=False),  # JSON: [[entry, count], ...]
)


class SqlLosses:
    """Keeps losses, and gives them.

    Raises (all methods): LedgerUnavailable.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accept(self, loss: Loss) -> None:
        """Keep a loss; the places that it took with it are no longer looked for."""
        host = host_of(self._engine)
        with writing(self._engine) as connection:
            connection.execute(
                insert(losses).values(
                    audit_entry=loss.line.entry,
                    audit_hash=loss.line.hash,
                    actor=loss.actor,
                    why=loss.why,
                    accepted_at=loss.accepted_at,
                    lost=json.dumps([[it.entry, it.hash] for it in loss.lost]),
                    gaps=json.dumps([[it.entry, it.lost] for it in loss.gaps]),
                )
            )
            for place in loss.lost:
                gone = (
                    anchors.c.host == host,
                    anchors.c.audit_entry == place.entry,
                    anchors.c.audit_hash == place.hash,
                )
                connection.execute(delete(anchors).where(*gone))
            connection.execute(
                update(trail_end)
                .where(trail_end.c.host == host)
                .values(audit_entry=loss.line.entry, audit_hash=loss.line.hash)
            )

    def all(self) -> Sequence[Loss]:
        """Every loss that was accepted, the first of them first."""
        with reading(self._engine) as connection:
            found = connection.execute(select(losses).order_by(losses.c.accepted_at, losses.c.audit_entry))
            return [
                Loss(
                    line=Anchor(entry=row.audit_entry, hash=row.audit_hash),
                    actor=row.actor,
                    why=WhyLost(row.why),
                    accepted_at=row.accepted_at,
                    lost=tuple(Anchor(entry=entry, hash=hash_) for entry, hash_ in json.loads(row.lost)),
                    gaps=tuple(Gap(entry=entry, lost=lost) for entry, lost in json.loads(row.gaps)),
                )
                for row in found
            ]
