"""Each piece of evidence for a human: what was read, where on the page, how surely, and the rule that took it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.core.match import Assessment
from agent.core.mentions import Mention, Names
from agent.core.others import Others
from agent.core.roles import Roles
from agent.domain.document import Box, DocumentText
from agent.domain.evidence import DoubtKind, Evidence, Mark, MarkKind, NameField, Passage

_FIELD_WORDS: Mapping[MarkKind, str] = {
    MarkKind.NAME: "the name of the one whom it is about",
    MarkKind.TOPIC: "what it is about, perhaps a person",
    MarkKind.PARTY: "somebody whom it may be about: it can veto, and binds nobody",
    MarkKind.LAST_NAME: "a last name",
    MarkKind.FIRST_NAME: "a first name",
    MarkKind.BIRTH_NAME: "a name at birth",
}
_SUBJECT_KINDS = (MarkKind.NAME, MarkKind.LAST_NAME, MarkKind.FIRST_NAME)
_DOUBT_WORDS: Mapping[DoubtKind, str] = {
    DoubtKind.NAME: "it may name somebody, behind what is nearly a label",
    DoubtKind.BIRTH_DATE: "it may be a birth date, and can't be read surely",
    DoubtKind.IDENTIFIER: "it may be a number, and can't be read surely",
}


_MOST_SUBJECTS = 3
"""Namesakes share what stands in their way: a few of them show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that was read.

    Attributes:
        what: `name`, `other` (perhaps somebody else's name), `birth_date`, `number`, `age` or `doubt`.
        words: as printed.
        place: on the page, in words.
        confidence: the lowest of its words, 0 to 100; None for a text layer.
        rule: what the rules took it for, and why.
        label: the phrase that announces it, as printed; empty without one.
        position: of its first token in the document.
        records: the considered people whose own it is.
        times: how often the same is printed under such a label; the first place is given.
    """

    what: str
    words: str
    page: int
    place: str
    box: Box
    confidence: int | None
    rule: str
    label: str
    position: int
    records: tuple[str, ...] = ()
    times: int = 1


def pieces_of(text: DocumentText, evidence: Evidence, assessments: Sequence[Assessment]) -> tuple[Piece, ...]:
    """Give all that was read of identity, in the order of the document; what is printed often comes once."""
    found: dict[tuple[str, str, str], Piece] = {}
    for piece in sorted(_Pieces(text, evidence).all(assessments), key=lambda piece: piece.position):
        key = (piece.words.casefold(), piece.label.casefold(), piece.rule)
        first = found.get(key)
        found[key] = piece if first is None else replace(first, times=first.times + 1)
    return tuple(found.values())


def printed_subjects(text: DocumentText, evidence: Evidence) -> tuple[str, ...]:
    """Give what stands in the subject's place behind its label, as printed, whoever it may be."""
    announced = frozenset(map(_FIELD_WORDS.__getitem__, _SUBJECT_KINDS))
    return tuple(
        f"{piece.label}: {piece.words}" if piece.label else piece.words
        for piece in pieces_of(text, evidence, ())
        if piece.what == "name" and piece.rule in announced
    )


def most_telling(pieces: Sequence[Piece], limit: int) -> tuple[Piece, ...]:
    """Choose pieces for a page that a human reads: those of considered people before all others.

    Then comes who else may be meant, then what a label announces.
    """
    ranked = sorted(
        pieces,
        key=lambda piece: (not piece.records, piece.what != "other", not piece.label, piece.position),
    )
    return tuple(sorted(ranked[:limit], key=lambda piece: piece.position))


def place_on_page(box: Box, width: float, height: float) -> str:
    """Say where a box lies on a page of this size: `top left`, `middle`, `bottom`."""
    across = ("left", "", "right")[_third((box.left + box.right) / 2, width)]
    down = ("top", "middle", "bottom")[_third((box.top + box.bottom) / 2, height)]
    return f"{down} {across}".strip()


def _third(centre: float, size: float) -> int:
    return min(2, max(0, int(3 * centre / size))) if size > 0 else 1


class _Pieces:
    """One document, ready to be told of."""

    def __init__(self, text: DocumentText, evidence: Evidence) -> None:
        self._pages = {page.number: page for page in text.pages}
        self._evidence = evidence
        mark_at: dict[int, Mark] = {
            position: mark
            for mark in evidence.marks
            for position in range(mark.passage.start, mark.passage.end)
        }
        self._names = Names(evidence, mark_at)
        self._roles = Roles(evidence, mark_at)
        self._others = Others(evidence, mark_at)

    def all(self, assessments: Sequence[Assessment]) -> Iterator[Piece]:
        named: dict[tuple[int, int], list[str]] = {}
        unlabelled: list[Piece] = []
        for one in assessments:
            for mention in self._names.mentions(one.person):
                for part in mention.parts:
                    named.setdefault((part.start, part.end), []).append(one.person.record_id)
                if not mention.is_labelled:
                    unlabelled.append(self._mention(one, mention))
        fields = [field for field in self._evidence.fields if field.passage.end > field.passage.start]
        yield from (self._field(field, _of(named, field.passage)) for field in fields)
        taken = {field.passage.start for field in fields}
        yield from (piece for piece in unlabelled if piece.position not in taken)
        taken |= {piece.position for piece in unlabelled}
        for passage in self._others_than(assessments):
            if passage.start not in taken:
                yield self._piece("other", passage, "perhaps the name of somebody else", "")
        yield from self._dates(assessments)
        yield from self._numbers(assessments)
        for age in self._evidence.ages:
            yield self._piece("age", age.passage, "an age, held against the birth date", "")
        for doubt in self._evidence.doubts:
            if doubt.passage.start not in taken:  # else it is told of as the name that it is
                yield self._piece("doubt", doubt.passage, _DOUBT_WORDS[doubt.kind], "")

    def _field(self, field: NameField, records: tuple[str, ...]) -> Piece:
        label = self._label(field.kind, field.passage.start)
        if self._roles.is_void(field.passage.start, field.passage.end):
            rule = "a name in another role, so it counts for nobody"
        else:
            rule = _FIELD_WORDS[field.kind]
        return self._piece("name", field.passage, rule, label, records)

    def _mention(self, one: Assessment, mention: Mention) -> Piece:
        passage = Passage(start=mention.start, end=mention.end)
        if mention.is_void:
            rule = "a name in another role (doctor, relative, insured, place): it counts for nobody"
        elif any(naming.start == mention.start for naming in one.namings):
            rule = "a name without a label, bound by the person's own birth date or number close behind it"
        else:
            rule = "a name without a label: nothing says that the document is about it"
        return self._piece("name", passage, rule, "", (one.person.record_id,))

    def _others_than(self, assessments: Sequence[Assessment]) -> Iterator[Passage]:
        """The names that stand in the way of those who are named as the subject."""
        named = [one.person for one in assessments if one.namings][:_MOST_SUBJECTS]
        yield from dict.fromkeys(
            passage for person in named for passage in self._others.than(person, self._names.mentions(person))
        )

    def _dates(self, assessments: Sequence[Assessment]) -> Iterator[Piece]:
        for date in self._evidence.birth_dates:
            rule = {0: "a birth date, but there is no such day", 1: "a birth date"}.get(
                len(date.readings), "a birth date without its century: no proof"
            )
            records = tuple(
                one.person.record_id for one in assessments if date.readings == (one.person.birth_date,)
            )
            label = self._label(MarkKind.BIRTH_DATE, date.passage.start)
            yield self._piece("birth_date", date.passage, rule, label, records)

    def _numbers(self, assessments: Sequence[Assessment]) -> Iterator[Piece]:
        for number in self._evidence.identifiers:
            label = self._label(MarkKind.IDENTIFIER, number.passage.start) if number.is_labelled else ""
            notes = (
                "" if number.is_labelled else "known by its form alone",
                "" if number.is_valid else "its form or checksum is wrong, so it proves nothing",
                "" if number.proves else "it only proposes: families share it",
                "perhaps the insured's: it only proposes" if number.is_of_insured else "",
            )
            records = tuple(
                one.person.record_id
                for one in assessments
                if number.value in {own.value for own in one.person.identifiers} | {one.person.phone}
            )
            article = "an" if number.title[0] in "aeiou" else "a"
            rule = ", ".join((f"{article} {number.title}", *filter(None, notes)))
            yield self._piece("number", number.passage, rule, label, records)

    def _label(self, kind: MarkKind, start: int) -> str:
        """The nearest label of a kind before a value; behind it where Arabic stands in visual order."""
        marks = [mark for mark in self._evidence.marks if mark.kind is kind]
        before = [mark for mark in marks if mark.passage.end <= start and not mark.is_mirrored]
        nearest = before[-1:] or marks[:1]
        return "".join(self._evidence.printed(mark.passage).rstrip(" :.") for mark in nearest)

    def _piece(
        self, what: str, passage: Passage, rule: str, label: str, records: Iterable[str] = ()
    ) -> Piece:
        page = self._evidence.tokens[passage.start].page
        box = self._evidence.box(passage)
        size = self._pages[page]
        return Piece(
            what=what,
            words=self._evidence.printed(passage),
            page=page,
            place=place_on_page(box, size.width, size.height),
            box=box,
            confidence=self._evidence.confidence(passage),
            rule=rule,
            label=label,
            position=passage.start,
            records=tuple(records),
        )


def _of(named: Mapping[tuple[int, int], Sequence[str]], passage: Passage) -> tuple[str, ...]:
    """The people whose name, or a part of it, stands in a passage."""
    inside = (
        record
        for (start, end), records in named.items()
        if passage.start <= start and end <= passage.end
        for record in records
    )
    return tuple(dict.fromkeys(inside))
