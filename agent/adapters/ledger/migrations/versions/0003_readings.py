"""Readings: documents are read in turns, and a page is a row. Texts that are stored are kept, page by page.

When they were read, and how long it took, nobody wrote down: they get the moment when the file was seen, and no
seconds.
"""

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DOCUMENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    readings = op.create_table(
        "readings",
        sa.Column("document_id", _DOCUMENT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("pages_read", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_readings_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_readings")),
    )
    pages = op.create_table(
        "pages",
        sa.Column("document_id", _DOCUMENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["readings.document_id"], name=op.f("fk_pages_document_id_readings")
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_pages")),
    )
    _move(op.get_bind(), readings, pages)
    op.drop_table("texts")


def _move(connection: sa.Connection, readings: sa.Table, pages: sa.Table) -> None:
    """Split each text into its pages; one text at a time is in memory."""
    documents = sa.table(
        "documents", sa.column("document_id"), sa.column("seen_at", sa.DateTime(timezone=True))
    )
    texts = sa.table(
        "texts",
        sa.column("document_id"),
        sa.column("sha256"),
        sa.column("body", sa.LargeBinary()),
    )
    for document_id in connection.execute(sa.select(texts.c.document_id)).scalars().all():
        row = connection.execute(
            sa.select(texts.c.sha256, texts.c.body, documents.c.seen_at)
            .join_from(texts, documents, texts.c.document_id == documents.c.document_id)
            .where(texts.c.document_id == document_id)
        ).one()
        lines = zlib.decompress(row.body).splitlines()
        connection.execute(
            sa.insert(readings).values(
                document_id=document_id,
                sha256=row.sha256,
                page_count=len(lines),
                pages_read=len(lines),
                seconds=0.0,
                bytes=sum(map(len, lines)),
                lost=0,
                begun_at=row.seen_at,
            )
        )
        connection.execute(
            sa.insert(pages),
            [
                {
                    "document_id": document_id,
                    "number": json.loads(line)["number"],
                    "body": zlib.compress(line),
                }
                for line in lines
            ],
        )
