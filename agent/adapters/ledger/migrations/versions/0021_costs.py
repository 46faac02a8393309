"""Calls to paid services, and what they cost."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "costs",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("correlation_id", sa.String(length=36)),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("answered_by", sa.String(length=64)),
        sa.Column("price_source", sa.String(length=64), nullable=False),
        sa.Column("price_version", sa.String(length=32), nullable=False),
        sa.Column("tokens_in", sa.BigInteger()),
        sa.Column("tokens_out", sa.BigInteger()),
        sa.Column("tokens_cached", sa.BigInteger()),
        sa.Column("reserved_micros", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_cumulative", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_cumulative", sa.BigInteger()),
        sa.Column("latency_ms", sa.BigInteger()),
        sa.Column("lines_due", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_costs_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_costs")),
    )
    columns = ["reserved_at", "model", "document_id", "outcome", "cost_micros"]
    op.create_index("ix_costs_sums", "costs", columns)
    op.create_index("ix_costs_document_id", "costs", ["document_id"])
    op.create_index("ix_costs_lines_due", "costs", ["reserved_at"], sqlite_where=sa.text("lines_due > 0"))
    op.create_table(
        "cost_totals",
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_cost_totals")),
    )
