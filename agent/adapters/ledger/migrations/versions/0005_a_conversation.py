"""A conversation: what came in, what was asked, and messages that take each other's place."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("card", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_outbox_card"), "outbox", ["card", "recipient"])
    op.add_column("requests", sa.Column("epoch", sa.Integer(), nullable=True))
    op.create_table(
        "inbox",
        sa.Column("bot", sa.String(length=32), nullable=False),
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("handled_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("bot", "update_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_handled_at"), "inbox", ["handled_at"])
    op.create_table(
        "polls",
        sa.Column("bot", sa.String(length=32), nullable=False),
        sa.Column("polled_at", _MOMENT, nullable=False),
        sa.Column("heard_again_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("bot", name=op.f("pk_polls")),
    )
    op.create_table(
        "questions",
        sa.Column("question_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("document_id", _NUMBER, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=12), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("is_search", sa.Boolean(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("confirming", sa.Integer(), nullable=True),
        sa.Column("posted_at", _MOMENT, nullable=False),
        sa.Column("repeated_at", _MOMENT, nullable=True),
        sa.Column("escalated_at", _MOMENT, nullable=True),
        sa.Column("skipped_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_questions_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_questions_document_id"), "questions", ["document_id"])
    op.create_index(op.f("ix_questions_closed_at"), "questions", ["closed_at"])
