"""Erase what a document said. Freed space is overwritten (`secure_delete`, in `engine.py`), the WAL is emptied.

A row stays, with number, hash, size and dates, so that numbers and sums hold; so do the rows of its epochs and steps,
without a record. What it was read to say, whom it was compared with, what was asked, answered, told and taught goes.
"""

import datetime
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, or_, select, update

from agent import errors
from agent.adapters.ledger import changes, file_names, readings, rows, shredding, takes
from agent.adapters.ledger.engine import reading, translated, writing
from agent.adapters.ledger.sampling import cards_of, make_void
from agent.adapters.ledger.schema import (
    denials,
    documents,
    inputs,
    lessons,
    outbox,
    questions,
    requests,
    reviews,
    settled,
)
from agent.domain.decision import Reason, Unmatched
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.message import Message
from agent.domain.outcome import Event, State
from agent.domain.phrase import plain
from agent.domain.question import QuestionId, card_of, reminder_of

ERASED_NAME = "erased"
"""In place of the file's name, which may be a person's."""

_NOTHING = Unmatched(
    reason=Reason(code="forgotten", supports=False, sentence="What was decided here is erased.")
)


class SqlErasing:
    """Implements `erasing.Erasing`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def erase(self, document: Document, told: Message, now: datetime.datetime) -> Document:
        with writing(self._engine) as connection:
            before = changes.require(connection, document.document_id)
            if (before.epoch, before.location) != (document.epoch, document.location):
                raise errors.RequestRefused(plain(f"{before.reference} has changed meanwhile: look again."))
            _take_messages_back(connection, before, told, now)
            _empty_what_hangs_on(connection, before, now)
            return changes.advance(
                connection,
                before,
                Event.FORGOTTEN,
                original_name=ERASED_NAME,
                seen_name=ERASED_NAME.encode(),
                content_key=None,
                rested_at=now,
                **takes.held(connection, before),
                **rows.NO_OUTCOME,
            )

    def unfinished(self) -> Sequence[Document]:
        left = select(documents).where(
            documents.c.state == State.FORGOTTEN, documents.c.location.is_not(None)
        )
        with reading(self._engine) as connection:
            return [rows.document_of(row) for row in connection.execute(left)]

    def is_gone(self, document_id: DocumentId) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id)
                .values(location=None, run=None)
            )

    def shred(self) -> None:
        """Let go of the index's words, bring the WAL home and empty it.

        Who reads meanwhile may keep some of the WAL until the next time.
        """
        shredding.shred(self._engine)
        with translated(), self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def same_bytes(self, document: Document) -> Sequence[DocumentId]:
        """The other documents with the same bytes: its duplicates, or what it is one of."""
        return self._numbers(and_(*_twins(document)))

    def of_record(self, record_id: RecordId) -> Sequence[DocumentId]:
        """The documents that are filed under a record, and all others with the bytes of one of them."""
        filed = select(documents.c.sha256).where(documents.c.record_id == record_id)
        return self._numbers(
            and_(
                or_(documents.c.record_id == record_id, documents.c.sha256.in_(filed)),
                documents.c.state != State.FORGOTTEN,
            )
        )

    def _numbers(self, which: object) -> Sequence[DocumentId]:
        found = select(documents.c.document_id).where(which).order_by(documents.c.document_id)  # type: ignore[arg-type]
        with reading(self._engine) as connection:
            return [DocumentId(number) for number in connection.execute(found).scalars()]


def _take_messages_back(
    connection: Connection, document: Document, told: Message, now: datetime.datetime
) -> None:
    """Empty what was told, and tell what takes its place where a message can be changed."""
    of_document = outbox.c.document_id == document.document_id
    cards = set(connection.execute(select(outbox.c.card).where(of_document)).scalars()) - {None}
    asked = select(questions.c.question_id).where(questions.c.document_id == document.document_id)
    for number in connection.execute(asked).scalars():
        cards |= {card_of(QuestionId(number)), reminder_of(QuestionId(number))}
    cards |= cards_of(connection, document.document_id)
    its = or_(of_document, outbox.c.card.in_(cards))
    shown = connection.execute(
        select(outbox.c.card, outbox.c.recipient)
        .where(its, outbox.c.card.is_not(None), outbox.c.sent_at.is_not(None), outbox.c.receipt.is_not(None))
        .distinct()
    ).all()
    connection.execute(delete(outbox).where(its, outbox.c.sent_at.is_(None)))
    body = rows.MESSAGE.dump_json(told).decode()
    connection.execute(update(outbox).where(its).values(message=body, error=None))
    for card, recipient in shown:
        connection.execute(
            insert(outbox).values(
                card=card,
                correlation_id=document.correlation_id,
                epoch=0,
                recipient=recipient,
                message=body,
                attempts=0,
                due_at=now,
            )
        )


def _has_twin(connection: Connection, document: Document) -> bool:
    """Whether another document with the same bytes stays: what a human denied of these is its too."""
    twin = select(documents.c.document_id).where(*_twins(document))
    return connection.execute(twin.limit(1)).first() is not None


def _twins(document: Document) -> tuple[ColumnElement[bool], ...]:
    return (
        documents.c.sha256 == document.sha256,
        documents.c.document_id != document.document_id,
        documents.c.state != State.FORGOTTEN,
    )


def _empty_what_hangs_on(connection: Connection, document: Document, now: datetime.datetime) -> None:
    number = document.document_id
    readings.forget(connection, number)
    file_names.change(connection, number, ERASED_NAME)
    connection.execute(delete(inputs).where(inputs.c.document_id == number))
    connection.execute(delete(lessons).where(lessons.c.document_id == number))
    if document.sha256 is not None and not _has_twin(connection, document):
        connection.execute(delete(denials).where(denials.c.sha256 == document.sha256))
    changes.close_review(connection, number, "dossierd", State.FORGOTTEN, now)
    connection.execute(
        update(reviews)
        .where(reviews.c.document_id == number)
        .values(decision=rows.DECISION.dump_json(_NOTHING).decode(), answer=State.FORGOTTEN)
    )
    closed = questions.c.document_id == number
    connection.execute(update(questions).where(closed, questions.c.closed_at.is_(None)).values(closed_at=now))
    connection.execute(update(questions).where(closed).values(offered="[]"))
    make_void(connection, number, now)
    connection.execute(update(settled).where(settled.c.document_id == number).values(record_id=None))
    connection.execute(
        update(requests)
        .where(requests.c.document_id == number, requests.c.closed_at.is_not(None))
        .values(argument="", sentence="", likeness=None)
    )
