"""What the ledger's transactions are made of. Each function works inside its caller's transaction.

The statements of a document's ordinary life are built once: building them takes longer than carrying them out.
"""

import datetime
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select, update

from agent import errors
from agent.adapters.ledger import jobs, rows
from agent.adapters.ledger.resting import count_change
from agent.adapters.ledger.rows import load
from agent.adapters.ledger.schema import documents, outbox, reviews, steps
from agent.adapters.ledger.tallies import count_rest, count_step
from agent.domain.document import DocumentId, Sha256
from agent.domain.life import Document, Step
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Event, Failed, InReview, Refused, State, next_state, no_document


def require(connection: Connection, document_id: DocumentId) -> Document:
    found = load(connection, document_id)
    if found is None:
        raise errors.RequestRefused(no_document(document_id), hint="Type: dossierd status")
    return found


_ADVANCE = update(documents).where(documents.c.document_id == bindparam("wanted")).returning(documents)
_HOLDER = select(documents.c.document_id).where(
    documents.c.content_key == bindparam("sha256"), documents.c.document_id != bindparam("wanted")
)
_STEP, _MESSAGE = insert(steps), insert(outbox)
_TAKEN_BACK, _MOMENT = outbox.alias("taken_back"), bindparam("moment", type_=outbox.c.due_at.type)
_PUT_OFF = (
    select(func.max(_TAKEN_BACK.c.due_at))
    .where(
        _TAKEN_BACK.c.card == outbox.c.card,
        _TAKEN_BACK.c.recipient == outbox.c.recipient,
        _TAKEN_BACK.c.told_by == outbox.c.card,
        _TAKEN_BACK.c.due_at > _MOMENT,
    )
    .scalar_subquery()
)
_FALL_DUE = (
    update(outbox)
    .where(
        outbox.c.document_id == bindparam("wanted"),
        outbox.c.epoch == bindparam("of_epoch"),
        outbox.c.due_at.is_(None),
    )
    .values(due_at=func.coalesce(_PUT_OFF, _MOMENT))
)


def advance(connection: Connection, before: Document, event: Event, **values: object) -> Document:
    """Change a state by the domain's table.

    Args:
        before: the document as this same transaction has read it.
    """
    state = following(before, event)
    changed = connection.execute(_ADVANCE, {"wanted": before.document_id, "state": state, **values})
    after = rows.document_of(changed.one())
    count_change(connection, before, after)
    jobs.ask(connection, after.document_id, event)
    return after


def following(document: Document, event: Event) -> State:
    """The state that an event leads to.

    Raises:
        RequestRefused: the state doesn't allow it.
    """
    settled = State(document.outcome.state) if document.outcome else None
    state = next_state(document.state, event, settled)
    if isinstance(state, Refused):
        raise errors.RequestRefused(state.phrase)
    return state


def holder_of(connection: Connection, sha256: Sha256 | None, document_id: DocumentId) -> DocumentId | None:
    """The other document that holds these bytes, if one does."""
    if sha256 is None:
        return None
    holder = connection.execute(_HOLDER, {"sha256": sha256, "wanted": document_id}).scalar()
    return None if holder is None else DocumentId(holder)


def begin_again(
    connection: Connection, document_id: DocumentId, event: Event, now: datetime.datetime
) -> Document:
    """Take a document back to `claimed`, in its next epoch."""
    before = require(connection, document_id)
    return advance(
        connection,
        before,
        event,
        epoch=before.epoch + 1,
        attempts=0,
        claimed_at=now,
        **rows.NO_OUTCOME,
    )


def close_review(
    connection: Connection, document_id: DocumentId, actor: str, answer: str, now: datetime.datetime
) -> None:
    connection.execute(
        update(reviews)
        .where(reviews.c.document_id == document_id, reviews.c.answered_at.is_(None))
        .values(answered_at=now, answered_by=actor, answer=answer)
    )


def lay_to_rest(
    connection: Connection, document_id: DocumentId, steps: Sequence[Step], now: datetime.datetime
) -> Document:
    """Write that a move is done, with what it took."""
    before = require(connection, document_id)
    done = advance(
        connection,
        before,
        Event.MOVED,
        location=before.target,
        target=None,
        rested_at=now,
        attempts=0,
        run=None,
    )
    keep_steps(connection, done, steps)
    count_rest(connection, done)
    let_fall_due(connection, done, now)
    return done


def let_fall_due(connection: Connection, done: Document, now: datetime.datetime) -> None:
    """Let the messages of an outcome be sent: its move is done. What was put off stays so in what took its place."""
    connection.execute(_FALL_DUE, {"wanted": done.document_id, "of_epoch": done.epoch, "moment": now})


def forget_untold(connection: Connection, document: Document) -> None:
    """Drop the messages of an outcome that never came to be."""
    connection.execute(
        outbox.delete().where(
            outbox.c.document_id == document.document_id,
            outbox.c.epoch == document.epoch,
            outbox.c.due_at.is_(None),
        )
    )


def open_review(connection: Connection, settled: Document, now: datetime.datetime) -> None:
    if isinstance(settled.outcome, InReview):
        connection.execute(
            insert(reviews).values(
                document_id=settled.document_id,
                epoch=settled.epoch,
                decision=rows.DECISION.dump_json(settled.outcome.decision).decode(),
                opened_at=now,
            )
        )


def keep_steps(connection: Connection, settled: Document, taken: Sequence[Step]) -> None:
    for step in taken:
        count_step(connection, step)
        connection.execute(
            _STEP,
            {
                "document_id": settled.document_id,
                "epoch": settled.epoch,
                "name": step.name,
                "started_at": step.started_at,
                "duration_ms": step.duration_ms,
            },
        )


def card_of(
    connection: Connection, before: Document, settled: Document, messages: Sequence[tuple[str, Message]]
) -> str | None:
    """Whose place the messages of an outcome take: those of the filing that it changes, if it changes one.

    A filing begins a card of its own, so that it can be changed in place. A question is asked anew. What fails again in
    the same way says so where it was told.
    """
    if any(message.kind is MessageKind.QUESTION for _, message in messages):
        return None
    if before.state is State.ARCHIVED:
        told = select(outbox.c.card).where(
            outbox.c.document_id == before.document_id, outbox.c.epoch == before.epoch
        )
        card: str | None = connection.execute(told.limit(1)).scalar()
        if card is not None:
            return card
    match settled.outcome:
        case Archived():
            return f"document:{settled.document_id}:{settled.epoch}"
        case Failed(reason=reason, decided_by="rule"):
            return f"failed:{settled.document_id}:{reason}"
        case _:
            return None


def supersede(
    connection: Connection, card: str | None, recipient: str, now: datetime.datetime
) -> datetime.datetime:
    """Take back what waits to be shown first on a card; gives when what takes its place may be sent.

    A question that was decided before anybody saw it names nobody in a chat any more.
    """
    if card is None:
        return now
    shown = (outbox.c.card == card) & (outbox.c.recipient == recipient)
    if connection.execute(
        select(outbox.c.parcel_id).where(shown, outbox.c.sent_at.is_not(None)).limit(1)
    ).scalar():
        return now
    waits = shown & outbox.c.dead_at.is_(None) & outbox.c.due_at.is_not(None)
    put_off: datetime.datetime | None = connection.execute(
        select(func.max(outbox.c.due_at)).where(waits)
    ).scalar()
    # With its teller, so that nobody takes it for a message that the channel has refused.
    connection.execute(update(outbox).where(waits).values(dead_at=now, error="superseded", told_by=card))
    if put_off is None or put_off <= now:
        return now
    _hold_up(connection, recipient, put_off)
    return put_off


def _hold_up(connection: Connection, recipient: str, until: datetime.datetime) -> None:
    """Put off the recipient's first message that waits, and with it all behind it: the channel asked for patience."""
    first = (
        select(func.min(outbox.c.parcel_id))
        .where(
            outbox.c.recipient == recipient,
            outbox.c.sent_at.is_(None),
            outbox.c.dead_at.is_(None),
            outbox.c.due_at.is_not(None),
        )
        .scalar_subquery()
    )
    connection.execute(
        update(outbox).where(outbox.c.parcel_id == first, outbox.c.due_at < until).values(due_at=until)
    )


def keep_messages(
    connection: Connection,
    settled: Document,
    messages: Sequence[tuple[str, Message]],
    now: datetime.datetime,
    due_at: datetime.datetime | None = None,
    card: str | None = None,
) -> None:
    """Write what is to be told; without a moment it becomes due when the move is done.

    Args:
        card: whose place it takes, where a question about the document stands in the chats; it is told to each who
            was shown that.
    """
    told, shown = dict(messages), set[str]()
    if card is not None and told:
        rows_of_card = select(outbox.c.recipient).where(outbox.c.card == card).distinct()
        shown = set(connection.execute(rows_of_card).scalars())
        anyones = next(iter(told.values()))
        told |= {one: anyones for one in sorted(shown) if one not in told}
    for recipient, message in told.items():
        if recipient in shown:
            supersede(connection, card, recipient, now)
        connection.execute(
            _MESSAGE,
            {
                "document_id": settled.document_id,
                "correlation_id": settled.correlation_id,
                "epoch": settled.epoch,
                "recipient": recipient,
                "message": rows.MESSAGE.dump_json(message).decode(),
                "attempts": 0,
                "due_at": due_at,
                "card": card,
            },
        )
