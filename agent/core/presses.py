"""What a button holds: 64 bytes that name a question or a document and what to do with it, never a person.

Whoever has a modified client can send anything, so each part is checked against what stands when the press arrives.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.domain.document import DocumentId, Sha256
from agent.domain.identity import Person
from agent.domain.message import Button, Message
from agent.domain.question import QuestionId

_REVISION_LENGTH = 8
_QUESTION = re.compile(r"v1:q:([1-9][0-9]{0,17}):([a-z]+)([0-9]{0,2}):([0-9a-f]{8})")
_DOCUMENT = re.compile(r"v1:d:([1-9][0-9]{0,17}):([a-z]+):([0-9]{1,9})")


class Option(StrEnum):
    """What can be pressed under a question; some with a number."""

    CHOOSE = "c"
    CONFIRM = "y"
    NONE = "n"
    SKIP = "s"
    PAGE = "p"
    BACK = "b"
    PROPOSALS = "o"
    SEARCH = "f"
    SNIPPET = "i"
    SPLIT = "x"


class Verb(StrEnum):
    """What can be pressed under a message about a document."""

    UNDO = "undo"
    RETRY = "retry"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPress:
    question_id: QuestionId
    option: Option
    number: int | None
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPress:
    document_id: DocumentId
    verb: Verb
    epoch: int


def revision_of(sha256: Sha256, epoch: int, offered: Sequence[Person]) -> str:
    """A short hash of the document's bytes, its epoch, and who is offered under which button.

    A record may be given to another person, so who that is counts too: by name and birth date, as people see them.
    """
    told = "\0".join((sha256, str(epoch), *(part for person in offered for part in _seen_of(person))))
    return hashlib.sha256(told.encode()).hexdigest()[:_REVISION_LENGTH]


def likeness_of(person: Person) -> str:
    """A short hash of whom people see: another one where the record is somebody else's by now."""
    return hashlib.sha256("\0".join(_seen_of(person)).encode()).hexdigest()[:_REVISION_LENGTH]


def _seen_of(person: Person) -> tuple[str, ...]:
    born = "" if person.birth_date is None else person.birth_date.isoformat()
    return person.record_id, person.last_name, person.first_name, person.birth_name or "", born


def question_data(question_id: QuestionId, option: Option, revision: str, number: int | None = None) -> str:
    return f"v1:q:{question_id}:{option}{'' if number is None else number}:{revision}"


def document_data(document_id: DocumentId, verb: Verb, epoch: int) -> str:
    return f"v1:d:{document_id}:{verb}:{epoch}"


def only_looking(message: Message) -> Message:
    """Give what is told where nobody may decide: the same, with no buttons but those that only show."""
    rows = (tuple(button for button in row if _only_shows(button)) for row in message.buttons)
    return replace(message, buttons=tuple(filter(None, rows)))


def _only_shows(button: Button) -> bool:
    pressed = read(button.data)
    return isinstance(pressed, QuestionPress) and pressed.option is Option.SNIPPET


def read(data: str) -> QuestionPress | DocumentPress | None:
    """Read what a press brought; None for what none of our buttons holds."""
    if found := _QUESTION.fullmatch(data):
        if found[2] not in {*Option}:
            return None
        return QuestionPress(
            question_id=QuestionId(int(found[1])),
            option=Option(found[2]),
            number=int(found[3]) if found[3] else None,
            revision=found[4],
        )
    found = _DOCUMENT.fullmatch(data)
    if found is None or found[2] not in {*Verb}:
        return None
    return DocumentPress(document_id=DocumentId(int(found[1])), verb=Verb(found[2]), epoch=int(found[3]))
