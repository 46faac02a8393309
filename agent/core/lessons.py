"""What a human's answer may teach: how a sender spells one person's name, or labels what it prints of a person.

Nothing is proposed from a document that contradicts the chosen record, or that names two people: an answer may be right
for reasons that no rule can see, and then it teaches nothing.
"""

import difflib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.core.dates import is_weak, read_date
from agent.core.identifiers import read_number
from agent.core.layout import Layout
from agent.core.match import Assessment, compare
from agent.core.mentions import Names
from agent.core.names import core, name_keys, spelling_key, tokens
from agent.core.roles import Roles
from agent.core.vocabulary import Vocabulary
from agent.domain.evidence import Evidence, Mark, MarkKind, NameField, Passage
from agent.domain.identity import Person, Spelling
from agent.domain.lesson import Alias, Label, Registered, Teaching

_LONGEST_LABEL = 4
_SHORTEST_LABEL = 3
"""Letters of a label; `N :` announces too much."""
_MOST_LINES_APART = 3
_SURE = 90
"""OCR confidence from which on a word that nobody knows is taken for what is printed."""
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
    document = _Document(evidence, vocabulary)
    taught: tuple[Teaching, ...] = (
        *document.aliases(found),
        *document.labels_of_names(found),
        *document.labels_of_birth_dates(found),
        *document.labels_of_numbers(found),
    )
    return tuple(dict.fromkeys(taught))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A name that stands in the subject's place, under one label or under two."""

    last_name: str
    first_name: str = ""
    is_sure: bool

    @property
    def words(self) -> tuple[str, ...]:
        return (*tokens(self.last_name), *tokens(self.first_name))


class _Document:
    """One document's evidence, looked at with the answer in hand."""

    def __init__(self, evidence: Evidence, vocabulary: Vocabulary) -> None:
        self._evidence = evidence
        self._vocabulary = vocabulary
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
        person = found.person
        alias = Alias(
            record_id=person.record_id,
            last_name=subject.last_name,
            first_name=subject.first_name,
            registered=Registered(
                last_name=person.last_name, first_name=person.first_name, birth_name=person.birth_name
            ),
        )
        is_name = _SHORTEST_NAME <= len(words) <= _LONGEST_NAME and _is_of_one_script("".join(words))
        is_sure = subject.is_sure and not any(map(_is_run_together, alias.printed.split()))
        if is_name and is_sure and _may_be_called(words, person) and self._is_all(alias, person):
            yield alias

    def _is_all(self, alias: Alias, person: Person) -> bool:
        """Whether nothing but the spelling keeps the document from being about that person."""
        spelling = Spelling(last_name=alias.last_name, first_name=alias.first_name, lesson=0)
        (spelled,) = compare(self._evidence, [replace(person, spellings=(*person.spellings, spelling))])
        return bool(spelled.namings) and not spelled.others and not spelled.contradictions

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
                yield _Subject(
                    last_name=self._printed(field),
                    first_name=self._printed(beside[0]),
                    is_sure=self._is_sure(field.passage) and self._is_sure(beside[0].passage),
                )
            else:
                yield _Subject(last_name=self._printed(field), is_sure=self._is_sure(field.passage))

    def _are_beside(self, one: NameField, other: NameField) -> bool:
        lines = (self._stream[field.passage.start].line for field in (one, other))
        return abs(next(lines) - next(lines)) <= _MOST_LINES_APART

    def _printed(self, field: NameField) -> str:
        printed = self._evidence.printed(field.passage).strip(" .,;:")
        return "".join(letter for letter in printed if letter.isprintable())

    def _is_sure(self, passage: Passage) -> bool:
        """Whether every word was read surely: what OCR made of a name is no sender's spelling."""
        confidence = self._evidence.confidence(passage)
        return confidence is None or confidence >= _SURE

    def labels_of_names(self, found: Assessment) -> Iterator[Label]:
        """An unknown label, or one that only vetoes, before the person's exact name, where a second identifier fits."""
        if found.namings or not found.agreements:
            return
        for mention in self._names.mentions(found.person):
            if mention.is_void or mention.is_labelled:
                continue
            label = self._label_before(mention.start, may_be_party=True)
            if label:
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

    def labels_of_numbers(self, found: Assessment) -> Iterator[Label]:
        """An unknown label before one of the person's numbers, where the person is named as the subject."""
        if not found.namings:
            return
        for position in range(len(self._stream)):
            read = read_number(self._stream, position)
            label = self._label_before(position) if read else None
            if not read or label is None:
                continue
            for own in found.person.identifiers:
                kind = self._vocabulary.kind(own.kind)
                if kind is not None and kind.normalise(read[0]) == own.value:
                    yield Label(words=self._words(label), announces=MarkKind.IDENTIFIER, identifier=own.kind)

    def _label_before(self, position: int, *, may_be_party: bool = False) -> Passage | None:
        """The words of a cell that lead with a colon to a value; None where a known label is among them."""
        end = position
        while end and self._kind(end - 1) is MarkKind.CIVILITY:
            end -= 1
        if ":" not in self._stream[end].before or not self._layout.is_same_line(max(end - 1, 0), end):
            return None
        start = self._layout.cell_start(end - 1)
        words = self._stream[start:end]
        kinds = {self._kind(place) for place in range(start, end)}
        is_known = kinds != {None} and not (may_be_party and kinds == {MarkKind.PARTY})
        is_label = len(words) <= _LONGEST_LABEL and all(token.text.isalpha() for token in words)
        is_long = sum(len(token.text) for token in words) >= _SHORTEST_LABEL
        label = Passage(start=start, end=end)
        is_new = is_label and is_long and not is_known and self._is_sure(label)
        is_party = kinds == {MarkKind.PARTY}
        return label if is_new and (is_party or not self._is_nearly_known(self._words(label))) else None

    def _is_nearly_known(self, words: str) -> bool:
        """A damaged label is no new one."""
        return any(
            difflib.SequenceMatcher(None, words, " ".join(phrase.tokens)).ratio() >= _ALIKE
            for phrases in self._vocabulary.phrases.values()
            for phrase in phrases
        )

    def _kind(self, position: int) -> MarkKind | None:
        mark = self._mark_at.get(position)
        return mark.kind if mark else None

    def _words(self, label: Passage) -> str:
        return " ".join(token.text for token in self._stream[label.start : label.end])


def _may_be_called(words: Sequence[str], person: Person) -> bool:
    """Whether each word is much like one of the person's; a last name may be new where the first names are the same.

    Whoever marries, or goes by a name at birth that the office doesn't know, keeps the first name. A last name without
    any first name is a family's.
    """
    mine = {spelling_key(word) for word in core(words)}
    theirs = {key for keys in name_keys(person) for key in keys}
    firsts = {spelling_key(word) for word in core(tokens(person.first_name))}
    has_first = any(_are_alike(one, other) for one in mine for other in firsts)
    are_all_alike = all(any(_are_alike(one, other) for other in theirs) for one in mine)
    return len(mine) >= _SHORTEST_NAME and has_first and (are_all_alike or firsts < mine)


def _are_alike(one: str, other: str) -> bool:
    return one == other or difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _is_of_one_script(letters: str) -> bool:
    """Latin with letters of another alphabet among them only looks like a name."""
    return letters.isalpha() and len({letter.isascii() for letter in letters}) == 1


def _is_run_together(printed: str) -> bool:
    """`KarimUsager`, where a blank was lost, and `Benna-`, where the rest of a word is on the next line."""
    has_inner_capital = any(one.islower() and other.isupper() for one, other in itertools.pairwise(printed))
    return has_inner_capital or printed.endswith(("-", "‐"))
