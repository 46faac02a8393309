"""Counts that only grow, kept in the transactions that they count: what is asked every few seconds counts no rows.

`outcome` counts how often a document came to rest in a state, `error` why those failed that no human set aside, `step`
how often a step was done, and how long it took in all.
"""

from sqlalchemy import BigInteger, Column, Connection, String, Table, bindparam, insert, update

from agent.adapters.ledger.schema import metadata
from agent.domain.life import Document, Step
from agent.domain.outcome import Failed

tallies = Table(
    "tallies",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("label", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
)

OUTCOME, ERROR, STEP = "outcome", "error", "step"
_ONE_MORE = (
    update(tallies)
    .where(tallies.c.kind == bindparam("of_kind"), tallies.c.label == bindparam("of_label"))
    .values(count=tallies.c.count + 1, milliseconds=tallies.c.milliseconds + bindparam("taken"))
)
_FIRST = insert(tallies)


def count_step(connection: Connection, step: Step) -> None:
    _count(connection, STEP, step.name, step.duration_ms)


def count_rest(connection: Connection, done: Document) -> None:
    """Count that a document came to rest."""
    assert done.outcome is not None
    _count(connection, OUTCOME, done.outcome.state)
    if isinstance(done.outcome, Failed) and done.outcome.decided_by == "rule":
        _count(connection, ERROR, done.outcome.reason)


def _count(connection: Connection, kind: str, label: str, milliseconds: int = 0) -> None:
    counted = connection.execute(_ONE_MORE, {"of_kind": kind, "of_label": label, "taken": milliseconds})
    if not counted.rowcount:
        connection.execute(_FIRST, {"kind": kind, "label": label, "count": 1, "milliseconds": milliseconds})
