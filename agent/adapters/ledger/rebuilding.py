"""Fill a new ledger with documents that are at rest already: the one that knew them was lost."""

from sqlalchemy import Engine, insert

from agent.adapters.ledger import changes, file_names, history, rows
from agent.adapters.ledger.engine import writing
from agent.adapters.ledger.resting import count_change
from agent.adapters.ledger.schema import documents
from agent.domain.life import Document
from agent.domain.outcome import Archived, Event, InReview


class SqlRebuilding:
    """Writes rows of documents that were never claimed here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take_over(self, document: Document) -> None:
        """Write a document with its outcome, and its question if it was in review; nobody is told."""
        assert document.outcome is not None
        assert document.settled_at is not None
        holds_bytes = isinstance(document.outcome, Archived | InReview)
        with writing(self._engine) as connection:
            connection.execute(
                insert(documents).values(
                    document_id=document.document_id,
                    correlation_id=document.correlation_id,
                    state=document.state,
                    epoch=document.epoch,
                    attempts=0,
                    original_name=document.original_name,
                    seen_at=document.seen_at,
                    claimed_at=document.claimed_at,
                    sha256=document.sha256,
                    size=document.size,
                    location=document.location,
                    outcome=rows.OUTCOME.dump_json(document.outcome).decode(),
                    settled_at=document.settled_at,
                    rested_at=document.rested_at,
                    **{"content_key": document.sha256 if holds_bytes else None}
                    | rows.columns_of_seen(document.seen)
                    | rows.columns_of(document.outcome),
                )
            )
            file_names.keep(connection, document.document_id, document.original_name)
            count_change(connection, None, document)
            changes.open_review(connection, document, document.settled_at)
            history.keep(connection, document, Event.SETTLED, document.settled_at)
