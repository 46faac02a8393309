"""Learning: what an answer may teach is proposed, and counts from a human's word until a human's word.

A spelling that may mean somebody else too is never proposed, and refused when a human wants to confirm it; one that
comes to be so later is passed over when documents are decided (`core/learned.py`). So is one whose record has come to
have another name: ids are used again.
"""

from typing import assert_never

from agent.core import learned, replay
from agent.core.extract import extract
from agent.core.lessons import what_it_teaches
from agent.core.names import display
from agent.core.vocabulary import Vocabulary
from agent.domain.document import reference, text_of_plain
from agent.domain.identity import RecordId
from agent.domain.lesson import Alias, Label, Lesson, LessonNumber, LessonState, Teaching, Unreadable
from agent.domain.life import Action, Document, Request, Upshot
from agent.domain.phrase import Command, Phrase, plain
from agent.ports import Ports, Registry

LESSON_ACTIONS = frozenset({Action.CONFIRM_LESSON, Action.REVOKE_LESSON})
_DIGITS = 12
"""A lesson's number has fewer."""


def taught_by(document: Document, record_id: RecordId, ports: Ports) -> tuple[Teaching, ...]:
    """Find what the answer "it is this person's" may teach that was not proposed before.

    Nothing where the text or the decision's inputs are not stored, or pages are missing.
    """
    assert document.sha256 is not None
    text = ports.ledger.text(document.document_id, document.sha256)
    inputs = ports.ledger.inputs(document.document_id)
    person = ports.registry.person(record_id)
    if text is None or not text.is_complete or inputs is None or person is None:
        return ()
    vocabulary = replay.vocabulary_of(inputs)
    (person,) = learned.people_with([person], inputs.lessons)
    known = {lesson.teaching for lesson in ports.ledger.lessons(frozenset(LessonState))}
    return tuple(
        teaching
        for teaching in what_it_teaches(extract(text, vocabulary), person, vocabulary)
        if teaching not in known and refusal(teaching, ports) is None
    )


def judge_lesson(request: Request, ports: Ports) -> Upshot:
    """Confirm or revoke the lesson whose number the request's argument is, or say why not."""
    is_number = (
        request.argument.isascii() and request.argument.isdecimal() and len(request.argument) < _DIGITS
    )
    lesson = ports.ledger.lesson(LessonNumber(int(request.argument))) if is_number else None
    if lesson is None:
        return Upshot(done=False, phrases=(plain(f"There is no lesson {request.argument[:_DIGITS]}."),))
    if request.action is Action.CONFIRM_LESSON:
        return _confirm(lesson, request, ports)
    _write(lesson, LessonState.REVOKED, request, ports)
    sentence = (
        f"Lesson {lesson.number} is revoked: it counts no more. What was filed by it stays where it is."
    )
    return Upshot(done=True, phrases=(plain(sentence),))


def take_back(request: Request, ports: Ports) -> tuple[Phrase, ...]:
    """Revoke what an answer taught that has turned out wrong, as far as nobody has confirmed it.

    Returns:
        What to tell whoever took the answer back; empty where it taught nothing. Done twice, it says of the first
        time nothing more.
    """
    told: list[Phrase] = []
    for lesson in ports.ledger.lessons(frozenset({LessonState.PROPOSED, LessonState.ACTIVE})):
        if lesson.document_id != request.document_id:
            continue
        if lesson.state is LessonState.PROPOSED:
            _write(lesson, LessonState.REVOKED, request, ports)
            told.append(
                Phrase("Lesson {lesson}, which that answer taught, is revoked with it.", lesson=lesson.number)
            )
        else:
            told += [
                Phrase("Lesson {lesson}, which that answer taught, still counts.", lesson=lesson.number),
                Phrase("To change that: {command}", command=Command(f"lessons revoke {lesson.number}")),
            ]
    return tuple(told)


def _confirm(lesson: Lesson, request: Request, ports: Ports) -> Upshot:
    why_not = refusal(lesson.teaching, ports)
    if why_not is not None:
        return Upshot(done=False, phrases=(plain(f"Lesson {lesson.number} is not confirmed: {why_not}"),))
    _write(lesson, LessonState.ACTIVE, request, ports)
    sentence = (
        f"Lesson {lesson.number} is confirmed. It is never enough alone. Open questions that it answers are decided "
        "again. It counts until: "
        f"dossierd lessons revoke {lesson.number}"
    )
    return Upshot(done=True, phrases=(plain(sentence),))


def _write(lesson: Lesson, state: LessonState, request: Request, ports: Ports) -> None:
    """Into the audit trail, without what it says; then into the ledger. Done twice, it is as done once."""
    event = "lesson_confirmed" if state is LessonState.ACTIVE else "lesson_revoked"
    told = {"lesson": lesson.number, "kind": lesson.teaching.what, "actor": request.actor}
    if isinstance(lesson.teaching, Alias):
        told["record_id"] = lesson.teaching.record_id
    ports.journal.append(event, ports.clock.now(), document=reference(lesson.document_id), **told)
    ports.ledger.judge_lesson(lesson.number, state, request.actor, ports.clock.now())


def refusal(teaching: Teaching | Unreadable, ports: Ports) -> str | None:
    """Say why a lesson can't count in this office; None when nothing speaks against it."""
    return refusal_of(teaching, ports.registry, ports.rules.vocabulary)


def refusal_of(teaching: Teaching | Unreadable, registry: Registry, vocabulary: Vocabulary) -> str | None:
    """Say why a lesson can't count among these people; None when nothing speaks against it."""
    match teaching:
        case Alias():
            return _refusal_of_alias(teaching, registry)
        case Label() if learned.is_known_otherwise(teaching, vocabulary):
            return f"“{teaching.words}” is a label already, with another meaning."
        case Label():
            return None
        case Unreadable():
            return "another version wrote it, and this one can't read what it says."
        case _:
            assert_never(teaching)


def _refusal_of_alias(alias: Alias, registry: Registry) -> str | None:
    person = registry.person(alias.record_id)
    if person is None:
        return f"there is no record {alias.record_id} in the registry any more."
    if learned.is_outlived(alias, person):
        return (
            f"record {alias.record_id} is {display(person)} by now, and is not known to have had that name when this "
            "was taught."
        )
    people = registry.candidates(extract(text_of_plain(alias.printed)))
    if people.is_cut:
        return f"“{alias.printed}” may be too many people of the registry to hold each against it."
    others = learned.bearers(alias, people.named)
    if others:
        return (
            f"“{alias.printed}” may also be {display(others[0])} (record {others[0].record_id}), and a spelling counts "
            "only while it can be nobody else."
        )
    return None
