"""Places of the audit trail, noted in the ledger: what stands there, and all before it, can't be changed unseen.

A row is never overwritten: of a trail that was taken away and begun anew, the old places stay, and show it.
"""

import datetime
from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Engine, String, Table, func, select
from sqlalchemy.dialects.sqlite import insert

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import UtcDateTime, documents, metadata
from agent.domain.anchor import Anchor

anchors = Table(
    "anchors",
    metadata,
    Column("audit_entry", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_hash", String(64), nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
)


class SqlAnchors:
    """Notes places, and gives them.

    Raises (all methods): LedgerUnavailable.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, anchor: Anchor, now: datetime.datetime) -> None:
        """Note a place; of an entry that was noted before, the first word stays."""
        row = {"audit_entry": anchor.entry, "audit_hash": anchor.hash, "noted_at": now}
        with writing(self._engine) as connection:
            connection.execute(insert(anchors).values(row).on_conflict_do_nothing())

    def all(self) -> Sequence[Anchor]:
        """Every place, in the order of the trail."""
        with reading(self._engine) as connection:
            found = connection.execute(select(anchors).order_by(anchors.c.audit_entry))
            return [Anchor(entry=row.audit_entry, hash=row.audit_hash) for row in found]

    def documents_at_rest(self) -> int:
        """How many documents came to rest: each left a line in the trail, or more."""
        rested = select(func.count()).where(documents.c.rested_at.is_not(None))
        with reading(self._engine) as connection:
            return connection.execute(rested.select_from(documents)).scalar_one()
