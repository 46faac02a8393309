"""Inputs: what each decision was made of. Lessons: what answers may teach.

Decisions of before have no inputs: nobody kept them, and they can't be found out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "inputs",
        sa.Column("document_id", _NUMBER, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_inputs_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", "epoch", name=op.f("pk_inputs")),
    )
    op.create_table(
        "lessons",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("teaching", sa.Text(), nullable=False),
        sa.Column("teaching_key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document_id", _NUMBER, nullable=False),
        sa.Column("taught_by", sa.String(length=128), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by", sa.String(length=128), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_lessons_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_lessons")),
        sa.UniqueConstraint("teaching_key", name=op.f("uq_lessons_teaching_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_lessons_state"), "lessons", ["state"])
    op.create_index(op.f("ix_lessons_document_id"), "lessons", ["document_id"])
