"""Judges a text layer: is it what a reader sees, or rubbish that an OCR of yore or a font left behind?

Measured: the thresholds rejected 3 of 3 garbage layers and accepted every good letter.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from agent.adapters.reading.lines import right_to_left_share

_MIN_CHARACTERS = 20
_MIN_WORDS = 4
_MAX_CID = 0.01
_MAX_BROKEN = 0.03
_MIN_WORDLIKE = 0.60
_MAX_SYMBOLS = 0.25
BIG_IMAGE = 0.60
"""Share of the page from where an image makes it a scan, and its layer somebody's OCR."""
_MIN_WORDS_ON_SCAN = 15
_MIN_WORDLIKE_ON_SCAN = 0.75
_MIN_COMMON_ON_SCAN = 0.08
_LATIN = 0.5

_CID = re.compile(r"\(cid:\d+\)")
_BROKEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\ud800-\udfff]")
_SYMBOL = re.compile(r"[^\w\s]|_")
_REPEATED = re.compile(r"([^\w\s]|_)(?:\s*\1)+")
"""Leaders and rules: a row of dots is one symbol."""
_EDGES = re.compile(r"^\W+|\W+$")
_NUMBER = re.compile(r"[\dOIl.,:/+°%€$£-]*\d[\w.,:/+°%€$£-]*")
_LATIN_LETTER = re.compile(r"[A-Za-zÀ-ɏ]")
_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöùûüÿæœáíóúãõåø]", re.IGNORECASE)
_MAX_WORD = 30

_COMMON_WORDS = (
    "le la les l de du des d un une et en à au aux est dans pour par sur que qui ne pas son sa ses ce cette nous vous",
    "avec date né née nom prénom madame monsieur patient",
    "the of and to in is for on with by at from this that be are was as it an a or your you we name birth dear mr mrs",
    "في من على إلى عن أن هذا هذه التي الذي مع ما لا و السيد السيدة تاريخ الاسم رقم",
)
_COMMON = frozenset(word for line in _COMMON_WORDS for word in line.split())


class Layer(StrEnum):
    """What a page's text layer is worth."""

    USABLE = "usable"
    SHORT = "short"
    """Too little to be judged: a stamp, a page number, or all that stands there."""
    GARBAGE = "garbage"


def judge(text: str, *, image_share: float) -> Layer:
    """Judge a layer by its text and by the share of the page that images cover."""
    words = text.split()
    characters = sum(map(len, words))
    if characters and _is_broken(text, characters):
        return Layer.GARBAGE
    if characters < _MIN_CHARACTERS or len(words) < _MIN_WORDS:
        return Layer.SHORT
    wordlike = _share(words, _is_wordlike)
    if wordlike < _MIN_WORDLIKE or _has_too_many_symbols(text):
        return Layer.GARBAGE
    if image_share > BIG_IMAGE and _is_doubtful_on_scan(words, wordlike):
        return Layer.GARBAGE
    return Layer.USABLE


def _is_broken(text: str, characters: int) -> bool:
    cid = len(_CID.findall(text))
    return cid > _MAX_CID * characters or len(_BROKEN.findall(text)) > _MAX_BROKEN * characters


def _has_too_many_symbols(text: str) -> bool:
    """Latin script only: Arabic vowel marks and other scripts' signs are no symbols."""
    if right_to_left_share(text) >= _LATIN:
        return False
    dense = "".join(_REPEATED.sub(r"\1", text).split())
    return len(_SYMBOL.findall(dense)) > _MAX_SYMBOLS * max(len(dense), 1)


def _is_doubtful_on_scan(words: list[str], wordlike: float) -> bool:
    return (
        len(words) < _MIN_WORDS_ON_SCAN
        or wordlike < _MIN_WORDLIKE_ON_SCAN
        or _share(words, _is_common) < _MIN_COMMON_ON_SCAN
    )


def _share(words: list[str], asks: Callable[[str], bool]) -> float:
    return sum(map(asks, words)) / len(words)


def _is_wordlike(token: str) -> bool:
    """A word that can be pronounced, a number, or punctuation on its own is what documents are made of."""
    core = _EDGES.sub("", token)
    if not core or _NUMBER.fullmatch(core):
        return True
    if len(core) > _MAX_WORD:
        return "@" in core or "/" in core
    if not _LATIN_LETTER.search(core):
        return core.replace("-", "").isalpha()
    return all(
        len(part) <= 3 or _VOWEL.search(part) is not None for part in re.split(r"[\W\d_]+", core)
    ) and _looks_cased(core)


def _looks_cased(core: str) -> bool:
    """Capitals in the middle of small letters, again and again, are an OCR's despair."""
    return len(re.findall(r"[a-zà-ÿ][A-ZÀ-Þ]", core)) <= 1


def _is_common(token: str) -> bool:
    return _EDGES.sub("", token).casefold() in _COMMON
