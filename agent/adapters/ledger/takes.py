"""Who holds a document, where several hosts share the ledger. Each function works inside its caller's transaction.

A run takes a document before it works on it, and gives it back when that rests or waits again, or when it can't go on
now. What a run holds that stands no more is left to whoever takes it next. The number of takes goes up with each: it
stands in the names that the file has under way, so that who was fenced off in the middle of a step finds nothing under
the name that it knows.
"""

from sqlalchemy import Connection, update

from agent.adapters.ledger import changes, rows
from agent.adapters.ledger.engine import run_of
from agent.adapters.ledger.hosts import standing_among
from agent.adapters.ledger.schema import documents
from agent.domain.document import DocumentId
from agent.domain.life import Document
from agent.domain.outcome import IN_WORK, Event, State

_BEFORE_REST = IN_WORK | {State.CLAIMING}


def take(connection: Connection, document_id: DocumentId) -> Document | None:
    """Hold a document from now on; None where somebody else does who stands, or where there is nothing to do.

    What a run was reading that stands no more is not taken: `interrupt` comes first, which counts that attempt.
    """
    before, own = rows.load(connection, document_id), run_of(connection)
    if before is None or before.state not in _BEFORE_REST:
        return None
    if before.run in {None, own}:
        return _hold(connection, before)
    if before.state is State.READING or standing_among(connection, before.run):
        return None
    return _hold(connection, before)


def take_over_claim(connection: Connection, begun: Document) -> Document:
    """Hold a claim that was begun before; gives it as it is where another run that stands is at it."""
    return begun if standing_among(connection, begun.run) else _hold(connection, begun)


def held(connection: Connection, before: Document) -> dict[str, object]:
    """The columns by which a change of state takes a document, unless its run holds it already."""
    own = run_of(connection)
    return {} if before.run == own else {"run": own, "take": before.take + 1}


def interrupt(connection: Connection, document_id: DocumentId) -> bool:
    """Give back what nobody who stands is reading any more; the attempt counts. False where it isn't so, or no more."""
    before = changes.require(connection, document_id)
    if before.state is not State.READING or standing_among(connection, before.run):
        return False
    changes.advance(connection, before, Event.INTERRUPTED, run=None)
    return True


def release(connection: Connection, document: Document) -> None:
    """Let go of a document that our run holds by just this take; one that was taken again since stays held."""
    connection.execute(
        update(documents)
        .where(
            documents.c.document_id == document.document_id,
            documents.c.run == run_of(connection),
            documents.c.take == document.take,
        )
        .values(run=None)
    )


def _hold(connection: Connection, before: Document) -> Document:
    """Take it, also where our run holds it already: who takes twice is at it twice."""
    own = run_of(connection)
    if own is None:
        return before
    taken = (
        update(documents)
        .where(documents.c.document_id == before.document_id)
        .values(run=own, take=before.take + 1)
        .returning(documents)
    )
    return rows.document_of(connection.execute(taken).one())
