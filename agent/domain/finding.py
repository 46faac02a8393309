"""Finding a document again: what was typed, and what it found. No text of a document is among it."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import CorrelationId, DocumentId
from agent.domain.life import Document


class Place(StrEnum):
    """Where what was typed was found."""

    NUMBER = "number"
    """It is the document's own number, or its correlation id."""
    PERSON = "person"
    """It is what the registry has of the person under whom the document is filed, or that record's id."""
    DATE = "date"
    """The document came, or was filed, on that day."""
    NAME = "name"
    """It stands in the name that the file came with."""
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, from a moment until before another; both are in UTC, and None is no bound."""

    since: datetime.datetime | None
    until: datetime.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or a phrase in quotes.

    Attributes:
        typed: as it was typed, without what can't be stored.
        tokens: its runs of letters and digits in normal form, at least one; in this order they stand together.
        is_beginning: the last token may be the beginning of a word.
        number: the document that it names; None where it is no reference.
        correlation_id: as a line of the log has it; None where it is none.
        days: the days that it may mean; empty where it is no date.
    """

    typed: str
    tokens: tuple[str, ...]
    is_beginning: bool = False
    number: DocumentId | None = None
    correlation_id: CorrelationId | None = None
    days: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """All terms must be found, each in any place, and the document came or was filed in the span."""

    terms: tuple[Term, ...]
    span: Span | None = None

    @property
    def token_count(self) -> int:
        return sum(len(term.tokens) for term in self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document with everything that was sought.

    Attributes:
        places: where the terms were found, in the order of `Place`; empty where only a span was sought.
        page: the first of the pages that have most of the terms; None where none was found in the text.
    """

    document: Document
    places: tuple[Place, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found.

    Attributes:
        shown: those that came last, newest first.
        count: how many there are in all.
        left_out: where nothing could be looked for now.
        has_nobody: nothing was found, and the registry is empty: no name can be found.
    """

    shown: tuple[Found, ...]
    count: int
    left_out: tuple[Place, ...] = ()
    has_nobody: bool = False
