"""What became of the messages about one document, found by its correlation id."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import outbox
from agent.domain.document import CorrelationId
from agent.domain.message import Sending


def sendings_about(engine: Engine, correlation_id: CorrelationId) -> Sequence[Sending]:
    """Give them in the order in which they were written, each recipient's copy by itself.

    Raises:
        LedgerUnavailable.
    """
    its_own = select(outbox).where(outbox.c.correlation_id == correlation_id).order_by(outbox.c.parcel_id)
    with reading(engine) as connection:
        return [
            Sending(
                kind=rows.MESSAGE.validate_json(row.message).kind,
                epoch=row.epoch,
                recipient=row.recipient,
                due_at=row.due_at,
                attempts=row.attempts,
                sent_at=row.sent_at,
                receipt=row.receipt,
                given_up_at=row.dead_at,
                trouble=row.error,
            )
            for row in connection.execute(its_own)
        ]
