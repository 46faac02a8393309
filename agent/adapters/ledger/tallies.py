"""Counts, kept in the transactions that they count: what is asked every few seconds counts no rows.

`outcome` counts how often a document came to rest in a state, `error` why those failed that no human set aside, `step`
how often a step was done, and how long it took in all. These only grow; `resting` (`resting.py`) goes up and down.
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
_MORE = (
    update(tallies)
    .where(tallies.c.kind == bindparam("of_kind"), tallies.c.label == bindparam("of_label"))
    .values(
        count=tallies.c.count + bindparam("more"), milliseconds=tallies.c.milliseconds + bindparam("taken")
    )
)
_FIRST = insert(tallies)


def count_step(connection: Connection, step: Step) -> None:
    count(connection, STEP, step.name, milliseconds=step.duration_ms)


def count_rest(connection: Connection, done: Document) -> None:
    """Count that a document came to rest."""
    assert done.outcome is not None
    count(connection, OUTCOME, done.outcome.state)
    if isinstance(done.outcome, Failed) and done.outcome.decided_by == "rule":
        count(connection, ERROR, done.outcome.reason)


def count(connection: Connection, kind: str, label: str, more: int = 1, milliseconds: int = 0) -> None:
    """Add to a count; a label that was never counted begins with this."""
    counted = connection.execute(
        _MORE, {"of_kind": kind, "of_label": label, "more": more, "taken": milliseconds}
    )
    if not counted.rowcount:
        first = {"kind": kind, "label": label, "count": more, "milliseconds": milliseconds}
        connection.execute(_FIRST, first)
