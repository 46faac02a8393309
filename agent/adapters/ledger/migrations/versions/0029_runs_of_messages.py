"""Messages keep the correlation id of the document that they are about, and a document is found by its own."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0032"
branch_labels = None
depends_on = None

_OF_ROWS = """
UPDATE outbox SET correlation_id = (
    SELECT documents.correlation_id FROM documents WHERE documents.document_id = outbox.document_id
) WHERE outbox.document_id IS NOT NULL
"""
_OF_CARDS = """
UPDATE outbox SET correlation_id = (
    SELECT documents.correlation_id FROM documents
    JOIN questions ON questions.document_id = documents.document_id
    WHERE questions.question_id = CAST(substr(outbox.card, 10) AS INTEGER)
) WHERE outbox.document_id IS NULL AND (outbox.card LIKE 'question:%' OR outbox.card LIKE 'reminder:%')
"""
"""Both words and the colon are nine letters, and what follows is the question's number."""


def upgrade() -> None:
    op.add_column("outbox", sa.Column("correlation_id", sa.String(length=36)))
    op.execute(_OF_ROWS)
    op.execute(_OF_CARDS)
    op.create_index("ix_outbox_correlation_id", "outbox", ["correlation_id"])
    op.create_index("ix_documents_correlation_id", "documents", ["correlation_id"])
