"""What a document says about the person it concerns: names, birth dates, numbers, and where each was read.

Everything points into one stream of tokens, and each token keeps its page, box, printed form and OCR confidence, so
that every conclusion can be traced to the very words it rests on. Nothing here is corrected: a value is as printed.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.document import Box

SURE = 80
"""Below it OCR has often damaged a word; the floor for what a match rests on is the same by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A run of letters and digits.

    Attributes:
        text: its normal form, the one that is compared.
        printed: the word that it is a part of, as it stands on the page.
        before: what separates it from the token before: punctuation and space, a tab for a column gap, a line feed
            for a new line, a form feed for a new page.
        line: counted through the whole document.
        offset: its distance from the start of the document, in printed characters.
        confidence: of its word, 0 to 100; None for a text layer.
        is_name_like: it begins with a capital, or its script knows none.
    """

    text: str
    printed: str
    before: str
    page: int
    line: int
    offset: int
    box: Box
    confidence: int | None
    is_name_like: bool

    @property
    def is_unsure(self) -> bool:
        """Whether OCR hardly read its word; a word of a text layer never is."""
        return self.confidence is not None and self.confidence < SURE

    @property
    def is_mostly_letters(self) -> bool:
        return 2 * sum(map(str.isalpha, self.text)) > len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Tokens from `start` up to, but not with, `end`."""

    start: int
    end: int


class MarkKind(StrEnum):
    """What a known phrase announces."""

    NAME = "name"
    """The whole name of the person whom the document is about."""
    TOPIC = "topic"
    """What the document is about, which may be a person."""
    PARTY = "party"
    """Somebody whom the document may be about (a deceased, an employee): such a label binds nobody, but can veto."""
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    BIRTH_NAME = "birth_name"
    BIRTH_DATE = "birth_date"
    IDENTIFIER = "identifier"
    CIVILITY = "civility"
    ROLE = "role"
    """Somebody or something else: a doctor, a parent, an insured, a street."""
    NEUTRAL = "neutral"
    """A label that says nothing about identity, but ends a name."""


NAME_KINDS = frozenset(
    {MarkKind.NAME, MarkKind.TOPIC, MarkKind.LAST_NAME, MarkKind.FIRST_NAME, MarkKind.BIRTH_NAME}
)
"""The labels of the subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A known phrase.

    Attributes:
        identifier: for `IDENTIFIER`, the kind of number; None when the label doesn't say which.
        is_mirrored: Arabic in visual order: the value stands before the label.
    """

    kind: MarkKind
    passage: Passage
    identifier: str | None = None
    is_mirrored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameField:
    """What a label of a name announces; its passage is empty where no name-like word follows.

    Attributes:
        kind: one of `NAME_KINDS`, or a party.
        is_announced: a colon, or what OCR takes for one, stands behind the label, or cells below it.
    """

    kind: MarkKind
    passage: Passage
    is_announced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedAge:
    """An age in years.

    Attributes:
        birth_years: those it would mean at each date of the document; none where no date is printed.
    """

    birth_years: tuple[int, ...]
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDate:
    """A labelled birth date.

    Attributes:
        readings: one date; two where the century is not printed; none where no such day exists.
    """

    readings: tuple[datetime.date, ...]
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedIdentifier:
    """A number.

    Attributes:
        kind: the name of a kind of `core.identifiers`; None when the label doesn't say which.
        value: in that kind's normal form.
        is_valid: its form, and its checksum where one exists, are right.
        title: of the kind, for a human.
        proves: False for a number that families share; it only proposes.
        is_of_insured: it may be the subject's parent's.
    """

    kind: str | None
    value: str
    is_labelled: bool
    is_valid: bool
    passage: Passage
    title: str = "identification number"
    proves: bool = True
    is_of_insured: bool = False


class DoubtKind(StrEnum):
    """What a damaged place may have said."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A place that may name, number, or date the birth of, a person whom the document is about. It only speaks against.

    Attributes:
        readings: of a birth date; empty when it can't be read.
        value: of a number, all letters and digits that may be a part of it.
        identifier: the kind of number; None when the label doesn't say which.
        is_of_insured: of a number that may be the subject's parent's.
    """

    kind: DoubtKind
    passage: Passage
    readings: tuple[datetime.date, ...] = ()
    value: str = ""
    identifier: str | None = None
    is_of_insured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was found, in the order of the document."""

    tokens: tuple[Token, ...] = ()
    marks: tuple[Mark, ...] = ()
    fields: tuple[NameField, ...] = ()
    birth_dates: tuple[PrintedDate, ...] = ()
    identifiers: tuple[PrintedIdentifier, ...] = ()
    ages: tuple[PrintedAge, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def printed(self, passage: Passage) -> str:
        """The whole words of a passage as printed."""
        words = {token.box: token.printed for token in self.tokens[passage.start : passage.end]}
        return " ".join(words.values())

    def confidence(self, passage: Passage) -> int | None:
        """The lowest OCR confidence of the words; None when all come from a text layer."""
        known = [
            token.confidence
            for token in self.tokens[passage.start : passage.end]
            if token.confidence is not None
        ]
        return min(known, default=None)

    def box(self, passage: Passage) -> Box:
        """The rectangle around the words on the page of the first of them."""
        page = self.tokens[passage.start].page
        boxes = [token.box for token in self.tokens[passage.start : passage.end] if token.page == page]
        return Box(
            left=min(box.left for box in boxes),
            top=min(box.top for box in boxes),
            right=max(box.right for box in boxes),
            bottom=max(box.bottom for box in boxes),
        )
