"""What decisions were made of, and what answers may teach. Each function works inside its caller's transaction."""

import datetime
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from agent.adapters.ledger.schema import inputs, lessons
from agent.domain.document import DocumentId
from agent.domain.inputs import Inputs
from agent.domain.lesson import Lesson, LessonNumber, LessonState, Teaching, Unreadable
from agent.domain.life import Document

_INPUTS: TypeAdapter[Inputs] = TypeAdapter(Inputs)
_TEACHING: TypeAdapter[Teaching] = TypeAdapter(Teaching)

_DROP = delete(inputs).where(
    inputs.c.document_id == bindparam("wanted"), inputs.c.epoch == bindparam("of_epoch")
)
_KEEP = insert(inputs)
_ACTIVE = select(lessons).where(lessons.c.state == LessonState.ACTIVE).order_by(lessons.c.number)


def keep_inputs(connection: Connection, settled: Document, made_of: Inputs | None) -> None:
    """Write what an outcome was decided from."""
    if made_of is not None:
        body = zlib.compress(_INPUTS.dump_json(made_of))
        connection.execute(_KEEP, {"document_id": settled.document_id, "epoch": settled.epoch, "body": body})


def forget_inputs(connection: Connection, document: Document) -> None:
    """Drop what an outcome was decided from that never came to be."""
    connection.execute(_DROP, {"wanted": document.document_id, "of_epoch": document.epoch})


def last_inputs(connection: Connection, document_id: DocumentId) -> Inputs | None:
    """What the last decision was made of; None where that was not kept, or can't be read by this version."""
    body = connection.execute(
        select(inputs.c.body)
        .where(inputs.c.document_id == document_id)
        .order_by(inputs.c.epoch.desc())
        .limit(1)
    ).scalar()
    if body is None:
        return None
    try:
        return _INPUTS.validate_json(zlib.decompress(body))
    except (ValidationError, zlib.error):  # its words are people's names: they go no further
        return None


def are_active(connection: Connection, used: Sequence[Lesson]) -> bool:
    """Whether lessons that a decision was made of still count."""
    numbers = {lesson.number for lesson in used}
    if not numbers:
        return True
    active = select(func.count()).where(
        lessons.c.number.in_(sorted(numbers)), lessons.c.state == LessonState.ACTIVE
    )
    return connection.execute(active).scalar_one() == len(numbers)


def propose(
    connection: Connection,
    settled: Document,
    teachings: Sequence[Teaching],
    actor: str,
    now: datetime.datetime,
) -> None:
    """Write down what an answer may teach; what was proposed before is not proposed again."""
    for teaching in teachings:
        told = _TEACHING.dump_json(teaching)
        key = sha256(told).hexdigest()
        if connection.execute(select(lessons.c.number).where(lessons.c.teaching_key == key)).first() is None:
            connection.execute(
                insert(lessons).values(
                    teaching=told.decode(),
                    teaching_key=key,
                    state=LessonState.PROPOSED,
                    document_id=settled.document_id,
                    taught_by=actor,
                    taught_at=now,
                )
            )


def in_states(connection: Connection, states: frozenset[LessonState]) -> Sequence[Lesson]:
    wanted = (
        _ACTIVE
        if states == {LessonState.ACTIVE}
        else select(lessons).where(lessons.c.state.in_(sorted(states))).order_by(lessons.c.number)
    )
    return [_lesson(row) for row in connection.execute(wanted)]


def numbered(connection: Connection, number: LessonNumber) -> Lesson | None:
    row = connection.execute(select(lessons).where(lessons.c.number == number)).one_or_none()
    return None if row is None else _lesson(row)


def judge(
    connection: Connection, number: LessonNumber, state: LessonState, actor: str, now: datetime.datetime
) -> None:
    connection.execute(
        update(lessons).where(lessons.c.number == number).values(state=state, judged_by=actor, judged_at=now)
    )


def _lesson(row: Row[tuple[Any, ...]]) -> Lesson:
    return Lesson(
        number=LessonNumber(row.number),
        teaching=_teaching(row.teaching),
        state=LessonState(row.state),
        document_id=DocumentId(row.document_id),
        taught_by=row.taught_by,
        taught_at=row.taught_at,
        judged_by=row.judged_by,
        judged_at=row.judged_at,
    )


def _teaching(told: str) -> Teaching | Unreadable:
    """What a lesson says. One that can't be read keeps no document from being decided."""
    try:
        return _TEACHING.validate_json(told)
    except ValidationError:  # its words are people's names: they go no further
        return Unreadable()
