"""The first row of a document, and the name that its file came with. Each function works inside a transaction."""

import datetime

from sqlalchemy import Connection, insert, select

from agent.adapters.ledger import file_names, rows
from agent.adapters.ledger.engine import run_of
from agent.adapters.ledger.schema import documents
from agent.domain.document import CorrelationId, SeenFile
from agent.domain.life import Document
from agent.domain.outcome import State


def begun(connection: Connection, seen: SeenFile) -> Document | None:
    """Give the document whose claim was begun for exactly this file, and not confirmed."""
    found = connection.execute(
        select(documents).where(
            documents.c.state == State.CLAIMING,
            *(documents.c[name] == value for name, value in rows.columns_of_seen(seen).items()),
        )
    ).one_or_none()
    return None if found is None else rows.document_of(found)


def opened(
    connection: Connection,
    seen: SeenFile,
    original_name: str,
    correlation_id: CorrelationId,
    now: datetime.datetime,
) -> Document:
    """Write that a file is to be claimed; its name is found from now on."""
    row = connection.execute(
        insert(documents)
        .values(
            correlation_id=correlation_id,
            state=State.CLAIMING,
            epoch=1,
            attempts=0,
            original_name=original_name,
            **rows.columns_of_seen(seen),
            seen_at=now,
            size=seen.size,
            run=run_of(connection),
        )
        .returning(documents)
    ).one()
    document = rows.document_of(row)
    file_names.keep(connection, document.document_id, original_name)
    return document
