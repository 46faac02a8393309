"""What was read of documents: a row for each page, so that a turn writes what it read and nothing twice.

Each function works inside its caller's transaction.
"""

import datetime
import zlib
from collections.abc import Sequence
from typing import Any, NewType

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from agent.adapters.ledger import page_words
from agent.adapters.ledger.rows import DISCREET
from agent.adapters.ledger.schema import documents, pages, readings
from agent.domain.document import DocumentId, DocumentText, Page, Sha256, TextOrigin
from agent.domain.outcome import IN_WORK, State
from agent.domain.reading import Progress, Reading, Turn

_KeptPage = NewType("_KeptPage", Page)
_PAGE: TypeAdapter[Page] = TypeAdapter(_KeptPage, config=DISCREET)

_ROW = select(readings).where(readings.c.document_id == bindparam("wanted"))
_SHA256 = select(readings.c.sha256).where(readings.c.document_id == bindparam("wanted"))
_OPEN, _KEEP = insert(readings), insert(pages)
_DROP = delete(pages).where(pages.c.document_id == bindparam("wanted"), pages.c.number == bindparam("of"))
_RECOGNISED = f'"{TextOrigin.OCR}"'.encode()
"""Stands in every page of which words come from OCR, and may stand in others."""
_NOTHING_YET = {"pages_read": 0, "seconds": 0.0, "bytes": 0, "lost": 0}
_ADD = (
    update(readings)
    .where(readings.c.document_id == bindparam("wanted"))
    .values(
        pages_read=select(func.count())
        .where(pages.c.document_id == readings.c.document_id)
        .scalar_subquery(),
        seconds=readings.c.seconds + bindparam("more_seconds"),
        bytes=readings.c.bytes + bindparam("more_bytes"),
        lost=readings.c.lost + bindparam("more_lost"),
    )
    .returning(readings)
)
_NUMBERS = select(pages.c.number).where(pages.c.document_id == bindparam("wanted"))
_NUMBERED = select(pages.c.number, pages.c.body).where(pages.c.document_id == bindparam("wanted"))
_PAGES = select(pages.c.body).where(pages.c.document_id == bindparam("wanted")).order_by(pages.c.number)
_ONE_PAGE = select(pages.c.body).where(
    pages.c.document_id == bindparam("wanted"), pages.c.number == bindparam("of")
)
_ALL_PAGES = select(pages.c.document_id, pages.c.body).execution_options(yield_per=500)
_FORGIVE = (
    update(documents)
    .where(
        documents.c.document_id == bindparam("wanted"),
        documents.c.state == State.READING,
        documents.c.attempts > 1,
    )
    .values(attempts=1)
)


def keep(
    connection: Connection, document_id: DocumentId, sha256: Sha256, turn: Turn, now: datetime.datetime
) -> Progress:
    """Write a turn's pages in the place of what was read of them before; other bytes' pages go."""
    wanted = {"wanted": document_id}
    held = connection.execute(_SHA256, wanted).scalar()
    if held != sha256:
        if held is not None:
            forget(connection, document_id)
        connection.execute(
            _OPEN,
            {
                "document_id": document_id,
                "sha256": sha256,
                "page_count": turn.page_count,
                "begun_at": now - datetime.timedelta(seconds=turn.seconds),
                **_NOTHING_YET,
            },
        )
    else:
        connection.execute(_DROP, [{**wanted, "of": page.number} for page in turn.pages])
        page_words.drop(connection, document_id, [page.number for page in turn.pages])
    connection.execute(
        _KEEP,
        [{"document_id": document_id, "number": page.number, "body": packed(page)} for page in turn.pages],
    )
    page_words.keep(connection, document_id, turn.pages)
    connection.execute(_FORGIVE, wanted)
    added = {"more_seconds": turn.seconds, "more_bytes": turn.bytes, "more_lost": turn.lost}
    row = connection.execute(_ADD, {**wanted, **added}).one()
    return _progress(row)


def forget(connection: Connection, document_id: DocumentId) -> None:
    page_words.forget(connection, document_id)
    connection.execute(delete(pages).where(pages.c.document_id == document_id))
    connection.execute(delete(readings).where(readings.c.document_id == document_id))


def forget_problems(connection: Connection, document_id: DocumentId, now: datetime.datetime) -> None:
    """Let pages that have a problem be read once more, with all the time there is: a human asks for another try."""
    found = connection.execute(_NUMBERED, {"wanted": document_id}).all()
    doubtful = [number for number, body in found if unpacked(body).problem is not None]
    if doubtful:
        connection.execute(_DROP, [{"wanted": document_id, "of": number} for number in doubtful])
        page_words.drop(connection, document_id, doubtful)
        connection.execute(
            update(readings)
            .where(readings.c.document_id == document_id)
            .values(pages_read=len(found) - len(doubtful), seconds=0.0, lost=0, begun_at=now)
        )


def find(connection: Connection, document_id: DocumentId, sha256: Sha256) -> Reading | None:
    """Give how the reading of exactly these bytes stands."""
    row = _row(connection, document_id, sha256)
    if row is None:
        return None
    return Reading(
        read=frozenset(connection.execute(_NUMBERS, {"wanted": document_id}).scalars()),
        page_count=row.page_count,
        seconds=row.seconds,
        bytes=row.bytes,
        lost=row.lost,
        begun_at=row.begun_at,
    )


def text_of(connection: Connection, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
    """Give the text of exactly these bytes; None while pages are missing."""
    bodies = _bodies(connection, document_id, sha256)
    return None if bodies is None else DocumentText(pages=tuple(map(unpacked, bodies)))


def recognised_text_of(
    connection: Connection, document_id: DocumentId, sha256: Sha256
) -> DocumentText | None:
    """Give the text of exactly these bytes, if words of it come from OCR.

    A letter that was never on paper is not unpacked for that: it takes twenty times as long as to look.
    """
    bodies = _bodies(connection, document_id, sha256)
    if bodies is None or not any(_RECOGNISED in zlib.decompress(body) for body in bodies):
        return None
    text = DocumentText(pages=tuple(map(unpacked, bodies)))
    return text if any(page.origin is TextOrigin.OCR and page.lines for page in text.pages) else None


def _bodies(connection: Connection, document_id: DocumentId, sha256: Sha256) -> Sequence[bytes] | None:
    row = _row(connection, document_id, sha256)
    if row is None or row.pages_read < row.page_count:
        return None
    return connection.execute(_PAGES, {"wanted": document_id}).scalars().all()


def _row(connection: Connection, document_id: DocumentId, sha256: Sha256) -> Row[tuple[Any, ...]] | None:
    row = connection.execute(_ROW, {"wanted": document_id}).one_or_none()
    return row if row is not None and row.sha256 == sha256 else None


def under_way(connection: Connection) -> dict[DocumentId, Progress]:
    """How far each document in work is, of which some pages are read and others are not; oldest first."""
    found = connection.execute(
        select(readings)
        .join(documents)
        .where(
            documents.c.state.in_(sorted(IN_WORK)),
            documents.c.sha256 == readings.c.sha256,
            readings.c.pages_read < readings.c.page_count,
        )
        .order_by(readings.c.document_id)
    )
    return {DocumentId(row.document_id): _progress(row) for row in found}


def _progress(row: Row[tuple[Any, ...]]) -> Progress:
    return Progress(pages_read=row.pages_read, page_count=row.page_count, seconds=row.seconds)


def page_of(connection: Connection, document_id: DocumentId, number: int) -> Page | None:
    body = connection.execute(_ONE_PAGE, {"wanted": document_id, "of": number}).scalar()
    return None if body is None else unpacked(body)


def index(connection: Connection) -> None:
    """Write the index of what all stored pages say; some hundred pages at a time are in memory."""
    stored = connection.execute(_ALL_PAGES)
    for batch in stored.partitions():
        for row in batch:
            page_words.keep(connection, DocumentId(row.document_id), [unpacked(row.body)])


def packed(page: Page) -> bytes:
    return zlib.compress(_PAGE.dump_json(page))


def unpacked(body: bytes) -> Page:
    return _PAGE.validate_json(zlib.decompress(body))
