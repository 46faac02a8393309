"""A document's row as other programs take it: one flat line, in a table's cells or as JSON. Pure."""

import datetime
from collections.abc import Mapping

from agent.core.stories import reason_of
from agent.domain.life import Document
from agent.domain.outcome import Archived, Duplicate, Failed

COLUMNS = (
    "document", "state", "record_id", "reason", "decided_by", "kind", "duplicate_of", "original_name", "location",
    "size_bytes", "sha256", "seen_at", "claimed_at", "settled_at", "rested_at", "epoch", "correlation_id",
)  # fmt: skip
"""In this order, for ever: new ones are added behind."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet computes what begins like this, and a file's name is anybody's.

Source: https://owasp.org/www-community/attacks/CSV_Injection, with the full-width forms that East Asian editions take.
"""


def line_of(document: Document) -> Mapping[str, str | int | None]:
    """The document by `COLUMNS`; moments in UTC as ISO 8601."""
    outcome = document.outcome
    values = (
        document.reference,
        document.state.value,
        outcome.record_id if isinstance(outcome, Archived) else None,
        None if outcome is None else str(reason_of(outcome)),
        outcome.decided_by if isinstance(outcome, Archived | Failed) else None,
        outcome.document_kind if isinstance(outcome, Archived) else None,
        f"D-{outcome.original}" if isinstance(outcome, Duplicate) else None,
        document.original_name,
        document.location,
        document.size,
        document.sha256,
        _moment(document.seen_at),
        _moment(document.claimed_at),
        _moment(document.settled_at),
        _moment(document.rested_at),
        document.epoch,
        document.correlation_id,
    )
    return dict(zip(COLUMNS, values, strict=True))


def cell(value: str | int | None) -> str:
    """Write a value so that a spreadsheet shows it: an apostrophe goes before what it would obey."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _moment(value: datetime.datetime | None) -> str | None:
    return None if value is None else value.astimezone(datetime.UTC).isoformat(timespec="seconds")
