"""Whether a page may say who the document is about: only then are its boxes and its hidden text worth their price.

Asked of all that stands on the page, seen or not, so that a page that passes can prove nobody, whatever it hides: the
matching needs a name under a label of a name, or one with a number or a full birth date behind it on its own page.
None of these is possible without a label's words or four digits that stand together.

Accepted: prose of such a page that no reader can see is taken for text. It can lead to a question, and to nothing else.
What was skimmed before a label was learned is not read anew once it is: there, such prose under that label counts.
"""

import re
import unicodedata
from collections.abc import Iterable

from agent.adapters.reading.recall import Recall

_DIGITS_TOGETHER = re.compile(r"\d(?:[\W_]{0,3}\d){3}")
"""A year, a date, a telephone or card number, whatever parts its groups."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_ODD_BLANK = re.compile(r"[^\S\t\r\n \u00a0]")
_USUAL = re.compile(
    r"[!-~\u00a0-\u00ac\u00ae-\u00bf"
    r"\u00c0-\u00c5\u00c7-\u00cf\u00d1-\u00d6\u00d9-\u00dd\u00df-\u00e5\u00e7-\u00ef\u00f1-\u00f6\u00f9-\u00fd\u00ff"
    r"\u0152\u0153\u2010-\u2015\u2018-\u201e\u2022\u2026\u20ac\ufb00-\ufb04]*"
)
"""Latin letters and the signs of prose: of all else it is not known here how the matching writes it."""
_ACCENTS = re.compile(r"[\u0300-\u036f]+")


_CERTAIN = frozenset({""})
"""What is said of a word that makes a page worth its price, whatever else stands there."""
_DIGIT = frozenset({"0"})
_NOTHING: frozenset[str] = frozenset()


class Skim:
    """Knows the words of all labels that could make a name or a number somebody's."""

    def __init__(self, labels: Iterable[str]) -> None:
        """Take the labels, each in words without accents and capitals."""
        phrases = {frozenset(label.split()) for label in labels}
        self._words = frozenset(word for phrase in phrases if len(phrase) == 1 for word in phrase)
        self._phrases = tuple(phrase for phrase in phrases if phrase and phrase.isdisjoint(self._words))
        self._of_phrases = frozenset(word for phrase in self._phrases for word in phrase)
        self._said = Recall(self._say)

    def may_identify(self, text: str) -> bool:
        """Whether a name, a number or a birth date of this text could be taken for the subject's."""
        if not text.replace("\r\n", "").isprintable() and _ODD_BLANK.search(text):
            return True
        said = _NOTHING.union(*map(self._said.__getitem__, set(text.split())))
        if not said:
            return False
        return (
            said >= _CERTAIN
            or any(phrase <= said for phrase in self._phrases)
            or (said >= _DIGIT and _DIGITS_TOGETHER.search(_folded(text)) is not None)
        )

    def _say(self, token: str) -> frozenset[str]:
        """Tell of what stands between two blanks what a page could be worth its price for."""
        if _USUAL.fullmatch(token) is None:
            return _CERTAIN
        folded = _folded(token)
        words = frozenset(_NOT_LETTERS.split(folded))
        if not words.isdisjoint(self._words):
            return _CERTAIN
        has_digit = any(map(str.isdigit, folded))
        return (words & self._of_phrases) | (_DIGIT if has_digit else _NOTHING)


def _folded(text: str) -> str:
    """Drop capitals, accents and ligatures, as the matching does."""
    if not text.isascii():
        plain = text.replace("\u0153", "oe").replace("\u0152", "OE")
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return text.casefold()
