"""Notices: messages about the house, in the outbox like all messages. Stored texts are a line of JSON a page.

Texts in the form of before are dropped: they save a second reading of documents under way, and hold nothing else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column(
            "document_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        )
        batch.add_column(sa.Column("topic", sa.String(length=32), nullable=True))
    op.execute("DELETE FROM texts")
