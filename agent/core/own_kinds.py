"""An office's own kinds of numbers, as it writes them into its settings.

One kind a line: `file | file number | 9{5,7}/99 | n° dossier, numéro de dossier, IPP`, which is its name, its title for
people, its forms and its labels. Such a number proves as a national number does, but only under one of its labels.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from agent.core.forms import Form, form_of
from agent.core.identifiers import BY_NAME, IDENTIFIERS, IdentifierKind
from agent.core.labels import PHRASES, Phrase, phrases_of
from agent.core.vocabulary import Vocabulary
from agent.domain.evidence import MarkKind

MOST_KINDS = 20
_PARTS = 4
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")
_TAKEN = frozenset(
    {"id", "last_name", "first_name", "birth_name", "birth_date", "dob", "sex", "phone", *BY_NAME}
)
_LONGEST_TITLE = 60
_SHORTEST_LABEL = 3
_ANY_NUMBER = (MarkKind.IDENTIFIER, None)
"""What a label such as `identifiant` announces: a number of a kind that it does not say."""
_FREE = frozenset({("dossier",), ("ref",), ("reference",)})
"""Known words that announce nothing about a person."""
_KNOWN = {phrase.tokens: phrase for phrase in PHRASES}


def office_vocabulary(identifiers: str, insurance: str) -> Vocabulary:
    """What this program knows of numbers, and what the office has added.

    Args:
        identifiers: the office's own kinds, one a line.
        insurance: the forms of its insurance numbers, with commas between them; empty for any.

    Raises:
        ValueError: one of them is not as it must be; the sentence names the line and says why.
    """
    kinds, labels = own_kinds(identifiers)
    forms = insurance_forms(insurance)
    known = tuple(_with_forms(kind, forms) if kind.name == "insurance" else kind for kind in IDENTIFIERS)
    return Vocabulary(kinds=(*known, *kinds), labels=labels)


def insurance_forms(text: str) -> tuple[Form, ...]:
    """Read the forms of the office's insurance numbers.

    Raises:
        ValueError: one of them is none, or proves nothing.
    """
    return _forms(text) if text.strip() else ()


def own_kinds(text: str) -> tuple[tuple[IdentifierKind, ...], tuple[Phrase, ...]]:
    """Read an office's own kinds, and their labels.

    Raises:
        ValueError: a line is wrong; the sentence says which and why, and repeats nothing of it.
    """
    kinds: list[IdentifierKind] = []
    labels: dict[tuple[str, ...], Phrase] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            kind, phrases = _kind(line)
            _refuse_twice(kind, phrases, kinds, labels)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        kinds.append(kind)
        labels |= {phrase.tokens: phrase for phrase in phrases}
    if len(kinds) > MOST_KINDS:
        raise ValueError(f"{len(kinds)} kinds of numbers, at most {MOST_KINDS} are possible")
    return tuple(kinds), tuple(labels.values())


def _kind(line: str) -> tuple[IdentifierKind, tuple[Phrase, ...]]:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != _PARTS:
        raise ValueError("it must be: name | title | form | labels")
    name, title, forms, labels = parts
    if not _NAME.fullmatch(name):
        raise ValueError(
            "the name is 2 to 30 small letters, digits or _, and begins with a letter, such as file"
        )
    if name in _TAKEN:
        raise ValueError("this name is taken; choose another")
    if not title or len(title) > _LONGEST_TITLE or not title.isprintable():
        raise ValueError(f"the title has 1 to {_LONGEST_TITLE} signs, such as file number")
    kind = IdentifierKind(name=name, title=title, pattern=re.compile(""))
    return _with_forms(kind, _forms(forms)), tuple(_labels(name, labels))


def _with_forms(kind: IdentifierKind, forms: Sequence[Form]) -> IdentifierKind:
    if not forms:
        return kind
    pattern = re.compile("|".join(form.compact.pattern for form in forms))
    return replace(kind, pattern=pattern, forms=tuple(forms))


def _forms(text: str) -> tuple[Form, ...]:
    forms = []
    for number, part in enumerate(_listed(text), start=1):
        try:
            form = form_of(part)
        except ValueError as error:
            raise ValueError(f"form {number}: {error}") from error
        if weakness := form.weakness():
            raise ValueError(f"form {number} proves nothing: {weakness}")
        forms.append(form)
    if not forms:
        raise ValueError("it has no form, such as 999999")
    if any(one.overlaps(other) for one, other in combinations(forms, 2)):
        raise ValueError("two of the forms fit one number once - / . are left out; keep one of them")
    return tuple(forms)


def _listed(text: str) -> Iterator[str]:
    """The parts of a list; the comma of a count such as {5,7} parts nothing."""
    return filter(None, (part.strip() for part in re.split(r",(?![^{]*\})", text)))


def _labels(name: str, text: str) -> Iterator[Phrase]:
    labels = list(_listed(text))
    if not labels:
        raise ValueError("it has no label, such as n° dossier")
    for number, label in enumerate(labels, start=1):
        phrases = list(phrases_of(label, MarkKind.IDENTIFIER, name))
        if not phrases or any(map(_is_too_short, phrases)):
            raise ValueError(f"label {number} is too short; it would be found everywhere")
        if any(map(_is_taken, phrases)):
            raise ValueError(f"label {number} is one that already announces something else")
        yield from phrases


def _is_too_short(phrase: Phrase) -> bool:
    words = " ".join(phrase.tokens)
    return len(words) < _SHORTEST_LABEL or not any(map(str.isalpha, words))


def _is_taken(phrase: Phrase) -> bool:
    known = _KNOWN.get(phrase.tokens)
    return known is not None and phrase.tokens not in _FREE and (known.kind, known.identifier) != _ANY_NUMBER


def _refuse_twice(
    kind: IdentifierKind,
    phrases: Sequence[Phrase],
    kinds: Sequence[IdentifierKind],
    labels: dict[tuple[str, ...], Phrase],
) -> None:
    if any(kind.name == other.name for other in kinds):
        raise ValueError("its name stands on an earlier line too")
    if any(phrase.tokens in labels for phrase in phrases):
        raise ValueError("one of its labels stands on an earlier line too")
