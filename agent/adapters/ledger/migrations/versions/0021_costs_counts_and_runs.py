"""Calls to paid services; counts of documents, errors and steps that only grow; and when the daemon ran."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COUNTED = (
    # What came before epochs were kept (0018) counts as what it is now.
    """
    CREATE TEMPORARY VIEW rested AS
    SELECT settled.state AS state, settled.reason AS reason, settled.settled_by AS settled_by
    FROM settled JOIN documents ON documents.document_id = settled.document_id
    WHERE NOT (documents.state = 'moving' AND documents.epoch = settled.epoch)
    UNION ALL
    SELECT state, reason, decided_by FROM documents
    WHERE state IN ('archived', 'in_review', 'failed', 'duplicate')
    AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.document_id = documents.document_id)
    """,
    """
    INSERT INTO tallies (kind, label, count, milliseconds)
    SELECT 'outcome', state, count(*), 0 FROM rested GROUP BY state
    """,
    """
    INSERT INTO tallies (kind, label, count, milliseconds)
    SELECT 'error', reason, count(*), 0 FROM rested
    WHERE state = 'failed' AND settled_by = 'rule' AND reason IS NOT NULL GROUP BY reason
    """,
    """
    INSERT INTO tallies (kind, label, count, milliseconds)
    SELECT 'step', name, count(*), sum(duration_ms) FROM steps GROUP BY name
    """,
    "DROP VIEW rested",
)


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
        sa.Column("settled_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_cost_totals")),
    )
    op.create_table(
        "tallies",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "label", name=op.f("pk_tallies")),
    )
    for statement in COUNTED:
        op.execute(statement)
    op.create_table(
        "runs",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("was_stopped", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
        sqlite_autoincrement=True,
    )
