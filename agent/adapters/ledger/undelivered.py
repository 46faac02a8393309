"""Messages that did not get through, and the recipients who take none."""

import datetime
from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, bindparam, func, or_, select

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import outbox, waits
from agent.domain.message import Blame, Failing, GivenUp

_NAMED = 20
"""How many of the messages that were given up are looked into; the others are counted."""

_IS_ENDED = or_(outbox.c.sent_at.is_not(None), outbox.c.dead_at.is_not(None))
"""As `ix_outbox_ended` has it: so the last of one recipient are found among a million of others."""
_LAST = (
    select(outbox.c.dead_at, outbox.c.error)
    .where(
        outbox.c.recipient == bindparam("wanted"),
        outbox.c.told_by.is_(None),
        _IS_ENDED,
        func.coalesce(outbox.c.blame, Blame.RECIPIENT) == Blame.RECIPIENT,
    )
    .order_by(outbox.c.parcel_id.desc())
    .limit(1)
    .subquery()
)
_LAST_REFUSAL = select(_LAST.c.error).where(_LAST.c.dead_at.is_not(None))
_LAST_RECEIPT = (
    select(outbox.c.receipt)
    .where(outbox.c.recipient == bindparam("wanted"), outbox.c.receipt.is_not(None), _IS_ENDED)
    .order_by(outbox.c.parcel_id.desc())
    .limit(1)
)


class SqlUndelivered:
    """What the outbox tells of those who are not told.

    Each method raises `LedgerUnavailable` when the database can't be used.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def refusing(self, recipients: Sequence[str]) -> Mapping[str, str | None]:
        """Of each who takes nothing, why the last message was refused; None for whom it reached, and who had none yet.

        A message that was refused for its own sake says nothing of its recipient.
        """
        with reading(self._engine) as connection:
            return {
                recipient: connection.execute(_LAST_REFUSAL, {"wanted": recipient}).scalar()
                for recipient in recipients
            }

    def moved(self, recipients: Sequence[str]) -> frozenset[str]:
        """The groups whose last message stands in the group that they have become, as its receipt says."""
        with reading(self._engine) as connection:
            receipts = {
                recipient: connection.execute(_LAST_RECEIPT, {"wanted": recipient}).scalar()
                for recipient in recipients
            }
        return frozenset(recipient for recipient, receipt in receipts.items() if "@" in (receipt or ""))

    def failing(self, recipients: Sequence[str], tries: int) -> Mapping[str, Failing]:
        """Those for whom a message waits that was tried so often in vain, with how it stands."""
        waiting = waits(outbox) & outbox.c.due_at.is_not(None) & outbox.c.recipient.in_(recipients)
        with reading(self._engine) as connection:
            found = connection.execute(
                select(
                    outbox.c.recipient,
                    func.count().label("messages"),
                    func.max(outbox.c.attempts).label("tries"),
                )
                .where(waiting)
                .group_by(outbox.c.recipient)
                .having(func.max(outbox.c.attempts) >= tries)
            )
            return {
                row.recipient: Failing(
                    messages=row.messages,
                    tries=row.tries,
                    sentence=connection.execute(
                        select(outbox.c.error)
                        .where(waiting, outbox.c.recipient == row.recipient, outbox.c.attempts == row.tries)
                        .limit(1)
                    ).scalar_one(),
                )
                for row in found.all()
            }

    def failing_alone(
        self, recipients: Sequence[str], since: datetime.datetime
    ) -> Mapping[str, Sequence[str]]:
        """Of each for whom a message fails by itself since then or longer, what such messages are about."""
        alone = waits(outbox) & outbox.c.recipient.in_(recipients) & (outbox.c.lone_since <= since)
        with reading(self._engine) as connection:
            found = connection.execute(
                select(outbox.c.recipient, outbox.c.message).where(alone).order_by(outbox.c.parcel_id)
            ).all()
        told: dict[str, list[str]] = {}
        for row in found:
            reference = rows.MESSAGE.validate_json(row.message).reference
            told.setdefault(row.recipient, []).extend([reference] if reference else [])
        return told

    def given_up(self, recipients: Sequence[str], since: datetime.datetime) -> GivenUp:
        """What was given up since then."""
        gone = (
            outbox.c.recipient.in_(recipients)
            & outbox.c.told_by.is_(None)
            & outbox.c.blame.is_not(None)
            & (outbox.c.dead_at >= since)
        )
        with reading(self._engine) as connection:
            count = connection.execute(select(func.count()).select_from(outbox).where(gone)).scalar_one()
            newest = connection.execute(
                select(outbox.c.message).where(gone).order_by(outbox.c.parcel_id.desc()).limit(_NAMED)
            ).scalars()
            told = [rows.MESSAGE.validate_json(message) for message in newest]
        references = dict.fromkeys(message.reference for message in told if message.reference is not None)
        return GivenUp(messages=count, references=tuple(references))
