"""What OCR does to a text: letters taken for others, lost, split and joined words, and how sure it says that it is.

The rate is that of characters. How sure a word is goes with its damage, but not always: one damaged word in six looks
sure, and some sound ones don't.
"""

import random
import re
import unicodedata
from dataclasses import dataclass

from tests.generator.letters import Letter

_LOOK_ALIKE = {
    "0": "Oo",
    "O": "0Q",
    "o": "0ce",
    "1": "lI7",
    "l": "1Ii",
    "I": "1l",
    "i": "l1",
    "5": "S",
    "S": "5",
    "8": "B3",
    "B": "8",
    "6": "G",
    "G": "6",
    "2": "Z",
    "Z": "2",
    "3": "8",
    "9": "g",
    "7": "1",
    "4": "A",
    "e": "c",
    "c": "e",
    "a": "o",
    "u": "v",
    "v": "u",
    "n": "hu",
    "h": "n",
    "t": "f",
    "f": "t",
    "r": "n",
    "E": "F",
    "F": "E",
    "D": "O",
    "R": "K",
    "P": "F",
    "M": "N",
    "/": "l1",
    ":": ".;",
    ".": ",",
    "m": "n",
    "g": "q",
    "é": "eè6",
    "è": "eé",
    "ê": "e",
    "ç": "c",
    "à": "a",
    "T": "I",
    "U": "V",
    "ا": "ل",
    "ب": "ت",
    "ت": "ث",
    "د": "ذ",
    "ر": "ز",
    "٠": ".",
    "١": "ا",
}
_PAIRS = {"rn": "m", "m": "rn", "cl": "d", "d": "cl", "w": "vv", "li": "h", "ii": "u"}
_SURE, _UNSURE, _MOST = 80, 45, 96
_LOOKS_SURE = 1 / 6
_LOOKS_UNSURE = 0.02


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """A text as OCR gives it.

    Attributes:
        confidence: of each word, 0 to 100.
        is_told_rightly: every word of the lines that tell whom it is about came through, surely read.
    """

    text: str
    confidence: tuple[int, ...]
    is_told_rightly: bool


def scanned(letter: Letter, rate: float, chance: random.Random) -> Scanned:
    """Read a letter as OCR does.

    Args:
        rate: the share of characters that are damaged.
    """
    lines, confidence, is_told_rightly = [], list[int](), True
    for line in letter.lines:
        text, sure, is_sound = _line(line.text, rate, chance)
        lines.append(text)
        confidence += sure
        is_told_rightly &= is_sound or not line.tells
    return Scanned(text="\n".join(lines), confidence=tuple(confidence), is_told_rightly=is_told_rightly)


def _line(text: str, rate: float, chance: random.Random) -> tuple[str, list[int], bool]:
    """A line, how sure its words are, and whether all of them are as printed and sure."""
    read = list[tuple[str, int]]()
    is_sound = True
    for piece in re.findall(r"\s+|\S+", text):
        if piece.isspace():
            is_joined = piece == " " and chance.random() < rate
            is_sound &= not is_joined
            read += [] if is_joined else [(letter, _MOST) for letter in piece]
            continue
        word = _word(piece, rate, chance)
        for part in word.split():
            sure = _certainty(is_damaged=word != piece, chance=chance)
            is_sound &= word == piece and sure >= _SURE
            read += [(" ", _MOST)] if part is not word and read and not read[-1][0].isspace() else []
            read += [(letter, sure) for letter in part]
        is_sound &= bool(word)
    shown = "".join(letter for letter, _ in read)
    words = re.finditer(r"\S+", shown)
    return shown, [min(sure for _, sure in read[word.start() : word.end()]) for word in words], is_sound


def _word(word: str, rate: float, chance: random.Random) -> str:
    read = ""
    place = 0
    while place < len(word):
        letter = word[place]
        place += 1
        if chance.random() >= rate:
            read += letter
            continue
        kind = chance.random()
        pair = next((pair for pair in (word[place - 1 : place + 1], letter) if pair in _PAIRS), None)
        if kind < 0.12 and pair is not None:
            read += _PAIRS[pair]
            place += len(pair) - 1
        elif kind < 0.62 and letter in _LOOK_ALIKE:
            read += chance.choice(_LOOK_ALIKE[letter])
        elif kind < 0.72:
            read += unicodedata.normalize("NFD", letter)[0]
        elif kind < 0.86:
            continue
        elif kind < 0.93:
            read += letter + " "
        else:
            read += letter + chance.choice(".,'i1")
    return read.strip()


def _certainty(*, is_damaged: bool, chance: random.Random) -> int:
    looks_sure = chance.random() < _LOOKS_SURE if is_damaged else chance.random() >= _LOOKS_UNSURE
    middle, spread = (94, 3) if looks_sure else (_UNSURE + 15, 18)
    return max(0, min(_MOST, round(chance.gauss(middle, spread))))
