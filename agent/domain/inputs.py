"""What a decision was made of, beside the text: kept with it, so that it can be made again and looked into."""

from dataclasses import dataclass

from agent.domain.decision import Denial, Mode, Policy
from agent.domain.evidence import MarkKind
from agent.domain.identity import Person
from agent.domain.lesson import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNumber:
    """A kind of number as it was known: an entry of `core.identifiers`, or one of the office's own.

    Attributes:
        form: the regular expression of its compact form.
        printed: how it is printed, in the notation of `core.forms`; empty where nothing was said of that.
    """

    name: str
    title: str
    form: str
    stands_alone: bool
    proves: bool
    is_of_insured: bool
    printed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLabel:
    """A label of the office's own, in tokens."""

    tokens: tuple[str, ...]
    announces: MarkKind
    identifier: str | None = None
    is_mirrored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that the rules were given for one decision, beside the text.

    Attributes:
        people: whom the registry found, as they were, with the spellings that were active.
        near: whom the registry proposed where no rule found the one; only for a human to choose from.
        is_trustworthy: whether the registry's copy was fresh and complete.
        confidence_floor: OCR confidence, 0 to 100, that every word of a match had to reach.
        missing: what of the document could not be read; empty when every page was.
        numbers: the kinds that were known.
        labels: those of the office.
        lessons: the active ones that concern these people, or whose label is printed.
        denials: the records under which these bytes don't belong, as humans have said.
        rules_version: of the rules, as `core.rules.VERSION` was.
    """

    people: tuple[Person, ...]
    registry_version: int
    is_trustworthy: bool
    policy: Policy
    mode: Mode
    confidence_floor: int
    missing: str
    numbers: tuple[KnownNumber, ...]
    near: tuple[Person, ...] = ()
    labels: tuple[KnownLabel, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    denials: tuple[Denial, ...] = ()
    rules_version: int
