"""Names that no known label announces, at places where only the subject's, or somebody else's, would stand.

Whoever stands right before a birth date is the one whose it is; a name under a row of a table, or in a further cell of
the subject's line, is a second person. Behind a greeting, or at the head of a sentence that tells what somebody did,
stands a person; where no label names the subject, that may be the one.
"""

from collections.abc import Iterator, Mapping, Sequence

from agent.core.layout import Layout
from agent.core.names import JOINERS, PARTICLES, word_set
from agent.domain.evidence import NAME_KINDS, Mark, MarkKind, Passage, Token

_LONGEST_NAME = 4
_LONGEST_LABEL = 5
_LONGEST_OPENING = 3
_SHORTEST_WORD = 2
_NAME_GAPS = frozenset({" ", "-", "'", "’", ". "})
_BEFORE_DATE_GAPS = frozenset({" ", ", ", " (", " - ", ",", "("})
_VALUED = frozenset({MarkKind.NEUTRAL, MarkKind.IDENTIFIER})
"""Labels whose values are no names: `Sexe : Féminin, née le`."""
_GREETINGS = word_set("cher chere chers cheres dear bonjour bonsoir hello hi")
_VERBS = word_set(
    "est a sera doit peut souffre presente consulte habite etait avait aura is was has will must may attended had needs"
)
_NOBODY = word_set(
    "le la les l un une des the a an mon ma mes votre vos your my notre nos our"
    " il elle on ce cela ceci ca tout tous rien qui nous vous je tu ils elles celui celle y n"
    " it he she this that there which who what all i we you they one nothing patient patiente"
)
"""Articles and pronouns, with which sentences begin."""
_BORN = word_set("ne nee nes nele born")
_EVERYDAY = _NOBODY | _VERBS | JOINERS
_SENTENCE_ENDS = frozenset("\n\f.!?")


class Unlabelled:
    """The names of a document that its layout or its sentences give away."""

    def __init__(self, stream: Sequence[Token], layout: Layout, mark_at: Mapping[int, Mark]) -> None:
        self._stream = stream
        self._layout = layout
        self._mark_at = mark_at

    def before_birth_dates(self) -> Iterator[Passage]:
        """`TAZI, né le` and, on a line of its own right above the label, `Tazi`."""
        starts = {mark.passage.start for mark in self._mark_at.values() if mark.kind is MarkKind.BIRTH_DATE}
        for start in sorted(starts - {0}):
            if not self._layout.is_same_line(start, start - 1):
                yield from self._line_above(start)
            elif self._stream[start].before in _BEFORE_DATE_GAPS:
                yield from self._run_before(start)
            if self._stream[start].confidence is not None and self._is_said_of_somebody(start):
                yield from self._opening_before(start)

    def below_rows(self) -> Iterator[Passage]:
        """A name and nothing else, right below a line of several cells: a next row, under a head that is damaged.

        Set in, as no heading is; where OCR has read it, in any case.
        """
        for line in self._lines_below():
            is_row = self._layout.is_table_row(line.start - 1) and self._is_name_alone(line)
            if is_row and (self._is_read_by_ocr(line) or self._layout.is_set_in(line.start)):
                yield Passage(start=line.start, end=line.stop)

    def below_unsure_lines(self) -> Iterator[Passage]:
        """A name and nothing else, right below a few words of which OCR hardly read one: it may have been a label."""
        for line in self._lines_below():
            above = self._layout.line(line.start - 1)
            is_unsure = any(self._stream[place].is_unsure for place in above)
            is_name = len(line) > 1 and all(map(self._may_be_name, line)) and self._is_name_alone(line)
            if is_name and len(above) <= _LONGEST_LABEL and is_unsure and self._is_read_by_ocr(line):
                yield Passage(start=line.start, end=line.stop)

    def beside_subjects(self) -> Iterator[Passage]:
        """`Patient : Karim ALAOUI     Fuil nome: Adam TAZI`: a further cell of the subject's line, its label unknown.

        Two words with a capital are a name. Where OCR may have damaged them, one is.
        """
        lines = {
            self._stream[mark.passage.start].line
            for mark in self._mark_at.values()
            if mark.kind in NAME_KINDS
        }
        for position in range(1, len(self._stream)):
            token = self._stream[position]
            if ":" in token.before and token.line in lines and self._is_under_unknown_cell(position):
                end = self._name_end(position)
                if end - position > 1 or (end > position and token.confidence is not None):
                    yield Passage(start=position, end=end)

    def greeted(self) -> Iterator[Passage]:
        """`Cher Adam,`, but no colleague: those are greeted without a capital, or by an office."""
        for position in range(1, len(self._stream)):
            is_greeted = self._stream[position - 1].text in _GREETINGS
            end = self._name_end(position)
            if is_greeted and end > position and self._stream[position].before in _NAME_GAPS:
                yield Passage(start=position, end=end)

    def told_of(self) -> Iterator[Passage]:
        """`Adam est convoqué`: words with capitals at the head of a sentence, no article among them, a verb behind."""
        for position, token in enumerate(self._stream):
            if position and not _SENTENCE_ENDS & set(token.before):
                continue
            end = self._name_end(position)
            words = self._stream[position:end]
            is_told = end < len(self._stream) and self._stream[end].text in _VERBS
            if words and is_told and all(word.text.isalpha() and word.text not in _NOBODY for word in words):
                yield Passage(start=position, end=end)

    def _lines_below(self) -> Iterator[range]:
        """Each line that no space parts from the one above it."""
        for position in range(1, len(self._stream)):
            is_first = not self._layout.is_same_line(position - 1, position)
            if is_first and self._layout.is_right_below(position):
                yield self._layout.line(position)

    def _is_read_by_ocr(self, line: range) -> bool:
        return self._stream[line.start].confidence is not None

    def _run_before(self, end: int) -> Iterator[Passage]:
        start = end
        while start > max(0, end - _LONGEST_NAME) and self._may_be_name(start - 1):
            start -= 1
            if self._stream[start].before not in _NAME_GAPS:
                break
        if self._names(range(start, end)) and not self._is_value(start):
            yield Passage(start=start, end=end)

    def _is_said_of_somebody(self, start: int) -> bool:
        """Whether a label says "born", and of a day: "ne" is also the French "not"."""
        end = self._mark_at[start].passage.end
        is_dated = end < len(self._stream) and self._stream[end].text[0].isdigit()
        return is_dated and self._stream[start].text in _BORN

    def _opening_before(self, end: int) -> Iterator[Passage]:
        """`ère née le`, `8RADLEY , né le`: a word or two that OCR has read, and no everyday ones, open the cell."""
        opening = range(self._layout.cell_start(end), end)
        is_short = 0 < len(opening) <= _LONGEST_OPENING
        is_everyday = all(self._stream[place].text in _EVERYDAY for place in opening)
        if is_short and not is_everyday and all(map(self._may_be_remnant, opening)):
            yield Passage(start=opening.start, end=opening.stop)

    def _line_above(self, start: int) -> Iterator[Passage]:
        """The line above a label that opens its own: a name and nothing else, and no value of another label."""
        line = self._layout.line(start - 1)
        is_apart = "\f" in self._stream[start].before
        if not is_apart and self._is_name_alone(line) and not self._is_value(line.start):
            yield Passage(start=line.start, end=line.stop)

    def _is_under_unknown_cell(self, position: int) -> bool:
        """Whether what stands before a token, in a cell that isn't its line's first, holds no label that is known."""
        label = self._layout.cell_start(position - 1)
        return label > self._layout.line_start(position) and not any(
            place in self._mark_at for place in range(label, position)
        )

    def _is_name_alone(self, line: range) -> bool:
        is_short = len(line) <= _LONGEST_NAME
        may_be_name = self._may_be_damaged_name if self._is_read_by_ocr(line) else self._may_be_name
        return is_short and self._names(line) and all(map(may_be_name, line))

    def _is_value(self, position: int) -> bool:
        """Whether a label whose values are no names stands right before."""
        mark = self._mark_at.get(position - 1)
        return mark is not None and mark.kind in _VALUED

    def _may_be_name(self, position: int) -> bool:
        token = self._stream[position]
        return position not in self._mark_at and (token.is_name_like or token.text in PARTICLES)

    def _may_be_damaged_name(self, position: int) -> bool:
        """Whether a word may be a part of a name that OCR has cut: `Cranleyb yinq`."""
        return position not in self._mark_at and self._stream[position].is_mostly_letters

    def _may_be_remnant(self, position: int) -> bool:
        """Whether a word is unknown, or a letter that stands for a civility and may be a part of one: `M ère`."""
        mark, token = self._mark_at.get(position), self._stream[position]
        is_letter = mark is not None and mark.kind is MarkKind.CIVILITY and len(token.text) == 1
        is_part = is_letter and not self._stream[position + 1].is_name_like
        return (mark is None or is_part) and token.is_mostly_letters

    def _names(self, places: range) -> bool:
        """Whether a word among these is long enough to be a name; OCR reads letters as digits, and parts the first."""
        return any(
            self._begins_name(word) and word.text not in PARTICLES | JOINERS
            for word in (self._stream[place] for place in places)
        )

    @staticmethod
    def _begins_name(word: Token) -> bool:
        if word.confidence is None:
            return word.is_name_like and len(word.text) >= _SHORTEST_WORD
        letters = sum(map(str.isalpha, word.text))
        return letters > 0 and 2 * letters >= len(word.text) and (word.is_name_like or word.text[0].isdigit())

    def _name_end(self, start: int) -> int:
        """Follow a run of words with capitals."""
        end = start
        while end < min(len(self._stream), start + _LONGEST_NAME) and end not in self._mark_at:
            token = self._stream[end]
            if not token.is_name_like or (end > start and token.before not in _NAME_GAPS):
                break
            end += 1
        return end
