"""Storms: failures of one cause that are told as one message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("told_by", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_outbox_told_by"), "outbox", ["told_by"])
    op.create_table(
        "storms",
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("told_failures", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("reason", "began_at", name=op.f("pk_storms")),
    )
