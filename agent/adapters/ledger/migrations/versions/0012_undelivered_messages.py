"""Messages that were given up, and why; and the message that a receipt is of, found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("blame", sa.String(length=16), nullable=True))
    op.add_column("outbox", sa.Column("lone_failures", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("lone_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outbox_receipt", "outbox", ["recipient", "receipt"], unique=False)
