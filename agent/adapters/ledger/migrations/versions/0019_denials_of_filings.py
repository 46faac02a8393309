"""Whether a document was filed where a human says that it does not belong."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("denials", sa.Column("was_filed", sa.Boolean(), nullable=True))
