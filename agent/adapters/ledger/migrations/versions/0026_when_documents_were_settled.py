"""When documents were settled, so that what is asked of the last hour or month needs no search through all."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_settled_settled_at", "settled", ["settled_at"])
