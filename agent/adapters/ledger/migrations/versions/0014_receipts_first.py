"""Find a message by its receipt: with the recipient first, SQLite looks through all of a chat for other statements."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_outbox_receipt", table_name="outbox")
    op.create_index("ix_outbox_receipt", "outbox", ["receipt", "recipient"], unique=False)
