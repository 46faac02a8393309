"""The index of what pages say: the words of each page in normal form, in an FTS5 table of SQLite's.

It is written in the transaction that writes or drops the page, and found by `<document_id> << 20 | <page>`, so that a
document's pages are one range. Each function works inside its caller's transaction; in PostgreSQL, by
`words_in_postgresql`.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Integer, Select, Text, column, func, literal, select, table, text

from agent.adapters.ledger import shredding, words_in_postgresql
from agent.core.names import tokens
from agent.domain.document import DocumentId, Page
from agent.domain.finding import Term

_PAGE_BITS = 20
"""A document has a hundred thousand pages at most (`DOSSIERD_MAX_PAGES`)."""
_PAGE_MASK = (1 << _PAGE_BITS) - 1

CREATE = text(
    "CREATE VIRTUAL TABLE page_words USING fts5(words, columnsize=0, tokenize='unicode61 remove_diacritics 0')"
)
_KEEP = text("INSERT INTO page_words (rowid, words) VALUES (:place, :words)")
_DROP = text("DELETE FROM page_words WHERE rowid = :place")
_FORGET = text("DELETE FROM page_words WHERE rowid BETWEEN :first AND :last")
_INDEX = table("page_words", column("rowid", Integer), column("page_words", Text), column("words", Text))


def create(connection: Connection) -> None:
    """Make the index, with nothing in it."""
    if _is_in_postgresql(connection):
        words_in_postgresql.create(connection)
    else:
        connection.execute(CREATE)


def keep(connection: Connection, document_id: DocumentId, read: Iterable[Page]) -> None:
    """Index pages that are not in the index."""
    words = [(page.number, tokens(page.text)) for page in read]
    if _is_in_postgresql(connection):
        words_in_postgresql.keep(connection, document_id, words)
    elif words:
        indexed = [{"place": _place(document_id, number), "words": " ".join(said)} for number, said in words]
        connection.execute(_KEEP, indexed)


def drop(connection: Connection, document_id: DocumentId, numbers: Iterable[int]) -> None:
    """Take pages out, to be read again: what they said may stay in the file until SQLite merges it away."""
    places = list(numbers)
    if places and _is_in_postgresql(connection):
        words_in_postgresql.drop(connection, document_id, places)
    elif places:
        connection.execute(_DROP, [{"place": _place(document_id, number)} for number in places])


def forget(connection: Connection, *document_ids: DocumentId) -> None:
    """Take documents out. What they said may stay in the file until it is shredded (`shredding.py`)."""
    if _is_in_postgresql(connection):
        words_in_postgresql.forget(connection, document_ids)
        return
    gone = 0
    for document_id in document_ids:
        place = {"first": _place(document_id, 0), "last": _place(document_id, _PAGE_MASK)}
        gone += connection.execute(_FORGET, place).rowcount
    if gone:
        shredding.note(connection, gone)


def saying(connection: Connection, term: Term) -> Select[int]:
    """Ask for the documents of which a page says a term."""
    if _is_in_postgresql(connection):
        return words_in_postgresql.saying(term.tokens, is_beginning=term.is_beginning)
    says = _INDEX.c.page_words.op("MATCH", is_comparison=True)(match_expression(term))
    return select(_INDEX.c.rowid.op(">>")(_PAGE_BITS)).where(says)


def pages_saying(connection: Connection, term: Term, document_id: DocumentId) -> set[int]:
    """The pages of a document that say a term; looked for in its words alone.

    For a beginning, FTS5 gathers what all documents say with it, before it looks at any: 13 s for `b1` in a million.
    """
    if _is_in_postgresql(connection):
        said = words_in_postgresql.pages_saying(document_id, term.tokens, is_beginning=term.is_beginning)
        return set(connection.execute(said).scalars())
    is_of_document = _INDEX.c.rowid.between(_place(document_id, 0), _place(document_id, _PAGE_MASK))
    wanted = f" {' '.join(term.tokens)}{'' if term.is_beginning else ' '}"
    is_said = func.instr(literal(" ").concat(_INDEX.c.words).concat(" "), wanted) > 0
    found = connection.execute(select(_INDEX.c.rowid).where(is_of_document, is_said))
    return {place & _PAGE_MASK for place in found.scalars()}


def match_expression(term: Term) -> str:
    """Write a term in FTS5's language of queries: a string of its tokens, in which nothing is an operator."""
    return f'"{" ".join(term.tokens)}"{" *" if term.is_beginning else ""}'


def _is_in_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _place(document_id: DocumentId, page: int) -> int:
    return document_id << _PAGE_BITS | page
