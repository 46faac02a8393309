"""What health asks of the ledger: whether it can be written, and how old is what stands in it."""

import datetime
from contextlib import suppress

from sqlalchemy import Engine, func, select, update

from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.schema import documents, homes
from agent.domain.outcome import IN_WORK


class SqlPulse:
    """Asks at once; each answer is one statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def try_writing(self) -> None:
        """Write, and take it back.

        Raises:
            LedgerUnavailable: nothing can be written now.
        """
        with suppress(_TakenBackError), writing(self._engine) as connection:
            connection.execute(update(homes).values(home_id=homes.c.home_id))
            raise _TakenBackError

    def newest(self) -> datetime.datetime | None:
        """The latest moment that a document's row tells of; None while there is none."""
        columns = (documents.c.seen_at, documents.c.claimed_at, documents.c.settled_at, documents.c.rested_at)
        with reading(self._engine) as connection:
            found = connection.execute(select(*(func.max(column) for column in columns))).one()
        return max((moment for moment in found if moment is not None), default=None)

    def oldest_in_work(self) -> datetime.datetime | None:
        """Since when the document waits that has waited longest to be filed or asked about; None where none does."""
        wanted = select(func.min(documents.c.claimed_at)).where(documents.c.state.in_(sorted(IN_WORK)))
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(wanted).scalar()
            return moment

    def last_settled(self) -> datetime.datetime | None:
        """When a document was last decided; None before the first."""
        with reading(self._engine) as connection:
            moment: datetime.datetime | None = connection.execute(
                select(func.max(documents.c.settled_at))
            ).scalar()
            return moment


class _TakenBackError(Exception):
    """Ends a transaction that is not meant to stay."""
