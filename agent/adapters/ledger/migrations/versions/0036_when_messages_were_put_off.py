"""When a message or a picture was put off: a moment that lies ahead is told from one that a wrong clock has written."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0033"
branch_labels = None
depends_on = None

_MESSAGES = "UPDATE outbox SET put_off_at = CURRENT_TIMESTAMP WHERE sent_at IS NULL AND attempts > 0"
_PICTURES = "UPDATE showings SET put_off_at = CURRENT_TIMESTAMP WHERE ended_at IS NULL AND attempts > 0"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("put_off_at", sa.DateTime(timezone=True)))
    op.add_column("showings", sa.Column("put_off_at", sa.DateTime(timezone=True)))
    op.execute(_MESSAGES)
    op.execute(_PICTURES)
