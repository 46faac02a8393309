"""Measures hour by hour."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "windows",
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("is_high", sa.Boolean(), nullable=False),
        sa.Column("is_alarm", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "begun_at", name=op.f("pk_windows")),
    )
