"""Who else a document may be about: every name in a subject's place that is not wholly a person's own.

A label is taken at its word whatever follows it: one word, a first name alone, a part of the person's name, no capital.
It errs on the side of finding too many: somebody else can only lead to a question.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.core.layout import Layout
from agent.core.marks import is_name_of_a_thing
from agent.core.mentions import FUNCTION_WORDS, Mention
from agent.core.names import HONORIFICS, JOINERS, PARTICLES, tokens, word_set
from agent.core.nearby import Unlabelled
from agent.core.roles import Roles
from agent.core.strange_names import StrangeNames
from agent.domain.evidence import DoubtKind, Evidence, Mark, MarkKind, NameField, Passage, Token
from agent.domain.identity import Person

_MOST_LINES_APART = 3
_LONGEST_NAME = 4
_SHORT_CIVILITIES = word_set("m mm ms sr")
_CIVILITY_GAPS = frozenset({" ", ". "})
_NAME_GAPS = frozenset({" ", "-", "'", "’", ". "})
_OF = word_set("de d of pour for")
_POSSESSIVES = word_set("son sa ses his her their")
_VOCATIVES = word_set("votre vos your")
_FAMILY = word_set(
    "fils fille enfant enfants bebe nourrisson epoux epouse mari femme conjoint conjointe pere mere frere soeur"
    " son daughter child children baby wife husband spouse father mother brother sister"
)
_TITLES = word_set("dr drs docteur docteure doctor pr prof professeur professeure professor maitre")
_SHORTEST_SURNAME = 3
_OFFICES = word_set(
    "directeur directrice president presidente confrere consoeur maire juge procureur chef ministre"
)
_LABEL_LINES = frozenset({MarkKind.NAME, MarkKind.FIRST_NAME, MarkKind.LAST_NAME, MarkKind.PARTY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A person's name in tokens."""

    last: frozenset[str]
    first: frozenset[str]
    birth: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.last | self.first | self.birth

    def is_last(self, words: set[str]) -> bool:
        return words >= self.last or (bool(self.birth) and words >= self.birth)

    def is_whole(self, words: set[str]) -> bool:
        return words >= self.first and self.is_last(words)


class Others:
    """The names of a document that stand where a subject's stands."""

    def __init__(self, evidence: Evidence, mark_at: Mapping[int, Mark]) -> None:
        self._evidence = evidence
        self._stream = evidence.tokens
        self._mark_at = mark_at
        self._layout = Layout(evidence.tokens)
        self._roles = Roles(evidence, mark_at)
        self._fields = [field for field in evidence.fields if self._names_somebody(field)]
        self._nearly = self._not_void(
            doubt.passage for doubt in evidence.doubts if doubt.kind is DoubtKind.NAME
        )
        self._namesakes = self._not_void(self._behind_unknown_labels(only_unsure=True))
        unlabelled = Unlabelled(evidence.tokens, self._layout, mark_at)
        written_as_names = tuple(self._written_as_names())
        self._addressed = (
            *self._not_void(
                (
                    *self._behind_civilities(),
                    *unlabelled.before_birth_dates(),
                    *unlabelled.below_rows(),
                    *unlabelled.below_unsure_lines(),
                    *unlabelled.beside_subjects(),
                    *filter(self._is_on_unsure_line, written_as_names),
                    *StrangeNames(evidence.tokens, self._layout, mark_at).passages(),
                )
            ),
            *self._joined_to_subjects(),
            *self._namesakes,
        )
        self._perhaps = (
            *unlabelled.greeted(),
            *unlabelled.told_of(),
            *self._not_void((*self._behind_unknown_labels(), *self._on_label_lines(), *self._of_somebody())),
            *written_as_names,
            *self._relatives_of_the_reader(),
        )

    def than(self, person: Person, mentions: Sequence[Mention]) -> tuple[Passage, ...]:
        """The names that are not a person's own.

        Where no label names the person, what follows an unknown label or looks like a name counts too, in any role but
        a doctor's: a letter that begins with a father's name and birth date may be about the son. Where one does, the
        same name under a second label that OCR hardly read may be the father's: `Patient : Adam TAZI (fils)`,
        `Pè,re : Adam TAZI`.
        """
        names = tuple(_names_of(person))
        starts = {part.start for mention in mentions for part in mention.parts}
        is_labelled = any(mention.is_labelled and not mention.is_void for mention in mentions)
        return (
            *(
                field.passage
                for field in self._fields
                if not any(self._is_own(field, own, starts, is_labelled=is_labelled) for own in names)
            ),
            *(
                passage
                for passage in (*self._nearly, *self._addressed, *(() if is_labelled else self._perhaps))
                if passage.start not in starts and not any(self._texts(passage) <= own.all for own in names)
            ),
            *(self._namesakes if any(mention.is_labelled for mention in mentions) else ()),
        )

    def _is_own(self, field: NameField, own: _Own, starts: set[int], *, is_labelled: bool) -> bool:
        """Whether a label's name is a person's own; a part of it only where a label names that person in full as well.

        `Nom : ALAOUI` and, without a label, `Karim ALAOUI, né le`: the form may be about another ALAOUI.
        """
        words = self._texts(field.passage)
        if not words <= own.all:
            return False
        if field.passage.start in starts:
            return True
        if field.kind is MarkKind.LAST_NAME:
            return is_labelled and own.is_last(words)
        if field.kind is MarkKind.FIRST_NAME:
            return is_labelled and words >= own.first
        is_in_passing = len(words) == 1 and not field.is_announced
        return is_in_passing or own.is_whole(words)

    def _names_somebody(self, field: NameField) -> bool:
        """Whether a label surely announces a person's name, in no other role; a name at birth comes with another."""
        words = self._stream[field.passage.start : field.passage.end]
        names = [token for token in words if token.text not in PARTICLES | HONORIFICS]
        is_half = any(token.confidence is not None for token in words)  # `L,uc` is no particle
        is_name = any(len(token.text) > 1 for token in names) or (
            field.is_announced and (bool(names) or is_half)
        )
        if not is_name or self._roles.is_void(field.passage.start, field.passage.end):
            return False
        if len(words) == 1 and "." in words[0].before and not field.is_announced:
            return False  # "the patient. We": the next sentence
        if field.kind is MarkKind.TOPIC:
            return sum(_has_capital(token) for token in names) > 1
        if field.kind is MarkKind.LAST_NAME:
            return field.is_announced or len(words) > 1 or self._is_beside_first_name(field)
        if field.kind is MarkKind.PARTY:
            return field.is_announced or len(words) > 1
        return field.kind is not MarkKind.BIRTH_NAME

    def _is_beside_first_name(self, field: NameField) -> bool:
        line = self._stream[field.passage.start].line
        return any(
            other.kind is MarkKind.FIRST_NAME
            and abs(self._stream[other.passage.start].line - line) <= _MOST_LINES_APART
            for other in self._evidence.fields
        )

    def _behind_civilities(self) -> Iterator[Passage]:
        for mark in self._evidence.marks:
            start, civility = mark.passage.end, self._stream[mark.passage.start]
            if mark.kind is not MarkKind.CIVILITY or start >= len(self._stream):
                continue
            is_short = civility.text in _SHORT_CIVILITIES
            if is_short and (not civility.is_name_like or self._is_measured(mark.passage.start)):
                continue
            end = self._name_end(start, is_lower_case=not civility.is_name_like)
            if end > start and self._stream[start].before in _CIVILITY_GAPS:
                yield Passage(start=start, end=end)

    def _is_measured(self, position: int) -> bool:
        """`1,70 M` and `Sexe : M`."""
        before = self._stream[position - 1] if position else None
        return before is not None and (before.text.isdigit() or before.text in {"sexe", "sex", "gender"})

    def _behind_unknown_labels(self, *, only_unsure: bool = False) -> Iterator[Passage]:
        """`Victime : Said Rami`, under a label that nobody knows.

        Args:
            only_unsure: only those labels that OCR hardly read, or may have read as the name of a thing, as in
                `PAIENT NAME`; each may have been one of the subject's.
        """
        for position in range(1, len(self._stream)):
            label = self._stream[position - 1]
            mark = self._mark_at.get(position - 1)
            is_half_known = label.confidence is not None and is_name_of_a_thing(self._stream, mark)
            if only_unsure and not is_half_known and not label.is_unsure:
                continue
            if ":" in self._stream[position].before and (is_half_known or mark is None):
                end = self._name_end(position)
                if sum(map(_has_capital, self._stream[position:end])) > 1:
                    yield Passage(start=position, end=end)

    def _on_label_lines(self) -> Iterator[Passage]:
        """`patient adam tazi`, on a line of its own."""
        for mark in self._evidence.marks:
            if mark.kind in _LABEL_LINES and self._layout.begins_cell(mark.passage.start):
                start = end = mark.passage.end
                while self._layout.is_same_line(start - 1, end) and self._stream[end].text.isalpha():
                    end += 1
                is_whole_line = not self._layout.is_same_line(start - 1, end)
                if 0 < end - start < _LONGEST_NAME and is_whole_line:
                    yield Passage(start=start, end=end)

    def _written_as_names(self) -> Iterator[Passage]:
        """`Adam ALAOUI`: words with a capital, one of them in capitals, but no doctor's name."""
        start = 0
        while start < len(self._stream):
            end = max(self._name_end(start), start + 1)
            words = [token for token in self._stream[start:end] if _has_capital(token)]
            surnames = [token for token in words if _is_surname(token)]
            is_doctors = start > 0 and self._stream[start - 1].text in _TITLES
            if surnames and len(words) > len(surnames) and not is_doctors:
                yield Passage(start=start, end=end)
            start = end

    def _is_on_unsure_line(self, passage: Passage) -> bool:
        """Whether OCR hardly read a word of a line: `Vu en cons'ultation Adam TAZI` had a label."""
        return any(self._stream[place].is_unsure for place in self._layout.line(passage.start))

    def _of_somebody(self) -> Iterator[Passage]:
        """`Échantillon de Adam`."""
        for position in range(1, len(self._stream)):
            if self._stream[position - 1].text in _OF and self._stream[position].before == " ":
                end = self._name_end(position)
                if end > position and _has_capital(self._stream[position]):
                    yield Passage(start=position, end=end)

    def _joined_to_subjects(self) -> Iterator[Passage]:
        """`et Adam Tazi` or `et sa fille`, on a line that a subject's label opens."""
        lines = {
            self._stream[field.passage.start].line
            for field in self._evidence.fields
            if field.kind is not MarkKind.TOPIC
        }
        for position in range(len(self._stream) - 1):
            token, after = self._stream[position], self._stream[position + 1]
            is_joint = token.text in JOINERS and position not in self._mark_at
            if token.line not in lines or after.line != token.line or not is_joint:
                continue
            mark = self._mark_at.get(position + 1)
            start = mark.passage.end if mark and mark.kind is MarkKind.CIVILITY else position + 1
            end = self._name_end(start)
            if end > start:
                yield Passage(start=start, end=end)
            elif after.text in _POSSESSIVES:
                yield Passage(start=position, end=position + 2)

    def _relatives_of_the_reader(self) -> Iterator[Passage]:
        """`votre fils`."""
        for position, (one, other) in enumerate(itertools.pairwise(self._stream)):
            if one.text in _VOCATIVES and other.text in _FAMILY:
                yield Passage(start=position, end=position + 2)

    def _name_end(self, start: int, *, is_lower_case: bool = False) -> int:
        end = start
        while end < min(start + _LONGEST_NAME, len(self._stream)) and end not in self._mark_at:
            token = self._stream[end]
            is_inside = end == start or token.before in _NAME_GAPS
            is_name = token.is_name_like or (is_lower_case and token.text.isalpha())
            if not is_inside or not is_name or token.text in _OFFICES | FUNCTION_WORDS:
                break
            end += 1
        return end

    def _not_void(self, passages: Iterator[Passage] | Sequence[Passage]) -> tuple[Passage, ...]:
        return tuple(one for one in passages if not self._roles.is_void(one.start, one.end))

    def _texts(self, passage: Passage) -> set[str]:
        return {token.text for token in self._stream[passage.start : passage.end]}


def _names_of(person: Person) -> Iterator[_Own]:
    """A person's name as registered, and each learned spelling that is nobody else's."""
    yield _Own(
        last=frozenset(tokens(person.last_name)),
        first=frozenset(tokens(person.first_name)),
        birth=frozenset(tokens(person.birth_name or "")),
    )
    for spelling in person.spellings:
        if not spelling.is_shared:
            last = frozenset(tokens(spelling.last_name))
            first = frozenset(tokens(spelling.first_name)) or last
            yield _Own(last=last, first=first, birth=frozenset())


def _has_capital(token: Token) -> bool:
    """Whether a word begins with a capital; Arabic has none, and so shows no names."""
    return token.is_name_like and token.text[0].isascii()


def _is_surname(token: Token) -> bool:
    """Whether a word is printed in capitals, as offices write last names."""
    is_word = 2 * sum(map(str.isalpha, token.text)) >= len(token.text) >= _SHORTEST_SURNAME
    return token.printed.isupper() and is_word
