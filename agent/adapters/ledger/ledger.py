"""The documents' rows in SQL. Each public method is one transaction; states change only by the domain's table."""

import datetime
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import insert, select, text, update

from agent.adapters.ledger import (
    changes,
    denials,
    history,
    learning,
    numbering,
    readings,
    resting,
    rows,
    takes,
)
from agent.adapters.ledger.claims import SqlClaims
from agent.adapters.ledger.engine import reading, writing
from agent.adapters.ledger.questions import close_question, count_standing
from agent.adapters.ledger.schema import documents, homes, reviews
from agent.domain.decision import Denial
from agent.domain.document import CorrelationId, DocumentId, DocumentText, Sha256
from agent.domain.inputs import Inputs
from agent.domain.lesson import Lesson, LessonNumber, LessonState
from agent.domain.life import Document, Review, Step
from agent.domain.message import Message
from agent.domain.outcome import Event, State
from agent.domain.reading import Progress, Reading, Turn
from agent.domain.settlement import Settled, Settlement


class SqlLedger(SqlClaims):
    """Implements `ports.Ledger` on SQLite or PostgreSQL."""

    def close(self) -> None:
        self._engine.dispose()

    # --- The home

    def home_id(self) -> str | None:
        with reading(self._engine) as connection:
            return connection.execute(select(homes.c.home_id)).scalar()

    def found_home(self, home_id: str) -> str:
        """Write the home's id into a ledger that has none, and give the one that it has."""
        with writing(self._engine) as connection:
            found: str | None = connection.execute(select(homes.c.home_id)).scalar()
            if found is None:
                connection.execute(insert(homes).values(home_id=home_id))
            return found or home_id

    def number_above(self, highest: int) -> None:
        """Let numbers go on above the highest that was ever given here: this ledger may be new, or restored."""
        with writing(self._engine) as connection:
            numbering.go_on_above(connection, highest)

    def check(self) -> str:
        """Ask the database to check itself; `ok` when all is well."""
        with reading(self._engine) as connection:
            if connection.dialect.name != "sqlite":
                return "ok"
            return str(connection.execute(text("PRAGMA integrity_check(1)")).scalar())

    # --- Work

    def start(
        self,
        document_id: DocumentId,
        sha256: Sha256,
        size: int,
        now: datetime.datetime,  # noqa: ARG002
    ) -> Document | DocumentId:
        with writing(self._engine) as connection:
            before = changes.require(connection, document_id)
            holder = changes.holder_of(connection, sha256, document_id)
            if holder is not None:
                changes.following(before, Event.STARTED)
                connection.execute(
                    update(documents)
                    .where(documents.c.document_id == document_id)
                    .values(sha256=sha256, size=size)
                )
                return holder
            return changes.advance(
                connection,
                before,
                Event.STARTED,
                attempts=before.attempts + 1,
                sha256=sha256,
                content_key=sha256,
                size=size,
            )

    def hand_back(self, document_id: DocumentId, event: Event, now: datetime.datetime) -> None:  # noqa: ARG002
        with writing(self._engine) as connection:
            before = changes.require(connection, document_id)
            attempts = before.attempts if event is Event.INTERRUPTED else max(0, before.attempts - 1)
            # Bytes that have changed are nobody's any more, and what was settled for them is void.
            void = rows.NO_OUTCOME | {"content_key": None} if event is Event.CHANGED else {}
            changes.advance(connection, before, event, attempts=attempts, run=None, **void)
            if before.state is State.MOVING:
                changes.forget_untold(connection, before)
                history.forget(connection, before)
                learning.forget_inputs(connection, before)
                connection.execute(
                    reviews.delete().where(
                        reviews.c.document_id == document_id, reviews.c.epoch == before.epoch
                    )
                )

    def settle(
        self,
        document_id: DocumentId,
        settlement: Settlement,
        now: datetime.datetime,
        *,
        still_holds: Callable[[], bool] = lambda: True,
    ) -> Document | None:
        with self._changing(now) as connection:
            used = settlement.inputs.lessons if settlement.inputs else ()
            if not (learning.are_active(connection, used) and still_holds()):
                return None
            before = changes.require(connection, document_id)
            settled = changes.advance(
                connection,
                before,
                settlement.event,
                epoch=before.epoch + settlement.opens_epoch,
                target=settlement.target,
                outcome=rows.OUTCOME.dump_json(settlement.outcome).decode(),
                settled_at=now,
                **takes.held(connection, before),
                **rows.columns_of(settlement.outcome),
            )
            denials.keep(connection, before, settlement, now)
            card = changes.card_of(connection, before, settled, settlement.messages)
            if settlement.answered_by is not None and settlement.answer is not None:
                changes.close_review(connection, document_id, settlement.answered_by, settlement.answer, now)
                card = close_question(connection, document_id, now) or card
            changes.open_review(connection, settled, now)
            history.keep(connection, settled, settlement.event, now)
            changes.keep_steps(connection, settled, settlement.steps)
            changes.keep_messages(connection, settled, settlement.messages, now, card=card)
            learning.keep_inputs(connection, settled, settlement.inputs)
            if settlement.answered_by is not None:
                learning.propose(connection, settled, settlement.teachings, settlement.answered_by, now)
            return settled

    def retarget(self, document_id: DocumentId, target: str) -> Document:
        with writing(self._engine) as connection:
            connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id, documents.c.state == State.MOVING)
                .values(target=target)
            )
            return changes.require(connection, document_id)

    def complete(
        self, document_id: DocumentId, now: datetime.datetime, steps: Sequence[Step] = ()
    ) -> Document:
        with self._changing(now) as connection:
            return changes.lay_to_rest(connection, document_id, steps, now)

    def miss(
        self, document: Document, messages: Sequence[tuple[str, Message]], now: datetime.datetime
    ) -> bool:
        with self._changing(now) as connection:
            before = changes.require(connection, document.document_id)
            seen = (document.epoch, document.state, document.location)
            if (before.epoch, before.state, before.location) != seen:
                return False
            missing = changes.advance(
                connection,
                before,
                Event.VANISHED,
                epoch=before.epoch + 1,
                content_key=None,
                rested_at=now,
                run=None,
            )
            changes.forget_untold(connection, before)
            changes.close_review(connection, before.document_id, "dossierd", State.MISSING, now)
            changes.keep_messages(connection, missing, messages, now, due_at=now)
            return True

    def restore(self, document_id: DocumentId, now: datetime.datetime) -> Document | None:
        with self._changing(now) as connection:
            before = changes.require(connection, document_id)
            holds_bytes = before.outcome is not None and before.outcome.state in {
                State.ARCHIVED,
                State.IN_REVIEW,
            }
            holder = changes.holder_of(connection, before.sha256, document_id) if holds_bytes else None
            if holder is not None:
                return None
            restored = changes.advance(
                connection,
                before,
                Event.RESTORED,
                epoch=before.epoch + 1,
                content_key=before.sha256 if holds_bytes else None,
                rested_at=now,
            )
            changes.open_review(connection, restored, now)
            return restored

    def retry(self, document_id: DocumentId, event: Event, actor: str, now: datetime.datetime) -> Document:
        with self._changing(now) as connection:
            retried = changes.begin_again(connection, document_id, event, now)
            changes.close_review(connection, document_id, actor, "retry", now)
            readings.forget_problems(connection, document_id, now)
            return retried

    def redecide(self, document_id: DocumentId, now: datetime.datetime) -> Document:
        with self._changing(now) as connection:
            begun = changes.begin_again(connection, document_id, Event.REDECIDED, now)
            changes.close_review(connection, document_id, "dossierd", "redecided", now)
            return begun

    # --- Questions about documents

    def document_of(self, correlation_id: CorrelationId) -> Document | None:
        with reading(self._engine) as connection:
            return rows.of_run(connection, correlation_id)

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
            return resting.counts(connection)

    def steps(self, document_id: DocumentId) -> Sequence[tuple[int, Step]]:
        """Every step with its epoch, in the order in which it was done."""
        with reading(self._engine) as connection:
            return history.steps_of(connection, document_id)

    # --- What was read

    def save_turn(
        self, document_id: DocumentId, sha256: Sha256, turn: Turn, now: datetime.datetime
    ) -> Progress:
        with writing(self._engine) as connection:
            return readings.keep(connection, document_id, sha256, turn, now)

    def reading(self, document_id: DocumentId, sha256: Sha256) -> Reading | None:
        with reading(self._engine) as connection:
            return readings.find(connection, document_id, sha256)

    def text(self, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
        with reading(self._engine) as connection:
            return readings.text_of(connection, document_id, sha256)

    def recognised_text(self, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
        with reading(self._engine) as connection:
            return readings.recognised_text_of(connection, document_id, sha256)

    def forget_text(self, document_id: DocumentId) -> None:
        with writing(self._engine) as connection:
            readings.forget(connection, document_id)

    def readings_under_way(self) -> Mapping[DocumentId, Progress]:
        """How far each document is whose reading has begun and is not done."""
        with reading(self._engine) as connection:
            return readings.under_way(connection)

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

    def settled(self, document_id: DocumentId) -> Sequence[Settled]:
        with reading(self._engine) as connection:
            return history.of_document(connection, document_id)

    def asked_in_chats(self) -> int:
        with reading(self._engine) as connection:
            return count_standing(connection)

    # --- What decisions were made of, and what answers teach

    def denials(self, sha256: Sha256) -> Sequence[Denial]:
        with reading(self._engine) as connection:
            return denials.of_bytes(connection, sha256)

    def inputs(self, document_id: DocumentId) -> Inputs | None:
        with reading(self._engine) as connection:
            return learning.last_inputs(connection, document_id)

    def lessons(self, states: frozenset[LessonState]) -> Sequence[Lesson]:
        with reading(self._engine) as connection:
            return learning.in_states(connection, states)

    def lesson(self, number: LessonNumber) -> Lesson | None:
        with reading(self._engine) as connection:
            return learning.numbered(connection, number)

    def judge_lesson(
        self, number: LessonNumber, state: LessonState, actor: str, now: datetime.datetime
    ) -> None:
        with writing(self._engine) as connection:
            learning.judge(connection, number, state, actor, now)
