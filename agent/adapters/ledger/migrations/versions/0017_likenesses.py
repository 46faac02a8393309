"""Whom an answer's record was shown to be: it may be another person's when the answer is carried out."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("likeness", sa.String(length=12), nullable=True))
