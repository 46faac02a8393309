"""In which chat something was asked, and since when nobody waits for the reply: a late refusal is told there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("asked_in", sa.String(length=64), nullable=True))
    op.add_column("requests", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
