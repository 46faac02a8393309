"""How documents become ours, and how hosts that share a ledger take them from each other."""

import contextlib
import datetime
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine, update

from agent.adapters.ledger import changes, opening, rows, takes
from agent.adapters.ledger.anchors import keep_end, note_end
from agent.adapters.ledger.engine import reading, run_of, writing
from agent.adapters.ledger.schema import documents
from agent.domain.anchor import Anchor
from agent.domain.document import CorrelationId, DocumentId, SeenFile
from agent.domain.life import Document
from agent.domain.outcome import Event, State


class SqlClaims:
    """The beginning of a document's life.

    Args:
        reached: how far the audit trail reaches on disk; None where this process has written nothing there yet.
    """

    def __init__(self, engine: Engine, reached: Callable[[], Anchor | None] = lambda: None) -> None:
        self._engine = engine
        self._reached = reached
        self._is_first = True

    @contextlib.contextmanager
    def _changing(self, now: datetime.datetime) -> Iterator[Connection]:
        """A transaction of a document's life: it notes too how far the trail reaches, which tells of it before."""
        with writing(self._engine) as connection:
            yield connection
            end = self._reached()
            if end is not None:
                if self._is_first:
                    keep_end(connection, now)
                note_end(connection, end)
        self._is_first = self._is_first and end is None

    def open_claim(
        self, seen: SeenFile, original_name: str, correlation_id: CorrelationId, now: datetime.datetime
    ) -> Document:
        with self._changing(now) as connection:
            begun = opening.begun(connection, seen)
            if begun is not None:
                return takes.take_over_claim(connection, begun)
            return opening.opened(connection, seen, original_name, correlation_id, now)

    def confirm_claim(self, document_id: DocumentId, location: str, now: datetime.datetime) -> None:
        with self._changing(now) as connection:
            before = changes.require(connection, document_id)
            changes.advance(connection, before, Event.RENAMED, location=location, claimed_at=now, run=None)

    def withdraw(self, document_id: DocumentId, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            before = changes.require(connection, document_id)
            changes.advance(connection, before, Event.SLIPPED_AWAY, rested_at=now, run=None)

    def relocate(self, document_id: DocumentId, location: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id, documents.c.state == State.CLAIMED)
                .values(location=location)
            )

    def take(self, document_id: DocumentId) -> Document | None:
        if run_of(self._engine) is None:
            return self.document(document_id)
        with writing(self._engine) as connection:
            return takes.take(connection, document_id)

    def release(self, document: Document) -> None:
        with writing(self._engine) as connection:
            takes.release(connection, document)

    def interrupt(self, document_id: DocumentId) -> bool:
        with writing(self._engine) as connection:
            return takes.interrupt(connection, document_id)

    def document(self, document_id: DocumentId) -> Document | None:
        with reading(self._engine) as connection:
            return rows.load(connection, document_id)
