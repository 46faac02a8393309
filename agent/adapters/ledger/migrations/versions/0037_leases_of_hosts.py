"""How long a host may be silent is its own row's, so that all who look fence it off after the same time."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hosts", sa.Column("lease_seconds", sa.Float()))
