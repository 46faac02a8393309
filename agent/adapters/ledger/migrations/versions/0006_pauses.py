"""Pauses of the intake; a request may be about no document."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("requests") as batch:
        batch.alter_column("document_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_table(
        "pauses",
        sa.Column("pause_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("begun_by", sa.String(length=128), nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("pause_id", name=op.f("pk_pauses")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pauses_ended_at"), "pauses", ["ended_at"])
