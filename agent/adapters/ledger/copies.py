"""Messages whose sending was not confirmed, and which stand in a chat all the same: they are learned of by a press."""

import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from agent.adapters.ledger.schema import outbox, waits


def learn(connection: Connection, card: str, recipient: str, receipt: str, now: datetime.datetime) -> None:
    """Write that a message shows a card, and have it show what the card says by now; in the caller's transaction.

    A message that is known, whatever it shows, teaches nothing. If none of the card was known, it is the one that
    was written first: it would be said a second time. Else what the card says is written once more, also where that
    waits: it may be on its way to the copies that were known before.
    """
    its_own = and_(outbox.c.recipient == recipient, outbox.c.receipt == receipt)
    if connection.execute(select(outbox.c.parcel_id).where(its_own).limit(1)).scalar() is not None:
        return
    shown = and_(outbox.c.card == card, outbox.c.recipient == recipient)
    is_sent = outbox.c.sent_at.is_not(None)
    if connection.execute(select(outbox.c.parcel_id).where(shown, is_sent).limit(1)).scalar() is None:
        _confirm_first(connection, shown, receipt, now)
        return
    newest = connection.execute(
        select(outbox.c.message, outbox.c.correlation_id, outbox.c.due_at)
        .where(shown, or_(is_sent, waits(outbox)))
        .order_by(outbox.c.parcel_id.desc())
        .limit(1)
    ).one()
    copy = {
        "card": card,
        "epoch": 0,
        "recipient": recipient,
        "message": newest.message,
        "correlation_id": newest.correlation_id,
        "attempts": 0,
        "due_at": now,
    }
    connection.execute(insert(outbox).values(copy | {"sent_at": now, "receipt": receipt}))
    if newest.due_at is not None:  # else it goes to every copy as soon as its document has been moved
        connection.execute(insert(outbox).values(copy))


def _confirm_first(
    connection: Connection, shown: ColumnElement[bool], receipt: str, now: datetime.datetime
) -> None:
    """Mark what was written first as sent, also if it was given up or taken back: somebody sees it."""
    first = connection.execute(
        select(outbox.c.parcel_id).where(shown).order_by(outbox.c.parcel_id).limit(1)
    ).scalar()
    known = {"sent_at": now, "receipt": receipt}
    connection.execute(
        update(outbox)
        .where(outbox.c.parcel_id == first)
        .values(**known, dead_at=None, error=None, blame=None, told_by=None)
    )
