"""Evidence and people to assessments: what speaks for and against each person. No verdict is given here.

Each assessment stands for itself: it depends neither on the order of the people nor on who else is among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.core import reasons
from agent.core.agreement import (
    is_birthday,
    is_contrary,
    is_contrary_doubt,
    is_foreign,
    is_nearly_birthday,
    is_own,
)
from agent.core.bystanders import bystander_phrases
from agent.core.dates import are_near, is_weak
from agent.core.identifiers import BY_NAME, shape
from agent.core.mentions import Mention, Names
from agent.core.names import name_keys, spelling_key
from agent.core.others import Others
from agent.core.roles import Roles
from agent.core.strange_numbers import StrangeNumbers
from agent.domain.decision import Reason
from agent.domain.evidence import (
    DoubtKind,
    Evidence,
    MarkKind,
    Passage,
    PrintedDate,
    PrintedIdentifier,
)
from agent.domain.identity import Person

BINDING_LINES = 2
BINDING_CHARACTERS = 160
"""A record's own birth date or number binds a name that stands at most this far before it."""
AGE_SLACK_YEARS = 2
"""An age may be rounded, and the document's date be that of an earlier visit."""
_SIMILAR_WITHIN_TOKENS = 12
_CONTRADICTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """An exact mention in the subject's position, and the lowest OCR confidence of its words."""

    start: int
    confidence: int | None
    is_labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A printed birth date or number, held against the registered one.

    Attributes:
        confidence: the lowest of its words; None for a text layer.
        is_weak: a birthday that may be a placeholder, or that a slip may have turned into the registered one.
        is_number: it is no birth date.
    """

    confidence: int | None
    is_number: bool = False
    is_weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What speaks for and against one person.

    Attributes:
        namings: the mentions that name the person as the document's subject.
        is_mentioned: the exact name is printed in no other role, though perhaps not as the subject.
        is_read_by_ocr: such a mention stands where OCR may have damaged the label that made it a role or a subject.
        agreements: labelled birth dates and exact numbers that are the person's own; not the number of an insured,
            whom it may be the child of.
        differences: labelled birth dates and numbers that are registered otherwise.
        contradictions: why a match is out of the question.
        others: labelled names of somebody else.
        reasons: all of it, for a human.
        score: for the order of proposals only.
    """

    person: Person
    namings: tuple[Naming, ...] = ()
    is_mentioned: bool = False
    is_read_by_ocr: bool = False
    agreements: tuple[Proof, ...] = ()
    differences: tuple[Proof, ...] = ()
    contradictions: tuple[Reason, ...] = ()
    others: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()
    score: int = 0

    @property
    def is_contradicted(self) -> bool:
        """Whether something printed says that it is somebody else; what can't be checked does not."""
        return any(reason.code != reasons.AGE_UNCHECKED for reason in self.contradictions)


def compare(evidence: Evidence, people: Sequence[Person]) -> tuple[Assessment, ...]:
    """Assess each person, best first."""
    reading = _Reading(evidence)
    assessments = map(reading.assess, people)
    return tuple(sorted(assessments, key=lambda one: (-one.score, one.person.record_id)))


class _Reading:
    """One document's evidence, prepared for many people."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        mark_at = {
            position: mark
            for mark in evidence.marks
            for position in range(mark.passage.start, mark.passage.end)
        }
        self._roles = Roles(evidence, mark_at)
        self._names = Names(evidence, mark_at)
        self._others = Others(evidence, mark_at)
        self._bystanders = tuple(
            reasons.perhaps_somebody_else(evidence, passage) for passage in bystander_phrases(evidence.tokens)
        )
        self._birth_labels = [
            mark.passage.start for mark in evidence.marks if mark.kind is MarkKind.BIRTH_DATE
        ]
        self._numbers = [number for number in evidence.identifiers if number.proves]
        self._keys: dict[str, list[int]] = {}
        for position, token in enumerate(evidence.tokens):
            self._keys.setdefault(spelling_key(token.text), []).append(position)
        self._strange = StrangeNumbers(evidence, within_lines=BINDING_LINES)
        self._conflicts = tuple(self._find_conflicts())

    def assess(self, person: Person) -> Assessment:
        dates = [
            date
            for date in self._evidence.birth_dates
            if is_birthday(date, person) and self._is_subjects(date)
        ]
        numbers = [number for number in self._numbers if is_own(number, person)]
        mentions = self._names.mentions(person)
        proving = [number for number in numbers if not number.is_of_insured and self._is_subjects(number)]
        subject = [one for one in mentions if not one.is_void and self._is_bound(one, person, dates, proving)]
        contradictions = (
            *self._contradictions(person),
            *self._strange.than(person, mentions, dates),
            *self._conflicts,
        )
        supports = (
            *self._supporting_names(person, mentions, subject),
            *(reasons.birth_date_same(self._evidence, date.readings[0], date.passage) for date in dates[:1]),
            *(reasons.identifier_same(self._evidence, number) for number in numbers[:1]),
            *self._hints(person),
        )
        return Assessment(
            person=person,
            namings=tuple(
                Naming(start=one.start, confidence=self._confidence(one.parts), is_labelled=one.is_labelled)
                for one in subject
            ),
            is_mentioned=any(not one.is_void for one in mentions),
            is_read_by_ocr=any(
                not one.is_void and self._confidence(one.parts) is not None for one in mentions
            ),
            agreements=(
                *(
                    Proof(confidence=self._confidence([date.passage]), is_weak=is_weak(date.readings[0]))
                    for date in dates
                ),
                *(Proof(confidence=self._confidence([number.passage]), is_number=True) for number in proving),
            ),
            differences=tuple(self._differences(person)),
            contradictions=contradictions,
            others=(
                *(
                    reasons.somebody_else(self._evidence, passage)
                    for passage in self._others.than(person, mentions)
                ),
                *self._bystanders,
            ),
            reasons=(*supports, *contradictions),
            score=sum(reasons.WEIGHTS[reason.code] for reason in supports)
            - _CONTRADICTED * bool(contradictions),
        )

    def _is_bound(
        self,
        mention: Mention,
        person: Person,
        dates: Iterable[PrintedDate],
        numbers: Iterable[PrintedIdentifier],
    ) -> bool:
        """Whether a label makes a name the subject's, or the person's own birth date or number close behind it.

        The latter only on one page, and only where nothing announces the name, and nobody else's number is printed.
        """
        if mention.is_labelled:
            return True
        if not mention.is_unannounced or any(is_foreign(number, person) for number in self._numbers):
            return False
        own = (
            *(date.passage for date in dates if self._is_labelled_behind(mention, date.passage)),
            *(number.passage for number in numbers),
        )
        last = self._evidence.tokens[mention.end - 1]
        for passage in own:
            proof = self._evidence.tokens[passage.start]
            lines, characters = proof.line - last.line, proof.offset - last.offset
            is_close = lines <= BINDING_LINES and characters <= BINDING_CHARACTERS
            if passage.start >= mention.end and proof.page == last.page and is_close:
                return True
        return False

    def _is_subjects(self, printed: PrintedDate | PrintedIdentifier) -> bool:
        """Whether no role makes it a relative's, an insured's or a doctor's; it may still contradict."""
        return not self._roles.is_anothers(printed.passage.start)

    def _is_labelled_behind(self, mention: Mention, date: Passage) -> bool:
        """Whether a birth date's label follows the name; in a table it stands above, and an unknown head beside it."""
        return any(mention.end <= label <= date.end for label in self._birth_labels)

    def _supporting_names(
        self, person: Person, mentions: Sequence[Mention], subject: Sequence[Mention]
    ) -> Iterator[Reason]:
        free = [one for one in mentions if not one.is_void]
        if free and free[0].spelling is not None:
            passage = Passage(start=free[0].start, end=free[0].end)
            yield reasons.name_learned(self._evidence, person, passage, free[0].spelling.lesson)
        elif free:
            yield reasons.name_printed(self._evidence, person, free[0].parts[0])
        elif mentions:
            yield reasons.name_in_other_role(self._evidence, person, mentions[0].parts[0])
        else:
            yield from self._likeness(person)
        if subject:
            yield reasons.name_as_subject(self._evidence, subject[0].parts[0])

    def _likeness(self, person: Person) -> Iterator[Reason]:
        """A name in another spelling, under the name at birth, in part, or inside a longer one."""
        names = [[self._keys.get(key, []) for key in keys] for keys in name_keys(person)]
        for places in names:
            whole = self._closest(places)
            if whole is not None:
                yield reasons.name_similar(self._evidence, person, Passage(start=whole, end=whole + 1))
                return
        part = next((positions[0] for places in names for positions in places if positions), None)
        if part is not None:
            yield reasons.name_in_part(self._evidence, person, Passage(start=part, end=part + 1))

    @staticmethod
    def _closest(places: Sequence[Sequence[int]]) -> int | None:
        """Where all parts of a name stand close together."""
        for start in places[0]:
            if all(
                any(abs(other - start) <= _SIMILAR_WITHIN_TOKENS for other in rest) for rest in places[1:]
            ):
                return start
        return None

    def _hints(self, person: Person) -> Iterator[Reason]:
        """What may only propose."""
        phone = BY_NAME["phone"].normalise(person.phone or "")
        for number in self._evidence.identifiers:
            if number.kind == "phone" and number.value == phone:
                yield reasons.phone_same(self._evidence, number)
                break
        for date in self._evidence.birth_dates:
            if (
                person.birth_date
                and date.readings != (person.birth_date,)
                and person.birth_date in date.readings
            ):
                yield reasons.birth_date_short(self._evidence, person.birth_date, date.passage)
                break
            if person.birth_date and is_nearly_birthday(date, person.birth_date):
                yield reasons.birth_date_near(self._evidence, person.birth_date, date.passage)
                break

    def _contradictions(self, person: Person) -> Iterator[Reason]:
        for date in self._evidence.birth_dates:
            if person.birth_date and person.birth_date not in date.readings:
                yield reasons.birth_date_differs(self._evidence, date, person.birth_date)
        for doubt in self._evidence.doubts:
            if doubt.kind is DoubtKind.BIRTH_DATE and doubt.readings != (person.birth_date,):
                yield reasons.birth_date_unread(self._evidence, doubt.passage)
            elif doubt.kind is DoubtKind.IDENTIFIER and is_contrary_doubt(doubt, person):
                yield reasons.identifier_unread(self._evidence, doubt.passage)
        for age in self._evidence.ages:
            if person.birth_date and not age.birth_years:
                yield reasons.age_unchecked(self._evidence, age.passage)
            elif person.birth_date and not any(
                abs(year - person.birth_date.year) <= AGE_SLACK_YEARS for year in age.birth_years
            ):
                yield reasons.age_differs(self._evidence, age.passage)
        for number in self._numbers:
            if is_contrary(number, person):
                yield reasons.identifier_differs(self._evidence, number)

    def _differences(self, person: Person) -> Iterator[Proof]:
        for date in self._evidence.birth_dates:
            is_other = len(date.readings) == 1 and person.birth_date not in date.readings
            if person.birth_date and is_other and self._is_subjects(date):
                is_near = are_near(date.readings[0], person.birth_date)
                yield Proof(confidence=self._confidence([date.passage]), is_weak=is_near)
        for number in self._numbers:
            if is_contrary(number, person) and number.is_valid and self._is_subjects(number):
                yield Proof(confidence=self._confidence([number.passage]))

    def _find_conflicts(self) -> Iterator[Reason]:
        """Two different labelled birth dates, or numbers of one kind: the document may be about two people."""
        dates = self._evidence.birth_dates
        second = _first_other(("birth date", date.readings) for date in dates)
        if second is not None:
            told = [reasons.several_birth_dates(self._evidence, dates[it].passage) for it in reversed(second)]
            yield from told[: len({reason.page for reason in told})]
        labelled = [number for number in self._numbers if number.is_labelled]
        second = _first_other((number.kind or shape(number.value), number.value) for number in labelled)
        if second is not None:
            told = [reasons.several_identifiers(self._evidence, labelled[it]) for it in reversed(second)]
            yield from told[: len({reason.page for reason in told})]

    def _confidence(self, passages: Iterable[Passage]) -> int | None:
        known = [self._evidence.confidence(passage) for passage in passages]
        return min((value for value in known if value is not None), default=None)


def _first_other(items: Iterable[tuple[str, object]]) -> tuple[int, int] | None:
    """Where a value of some kind stands, and the first later one that differs from it."""
    seen: dict[str, tuple[int, object]] = {}
    for position, (kind, value) in enumerate(items):
        first, earlier = seen.setdefault(kind, (position, value))
        if earlier != value:
            return first, position
    return None
