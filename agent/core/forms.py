"""How a number is written: a notation of a few signs that an office can write and nothing can be smuggled into.

`9` is a digit and `A` a letter; `{6}` or `{5,7}` says how many; `-`, `/`, `.` and a blank stand for themselves and may
be left out on paper. `AA-9{5,7}/99` is AB-123456/24. A form is compared with a whole number, never with a part of one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agent.domain.evidence import Token

_PIECE = re.compile(r"(?P<sign>[9A])(?:\{(?P<least>\d{1,2})(?:,(?P<most>\d{1,2}))?\})?|(?P<mark>[-/. ])")
_CLASSES = {"9": "[0-9]", "A": "[A-Z]"}
_LONGEST_FORM = 60
_MOST_SIGNS = 30
_MOST_GROUPS = 12
_GAPS = frozenset(" -/.")
_GOES_ON = frozenset("-/._+")
"""What follows a number at once and is followed at once by more is a part of it: 123456-01 may be the child's."""
_FEWEST_SIGNS = 4
_FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of digits (`9`) or letters (`A`), or a single mark between two runs."""

    sign: str
    least: int = 1
    most: int = 1

    @property
    def is_mark(self) -> bool:
        return self.sign not in _CLASSES


@dataclass(frozen=True)
class Form:
    """A form, as it was written and by its pieces."""

    text: str
    pieces: tuple[Piece, ...]

    @cached_property
    def compact(self) -> re.Pattern[str]:
        """Fits letters and digits alone, in capitals."""
        return re.compile("".join(map(_counted, self._runs)))

    @cached_property
    def printed(self) -> re.Pattern[str]:
        """Fits a number as printed, in capitals."""
        return re.compile(
            "".join(_optional(piece.sign) if piece.is_mark else _counted(piece) for piece in self.pieces)
        )

    @property
    def _runs(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if not piece.is_mark)

    def weakness(self) -> str | None:
        """Say why a number of this form would prove nothing; None when it can."""
        if sum(piece.least for piece in self._runs) < _FEWEST_SIGNS:
            return f"it may have fewer than {_FEWEST_SIGNS} letters and digits"
        if sum(piece.least for piece in self._runs if piece.sign == "9") < _FEWEST_DIGITS:
            return f"it may have fewer than {_FEWEST_DIGITS} digits"
        if any(map(self.printed.fullmatch, _dates())):
            return "a year or a date fits it too"
        if any(one.sign == " " and other.sign == "9" for one, other in pairwise(self.pieces)):
            return "digits behind a blank may be those of a date or an age"
        if any(sum(piece.least < piece.most for piece in run) > 1 for run in self.alike):
            return "two parts of changing length follow each other, so that two numbers could look like one"
        return None

    def overlaps(self, other: "Form") -> bool:
        """Whether one number may have both forms, once its marks are left out."""
        mine, theirs = list(self.alike), list(other.alike)
        return [run[0].sign for run in mine] == [run[0].sign for run in theirs] and all(
            sum(piece.least for piece in one) <= sum(piece.most for piece in another)
            and sum(piece.least for piece in another) <= sum(piece.most for piece in one)
            for one, another in zip(mine, theirs, strict=True)
        )

    @property
    def alike(self) -> Iterator[list[Piece]]:
        """The pieces of one kind that follow each other, whatever mark is between them."""
        group: list[Piece] = []
        for piece in self._runs:
            if group and group[0].sign != piece.sign:
                yield group
                group = []
            group.append(piece)
        yield group


def form_of(text: str) -> Form:
    """Read a form.

    Raises:
        ValueError: it is none; the sentence says why.
    """
    if not text or len(text) > _LONGEST_FORM:
        raise ValueError(f"a form has 1 to {_LONGEST_FORM} signs")
    pieces: list[Piece] = []
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise ValueError(
                "a form holds only 9 (a digit), A (a letter), - / . or a blank, and counts such as {6} or {5,7}"
            )
        pieces.append(_piece(found))
        place = found.end()
    if any(one.is_mark and other.is_mark for one, other in pairwise([Piece("-"), *pieces, Piece("-")])):
        raise ValueError("- / . and blanks stand between letters or digits, one at a time")
    if sum(piece.most for piece in pieces) > _MOST_SIGNS:
        raise ValueError(f"a number has at most {_MOST_SIGNS} signs")
    return Form(text, tuple(pieces))


def read_form(stream: Sequence[Token], start: int, forms: Sequence[Form]) -> int | None:
    """Find where the longest number ends that begins at a token and has one of the forms; None when there is none."""
    printed, longest = "", None
    for position in range(start, min(start + _MOST_GROUPS, len(stream))):
        token = stream[position]
        if position > start and not set(token.before) <= _GAPS:
            break
        printed += (token.before if position > start else "") + token.text.upper()
        if any(form.printed.fullmatch(printed) for form in forms):
            longest = position + 1
    return None if longest is None or goes_on(stream, longest) else longest


def goes_on(stream: Sequence[Token], end: int) -> bool:
    """Whether more of a number follows at once: `/24`, `-01`."""
    return end < len(stream) and stream[end].before in _GOES_ON


def _piece(found: re.Match[str]) -> Piece:
    if found["mark"]:
        return Piece(found["mark"])
    least = int(found["least"] or 1)
    most = int(found["most"] or least)
    if not 1 <= least <= most:
        raise ValueError("a count is {6}, or {5,7} with the smaller one first, and never 0")
    return Piece(found["sign"], least, most)


def _optional(mark: str) -> str:
    """A mark, perhaps with blanks around it, or nothing; a blank alone stands for no other mark."""
    return " ?" if mark == " " else f"(?: ?{re.escape(mark)} ?)?"


def _counted(piece: Piece) -> str:
    return f"{_CLASSES[piece.sign]}{{{piece.least},{piece.most}}}"


def _dates() -> Iterator[str]:
    yield "1980"
    for mark in "/-. ":
        for parts in (
            ("31", "12", "1980"),
            ("1", "2", "1980"),
            ("31", "12", "80"),
            ("1", "2", "80"),
            ("1980", "12", "31"),
            ("12", "1980"),
            ("1980", "12"),
            ("12", "80"),
        ):
            yield mark.join(parts)
