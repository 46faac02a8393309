"""The names of files in normal form, and an index of when documents came: a search goes through no documents.

Names are kept in the normal form of the program that will search them: hence its own code, not a copy of it.
"""

import sqlalchemy as sa
from alembic import op

from agent.adapters.ledger import file_names

revision = "0034"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "file_names",
        sa.Column("document_id", number, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_file_names"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name="fk_file_names_document_id_documents"
        ),
    )
    file_names.index(op.get_bind())
    op.create_index("ix_documents_seen_at", "documents", ["seen_at"])
