"""Where a document's labels stand.

The longest phrase that fits wins, so that "nom du médecin" is a role and not a name. A phrase never crosses a line or a
column. A label "of the patient" belongs to the phrase before it: "mère du patient" is a role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.core.labels import Phrase
from agent.core.layout import Layout
from agent.core.names import word_set
from agent.domain.evidence import Mark, MarkKind, Passage, Token

_SEPARATORS = frozenset("\n\f\t|;")
_LONGEST_NUMBER_HEAD, _SHORTEST_NUMBER = 2, 5
_NUMBER_GAPS = frozenset({" ", "-", " - "})
_BARE_NAMES = {("nom",), ("noms",), ("name",)}
_OWNED_BY_SUBJECT = word_set(
    "dossier suivi rendu fiche consultation hospitalisation bilan examen sejour admission sortie charge"
    " certificat ordonnance rapport resume file record report follow up"
)
"""Of such a thing "of the patient" one says whose it is; anything else of the patient's is not the patient."""
_ENDINGS = word_set("e s es ne le")
_ARTICLES = word_set("la l le the")
_SHORTEST_TOPIC = 3
_GENITIVES = word_set("de du d des of") | _ARTICLES
_SPECKS = frozenset({"'", "’", "`", ","})
"""What stands within a word is none of its signs."""
_GENITIVE_GAPS = frozenset(" '’-")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """A document's words, their places, and the label that each is a part of."""

    stream: tuple[Token, ...]
    layout: Layout
    mark_at: dict[int, Mark]


def marks_of(stream: tuple[Token, ...], phrases: Mapping[str, Sequence[Phrase]]) -> Iterator[Mark]:
    """Find every known phrase, the longest first, none over another.

    Args:
        phrases: by their first word, the longest first.
    """
    pending: Mark | None = None
    position = 0
    while position < len(stream):
        phrase = _phrase_at(stream, position, phrases)
        if phrase is None:
            position += 1
            continue
        end = after_ending(stream, position + len(phrase.tokens))
        owned = _owned(stream, position) if phrase.kind is MarkKind.NAME else None
        if pending and owned == pending.passage.end:
            pending = replace(pending, passage=Passage(start=pending.passage.start, end=end))
        else:
            if pending:
                yield pending
            pending = Mark(
                kind=_kind_at(stream, position, phrase, pending, is_owner=owned is not None),
                passage=Passage(start=position, end=end),
                identifier=phrase.identifier,
                is_mirrored=phrase.is_mirrored,
            )
        position = end
    if pending:
        yield pending


def after_ending(stream: Sequence[Token], end: int) -> int:
    """Where a label ends with the ending for women or for several: `Patient(e)`, `Bénéficiaire(s)`."""
    if end >= len(stream) or stream[end].text not in _ENDINGS or stream[end].before != "(":
        return end
    is_closed = end + 1 >= len(stream) or stream[end + 1].before.startswith(")")
    return end + 1 if is_closed else end


def is_name_of_a_thing(stream: Sequence[Token], mark: Mark | None) -> bool:
    """Whether a label is one of names, but for the word before it: `Test name`."""
    if mark is None or mark.kind is not MarkKind.NEUTRAL:
        return False
    return tuple(token.text for token in stream[mark.passage.start : mark.passage.end]) in _BARE_NAMES


def _owned(stream: tuple[Token, ...], position: int) -> int | None:
    """Where the phrase ends that a label says is "of the patient"; None when it says no such thing.

    The dossier of the patient names the patient, but the mother of the patient somebody else.
    """
    end = position
    while end and stream[end - 1].text in _GENITIVES and set(stream[end].before) <= _GENITIVE_GAPS:
        end -= 1
    is_genitive = end < position and any(token.text not in _ARTICLES for token in stream[end:position])
    if not is_genitive or end == 0 or not set(stream[end].before) <= _GENITIVE_GAPS:
        return None
    return None if stream[end - 1].text in _OWNED_BY_SUBJECT else end


def _kind_at(
    stream: tuple[Token, ...], position: int, phrase: Phrase, last: Mark | None, *, is_owner: bool
) -> MarkKind:
    """A phrase's kind here: in "Test name" and "Trade name" the word before says that it is no person's."""
    is_of_a_thing = (
        phrase.tokens in _BARE_NAMES
        and (last.passage.end if last else 0) < position
        and stream[position].before == " "
        and stream[position - 1].is_name_like
    )
    if is_of_a_thing:
        return MarkKind.NEUTRAL
    return MarkKind.PARTY if is_owner else phrase.kind


def _begins_number(stream: tuple[Token, ...], position: int) -> bool:
    """Whether letters are the head of a number: `DR 431426` is no doctor's."""
    following = stream[position + 1 : position + 2]
    return (
        len(stream[position].text) <= _LONGEST_NUMBER_HEAD
        and stream[position].printed.isupper()
        and bool(following)
        and following[0].before in _NUMBER_GAPS
        and following[0].text.isdigit()
        and len(following[0].text) >= _SHORTEST_NUMBER
    )


def _is_half_a_word(stream: tuple[Token, ...], position: int, phrase: Phrase) -> bool:
    """Whether two letters are all that OCR has left of a word.

    `Pè re : X` and `Pè,re : X` are a father's label: inside a line two letters announce no topic. `Pr'énom` is no
    professor: a title ends with a space or a full stop.
    """
    token = stream[position]
    is_tiny = len(phrase.tokens) == 1 and len(token.text) < _SHORTEST_TOPIC
    if not is_tiny or token.confidence is None:
        return False
    is_inside = position > 0 and not _SEPARATORS & set(token.before)
    following = stream[position + 1 : position + 2]
    is_cut = bool(following) and following[0].before in _SPECKS
    return (phrase.kind is MarkKind.TOPIC and is_inside) or (phrase.kind is MarkKind.ROLE and is_cut)


def _phrase_at(
    stream: tuple[Token, ...], position: int, phrases: Mapping[str, Sequence[Phrase]]
) -> Phrase | None:
    for phrase in phrases.get(stream[position].text, ()):
        if len(phrase.tokens) == 1 and _begins_number(stream, position):
            continue
        if _is_half_a_word(stream, position, phrase):
            continue
        window = stream[position : position + len(phrase.tokens)]
        if tuple(token.text for token in window) == phrase.tokens and not any(
            _SEPARATORS & set(token.before) for token in window[1:]
        ):
            return phrase
    return None
