"""Whether a journal is whole: every line's own hash, its number, and its bond to the line before.

After a problem the check goes on from what the line claims: one change is told once, not for every later line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agent.adapters.journal.chain import START, UNUSABLE, Head, is_intact, parse
from agent.durable import storage_errors


class ProblemKind(StrEnum):
    """What can be wrong with a line."""

    UNREADABLE = "unreadable"
    """It is no line of a journal."""
    EDITED = "edited"
    """Its own hash doesn't fit its content."""
    MISSING = "missing"
    """Lines before it are gone."""
    OUT_OF_ORDER = "out_of_order"
    """Its number has been before: it was moved, repeated or inserted."""
    UNCHAINED = "unchained"
    """It doesn't continue the line before: one of the two was changed or inserted."""
    TORN = "torn"
    """The last line has no end: a crash, or it is being written right now. No tampering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a line.

    Attributes:
        line: from 1; one more than there are if the end is missing.
    """

    line: int
    kind: ProblemKind
    sentence: str


def verify(path: Path, *, expected: Head | None = None) -> list[Problem]:
    """Check every line, the first problem first; an absent journal is an empty one.

    Args:
        expected: a head that was kept elsewhere: its line must still be there, and be the same.

    Raises:
        StorageUnavailable: the file can't be read.
    """
    with storage_errors(UNUSABLE):
        return list(_problems(path, expected or START))


def _problems(path: Path, expected: Head) -> Iterator[Problem]:
    before, number = START, 0
    for number, line in enumerate(_lines_of(path), start=1):
        if not line.endswith(b"\n"):
            yield _problem(number, ProblemKind.TORN, "has no end: a crash cut it off")
            break
        parsed = parse(line)
        if parsed is None:
            yield _problem(number, ProblemKind.UNREADABLE, "is no line of a journal")
            continue
        head, prev = parsed
        if not is_intact(line):
            yield _problem(number, ProblemKind.EDITED, "was changed: its hash doesn't fit its content")
        yield from _bond(number, before, head, prev)
        if head.sequence == expected.sequence and head.hash != expected.hash:
            yield _problem(number, ProblemKind.UNCHAINED, "is not the entry that was noted elsewhere")
        before = head
    if before.sequence < expected.sequence:
        yield _problem(number + 1, ProblemKind.MISSING, f"is gone, and all up to entry {expected.sequence}")


def _bond(number: int, before: Head, head: Head, prev: str) -> Iterator[Problem]:
    lost = head.sequence - before.sequence - 1
    if lost > 0:
        yield _problem(number, ProblemKind.MISSING, f"follows a gap: {lost} before it are gone")
    elif lost < 0:
        yield _problem(number, ProblemKind.OUT_OF_ORDER, "was moved, repeated or inserted")
    elif prev != before.hash:
        yield _problem(number, ProblemKind.UNCHAINED, "doesn't continue the line before")


def _problem(number: int, kind: ProblemKind, what: str) -> Problem:
    return Problem(line=number, kind=kind, sentence=f"Line {number} {what}.")


def _lines_of(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except FileNotFoundError:
        return
