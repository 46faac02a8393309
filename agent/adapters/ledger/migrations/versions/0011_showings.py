"""Showings: pieces of pages that are shown in the chats for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "showings",
        sa.Column("showing_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("question_id", _NUMBER, nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("beside", sa.Text(), nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("placed_at", _MOMENT, nullable=True),
        sa.Column("drawn_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.question_id"], name=op.f("fk_showings_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("showing_id", name=op.f("pk_showings")),
        sa.UniqueConstraint("key", name=op.f("uq_showings_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_showings_ended_at"), "showings", ["ended_at"])
