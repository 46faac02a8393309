"""What lies in `failed/`, and what failed in a span of time, whatever has become of it since."""

import datetime
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from sqlalchemy import Engine, func, select

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import documents, settled
from agent.domain.life import Document
from agent.domain.outcome import Failed, FailureReason, State

_ROWS = select(settled.c.reason, settled.c.settled_at, documents.c.seen_name).join(
    documents, documents.c.document_id == settled.c.document_id
)


_STANDING = documents.c.state == State.FAILED


class SqlFailed:
    """Finds what lies in `failed/` now, and counts what failed; what a human chose counts as no failure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standing(self, limit: int) -> Mapping[FailureReason, tuple[int, Sequence[Document]]]:
        """Give how many lie there of each cause, and the newest of them; one pass, however many there are.

        Args:
            limit: documents of each cause.

        Raises:
            LedgerUnavailable.
        """
        reason, number = documents.c.reason, documents.c.document_id
        place = func.row_number().over(partition_by=reason, order_by=number.desc())
        count = func.count().over(partition_by=reason)
        ranked = select(number, place.label("place"), count.label("of_reason")).where(_STANDING).subquery()
        newest = (
            select(documents, ranked.c.of_reason)
            .join(ranked, ranked.c.document_id == number)
            .where(ranked.c.place <= limit)
            .order_by(number.desc())
        )
        counts: dict[FailureReason, dict[str, int]] = defaultdict(dict)
        found: dict[FailureReason, list[Document]] = defaultdict(list)
        with reading(self._engine) as connection:
            for row in connection.execute(newest):
                document = rows.document_of(row)
                assert isinstance(document.outcome, Failed)
                cause = document.outcome.reason  # the column may say it as an older version did
                counts[cause][row.reason] = row.of_reason
                found[cause].append(document)
        return {cause: (sum(counts[cause].values()), found[cause]) for cause in sorted(found)}

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
