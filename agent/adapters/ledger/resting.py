"""How many documents rest in each state, counted as they come and go: those who ask count no rows of a million.

What is under way, in review or missing is little, and is counted when it is asked for. Each function works inside its
caller's transaction.
"""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from agent.adapters.ledger.schema import documents
from agent.adapters.ledger.tallies import count, tallies
from agent.domain.life import Document
from agent.domain.outcome import Failed, FailureReason, Outcome, State

RESTING = "resting"
_COUNTED = frozenset({State.ARCHIVED, State.FAILED, State.DUPLICATE, State.WITHDRAWN, State.FORGOTTEN})
_CHOSEN = {f"{State.FAILED}:{reason}": reason for reason in (FailureReason.REJECTED, FailureReason.SPLIT)}
_TALLIES = select(tallies.c.label, tallies.c.count).where(tallies.c.kind == RESTING, tallies.c.count > 0)
_FEW = (
    select(documents.c.state, func.count())
    .where(documents.c.state.in_(sorted(frozenset(State) - _COUNTED)))
    .group_by(documents.c.state)
)


def count_change(connection: Connection, before: Document | None, after: Document) -> None:
    """Count that a document has left a state, and come into another.

    Args:
        before: None of one that was not there.
    """
    left = None if before is None else label_of(before.state, before.outcome)
    reached = label_of(after.state, after.outcome)
    if left == reached:
        return
    for label, more in sorted((one, more) for one, more in ((left, -1), (reached, 1)) if one is not None):
        count(connection, RESTING, label, more)


def counts(connection: Connection) -> Mapping[State, int]:
    """How many documents are in each state that there is one in."""
    found = Counter[State]({State(state): number for state, number in connection.execute(_FEW)})
    for label, number in connection.execute(_TALLIES):
        found[State(label.partition(":")[0])] += number
    return found


def chosen_failures(connection: Connection) -> Mapping[FailureReason, int]:
    """How many documents lie in `failed/` because a human wanted it, for each reason that there is."""
    found = connection.execute(_TALLIES.where(tallies.c.label.in_(_CHOSEN)))
    return {_CHOSEN[label]: number for label, number in found}


def label_of(state: State, outcome: Outcome | None) -> str | None:
    """Under what a document is counted: its state, and why it failed; None where it is not."""
    if state not in _COUNTED:
        return None
    return f"{state}:{outcome.reason}" if isinstance(outcome, Failed) else state
