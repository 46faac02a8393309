"""Names that no label announces, at places where only the subject's, or somebody else's, would stand.

Whoever stands right before a birth date is the one whose it is. Behind a greeting, or at the head of a sentence that
tells what somebody did, stands a person; where no label names the subject, that may be the one.
"""

from collections.abc import Iterator, Mapping, Sequence

from agent.core.layout import Layout
from agent.core.names import JOINERS, PARTICLES, word_set
from agent.domain.evidence import Mark, MarkKind, Passage, Token

_LONGEST_NAME = 4
_SHORTEST_WORD = 2
_NAME_GAPS = frozenset({" ", "-", "'", "’", ". "})
_BEFORE_DATE_GAPS = frozenset({" ", ", ", " (", " - ", ",", "("})
_VALUED = frozenset({MarkKind.NEUTRAL, MarkKind.IDENTIFIER})
"""Labels whose values are no names: `Sexe : Féminin, née le`."""
_GREETINGS = word_set("cher chere chers cheres dear bonjour bonsoir hello hi")
_VERBS = word_set(
    "est a sera doit peut souffre presente consulte habite etait avait aura is was has will must may attended had needs"
)
_PRONOUNS = word_set(
    "le la les un une des the a an mon ma mes votre vos your my notre nos our"
    " il elle on ce cela ceci ca tout tous rien qui nous vous je tu ils elles celui celle y n"
    " it he she this that there which who what all i we you they one nothing patient patiente"
)
_SENTENCE_ENDS = frozenset("\n\f.!?")


def before_birth_dates(
    stream: Sequence[Token], layout: Layout, mark_at: Mapping[int, Mark]
) -> Iterator[Passage]:
    """`TAZI, né le` and, on a line of its own right above the label, `Tazi`."""
    starts = sorted({mark.passage.start for mark in mark_at.values() if mark.kind is MarkKind.BIRTH_DATE})
    for start in starts:
        end = start
        if start and layout.is_same_line(start, start - 1):
            if stream[start].before in _BEFORE_DATE_GAPS:
                yield from _run_before(stream, end, mark_at)
        elif start:
            yield from _line_above(stream, layout, start, mark_at)


def _run_before(stream: Sequence[Token], end: int, mark_at: Mapping[int, Mark]) -> Iterator[Passage]:
    start = end
    while start > max(0, end - _LONGEST_NAME) and _is_name(stream[start - 1]) and start - 1 not in mark_at:
        start -= 1
        if stream[start].before not in _NAME_GAPS:
            break
    mark = mark_at.get(start - 1)
    if _names(stream[start:end]) and not (mark and mark.kind in _VALUED):
        yield Passage(start=start, end=end)


def _line_above(
    stream: Sequence[Token], layout: Layout, start: int, mark_at: Mapping[int, Mark]
) -> Iterator[Passage]:
    """The line above a label that opens its own: a name and nothing else, and no value of another label."""
    first = layout.line_start(start - 1)
    line = range(first, start)
    is_apart = "\f" in stream[start].before
    if is_apart or len(line) > _LONGEST_NAME or not _names(stream[first:start]):
        return
    above = mark_at.get(first - 1)
    if above is not None and above.kind in _VALUED:
        return
    if all(place not in mark_at and _is_name(stream[place]) for place in line):
        yield Passage(start=first, end=start)


def greeted(stream: Sequence[Token], mark_at: Mapping[int, Mark]) -> Iterator[Passage]:
    """`Cher Adam,`, but no colleague: those are greeted without a capital, or by an office."""
    for position in range(1, len(stream)):
        if stream[position - 1].text in _GREETINGS and stream[position].before in _NAME_GAPS:
            end = position
            while (
                end < len(stream)
                and end < position + _LONGEST_NAME
                and _goes_on(stream, position, end, mark_at)
            ):
                end += 1
            if end > position:
                yield Passage(start=position, end=end)


def _goes_on(stream: Sequence[Token], start: int, position: int, mark_at: Mapping[int, Mark]) -> bool:
    is_inside = position == start or stream[position].before in _NAME_GAPS
    return is_inside and position not in mark_at and stream[position].is_name_like


def told_of(stream: Sequence[Token], mark_at: Mapping[int, Mark]) -> Iterator[Passage]:
    """`Adam est convoqué`: words with capitals at the head of a sentence, no article among them, and a verb behind."""
    for position, token in enumerate(stream):
        if position and not _SENTENCE_ENDS & set(token.before):
            continue
        end = position
        while end < min(len(stream), position + _LONGEST_NAME) and _may_be_told_of(
            stream, position, end, mark_at
        ):
            end += 1
        if position < end < len(stream) and stream[end].text in _VERBS and stream[end].before == " ":
            yield Passage(start=position, end=end)


def _may_be_told_of(stream: Sequence[Token], start: int, position: int, mark_at: Mapping[int, Mark]) -> bool:
    token = stream[position]
    is_name = token.is_name_like and token.text.isalpha() and token.text not in _PRONOUNS
    return is_name and _goes_on(stream, start, position, mark_at)


def _is_name(token: Token) -> bool:
    return token.is_name_like or token.text in PARTICLES


def _names(words: Sequence[Token]) -> bool:
    """Whether a word among these is long enough to be a name."""
    return any(
        token.is_name_like and len(token.text) >= _SHORTEST_WORD and token.text not in PARTICLES | JOINERS
        for token in words
    )
