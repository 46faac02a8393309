"""Let go of what is kept for a time only: texts of pages, and what was told. Rows of documents stay, and their files.

A little in each transaction, so that nobody waits for it; what texts leave in the index of words goes last
(`shredding.py`). What is freed is overwritten (`engine.py`).
"""

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, and_, bindparam, delete, exists, select, update

from agent.adapters.ledger import page_words, rows, shredding
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.schema import documents, inputs, outbox, pages, readings
from agent.domain.document import DocumentId
from agent.domain.message import Message
from agent.domain.outcome import State

DOCUMENTS_AT_ONCE = 100
MESSAGES_AT_ONCE = 1_000
SHRED_STEPS = 8
"""Eight seconds at most, half of them for others; the index of a million texts takes twenty looks."""

LET_GO = "(no longer kept)"
"""In place of what was told."""

_DONE = (State.ARCHIVED, State.FAILED, State.DUPLICATE, State.MISSING)
"""Not in review: a question is decided again from its text when the registry changes."""
_BEFORE = bindparam("before", type_=documents.c.rested_at.type)


def _kept_of_old(table: Table) -> Select[Any]:
    """From what is kept, not from the documents: of most of those nothing is kept any more."""
    is_old = and_(documents.c.state.in_(_DONE), documents.c.rested_at < _BEFORE)
    its = documents.c.document_id == table.c.document_id
    return select(table.c.document_id).where(exists().where(its, is_old))


_OLD_TEXTS = (
    _kept_of_old(readings).union(_kept_of_old(inputs)).order_by("document_id").limit(DOCUMENTS_AT_ONCE)
)
_ASKED = exists().where(documents.c.document_id == outbox.c.document_id, documents.c.state == State.IN_REVIEW)
_OLD_MESSAGES = (
    select(outbox.c.parcel_id, outbox.c.message)
    .where(outbox.c.sent_at < _BEFORE, outbox.c.is_let_go.is_(None), ~_ASKED)
    .order_by(outbox.c.sent_at)
    .limit(MESSAGES_AT_ONCE)
)


class SqlRetention:
    """Implements `daemon.keeping.Retention`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def let_go_of_texts(self, before: datetime.datetime) -> int:
        """Drop what documents say, and what they were decided from, that came to rest before then; gives how many."""
        with writing(self._engine) as connection:
            old = [
                DocumentId(number) for number in connection.execute(_OLD_TEXTS, {"before": before}).scalars()
            ]
            _drop_texts(connection, old)
            return len(old)

    def shred(self) -> bool:
        """Let go of some of what deleted texts left in the index; gives whether there was any."""
        return shredding.shred(self._engine, SHRED_STEPS)

    def let_go_of_messages(self, before: datetime.datetime) -> int:
        """Empty messages that were sent before then; gives how many. Their rows stay: later ones take their place."""
        with writing(self._engine) as connection:
            old = connection.execute(_OLD_MESSAGES, {"before": before}).all()
            for row in old:
                told = rows.MESSAGE.validate_json(row.message)
                empty = Message(kind=told.kind, document_id=told.document_id, title=LET_GO)
                connection.execute(
                    update(outbox)
                    .where(outbox.c.parcel_id == row.parcel_id)
                    .values(message=rows.MESSAGE.dump_json(empty).decode(), is_let_go=True)
                )
            return len(old)


def _drop_texts(connection: Connection, old: Sequence[DocumentId]) -> None:
    if old:
        page_words.forget(connection, *old)
        for table in (pages, readings, inputs):
            connection.execute(delete(table).where(table.c.document_id.in_(old)))
