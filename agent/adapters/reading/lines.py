"""Words and lines: the one place where what an engine says becomes the domain's nouns.

Words that stand at one height are one line, whatever the engine thought of columns: label and value stay
together. Inside a line the words follow the reading: right to left where most letters are Arabic or Hebrew.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from agent.domain.document import Box, Line, Word

_OVERLAP = 0.5
"""Share of the lower of two heights that two words of one line have in common."""
_TALL = 4.0
"""Times the usual height, from where a word is a frame or a rotated margin note: a line of its own."""

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LETTER = re.compile(r"[^\W\d_]")
_PRESENTATION_FORM = re.compile(r"[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]+")
"""Ligatures and shaped Arabic letters: the same letters, as a font draws them."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """Undo what fonts do to letters, and drop what is none: controls, marks of direction, halves of pairs."""
    shaped = _PRESENTATION_FORM.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _UNPRINTABLE.sub("", shaped).strip()


def right_to_left_share(text: str) -> float:
    """The share of letters that are written from right to left."""
    letters = len(_LETTER.findall(text))
    return len(_RIGHT_TO_LEFT.findall(text)) / letters if letters else 0.0


def word(text: str, box: Box, confidence: int | None = None) -> Word | None:
    """Make a word, or None when nothing legible is left of it."""
    cleaned = clean(text)
    if not cleaned:
        return None
    return Word(text=cleaned, box=rounded(box), confidence=confidence)


def rounded(box: Box) -> Box:
    """Keep two decimals: a thousandth of a point is nothing on paper, and much in a finding."""
    return Box(
        left=round(box.left, 2), top=round(box.top, 2), right=round(box.right, 2), bottom=round(box.bottom, 2)
    )


def lines_of(words: Iterable[Word]) -> tuple[Line, ...]:
    """Group words into lines, from top to bottom, each in its reading order."""
    return tuple(Line(words=_in_reading_order(row)) for row in _rows_of(words))


def rightward_lines_of(words: Iterable[Word]) -> tuple[Line, ...]:
    """Group words into lines, none of which is of a script that is written from right to left."""
    return tuple(Line(words=tuple(sorted(row, key=lambda each: each.box.left))) for row in _rows_of(words))


def _rows_of(words: Iterable[Word]) -> list[list[Word]]:
    ordered = sorted(words, key=_middle)
    if not ordered:
        return []
    usual = median(_height(each) for each in ordered)
    rows: list[_Row] = []
    for each in ordered:
        row = None if _height(each) > _TALL * usual else _row_of(each, rows)
        if row is None:
            row = _Row(top=each.box.top, bottom=each.box.bottom)
            rows.append(row)
        row.add(each)
    return [row.words for row in sorted(rows, key=lambda row: row.top)]


@dataclass(slots=True)
class _Row:
    top: float
    bottom: float
    words: list[Word] = field(default_factory=list)

    def add(self, added: Word) -> None:
        """Take a word in; top and bottom follow the mean, so that a slight slope is followed."""
        self.words.append(added)
        count = len(self.words)
        self.top += (added.box.top - self.top) / count
        self.bottom += (added.box.bottom - self.bottom) / count

    def shares(self, other: Word) -> float:
        common = min(self.bottom, other.box.bottom) - max(self.top, other.box.top)
        return common / max(min(self.bottom - self.top, _height(other)), 0.01)


def _row_of(sought: Word, rows: Sequence[_Row]) -> _Row | None:
    """Find the row that a word stands in: one of the latest, because words come from top to bottom."""
    best = max(rows[-4:], key=lambda row: row.shares(sought), default=None)
    return best if best is not None and best.shares(sought) >= _OVERLAP else None


def _in_reading_order(words: Sequence[Word]) -> tuple[Word, ...]:
    is_leftward = right_to_left_share(" ".join(each.text for each in words)) > 0.5
    ordered = sorted(words, key=lambda each: -each.box.right if is_leftward else each.box.left)
    return tuple(_with_runs_turned(ordered, is_leftward))


def _with_runs_turned(ordered: Sequence[Word], is_leftward: bool) -> list[Word]:
    """Turn runs of words of the other direction round: they are still read their own way."""
    read: list[Word] = []
    run: list[Word] = []
    neutral: list[Word] = []
    for each in ordered:
        if not _LETTER.search(each.text):
            neutral.append(each)
        elif bool(_RIGHT_TO_LEFT.search(each.text)) is is_leftward:
            read += [*reversed(run), *neutral, each]
            run, neutral = [], []
        elif run:
            run += [*neutral, each]
            neutral = []
        else:
            read += neutral
            run, neutral = [each], []
    return [*read, *reversed(run), *neutral]


def _middle(each: Word) -> float:
    return (each.box.top + each.box.bottom) / 2


def _height(each: Word) -> float:
    return each.box.bottom - each.box.top
