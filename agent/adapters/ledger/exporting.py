"""All documents, a page at a time: whoever reads them slowly holds neither memory nor the write-ahead log."""

from collections.abc import Iterator

from sqlalchemy import Engine, bindparam, select

from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.schema import documents
from agent.domain.life import Document

AT_ONCE = 1_000
_PAGE = (
    select(documents)
    .where(documents.c.document_id > bindparam("after"))
    .order_by(documents.c.document_id)
    .limit(AT_ONCE)
)


def each_document(engine: Engine) -> Iterator[Document]:
    """Every document by its number. One that is changed meanwhile is given as it is when its page is read."""
    after = 0
    while True:
        with reading(engine) as connection:
            page = [rows.document_of(row) for row in connection.execute(_PAGE, {"after": after})]
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1].document_id
