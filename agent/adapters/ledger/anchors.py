"""Places of the audit trail, noted in the ledger: what stands there, and all before it, can't be changed unseen.

Each host that has a name has a trail of its own; a host alone has none. A row of `anchors` is never overwritten: of a
trail that was taken away and begun anew, the old places stay, and show it. `trail_end` has one row for each trail,
which the transactions of documents' lives move on (`note_end`), so that a death hides no cut. What stands there when a
process writes for the first time becomes a place for good: lines may be gone since.
"""

import datetime
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    String,
    Table,
    bindparam,
    func,
    select,
    update,
)

from agent.adapters.ledger.engine import host_of, reading, writing
from agent.adapters.ledger.once import add_once
from agent.adapters.ledger.resting import counts
from agent.adapters.ledger.schema import UtcDateTime, metadata
from agent.domain.anchor import Anchor
from agent.domain.outcome import IN_WORK, State

_UNDER_WAY = IN_WORK | {State.CLAIMING}
_NOTHING = "0" * 64
"""The hash before a trail's first entry."""

anchors = Table(
    "anchors",
    metadata,
    Column("host", String(64), primary_key=True, server_default=""),
    Column("audit_entry", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_hash", String(64), nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
)


trail_end = Table(
    "trail_end",
    metadata,
    Column("host", String(64), primary_key=True, server_default=""),
    Column("audit_entry", BigInteger, nullable=False),  # 0 before the first
    Column("audit_hash", String(64), nullable=False),
)

_HOST = bindparam("of_host", type_=anchors.c.host.type)
_FURTHER = (
    update(trail_end)
    .where(trail_end.c.host == _HOST, trail_end.c.audit_entry < bindparam("entry"))
    .values(audit_entry=bindparam("entry"), audit_hash=bindparam("hash"))
)
_LEFT = select(
    trail_end.c.host,
    trail_end.c.audit_entry,
    trail_end.c.audit_hash,
    bindparam("now", type_=anchors.c.noted_at.type),
).where(
    trail_end.c.host == _HOST,
    trail_end.c.audit_entry
    > select(func.coalesce(func.max(anchors.c.audit_entry), 0))
    .where(anchors.c.host == _HOST)
    .scalar_subquery(),
)
_KEEP = anchors.insert().from_select(["host", "audit_entry", "audit_hash", "noted_at"], _LEFT)


def note_end(connection: Connection, end: Anchor) -> None:
    """Note in the caller's transaction how far the trail reaches on disk; it never goes back."""
    connection.execute(_FURTHER, {"of_host": host_of(connection), "entry": end.entry, "hash": end.hash})


def keep_end(connection: Connection, now: datetime.datetime) -> None:
    """Make what an earlier process noted last a place for good, unless a later place is.

    A host that writes for the first time ever has its row from here on.
    """
    host = host_of(connection)
    if host:
        add_once(connection, trail_end, {"host": host, "audit_entry": 0, "audit_hash": _NOTHING})
    connection.execute(_KEEP, {"of_host": host, "now": now})


class SqlAnchors:
    """Notes places of the trail of the engine's host, and gives them.

    Raises (all methods): LedgerUnavailable.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_first = True

    def note(self, anchor: Anchor, now: datetime.datetime) -> None:
        """Note a place; of an entry that was noted before, the first word stays."""
        host = host_of(self._engine)
        row = {"host": host, "audit_entry": anchor.entry, "audit_hash": anchor.hash, "noted_at": now}
        with writing(self._engine) as connection:
            if self._is_first:
                keep_end(connection, now)
            add_once(connection, anchors, row)
        self._is_first = False

    def all(self) -> Sequence[Anchor]:
        """Every place, in the order of the trail; the end that documents noted is the last of them, or near it."""
        host = host_of(self._engine)
        places = select(anchors.c.audit_entry, anchors.c.audit_hash).where(anchors.c.host == host)
        end = select(trail_end.c.audit_entry, trail_end.c.audit_hash).where(
            trail_end.c.host == host, trail_end.c.audit_entry > 0
        )
        with reading(self._engine) as connection:
            found = connection.execute(places.union(end).order_by("audit_entry"))
            return [Anchor(entry=row.audit_entry, hash=row.audit_hash) for row in found]

    def documents_at_rest(self) -> int:
        """How many documents came to rest: each left a line in the trail, or more."""
        with reading(self._engine) as connection:
            return sum(number for state, number in counts(connection).items() if state not in _UNDER_WAY)
