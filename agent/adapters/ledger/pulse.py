"""What health asks of the ledger: whether it can be written, and how old is what stands in it."""

import datetime

from sqlalchemy import Engine, desc, func, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import documents, homes, settled
from agent.domain.outcome import IN_WORK

_LAST_SETTLED = select(func.max(settled.c.settled_at))
_NEWEST = (
    select(documents.c.seen_at, documents.c.claimed_at, documents.c.settled_at, documents.c.rested_at)
    .order_by(desc(documents.c.document_id))
    .limit(1)
)


class SqlPulse:
    """Asks at once, of a million documents as of ten."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def try_writing(self) -> None:
        """Write what stands there already. A write that were taken back would never reach the disk.

        Raises:
            LedgerUnavailable: nothing can be written now.
        """
        with writing(self._engine) as connection:
            connection.execute(update(homes).values(home_id=homes.c.home_id))

    def newest(self) -> datetime.datetime | None:
        """The latest moment of the newest document, and of what was decided last; None while there is none."""
        with reading(self._engine) as connection:
            newest = connection.execute(_NEWEST).one_or_none() or ()
            moments = (*newest, connection.execute(_LAST_SETTLED).scalar())
        return max((moment for moment in moments if moment is not None), default=None)

    def oldest_in_work(self) -> datetime.datetime | None:
        """Since when the document waits that has waited longest to be filed or asked about; None where none does."""
        wanted = select(func.min(documents.c.claimed_at)).where(documents.c.state.in_(sorted(IN_WORK)))
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(wanted).scalar()
            return moment

    def last_settled(self) -> datetime.datetime | None:
        """When a document was last decided; None before the first."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(_LAST_SETTLED).scalar()
            return moment
