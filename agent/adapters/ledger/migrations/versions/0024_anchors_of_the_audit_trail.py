"""The audit trail's last line, as each digest told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digests", sa.Column("audit_entry", sa.BigInteger(), nullable=True))
    op.add_column("digests", sa.Column("audit_hash", sa.String(length=64), nullable=True))
