"""The weekly sample of filings by rule, and what people say of it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_weeks",
        sa.Column("monday", sa.String(length=10), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("monday", name=op.f("pk_sample_weeks")),
    )
    op.create_table(
        "sampled_filings",
        sa.Column(
            "sampled_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("monday", sa.String(length=10), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("judged_by", sa.String(length=128), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.document_id"],
            name=op.f("fk_sampled_filings_document_id_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["monday"], ["sample_weeks.monday"], name=op.f("fk_sampled_filings_monday_sample_weeks")
        ),
        sa.PrimaryKeyConstraint("sampled_id", name=op.f("pk_sampled_filings")),
        sa.UniqueConstraint("document_id", "epoch", name=op.f("uq_sampled_filings_document_id_epoch")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sampled_filings_monday"), "sampled_filings", ["monday"])
    op.create_index(op.f("ix_sampled_filings_verdict"), "sampled_filings", ["verdict"])
