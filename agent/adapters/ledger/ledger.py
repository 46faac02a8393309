"""The documents' rows in SQL. Each public method is one transaction; states change only by the domain's table."""

import datetime
import os
import zlib
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from agent import errors
from agent.adapters.ledger import rows
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.rows import load
from agent.adapters.ledger.schema import documents, homes, outbox, reviews, steps, texts
from agent.domain.document import CorrelationId, DocumentId, DocumentText, SeenFile, Sha256
from agent.domain.life import Document, Review, Step
from agent.domain.message import Message
from agent.domain.outcome import Event, InReview, Refused, State, next_state
from agent.ports import Settlement


class SqlLedger:
    """Implements `ports.Ledger` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        self._engine.dispose()

    # --- The home

    def home_id(self) -> str | None:
        with reading(self._engine) as connection:
            return connection.execute(select(homes.c.home_id)).scalar()

    def found_home(self, home_id: str, highest_number: int) -> None:
        """Write the home's id into an empty ledger; numbers go on above the highest found on disk."""
        with writing(self._engine) as connection:
            connection.execute(insert(homes).values(home_id=home_id))
            if highest_number and connection.dialect.name == "sqlite":
                connection.execute(
                    text("INSERT INTO sqlite_sequence (name, seq) VALUES ('documents', :highest)"),
                    {"highest": highest_number},
                )

    def check(self) -> str:
        """Ask the database to check itself; `ok` when all is well."""
        with reading(self._engine) as connection:
            if connection.dialect.name != "sqlite":
                return "ok"
            return str(connection.execute(text("PRAGMA integrity_check(1)")).scalar())

    # --- Claim

    def open_claim(
        self, seen: SeenFile, original_name: str, correlation_id: CorrelationId, now: datetime.datetime
    ) -> Document:
        with writing(self._engine) as connection:
            result = connection.execute(
                insert(documents).values(
                    correlation_id=correlation_id,
                    state=State.CLAIMING,
                    epoch=1,
                    attempts=0,
                    original_name=original_name,
                    seen_name=os.fsencode(seen.name),
                    seen_device=str(seen.device),
                    seen_inode=str(seen.inode),
                    seen_size=seen.size,
                    seen_modified_ns=str(seen.modified_ns),
                    seen_at=now,
                    size=seen.size,
                )
            )
            assert result.inserted_primary_key is not None
            return _require(connection, DocumentId(result.inserted_primary_key[0]))

    def confirm_claim(self, document_id: DocumentId, location: str, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            _advance(connection, document_id, Event.RENAMED, location=location, claimed_at=now)

    def withdraw(self, document_id: DocumentId, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            _advance(connection, document_id, Event.SLIPPED_AWAY, rested_at=now)

    def relocate(self, document_id: DocumentId, location: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id, documents.c.state == State.CLAIMED)
                .values(location=location)
            )

    # --- Work

    def start(
        self, document_id: DocumentId, sha256: Sha256, size: int, now: datetime.datetime
    ) -> Document | DocumentId:
        try:
            with writing(self._engine) as connection:
                holder = connection.execute(
                    select(documents.c.document_id).where(
                        documents.c.content_key == sha256, documents.c.document_id != document_id
                    )
                ).scalar()
                if holder is not None:
                    _following(_require(connection, document_id), Event.STARTED)
                    connection.execute(
                        update(documents)
                        .where(documents.c.document_id == document_id)
                        .values(sha256=sha256, size=size)
                    )
                    return DocumentId(holder)
                attempts = _require(connection, document_id).attempts + 1
                return _advance(
                    connection,
                    document_id,
                    Event.STARTED,
                    attempts=attempts,
                    sha256=sha256,
                    content_key=sha256,
                    size=size,
                )
        except IntegrityError:  # a twin took the hash between our look and our write (PostgreSQL only)
            return self.start(document_id, sha256, size, now)

    def hand_back(self, document_id: DocumentId, event: Event, now: datetime.datetime) -> None:  # noqa: ARG002
        with writing(self._engine) as connection:
            before = _require(connection, document_id)
            attempts = before.attempts if event is Event.INTERRUPTED else max(0, before.attempts - 1)
            _advance(connection, document_id, event, attempts=attempts)

    def settle(
        self,
        document_id: DocumentId,
        settlement: Settlement,
        now: datetime.datetime,
        *,
        still_holds: Callable[[], bool] = lambda: True,
    ) -> Document | None:
        with writing(self._engine) as connection:
            if not still_holds():
                return None
            epoch = _require(connection, document_id).epoch + settlement.opens_epoch
            settled = _advance(
                connection,
                document_id,
                settlement.event,
                epoch=epoch,
                target=settlement.target,
                outcome=rows.OUTCOME.dump_json(settlement.outcome).decode(),
                settled_at=now,
                **rows.columns_of(settlement.outcome),
            )
            _close_review(connection, document_id, settlement, now)
            _open_review(connection, settled, now)
            _keep_steps(connection, settled, settlement.steps)
            _keep_messages(connection, settled, settlement.messages)
            return settled

    def retarget(self, document_id: DocumentId, target: str) -> Document:
        with writing(self._engine) as connection:
            connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id, documents.c.state == State.MOVING)
                .values(target=target)
            )
            return _require(connection, document_id)

    def complete(self, document_id: DocumentId, now: datetime.datetime) -> Document:
        with writing(self._engine) as connection:
            before = _require(connection, document_id)
            done = _advance(
                connection,
                document_id,
                Event.MOVED,
                location=before.target,
                target=None,
                rested_at=now,
                attempts=0,
            )
            connection.execute(
                update(outbox)
                .where(
                    outbox.c.document_id == document_id,
                    outbox.c.epoch == done.epoch,
                    outbox.c.due_at.is_(None),
                )
                .values(due_at=now)
            )
            return done

    def miss(self, document_id: DocumentId, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            _advance(connection, document_id, Event.VANISHED, content_key=None, target=None, rested_at=now)

    def retry(self, document_id: DocumentId, now: datetime.datetime) -> Document:
        with writing(self._engine) as connection:
            epoch = _require(connection, document_id).epoch + 1
            return _advance(connection, document_id, Event.RETRIED, epoch=epoch, attempts=0, claimed_at=now)

    # --- Questions about documents

    def document(self, document_id: DocumentId) -> Document | None:
        with reading(self._engine) as connection:
            return load(connection, document_id)

    def in_states(self, states: frozenset[State]) -> Sequence[Document]:
        with reading(self._engine) as connection:
            found = connection.execute(
                select(documents)
                .where(documents.c.state.in_(sorted(states)))
                .order_by(documents.c.document_id)
            )
            return [rows.document_of(row) for row in found]

    def latest(self, limit: int) -> Sequence[Document]:
        """The documents that came last, newest first."""
        with reading(self._engine) as connection:
            found = connection.execute(
                select(documents).order_by(documents.c.document_id.desc()).limit(limit)
            )
            return [rows.document_of(row) for row in found]

    def counts(self) -> Mapping[State, int]:
        with reading(self._engine) as connection:
            found = connection.execute(select(documents.c.state, func.count()).group_by(documents.c.state))
            return {State(state): count for state, count in found}

    def steps(self, document_id: DocumentId) -> Sequence[tuple[int, Step]]:
        """Every step with its epoch, in the order in which it was done."""
        with reading(self._engine) as connection:
            found = connection.execute(
                select(steps).where(steps.c.document_id == document_id).order_by(steps.c.step_id)
            )
            return [
                (row.epoch, Step(name=row.name, started_at=row.started_at, duration_ms=row.duration_ms))
                for row in found
            ]

    # --- What was read

    def save_text(self, document_id: DocumentId, sha256: Sha256, text: DocumentText) -> None:
        body = zlib.compress(rows.TEXT.dump_json(text))
        with writing(self._engine) as connection:
            connection.execute(texts.delete().where(texts.c.document_id == document_id))
            connection.execute(insert(texts).values(document_id=document_id, sha256=sha256, body=body))

    def text(self, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
        with reading(self._engine) as connection:
            body = connection.execute(
                select(texts.c.body).where(texts.c.document_id == document_id, texts.c.sha256 == sha256)
            ).scalar()
        return None if body is None else rows.TEXT.validate_json(zlib.decompress(body))

    # --- Reviews

    def review(self, document_id: DocumentId) -> Review | None:
        with reading(self._engine) as connection:
            row = connection.execute(
                select(reviews).where(reviews.c.document_id == document_id, reviews.c.answered_at.is_(None))
            ).one_or_none()
        return None if row is None else rows.review_of(row)

    def reviews_of(self, document_id: DocumentId) -> Sequence[Review]:
        """Every question that was ever asked about a document, oldest first."""
        with reading(self._engine) as connection:
            found = connection.execute(
                select(reviews).where(reviews.c.document_id == document_id).order_by(reviews.c.epoch)
            )
            return [rows.review_of(row) for row in found]


def _require(connection: Connection, document_id: DocumentId) -> Document:
    found = load(connection, document_id)
    if found is None:
        raise errors.RequestRefused(f"There is no document D-{document_id}.", hint="Type: dossierd status")
    return found


def _advance(connection: Connection, document_id: DocumentId, event: Event, **values: object) -> Document:
    """Change a state by the domain's table, inside the caller's transaction."""
    following = _following(_require(connection, document_id), event)
    connection.execute(
        update(documents).where(documents.c.document_id == document_id).values(state=following, **values)
    )
    return _require(connection, document_id)


def _following(document: Document, event: Event) -> State:
    following = next_state(document.state, event, State(document.outcome.state) if document.outcome else None)
    if isinstance(following, Refused):
        raise errors.RequestRefused(following.sentence)
    return following


def _close_review(
    connection: Connection, document_id: DocumentId, settlement: Settlement, now: datetime.datetime
) -> None:
    if settlement.answered_by is not None:
        connection.execute(
            update(reviews)
            .where(reviews.c.document_id == document_id, reviews.c.answered_at.is_(None))
            .values(answered_at=now, answered_by=settlement.answered_by, answer=settlement.answer)
        )


def _open_review(connection: Connection, settled: Document, now: datetime.datetime) -> None:
    if isinstance(settled.outcome, InReview):
        connection.execute(
            insert(reviews).values(
                document_id=settled.document_id,
                epoch=settled.epoch,
                decision=rows.DECISION.dump_json(settled.outcome.decision).decode(),
                opened_at=now,
            )
        )


def _keep_steps(connection: Connection, settled: Document, taken: Sequence[Step]) -> None:
    for step in taken:
        connection.execute(
            insert(steps).values(
                document_id=settled.document_id,
                epoch=settled.epoch,
                name=step.name,
                started_at=step.started_at,
                duration_ms=step.duration_ms,
            )
        )


def _keep_messages(
    connection: Connection, settled: Document, messages: Sequence[tuple[str, Message]]
) -> None:
    """Write what is to be told with the outcome; it becomes due when the move is done."""
    for recipient, message in messages:
        connection.execute(
            insert(outbox).values(
                document_id=settled.document_id,
                epoch=settled.epoch,
                recipient=recipient,
                message=rows.MESSAGE.dump_json(message).decode(),
                attempts=0,
            )
        )
