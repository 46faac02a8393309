"""What a human's answer may teach: how a sender spells one person's name, or labels what it prints of a person.

Nothing is proposed from a document that contradicts the chosen record, or that names two people: an answer may be right
for reasons that no rule can see, and then it teaches nothing.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.core.dates import is_weak, read_date
from agent.core.identifiers import read_number
from agent.core.layout import Layout
from agent.core.match import Assessment, compare
from agent.core.mentions import Names
from agent.core.names import core, name_keys, spelling_key, tokens
from agent.core.roles import Roles
from agent.core.vocabulary import Vocabulary
from agent.domain.evidence import DoubtKind, Evidence, Mark, MarkKind, NameField, Passage
from agent.domain.identity import Person
from agent.domain.lesson import Alias, Label, Teaching

_LONGEST_LABEL = 4
_SHORTEST_LABEL = 3
"""Letters of a label; `N :` announces too much."""
_MOST_LINES_APART = 3
_SHORTEST_NAME, _LONGEST_NAME = 2, 6
_ALIKE = 0.75
"""From this likeness (difflib's ratio) two words may be one name in two spellings: TAZI and TAZZI have 0.89."""
_SUBJECTS = frozenset(
    {MarkKind.NAME, MarkKind.LAST_NAME, MarkKind.FIRST_NAME, MarkKind.PARTY, MarkKind.TOPIC}
)


def what_it_teaches(evidence: Evidence, person: Person, vocabulary: Vocabulary) -> tuple[Teaching, ...]:
    """Find what the answer "it is this person" may teach.

    Args:
        vocabulary: that the evidence was found with.
    """
    (found,) = compare(evidence, [person])
    if found.contradictions:
        return ()
    document = _Document(evidence)
    taught: tuple[Teaching, ...] = (
        *document.aliases(found),
        *document.labels_of_names(found),
        *document.labels_of_birth_dates(found),
        *document.labels_of_numbers(found, vocabulary),
    )
    return tuple(dict.fromkeys(taught))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A name that stands in the subject's place, under one label or under two."""

    last_name: str
    first_name: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return (*tokens(self.last_name), *tokens(self.first_name))


class _Document:
    """One document's evidence, looked at with the answer in hand."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._stream = evidence.tokens
        self._mark_at: dict[int, Mark] = {
            position: mark
            for mark in evidence.marks
            for position in range(mark.passage.start, mark.passage.end)
        }
        self._layout = Layout(evidence.tokens)
        self._names = Names(evidence, self._mark_at)
        self._roles = Roles(evidence, self._mark_at)

    def aliases(self, found: Assessment) -> Iterator[Alias]:
        """The one name in the subject's place, where it is much like the person's, and a second identifier fits."""
        if found.is_mentioned or not found.agreements:
            return
        subjects = {subject.words: subject for subject in self._subjects()}
        if len(subjects) != 1:
            return
        ((words, subject),) = subjects.items()
        is_name = _SHORTEST_NAME <= len(words) <= _LONGEST_NAME and all(map(str.isalpha, words))
        if is_name and _is_like(words, found.person):
            yield Alias(
                record_id=found.person.record_id,
                last_name=subject.last_name,
                first_name=subject.first_name,
            )

    def _subjects(self) -> Iterator[_Subject]:
        """Each name in the subject's place; parts that belong to no whole stand for themselves."""
        fields = [
            field
            for field in self._evidence.fields
            if field.kind in _SUBJECTS
            and field.passage.end > field.passage.start
            and not self._roles.is_void(field.passage.start, field.passage.end)
        ]
        firsts = [field for field in fields if field.kind is MarkKind.FIRST_NAME]
        for field in fields:
            if field.kind is MarkKind.FIRST_NAME:
                continue
            beside = [first for first in firsts if self._are_beside(field, first)]
            if field.kind is MarkKind.LAST_NAME and len(beside) == 1:
                yield _Subject(last_name=self._printed(field), first_name=self._printed(beside[0]))
            else:
                yield _Subject(last_name=self._printed(field))

    def _are_beside(self, one: NameField, other: NameField) -> bool:
        lines = (self._stream[field.passage.start].line for field in (one, other))
        return abs(next(lines) - next(lines)) <= _MOST_LINES_APART

    def _printed(self, field: NameField) -> str:
        return self._evidence.printed(field.passage).strip(" .,;:")

    def labels_of_names(self, found: Assessment) -> Iterator[Label]:
        """An unknown label, or one that only vetoes, before the person's exact name, where a second identifier fits."""
        if found.namings or not found.agreements:
            return
        doubtful = {it.passage.start for it in self._evidence.doubts if it.kind is DoubtKind.NAME}
        for mention in self._names.mentions(found.person):
            if mention.is_void or mention.is_labelled:
                continue
            label = self._label_before(mention.start, may_be_party=True)
            is_damaged = mention.start in doubtful and label and label.start not in self._mark_at
            if label and not is_damaged:
                yield Label(words=self._words(label), announces=MarkKind.NAME)

    def labels_of_birth_dates(self, found: Assessment) -> Iterator[Label]:
        """An unknown label before the person's birth date, where the person is named as the subject."""
        birth_date = found.person.birth_date
        if birth_date is None or is_weak(birth_date) or not found.namings:
            return
        for position in range(len(self._stream)):
            read = read_date(self._stream, position)
            if read and read[0] == (birth_date,) and (label := self._label_before(position)):
                yield Label(words=self._words(label), announces=MarkKind.BIRTH_DATE)

    def labels_of_numbers(self, found: Assessment, vocabulary: Vocabulary) -> Iterator[Label]:
        """An unknown label before one of the person's numbers, where the person is named as the subject."""
        if not found.namings:
            return
        for position in range(len(self._stream)):
            read = read_number(self._stream, position)
            label = self._label_before(position) if read else None
            if not read or label is None:
                continue
            for own in found.person.identifiers:
                kind = vocabulary.kind(own.kind)
                if kind is not None and kind.normalise(read[0]) == own.value:
                    yield Label(words=self._words(label), announces=MarkKind.IDENTIFIER, identifier=own.kind)

    def _label_before(self, position: int, *, may_be_party: bool = False) -> Passage | None:
        """The words of a cell that lead with a colon to a value; None where a known label is among them."""
        end = position
        while end and self._kind(end - 1) is MarkKind.CIVILITY:
            end -= 1
        if ":" not in self._stream[end].before or not self._layout.is_same_line(max(end - 1, 0), end):
            return None
        start = end - 1
        while start > self._layout.line_start(end) and not self._layout.begins_cell(start):
            start -= 1
        words = self._stream[start:end]
        kinds = {self._kind(place) for place in range(start, end)}
        is_known = kinds != {None} and not (may_be_party and kinds == {MarkKind.PARTY})
        is_label = len(words) <= _LONGEST_LABEL and all(token.text.isalpha() for token in words)
        is_long = sum(len(token.text) for token in words) >= _SHORTEST_LABEL
        return Passage(start=start, end=end) if is_label and is_long and not is_known else None

    def _kind(self, position: int) -> MarkKind | None:
        mark = self._mark_at.get(position)
        return mark.kind if mark else None

    def _words(self, label: Passage) -> str:
        return " ".join(token.text for token in self._stream[label.start : label.end])


def _is_like(words: Sequence[str], person: Person) -> bool:
    """Whether a name and the person's have a word in common, in one spelling or another."""
    mine = {spelling_key(word) for word in core(words)}
    theirs = {key for keys in name_keys(person) for key in keys}
    return any(
        one == other or difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE
        for one in mine
        for other in theirs
    )
