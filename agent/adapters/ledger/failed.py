"""What failed in a span of time, whatever has become of it since."""

import datetime
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from sqlalchemy import Engine, select

from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import documents, settled
from agent.domain.outcome import FailureReason, State

_ROWS = select(settled.c.reason, settled.c.settled_at, documents.c.seen_name).join(
    documents, documents.c.document_id == settled.c.document_id
)


class SqlFailed:
    """Counts outcomes; those that a human chose are no failures."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(
        self, since: datetime.datetime, timezone: datetime.tzinfo
    ) -> Mapping[tuple[FailureReason, str, datetime.date], int]:
        """Count by reason, folder below `incoming/` (empty for itself) and day at the office.

        Raises:
            LedgerUnavailable.
        """
        wanted = _ROWS.where(
            settled.c.state == State.FAILED, settled.c.settled_by == "rule", settled.c.settled_at >= since
        )
        with reading(self._engine) as connection:
            return Counter(
                (
                    FailureReason(row.reason),
                    _folder(row.seen_name),
                    row.settled_at.astimezone(timezone).date(),
                )
                for row in connection.execute(wanted)
                if row.reason is not None
            )


def _folder(seen_name: bytes) -> str:
    folder = str(PurePosixPath(os.fsdecode(seen_name)).parent)
    return "" if folder == "." else folder
