"""Names that nothing explains, on a page that OCR has read: a second person's label may be what it has damaged.

Words with capitals that follow each other are somebody's, and so is a word that another was run into, as in
`jourAdam`. What is left out is explained: a letterhead, what follows a doctor's title or the word for an office, and
the words of labels and titles, each also with a slip. In a text layer no label is damaged, and nothing is looked for.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent.core.labels import PHRASES
from agent.core.layout import Layout
from agent.core.likeness import slips_of
from agent.core.mentions import FUNCTION_WORDS
from agent.core.names import PARTICLES, word_set
from agent.domain.evidence import NAME_KINDS, Mark, MarkKind, Passage, Token

_SUBJECT_BEGINS = NAME_KINDS - {MarkKind.TOPIC} | {MarkKind.PARTY, MarkKind.CIVILITY, MarkKind.BIRTH_DATE}
_LETTERHEAD_LINES = 3
_NAME_GAPS = frozenset({" ", "-", "'", "’", ". ", ",", "."})
"""A comma or a full stop without a space is a speck within a name: `L,uc`."""
_LONGEST_NAME = 5
"""More words with capitals than these are a place, or a sentence."""
_SHORTEST_WORD = 3
_SHORTEST_LABEL = 6
_SHORTEST_HEAD, _SHORTEST_TAIL = 3, 4
"""Letters on both sides of the capital by which two words that were run together are known."""
_OFFICES = (
    "docteur",
    "doctor",
    "professeur",
    "professor",
    "maitre",
    "hopital",
    "hospital",
    "clinique",
    "polyclinique",
    "centre",
    "center",
    "cabinet",
    "laboratoire",
    "service",
    "caisse",
    "mutuelle",
    "institut",
    "fondation",
    "pharmacie",
    "avenue",
    "boulevard",
    "street",
    "road",
)
_LONG_OFFICES = tuple(office for office in _OFFICES if len(office) > len("street"))
_HEADINGS = word_set(
    "certificat medical ordonnance medicale compte rendu rapport bilan attestation resultats facture certificate report"
    " sincerely faithfully regards cordialement confraternellement salutations medication traitement"
)
_TITLE_LENGTH = 2
_NO_TITLES = word_set("en on")
_LIKE_TITLES, _LIKE_R = frozenset("DPOFBE0"), frozenset("rnRN")


class StrangeNames:
    """What looks like a name in a document that OCR has read."""

    def __init__(self, stream: Sequence[Token], layout: Layout, mark_at: Mapping[int, Mark]) -> None:
        self._stream = stream
        self._layout = layout
        self._mark_at = mark_at
        self._letterhead_ends = dict(self._find_letterhead_ends())

    def passages(self) -> Iterator[Passage]:
        """The names that nothing explains, in the order of the page."""
        start = 0
        while start < len(self._stream):
            end = self._run_end(start)
            words = self._stream[start:end]
            if len(words) <= _LONGEST_NAME and _is_name(words) and not self._is_explained(start, end):
                yield Passage(start=start, end=end)
            start = max(end, start + 1)

    def _run_end(self, start: int) -> int:
        """Follow a run of words with capitals; a script without any shows no names."""
        end = start
        while end < len(self._stream) and end not in self._mark_at and self._goes_on(start, end):
            end += 1
        return end

    def _goes_on(self, start: int, position: int) -> bool:
        token = self._stream[position]
        before = self._stream[position - 1]
        is_rest = position > start and token.box == before.box and len(before.text) >= _SHORTEST_WORD
        is_inside = position == start or token.before in _NAME_GAPS
        is_name = (token.is_name_like and token.text[0].isascii()) or is_rest or _is_run_together(token)
        return token.confidence is not None and is_inside and is_name

    def _is_explained(self, start: int, end: int) -> bool:
        """Whether a doctor's title or the word for an office stands before it in its cell, or it heads a letter."""
        begin = self._layout.cell_start(start)
        cell, before = self._stream[begin:end], self._stream[begin:start]
        is_office = any(map(_is_office, before)) or any(map(_begins_with_office, cell))
        return _is_titled(cell[0]) or is_office or self._is_letterhead(cell)

    def _is_letterhead(self, cell: Sequence[Token]) -> bool:
        """Whether a cell, without a colon or a word of a sentence, stands above all that tells of anybody."""
        is_sentence = any(":" in token.before or _is_word(token) for token in cell)
        return not is_sentence and cell[0].line < self._letterhead_ends[cell[0].page]

    def _find_letterhead_ends(self) -> Iterator[tuple[int, int]]:
        """The line that ends the letterhead of each page: that of the first label of anybody, or an early one."""
        for number, page in itertools.groupby(range(len(self._stream)), key=lambda it: self._stream[it].page):
            places = list(page)
            first = self._stream[places[0]].line
            labels = (
                self._stream[place].line
                for place in places
                if place in self._mark_at and self._mark_at[place].kind in _SUBJECT_BEGINS
            )
            yield number, min(first + _LETTERHEAD_LINES, next(labels, first + _LETTERHEAD_LINES))


def _is_name(words: Sequence[Token]) -> bool:
    """Whether two words may be a name's, or one holds a name that another word was run into."""
    names = [token for token in words if not _is_label(token.text)]
    return len({token.box for token in names if _may_be_name(token)}) > 1 or any(map(_is_run_together, names))


def _may_be_name(token: Token) -> bool:
    letters = sum(map(str.isalpha, token.text))
    return (
        letters >= _SHORTEST_WORD and token.is_mostly_letters and token.text not in PARTICLES | FUNCTION_WORDS
    )


def _is_run_together(token: Token) -> bool:
    """`jourAdam` and `AdamTAZI`, but not `confraterneIlement`: OCR reads many an l as an I."""
    word = token.printed
    return any(
        word[place] != "I"
        and word[place].isupper()
        and word[place - _SHORTEST_HEAD : place].isalpha()
        and word[place - 1].islower()
        and sum(map(str.isalpha, word[place : place + _SHORTEST_TAIL])) >= _SHORTEST_TAIL - 1
        for place in range(_SHORTEST_HEAD, len(word) - _SHORTEST_TAIL + 1)
    )


def _is_word(token: Token) -> bool:
    """Whether a word is written small, as in a sentence."""
    return token.is_mostly_letters and not token.is_name_like and token.text not in FUNCTION_WORDS


def _is_titled(token: Token) -> bool:
    """Whether a word is `Dr` or `Pr`, but for a slip, or has one run into it: `Or`, `PrAdam`."""
    title, rest = token.printed[:_TITLE_LENGTH], token.printed[_TITLE_LENGTH:].lstrip(".,")
    is_title = title[:1] in _LIKE_TITLES and title[1:] in _LIKE_R and token.text not in _NO_TITLES
    return is_title and (not rest or (rest[0].isupper() and title[1:].islower()))


def _is_office(token: Token) -> bool:
    """Whether a word is the word for an office, but for a slip."""
    return not slips_of(token.text).isdisjoint(_OFFICE_SLIPS)


def _begins_with_office(token: Token) -> bool:
    """Whether a word is that for an office, or one with a capital is run into what follows: `CliniqueAtlas`."""
    is_run_together = token.is_name_like and token.text.startswith(_LONG_OFFICES)
    return (
        is_run_together or token.text in _OFFICES or not slips_of(token.text).isdisjoint(_LONG_OFFICE_SLIPS)
    )


def _is_label(word: str) -> bool:
    return word in _HEADINGS or not slips_of(word).isdisjoint(_LABEL_SLIPS)


def _slips_of_all(words: Iterable[str]) -> frozenset[str]:
    return frozenset(slip for word in words for slip in slips_of(word))


_OFFICE_SLIPS = _slips_of_all(_OFFICES)
_LONG_OFFICE_SLIPS = _slips_of_all(_LONG_OFFICES)
_LABEL_SLIPS = _slips_of_all(
    word
    for word in {word for phrase in PHRASES for word in phrase.tokens} | _HEADINGS
    if len(word) >= _SHORTEST_LABEL
)
