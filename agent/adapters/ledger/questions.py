"""Questions that were put to people, and the messages that show them."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from agent.adapters.ledger import rows
from agent.adapters.ledger.changes import supersede
from agent.adapters.ledger.copies import learn
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.outbox import put
from agent.adapters.ledger.schema import documents, outbox, questions, reviews, showings, waits
from agent.asked import Write
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.life import Review
from agent.domain.message import Message
from agent.domain.outcome import State
from agent.domain.question import Question, QuestionId

_STANDS = exists().where(
    questions.c.document_id == reviews.c.document_id,
    questions.c.epoch == reviews.c.epoch,
    questions.c.closed_at.is_(None),
)
_IS_OPEN = and_(
    reviews.c.answered_at.is_(None),
    exists().where(documents.c.document_id == reviews.c.document_id, documents.c.state == State.IN_REVIEW),
)
_OPEN = select(reviews.c.document_id, reviews.c.epoch).where(_IS_OPEN)
_UNASKED = (
    _OPEN.where(~_STANDS)
    .order_by(reviews.c.opened_at, reviews.c.document_id)
    .limit(bindparam("most"))
    .subquery()
)
_ASKED = _OPEN.where(_STANDS).subquery()
_WANTED = select(_UNASKED).union_all(select(_ASKED)).subquery()
_ASKABLE = (
    select(reviews)
    .join(_WANTED, and_(_WANTED.c.document_id == reviews.c.document_id, _WANTED.c.epoch == reviews.c.epoch))
    .order_by(reviews.c.opened_at, reviews.c.document_id)
)
"""Looked for every two seconds: of a thousand open reviews no more are read than can be asked about."""

_SHOWN_AT = (
    select(func.min(outbox.c.sent_at))
    .where(outbox.c.card == literal("question:") + cast(questions.c.question_id, String))
    .scalar_subquery()
    .label("shown_at")
)
_WAITS = exists().where(
    outbox.c.card == literal("question:") + cast(questions.c.question_id, String), waits(outbox)
)
_QUESTIONS = select(questions, _SHOWN_AT, _WAITS.label("waits"))


class SqlQuestions:
    """Implements `asked.Questions`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_reviews(self) -> Sequence[Review]:
        with reading(self._engine) as connection:
            found = connection.execute(
                select(reviews).where(_IS_OPEN).order_by(reviews.c.opened_at, reviews.c.document_id)
            )
            return [rows.review_of(row) for row in found]

    def askable(self, limit: int) -> Sequence[Review]:
        with reading(self._engine) as connection:
            found = connection.execute(_ASKABLE, {"most": limit})
            return [rows.review_of(row) for row in found]

    def standing(self) -> Sequence[Question]:
        with reading(self._engine) as connection:
            found = connection.execute(
                _QUESTIONS.where(questions.c.closed_at.is_(None)).order_by(questions.c.question_id)
            )
            return [_question_of(row) for row in found]

    def question(self, question_id: QuestionId) -> tuple[Question, bool] | None:
        with reading(self._engine) as connection:
            row = connection.execute(_one(question_id)).one_or_none()
        return None if row is None else (_question_of(row), row.closed_at is None)

    def of_card(self, recipient: str, receipt: str) -> QuestionId | None:
        with reading(self._engine) as connection:
            card = connection.execute(
                select(outbox.c.card)
                .where(
                    outbox.c.recipient == recipient, outbox.c.receipt == receipt, outbox.c.card.is_not(None)
                )
                .order_by(outbox.c.parcel_id.desc())
                .limit(1)
            ).scalar()
            if card is None:
                beside = select(showings.c.question_id).where(
                    showings.c.recipient == recipient,
                    showings.c.receipt == receipt,
                    showings.c.ended_at.is_(None),
                )
                shown: int | None = connection.execute(beside.limit(1)).scalar()
                return None if shown is None else QuestionId(shown)
        kind, _, number = card.partition(":")
        return QuestionId(int(number)) if kind in {"question", "reminder"} and number.isdigit() else None

    def post(
        self,
        review: Review,
        offered: Sequence[RecordId],
        revision: str,
        write: Write,
        now: datetime.datetime,
        *,
        instead_of: Question | None = None,
        moved: Sequence[tuple[str, Message]] = (),
    ) -> bool:
        with writing(self._engine) as connection:
            if not _is_open(connection, review.document_id, review.epoch):
                return False
            if instead_of is not None:
                self._change(connection, instead_of.question_id, closed_at=now)
                _put(connection, instead_of.card, moved, now)
            key = connection.execute(
                insert(questions).values(
                    document_id=review.document_id,
                    epoch=review.epoch,
                    revision=revision,
                    offered=json.dumps(list(offered)),
                    is_search=False,
                    page=0,
                    posted_at=now,
                )
            ).inserted_primary_key
            assert key is not None
            question = _question_of(connection.execute(_one(QuestionId(key[0]))).one())
            _put(connection, question.card, write(question), now)
        return True

    def change(
        self,
        question: Question,
        messages: Sequence[tuple[str, Message]],
        now: datetime.datetime,
        *,
        reminders: Sequence[tuple[str, Message]] = (),
        is_closed: bool = False,
    ) -> bool:
        with writing(self._engine) as connection:
            before = connection.execute(
                _one(question.question_id).where(
                    questions.c.closed_at.is_(None), questions.c.posted_at == question.posted_at
                )
            ).one_or_none()
            if before is None:
                return False
            self._change(
                connection,
                question.question_id,
                revision=question.revision,
                offered=json.dumps(list(question.offered)),
                is_search=question.is_search,
                page=question.page,
                confirming=question.confirming,
                repeated_at=question.repeated_at,
                escalated_at=question.escalated_at,
                skipped_at=question.skipped_at,
                closed_at=now if is_closed else None,
            )
            _put(connection, question.card, messages, now)
            _put(connection, question.reminder_card, reminders, now)
        return True

    def learn(self, card: str, recipient: str, receipt: str, now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            learn(connection, card, recipient, receipt, now)

    def add(self, card: str | None, messages: Sequence[tuple[str, Message]], now: datetime.datetime) -> None:
        with writing(self._engine) as connection:
            _put(connection, card, messages, now)

    @staticmethod
    def _change(connection: Connection, question_id: QuestionId, **values: object) -> None:
        connection.execute(update(questions).where(questions.c.question_id == question_id).values(**values))


def close_question(connection: Connection, document_id: DocumentId, now: datetime.datetime) -> str | None:
    """Close the question about a document inside the caller's transaction; gives the card that shows it."""
    standing: ColumnElement[bool] = (questions.c.document_id == document_id) & questions.c.closed_at.is_(None)
    found = connection.execute(
        _QUESTIONS.where(standing).order_by(questions.c.question_id.desc()).limit(1)
    ).one_or_none()
    if found is None:
        return None
    connection.execute(update(questions).where(standing).values(closed_at=now))
    return _question_of(found).card


def count_standing(connection: Connection) -> int:
    """How many questions wait in the chats, without those that were put off."""
    waits = questions.c.closed_at.is_(None) & questions.c.skipped_at.is_(None)
    return connection.execute(select(func.count()).select_from(questions).where(waits)).scalar_one()


def _one(question_id: QuestionId) -> Select[Any]:
    return _QUESTIONS.where(questions.c.question_id == question_id)


def _is_open(connection: Connection, document_id: DocumentId, epoch: int) -> bool:
    found = connection.execute(
        select(reviews.c.epoch).where(
            reviews.c.document_id == document_id, reviews.c.epoch == epoch, reviews.c.answered_at.is_(None)
        )
    )
    return found.scalar() is not None


def _put(
    connection: Connection,
    card: str | None,
    messages: Sequence[tuple[str, Message]],
    now: datetime.datetime,
) -> None:
    for recipient, message in messages:
        put(connection, card, recipient, message, supersede(connection, card, recipient, now))


def _question_of(row: Row[tuple[object, ...]]) -> Question:
    return Question(
        question_id=QuestionId(row.question_id),
        document_id=DocumentId(row.document_id),
        epoch=row.epoch,
        revision=row.revision,
        offered=tuple(map(RecordId, json.loads(row.offered))),
        posted_at=row.posted_at,
        shown_at=row.shown_at,
        is_lost=row.shown_at is None and not row.waits,
        is_search=row.is_search,
        page=row.page,
        confirming=row.confirming,
        repeated_at=row.repeated_at,
        escalated_at=row.escalated_at,
        skipped_at=row.skipped_at,
    )
