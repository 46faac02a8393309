"""What answers of people may teach: a spelling of one person's name, or a label of a sender's layout.

A lesson is proposed by this program, and counts only while a human's word keeps it active. It is never enough alone: a
spelling stands for the name, and a second identifier is still needed; a label announces, no more.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NewType

from agent.domain.document import DocumentId
from agent.domain.evidence import MarkKind
from agent.domain.identity import RecordId

LessonNumber = NewType("LessonNumber", int)


class LessonState(StrEnum):
    """Whether a lesson counts."""

    PROPOSED = "proposed"
    """Nobody has said yet whether it is true."""
    ACTIVE = "active"
    """A human has confirmed it."""
    REVOKED = "revoked"
    """A human has refused it, or taken it back; it may be confirmed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """How a record was called when a lesson was taught."""

    last_name: str
    first_name: str
    birth_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A printed spelling that means one person.

    Attributes:
        last_name: as printed; the whole name where nothing parts it from the first name.
        first_name: as printed; empty where the whole name is in `last_name`.
        registered: whose name it was; None where an early version did not keep that: it does not count.
    """

    record_id: RecordId
    last_name: str
    first_name: str = ""
    registered: Registered | None = None
    what: Literal["alias"] = "alias"

    @property
    def printed(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A phrase that says what follows it.

    Attributes:
        words: in normal form, a space between them.
        announces: a whole name, a birth date or a number.
        identifier: the kind of number.
    """

    words: str
    announces: MarkKind
    identifier: str | None = None
    what: Literal["label"] = "label"


Teaching = Alias | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What a lesson teaches that another version wrote, and this one can't read; it counts for nothing."""

    what: Literal["unreadable"] = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One thing that an answer may teach.

    Attributes:
        document_id: the document whose answer teaches it.
        taught_by: who gave that answer.
        judged_by: who confirmed or revoked it last.
    """

    number: LessonNumber
    teaching: Teaching | Unreadable
    state: LessonState
    document_id: DocumentId
    taught_by: str
    taught_at: datetime.datetime
    judged_by: str | None = None
    judged_at: datetime.datetime | None = None
