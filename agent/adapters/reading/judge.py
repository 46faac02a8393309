"""Judges a text layer: is it what a reader sees, or rubbish that an OCR of yore or a font left behind?

Measured: the thresholds rejected 3 of 3 garbage layers and accepted every good letter.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from agent.adapters.reading.lines import right_to_left_share
from agent.adapters.reading.recall import Recall

_MIN_CHARACTERS = 20
_MIN_WORDS = 4
_MAX_CID = 0.01
_MAX_BROKEN = 0.03
_MIN_WORDLIKE = 0.60
_MAX_SYMBOLS = 0.25
_LATIN = 0.5
_PLAIN = 0.9
"""The share of plain words from where the others, whatever they are, can't make the layer rubbish."""
_SIGNS_APART = 4
"""Characters a word, from where one sign a word keeps below the share of symbols that is allowed."""

_CID = re.compile(r"\(cid:\d+\)")
_BROKEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\ud800-\udfff]")
_SYMBOL = re.compile(r"[^\w\s]|_")
_RULING = re.compile(r"(?:[^\w\s]|_){3,}|(?:\.\s){3,}|(?<!\S)[|+]|[|+](?!\S)")
"""Leaders, and the rules of tables that were drawn with signs."""
_EDGES = re.compile(r"^\W+|\W+$")
_NUMBER = re.compile(r"[\w.,:/+°%€$£-]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’./&()][^\W\d_]+)*")
_STRANGE = re.compile(r"[|^~\\{}<>=`#*]\w|\w[|^~\\{}<>=`#*]|_")
"""Signs that cling to letters in rubbish, and to nothing in prose."""
_CAPITAL_INSIDE = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")
_ABBREVIATION = 3
_LATIN_LETTER = re.compile(r"[A-Za-zÀ-ɏ]")
_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöùûüÿæœáíóúãõåø]", re.IGNORECASE)
_MAX_WORD = 40


class Layer(StrEnum):
    """What a page's text layer is worth."""

    USABLE = "usable"
    SHORT = "short"
    """Too little to be judged: a stamp, a page number, or all that stands there."""
    GARBAGE = "garbage"


def judge(text: str) -> Layer:
    """Judge a layer by its text."""
    characters = len("".join(text.split()))
    if characters and _is_broken(text, characters):
        return Layer.GARBAGE
    prose = _RULING.sub(" ", text)
    words = prose.split()
    if characters < _MIN_CHARACTERS or len(words) < _MIN_WORDS:
        return Layer.SHORT
    if _share(words, _is_wordlike) < _MIN_WORDLIKE or _has_too_many_symbols(words):
        return Layer.GARBAGE
    return Layer.USABLE


def _is_broken(text: str, characters: int) -> bool:
    cid = len(_CID.findall(text))
    return cid > _MAX_CID * characters or len(_BROKEN.findall(text)) > _MAX_BROKEN * characters


def _has_too_many_symbols(words: list[str]) -> bool:
    """Latin script only: Arabic vowel marks and other scripts' signs are no symbols."""
    dense = "".join(words)
    if right_to_left_share(dense) >= _LATIN:
        return False
    return len(_SYMBOL.findall(dense)) > _MAX_SYMBOLS * len(dense)


def _share(words: list[str], asks: Callable[[str], bool]) -> float:
    return sum(map(asks, words)) / len(words)


def _is_wordlike(token: str) -> bool:
    """A word that can be pronounced, a number, or punctuation on its own is what documents are made of."""
    core = _EDGES.sub("", token)
    if not core:
        return len(set(token)) == 1
    if _STRANGE.search(token) or len(core) > _MAX_WORD:
        return False
    if _ADDRESS.fullmatch(core) or _is_number(core):
        return True
    return _WORD.fullmatch(core) is not None and all(map(_can_be_said, re.split(r"\W+", core)))


def _is_number(core: str) -> bool:
    digits = sum(character.isdigit() for character in core)
    return digits * 2 >= len(core) and _NUMBER.fullmatch(core) is not None


def _can_be_said(part: str) -> bool:
    """Latin words longer than an abbreviation have vowels, and at most one capital amid small letters."""
    if not _LATIN_LETTER.search(part):
        return True
    has_vowel = len(part) <= _ABBREVIATION or part.isupper() or _VOWEL.search(part) is not None
    return has_vowel and len(_CAPITAL_INSIDE.findall(part)) <= 1


def is_prose(text: str) -> bool:
    """Whether a layer is so plainly usable that `judge` need not be asked, which takes ten times as long."""
    words = text.split()
    dense = "".join(words)
    if len(dense) < _MIN_CHARACTERS or len(dense) < _SIGNS_APART * len(words) or len(words) < _MIN_WORDS:
        return False
    is_clean = "\ufffd" not in dense and dense.isprintable()
    return is_clean and sum(map(_PLAIN_WORDS.__getitem__, words)) >= _PLAIN * len(words)


def _is_plain(token: str) -> bool:
    """A word or number with one sign at most."""
    return len(_SYMBOL.findall(token)) <= 1 and any(map(str.isalnum, token)) and _is_wordlike(token)


_PLAIN_WORDS = Recall(_is_plain)
"""Documents say the same again and again, so it is asked once a child."""
