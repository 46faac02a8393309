"""Several hosts share a ledger: their runs and duties, who holds a document, and each host's own audit trail."""

import sqlalchemy as sa
from alembic import op

from agent.adapters.ledger.schema import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("run", sa.String(length=36), nullable=False),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=64), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("fenced_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_hosts")),
    )
    op.create_table(
        "duties",
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("run", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_duties")),
    )
    op.create_table(
        "published_registry",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_published_registry")),
    )
    op.add_column("documents", sa.Column("run", sa.String(length=36)))
    op.add_column("documents", sa.Column("take", sa.Integer(), nullable=False, server_default="0"))
    _have_a_host("anchors", "host", "audit_entry")
    _have_a_host("trail_end", "host")
    with op.batch_alter_table("trail_end") as batch:
        batch.drop_column("row")


def _have_a_host(table: str, *key: str) -> None:
    """Until now there was one, without a name."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("host", sa.String(length=64), nullable=False, server_default=""))
        batch.drop_constraint(op.f(f"pk_{table}"), type_="primary")
        batch.create_primary_key(op.f(f"pk_{table}"), list(key))
