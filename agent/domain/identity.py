"""Who: a record of the registry is a person."""

import datetime
from dataclasses import dataclass
from typing import NewType

RecordId = NewType("RecordId", str)
"""The registry's own key of a person; validated at import, because it becomes a folder name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number that belongs to one person, such as a national or an insurance number.

    Attributes:
        kind: the name of an entry of `core.identifiers.IDENTIFIERS`, or of a kind of the office's own.
        value: in that entry's normal form.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Another way in which a person's name is printed, as people have confirmed it.

    Attributes:
        last_name: the whole name where `first_name` is empty.
        lesson: the number of the lesson that says so.
        is_shared: somebody else may bear it too: it then names nobody, but still counts among namesakes.
    """

    last_name: str
    first_name: str
    lesson: int
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One record of the registry, as the office wrote it (names are not normalised here).

    Attributes:
        spellings: no part of the record: what answers have taught, added for a decision.
    """

    record_id: RecordId
    last_name: str
    first_name: str
    birth_name: str | None = None
    birth_date: datetime.date | None = None
    sex: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    phone: str | None = None
    spellings: tuple[Spelling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What the registry knows that touches the evidence: a search, not a verdict.

    Attributes:
        named: everyone whose name, birth date or identifier touches the evidence, homonyms included.
        is_trustworthy: False while the copy is empty, stale or truncated: then nothing is matched.
        version: of the copy that was searched; it changes with every import.
        is_cut: more people are touched than can be compared, and `named` are a few of them: then nothing is matched.
    """

    named: tuple[Person, ...]
    is_trustworthy: bool = True
    version: int = 0
    is_cut: bool = False
