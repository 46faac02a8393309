"""The names that files came with, in normal form, in a narrow table: a search reads all of it.

A million names are 50 MB, and gone through in 0.3 s (docs/benchmarks.md, Growth). *Rejected*: trigrams, for they don't
find two letters, are eighteen rows for a name, and SQLite's own leave what is erased in the file until all are merged.

A name is written in the transaction that writes the document. Whoever changes `core.names.tokens` writes all anew.
Each function works inside its caller's transaction.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from agent.adapters.ledger.schema import documents, metadata
from agent.core.names import tokens
from agent.domain.document import DocumentId

LONGEST = 2_000
"""Characters of a name in normal form, of 255 bytes at most; SQLite refuses a pattern of 50,000 bytes."""

file_names = Table(
    "file_names",
    metadata,
    Column(
        "document_id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("documents.document_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("words", Text, nullable=False),
)

_KEEP = insert(file_names)
_CHANGE = update(file_names).where(file_names.c.document_id == bindparam("wanted"))
_NAMES = select(documents.c.document_id, documents.c.original_name).execution_options(yield_per=1_000)


def keep(connection: Connection, document_id: DocumentId, name: str) -> None:
    connection.execute(_KEEP, {"document_id": document_id, "words": _normal(name)})


def change(connection: Connection, document_id: DocumentId, name: str) -> None:
    """Put another name in the place of one that is to be known no more."""
    connection.execute(_CHANGE, {"wanted": document_id, "words": _normal(name)})


def are_in_name(words: Sequence[str]) -> ColumnElement[bool]:
    """Whether tokens stand together in a name, the first and the last perhaps cut."""
    return file_names.c.words.contains(" ".join(words)[: LONGEST + 1])


def stand_in(words: Sequence[str], name: str) -> bool:
    """Say the same of one name as it came."""
    return " ".join(words) in _normal(name)


def index(connection: Connection) -> None:
    """Write the names of all documents; a thousand at a time are in memory."""
    for batch in connection.execute(_NAMES).partitions():
        connection.execute(
            _KEEP, [{"document_id": row.document_id, "words": _normal(row.original_name)} for row in batch]
        )


def _normal(name: str) -> str:
    return " ".join(tokens(name))
