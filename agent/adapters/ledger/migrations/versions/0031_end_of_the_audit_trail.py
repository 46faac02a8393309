"""How far the audit trail reached when a document was last settled or came to rest."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "trail_end",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("audit_entry", sa.BigInteger(), nullable=False),
        sa.Column("audit_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_trail_end")),
    )
    op.bulk_insert(made, [{"row": 1, "audit_entry": 0, "audit_hash": "0" * 64}])
