"""An index of what pages say, for the pages that are stored already too.

They are indexed in the normal form of the program that will search them: hence its own code, not a copy of it.
"""

from alembic import op

from agent.adapters.ledger import page_words, readings

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    page_words.create(op.get_bind())
    readings.index(op.get_bind())
