"""How a page leaves a child: a line of JSON, each word with its place in whole hundredths of a point.

It takes two fifths of what it would with a name at each number, and a whole number can't be infinite. With the
standard library alone: what is written here a child that was taken over writes as it likes, and `answer.py` validates.
"""

from json import JSONEncoder
from typing import Any

from agent.domain.document import Line, Page

HUNDREDTHS = 100

WORD_BYTES = 64
"""What each word is charged at least: few bytes could else make many words, and it is words that take memory."""

_JSON = JSONEncoder(allow_nan=False, separators=(",", ":"))


def encode(page: Page) -> bytes:
    """Write a page as one line."""
    written = {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "turn": page.turn,
        "origin": page.origin,
        "problem": page.problem,
        "passes": page.passes,
        "coverage": page.coverage,
        "hidden_characters": page.hidden_characters,
        "lines": list(map(_words, page.lines)),
    }
    return _JSON.encode(written).encode() + b"\n"


def _words(line: Line) -> list[list[Any]]:
    found = []
    for word in line.words:
        box = word.box
        left, top = round(box.left * HUNDREDTHS), round(box.top * HUNDREDTHS)
        right, bottom = round(box.right * HUNDREDTHS), round(box.bottom * HUNDREDTHS)
        found.append([word.text, left, top, right, bottom, word.confidence])
    return found


def charge(size: int, words: int) -> int:
    """What so many bytes, with so many words in them, take of the room that there is for text."""
    return max(size, WORD_BYTES * words)


def count(page: Page, encoded: bytes) -> int:
    """Count the words that a page becomes: runs have blanks in them, and nothing else that is written has."""
    return encoded.count(b" ") + sum(len(line.words) for line in page.lines)
