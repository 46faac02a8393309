"""What loops and commands ask for is found without going through all that was ever filed or told."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None

_RESTING = """
INSERT INTO tallies (kind, label, count, milliseconds)
SELECT 'resting',
    CASE WHEN state <> 'failed' THEN state
        WHEN reason = 'not_a_pdf' THEN 'failed:unknown_format'
        ELSE 'failed:' || reason END AS counted,
    count(*), 0
FROM documents WHERE state IN ('archived', 'failed', 'duplicate', 'withdrawn', 'forgotten') GROUP BY counted
"""
_LET_GO = "UPDATE outbox SET is_let_go = true WHERE message LIKE '%(no longer kept)%'"
_IS_ENDED = "sent_at IS NOT NULL OR dead_at IS NOT NULL"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("is_let_go", sa.Boolean()))
    op.execute(_LET_GO)
    op.execute(_RESTING)
    op.create_index("ix_documents_state_rested_at", "documents", ["state", "rested_at"])
    op.create_index("ix_documents_record_id", "documents", ["record_id"])
    op.create_index("ix_requests_action", "requests", ["action", "request_id"])
    _create_partial("ix_reviews_open", "reviews", ["opened_at", "document_id"], "answered_at IS NULL")
    _create_partial("ix_outbox_topic", "outbox", ["topic", "parcel_id"], "topic IS NOT NULL")
    op.drop_index("ix_outbox_told_by", "outbox")
    _create_partial("ix_outbox_told_by", "outbox", ["told_by"], "told_by IS NOT NULL")
    _create_partial("ix_outbox_ended", "outbox", ["recipient", "parcel_id"], _IS_ENDED)
    _create_partial("ix_outbox_given_up", "outbox", ["recipient", "dead_at"], "blame IS NOT NULL")
    _create_partial("ix_outbox_kept", "outbox", ["sent_at"], "is_let_go IS NULL")


def _create_partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
