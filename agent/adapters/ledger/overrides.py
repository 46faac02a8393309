"""Filings by rule, and those that people took back."""

import datetime

from sqlalchemy import Engine, exists, func, select

from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import settled
from agent.domain.document import DocumentId
from agent.domain.outcome import Event, State
from agent.domain.overrides import Overrides

_BY_RULE = "rule"
_LATER = settled.alias("later")
_IS_TAKEN_BACK = exists().where(
    _LATER.c.document_id == settled.c.document_id,
    _LATER.c.epoch > settled.c.epoch,
    _LATER.c.event.in_([Event.UNDONE, Event.REFILED]),
)


class SqlOverrides:
    """What became of filings that nobody was asked about."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def since(self, moment: datetime.datetime) -> Overrides:
        """Look at all that the rules filed since then.

        Raises:
            LedgerUnavailable: the database can't be used.
        """
        by_rule = (
            settled.c.state == State.ARCHIVED,
            settled.c.settled_by == _BY_RULE,
            settled.c.settled_at >= moment,
        )
        with reading(self._engine) as connection:
            filed = connection.execute(select(func.count()).select_from(settled).where(*by_rule)).scalar_one()
            # Ordered here: to order by number, SQLite would go through all documents instead of the last month's.
            wanted = select(settled.c.document_id).where(*by_rule, _IS_TAKEN_BACK)
            taken_back = sorted({*connection.execute(wanted).scalars()}, reverse=True)
        return Overrides(filed=filed, taken_back=tuple(DocumentId(it) for it in taken_back))
