"""Where a person's exact name stands, and in which role.

A mention is all last-name and all first-name tokens, in either order, with labels or civilities at most between
them, and not part of a longer name. A role (doctor, parent, insured, street) voids it; a label binds it.
A name that nothing announces may be bound by its own birth date or number; one that an unknown word announces may not.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.core.names import JOINERS, PARTICLES, tokens, word_set
from agent.core.roles import Roles
from agent.domain.evidence import NAME_KINDS, DoubtKind, Evidence, Mark, MarkKind, Passage, Token
from agent.domain.identity import Person, Spelling

_BETWEEN_KINDS = NAME_KINDS - {MarkKind.TOPIC} | {MarkKind.CIVILITY}
_LEADING_KINDS = NAME_KINDS | {MarkKind.CIVILITY}
_JOINTS = frozenset(" -'’‐\n")
_BETWEEN_GAPS = _JOINTS | frozenset(",\t:|/()&.")
_ADJOINING = frozenset(" -'’‐/&")
_MOST_LINES_APART = 3
FUNCTION_WORDS = word_set(
    "le la les l de du des d chez pour par avec et the of for with and to a au aux un une en"
)
_ELDER_LINES = 3
_ELDERS = word_set(
    "pere mere maman papa parent parents tuteur tutrice responsable employeur garant grand representant father mother"
    " guardian"
)
_OF = word_set("de d du des of legal legale")
_ATTESTING = word_set(
    "atteste attestons certifie autorise declare donne certify certifies authorise authorize authorises"
)
_LOWER_CASE_JOINERS = word_set("de du d des")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One printed occurrence of a whole name.

    Attributes:
        parts: the passages of last and first name, in the order of the page; one for a learned spelling of the whole.
        is_labelled: a label of the subject stands before it.
        is_unannounced: nothing on its line says whose name it is.
        is_void: it stands in a role that is not the subject's.
        spelling: the learned one that is printed here; None for the name as registered.
    """

    parts: tuple[Passage, ...]
    is_labelled: bool
    is_unannounced: bool
    is_void: bool
    spelling: Spelling | None = None

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end


class Names:
    """The names that a document prints, ready to be looked up many times."""

    def __init__(self, evidence: Evidence, mark_at: Mapping[int, Mark]) -> None:
        self._evidence = evidence
        self._stream = evidence.tokens
        self._positions: dict[str, list[int]] = {}
        for position, token in enumerate(evidence.tokens):
            self._positions.setdefault(token.text, []).append(position)
        self._mark_at = mark_at
        self._roles = Roles(evidence, self._mark_at)
        self._field_starts = {
            field.passage.start for field in evidence.fields if field.kind is not MarkKind.PARTY
        }
        self._doubtful_starts = {
            doubt.passage.start for doubt in evidence.doubts if doubt.kind is DoubtKind.NAME
        }

    def mentions(self, person: Person) -> tuple[Mention, ...]:
        """Find every exact mention of a person, in the order of the page."""
        found: dict[tuple[Passage, ...], Spelling | None] = {}
        for parts in self._printed(tokens(person.last_name), tokens(person.first_name)):
            found[parts] = None
        for spelling in person.spellings:
            if not spelling.is_shared:
                for parts in self._spelled(spelling):
                    found.setdefault(parts, spelling)
        return tuple(
            Mention(
                parts=parts,
                is_labelled=any(part.start in self._field_starts for part in parts),
                is_unannounced=self._is_unannounced(parts[0].start) and not self._is_elder(parts[-1].end),
                is_void=self._roles.is_void(parts[0].start, parts[-1].end),
                spelling=found[parts],
            )
            for parts in sorted(found, key=lambda parts: [(part.start, part.end) for part in parts])
        )

    def _printed(self, last: Sequence[str], first: Sequence[str]) -> Iterator[tuple[Passage, ...]]:
        if last and first:
            yield from self._runs(last, first, is_last_first=True)
            yield from self._runs(first, last, is_last_first=False)
            yield from self._from_fields(last, first)

    def _spelled(self, spelling: Spelling) -> Iterator[tuple[Passage, ...]]:
        """Where a learned spelling is printed: a whole name word for word, in its order; parts as any name's."""
        whole = tokens(spelling.last_name)
        if spelling.first_name:
            yield from self._printed(whole, tokens(spelling.first_name))
            return
        for start in self._positions.get(whole[0], ()):
            end = self._after(start, whole)
            if (
                end is not None
                and not self._is_extended_before(start, is_last_first=True)
                and not self._is_extended_after(start, end)
            ):
                yield (Passage(start=start, end=end),)

    def _is_unannounced(self, start: int) -> bool:
        """Whether nothing but a label or a civility stands before a name on its line, and nothing above leads to it.

        "Bébé de Mme Sara Benali" and "Victime : Said Rami" are about nobody whom a rule could be sure of.
        """
        if not self._stream[start].is_name_like or self._may_have_lost_label(start):
            return False
        line, place = self._line(start), start - 1
        while place >= 0 and self._line(place) == line:
            is_damaged_label = place not in self._mark_at and place + 1 in self._doubtful_starts
            if self._kind(place) not in _LEADING_KINDS and not is_damaged_label:
                return False
            place -= 1
        return not self._is_led_to(place + 1)

    def _may_have_lost_label(self, start: int) -> bool:
        """Whether OCR read a name without a civility: what stood before it may be what is missing."""
        is_bare = self._kind(start - 1) not in _LEADING_KINDS or self._line(start - 1) != self._line(start)
        return self._stream[start].confidence is not None and is_bare

    def _is_elder(self, end: int) -> bool:
        """`Karim Alaoui, né le 12/03/1980, père de Adam` or `atteste que`: it is about somebody else."""
        last = self._line(end - 1) + _ELDER_LINES
        following = itertools.takewhile(
            lambda place: self._line(place) <= last, range(end, len(self._stream) - 1)
        )
        return any(
            (self._stream[place].text in _ELDERS and self._stream[place + 1].text in _OF)
            or self._stream[place].text in _ATTESTING
            for place in following
        )

    def _is_led_to(self, start: int) -> bool:
        """Whether the line above goes on with this one: it ends with a colon, a label, or in the middle of a phrase."""
        place = start - 1
        if place < 0 or "\f" in self._stream[start].before:
            return False
        while place > 0 and self._kind(place) is MarkKind.CIVILITY:
            place -= 1
        kind = self._kind(place)
        is_unknown_label = ":" in self._stream[start].before and kind not in _LEADING_KINDS
        return is_unknown_label or kind is MarkKind.PARTY or self._stream[place].text in FUNCTION_WORDS

    def _runs(
        self, head: Sequence[str], tail: Sequence[str], *, is_last_first: bool
    ) -> Iterator[tuple[Passage, ...]]:
        for start in self._positions.get(head[0], ()):
            middle = self._after(start, head)
            if middle is None or self._is_extended_before(start, is_last_first=is_last_first):
                continue
            second = self._skip_between(middle)
            end = None if second is None else self._after(second, tail)
            if second is not None and end is not None and not self._is_extended_after(start, end):
                yield Passage(start=start, end=middle), Passage(start=second, end=end)

    def _from_fields(self, last: Sequence[str], first: Sequence[str]) -> Iterator[tuple[Passage, ...]]:
        """A last name and a first name that stand under labels of their own, apart from each other."""
        lasts = self._labelled(last, {MarkKind.LAST_NAME, MarkKind.BIRTH_NAME})
        for one in lasts:
            for other in self._labelled(first, {MarkKind.FIRST_NAME}):
                if self._lines_apart(one, other) <= _MOST_LINES_APART:
                    yield tuple(sorted((one, other), key=lambda part: part.start))

    def _labelled(self, name: Sequence[str], kinds: set[MarkKind]) -> list[Passage]:
        return [
            field.passage
            for field in self._evidence.fields
            if field.kind in kinds
            and [token.text for token in self._stream[field.passage.start : field.passage.end]] == list(name)
        ]

    def _after(self, start: int, name: Sequence[str]) -> int | None:
        """The position after a name that begins at `start`; None when it doesn't stand there."""
        window = self._stream[start : start + len(name)]
        is_same = len(window) == len(name) and all(
            token.text == part for token, part in zip(window, name, strict=True)
        )
        is_joined = all(set(token.before) <= _JOINTS for token in window[1:])
        return start + len(name) if is_same and is_joined else None

    def _skip_between(self, position: int) -> int | None:
        """Pass over labels and civilities between two parts of a name; None where something else parts them."""
        place = position
        while place < len(self._stream) and self._kind(place) in _BETWEEN_KINDS:
            place += 1
        if place >= len(self._stream):
            return None
        gaps = {character for token in self._stream[position : place + 1] for character in token.before}
        return place if gaps <= _BETWEEN_GAPS else None

    def _is_extended_before(self, start: int, *, is_last_first: bool) -> bool:
        if (
            start == 0
            or not set(self._stream[start].before) <= _ADJOINING
            or self._kind(start - 1) is not None
        ):
            return False
        before = self._stream[start - 1]
        if before.text in JOINERS:
            return start > 1 and self._is_name_at(start - 2)
        if before.text in PARTICLES:
            return is_last_first or before.is_name_like or before.text not in _LOWER_CASE_JOINERS
        return before.text not in FUNCTION_WORDS and self._belongs_to_name(before, start)

    def _is_extended_after(self, start: int, end: int) -> bool:
        if not self._adjoins(end):
            return False
        after = self._stream[end]
        if after.text in JOINERS:
            return self._is_name_at(end + 1)
        if after.text in PARTICLES:
            return after.is_name_like or (self._adjoins(end + 1) and self._stream[end + 1].is_name_like)
        return self._belongs_to_name(after, start)

    def _belongs_to_name(self, token: Token, start: int) -> bool:
        """Whether a neighbour may be a part of the name: a capital, or any word where names have none."""
        is_lower_case_name = not self._stream[start].is_name_like
        return token.is_name_like or (
            is_lower_case_name and token.text.isalpha() and token.text not in FUNCTION_WORDS
        )

    def _is_name_at(self, position: int) -> bool:
        """Whether a name-like word, or a civility before one, stands at a position."""
        if position >= len(self._stream) or self._kind(position) not in {None, MarkKind.CIVILITY}:
            return False
        return self._stream[position].is_name_like

    def _adjoins(self, position: int) -> bool:
        return (
            position < len(self._stream)
            and set(self._stream[position].before) <= _ADJOINING
            and self._kind(position) is None
        )

    def _kind(self, position: int) -> MarkKind | None:
        mark = self._mark_at.get(position)
        return mark.kind if mark else None

    def _line(self, position: int) -> int:
        return self._stream[position].line

    def _lines_apart(self, one: Passage, other: Passage) -> int:
        return abs(self._line(one.start) - self._line(other.start))
