"""The index of what pages say in PostgreSQL: each page's words, and which words they are, in an index (GIN).

The index narrows, the words themselves answer. Positions of PostgreSQL's own would not: they end at 16,383 in a page,
and its parser splits what our normal form keeps together. A word is known to the index by its beginning; a page of
more words than a `tsvector` holds is in no index, and looked through each time.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    TextClause,
    bindparam,
    column,
    select,
    table,
    text,
)

BEGINNING = 40
"""Letters by which the index knows a word."""
MAX_BYTES = 500_000
"""Half of what a `tsvector` holds: https://www.postgresql.org/docs/current/textsearch-limitations.html"""

CREATE = (
    """
    CREATE TABLE page_words (
        document_id BIGINT NOT NULL, number INTEGER NOT NULL, words TEXT NOT NULL, known tsvector,
        CONSTRAINT pk_page_words PRIMARY KEY (document_id, number)
    )
    """,
    "CREATE INDEX ix_page_words_known ON page_words USING gin (known)",
    "CREATE INDEX ix_page_words_unknown ON page_words (document_id) WHERE known IS NULL",
)
_KEEP = text(
    "INSERT INTO page_words (document_id, number, words, known) "
    "VALUES (:document_id, :number, :words, array_to_tsvector(CAST(:known AS text[])))"
)
_DROP = text("DELETE FROM page_words WHERE document_id = :document_id AND number = :number")
_FORGET = text("DELETE FROM page_words WHERE document_id = ANY(:document_ids)")
_INDEX = table("page_words", column("document_id", BigInteger), column("number", Integer))
_SAID = text(
    "(page_words.known @@ CAST(:known AS tsquery) OR page_words.known IS NULL) "
    r"AND ' ' || page_words.words || ' ' LIKE :said ESCAPE '\'"
)


def create(connection: Connection) -> None:
    for statement in CREATE:
        connection.execute(text(statement))


def keep(connection: Connection, document_id: int, pages: Iterable[tuple[int, Sequence[str]]]) -> None:
    rows = [
        {"document_id": document_id, "number": number, "words": " ".join(words), "known": _known(words)}
        for number, words in pages
    ]
    if rows:
        connection.execute(_KEEP, rows)


def drop(connection: Connection, document_id: int, numbers: Sequence[int]) -> None:
    connection.execute(_DROP, [{"document_id": document_id, "number": number} for number in numbers])


def forget(connection: Connection, document_ids: Sequence[int]) -> None:
    """Take documents out. What they said may stay in the database's files until a vacuum, which is its keeper's."""
    connection.execute(_FORGET, {"document_ids": list(document_ids)})


def saying(words: Sequence[str], *, is_beginning: bool) -> Select[int]:
    """Ask for the documents that say words in a row, the last of them perhaps only in its beginning."""
    return select(_INDEX.c.document_id).where(_said(words, is_beginning=is_beginning))


def pages_saying(document_id: int, words: Sequence[str], *, is_beginning: bool) -> Select[int]:
    """Ask for the pages of a document that do."""
    said = _said(words, is_beginning=is_beginning)
    return select(_INDEX.c.number).where(_INDEX.c.document_id == document_id, said)


def _said(words: Sequence[str], *, is_beginning: bool) -> TextClause:
    *whole, last = words
    known = [*map(_quoted, whole), _quoted(last) + (":*" if is_beginning else "")]
    said = "% " + _escaped(" ".join(words)) + ("%" if is_beginning else " %")
    return _SAID.bindparams(
        bindparam("known", " & ".join(known), unique=True), bindparam("said", said, unique=True)
    )


def _known(words: Sequence[str]) -> list[str] | None:
    known = sorted({word[:BEGINNING] for word in words})
    return known if sum(len(word.encode()) for word in known) <= MAX_BYTES else None


def _quoted(word: str) -> str:
    doubled = word[:BEGINNING].replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
