"""Whether a journal is whole, over all its files: every line's own hash, its number, and its bond to the line before.

After a problem the check goes on from what the line claims: one change is told once, not for every later line.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from agent.adapters.journal.chain import START, UNUSABLE, Head, continues, is_intact, parse
from agent.adapters.journal.segments import JOURNAL_NAME, opened
from agent.domain.loss import Gap
from agent.durable import storage_errors

TAIL_BYTES = 65_536
"""What a glance reads: a hundred lines or more."""


class ProblemKind(StrEnum):
    """What can be wrong with a line."""

    UNREADABLE = "unreadable"
    """It is no line of a journal."""
    EDITED = "edited"
    """Its own hash doesn't fit its content."""
    MISSING = "missing"
    """Lines before it are gone, or a whole file."""
    CUT = "cut"
    """The end is gone: less is there than was noted elsewhere, or than the documents in the ledger have left."""
    OUT_OF_ORDER = "out_of_order"
    """Its number has been before: it was moved, repeated or inserted."""
    UNCHAINED = "unchained"
    """It doesn't continue the line before: one of the two was changed or inserted."""
    REPLACED = "replaced"
    """Another entry of this number was noted elsewhere: the trail was begun anew, or written anew."""
    TORN = "torn"
    """The last line of all has no end: a crash, or it is being written right now. No tampering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a line.

    Attributes:
        file: its name; that of the growing one where there is none at all.
        line: of that file, from 1; one more than there are if the end is missing.
    """

    file: str
    line: int
    kind: ProblemKind
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found in a journal.

    Attributes:
        files: names, in the order of the chain.
        entries: lines that can be read.
        head: of the last of them.
        problems: the first of them first; a torn end is one.
        gone: heads that were expected, and are not there.
        gaps: where lines are gone before others, but for those that are known of.
    """

    files: tuple[str, ...]
    entries: int
    head: Head
    problems: tuple[Problem, ...]
    gone: tuple[Head, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong but perhaps a torn end."""
        return all(it.kind is ProblemKind.TORN for it in self.problems)


def verify(path: Path, *, expected: Head | None = None) -> list[Problem]:
    """Check every line, as `survey` does; gives the problems alone."""
    return list(survey(path, expected=() if expected is None else (expected,)).problems)


def survey(
    path: Path, *, expected: Sequence[Head] = (), at_least: int = 0, known_gaps: Collection[Gap] = ()
) -> Survey:
    """Check every line of every file; an absent journal is an empty one.

    Args:
        path: where it grows.
        expected: heads that were kept elsewhere, by their hash or its first digits: each must still be there.
        at_least: how many entries there must be, whatever they say.
        known_gaps: where lines are gone before others, as people know; no more than they know of.

    Raises:
        StorageUnavailable: a file can't be read.
    """
    with storage_errors(UNUSABLE), opened(path) as files:
        return _Walk(expected, START, at_least, known_gaps).through(files)


def glance(
    path: Path, *, expected: Sequence[Head] = (), at_least: int = 0, known_gaps: Collection[Gap] = ()
) -> Survey:
    """Check the end of the newest file that has lines: what stands before that is taken as it is.

    Args:
        expected: as for `survey`; what is noted further up is not looked for.
        at_least, known_gaps: as for `survey`.

    Raises:
        StorageUnavailable: a file can't be read.
    """
    with storage_errors(UNUSABLE), opened(path) as files:
        for name, file in reversed(files):
            start = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
            file.seek(start)
            if start:
                file.readline()
            is_first = start == 0 and name == files[0][0]
            before = START if is_first else None
            found = _Walk(expected, before, at_least, known_gaps).through([(name, file)])
            if found.entries or not found.is_whole:
                return found
        return _Walk(expected, START, at_least, known_gaps).through([])


class _Walk:
    """One way through a journal's lines.

    Args:
        expected, at_least, known_gaps: as for `survey`.
        before: what the first line must continue; None for whatever it says.
    """

    def __init__(
        self, expected: Sequence[Head], before: Head | None, at_least: int, known_gaps: Collection[Gap]
    ) -> None:
        self._noted: dict[int, list[Head]] = {}
        for head in expected:
            self._noted.setdefault(head.sequence, []).append(head)
        self._at_least = at_least
        self._known = frozenset(known_gaps)
        self._gone: list[Head] = []
        self._gaps: list[Gap] = []
        self._is_bound = before is not None
        self._sequence, self._hash = (before or START).sequence, (before or START).hash
        self._entries = 0

    def through(self, files: Sequence[tuple[str, BinaryIO]]) -> Survey:
        problems: list[Problem] = []
        name, number = JOURNAL_NAME, 0
        for name, file in files:
            number = 0
            for number, line in enumerate(file, start=1):
                if not self._passes(line):
                    problems += self._look_at(name, number, line, is_in_last=name == files[-1][0])
        head = self._head
        latest = max(self._noted, default=0)
        if head.sequence < latest:
            what = f"is gone, and all up to entry {latest}"
            problems.append(_problem(name, number + 1, ProblemKind.CUT, what))
            self._gone += [
                it for number in self._noted for it in self._noted[number] if number > head.sequence
            ]
        elif head.sequence < self._at_least:
            what = f"is gone, and more: the documents in the ledger left {self._at_least} entries or more"
            problems.append(_problem(name, number + 1, ProblemKind.CUT, what))
        return Survey(
            files=tuple(name for name, _ in files),
            entries=self._entries,
            head=head,
            problems=tuple(problems),
            gone=tuple(self._gone),
            gaps=tuple(self._gaps),
        )

    def _passes(self, line: bytes) -> bool:
        """Whether nothing is to be said of a line, as of nearly all: quicker than to look at it."""
        sequence = self._sequence + 1
        own = continues(line, sequence, self._hash)
        if own is None or sequence in self._noted:
            return False
        self._sequence, self._hash = sequence, own
        self._entries += 1
        return True

    def _look_at(self, name: str, number: int, line: bytes, *, is_in_last: bool) -> Iterator[Problem]:
        if is_in_last and not line.endswith(b"\n"):
            yield _problem(name, number, ProblemKind.TORN, "has no end: a crash cut it off")
            return
        parsed = parse(line)
        if parsed is None:
            yield _problem(name, number, ProblemKind.UNREADABLE, "is no line of a journal")
            return
        head, prev = parsed
        if not is_intact(line):
            what = "was changed: its hash doesn't fit its content"
            yield _problem(name, number, ProblemKind.EDITED, what)
        if self._is_bound:
            yield from self._bond(name, number, head, prev)
        replaced = [it for it in self._noted.get(head.sequence, ()) if not head.is_noted_as(it)]
        if replaced:
            self._gone += replaced
            what = "is not the entry that was noted elsewhere"
            yield _problem(name, number, ProblemKind.REPLACED, what)
        self._sequence, self._hash, self._is_bound = head.sequence, head.hash, True
        self._entries += 1

    def _bond(self, name: str, number: int, head: Head, prev: str) -> Iterator[Problem]:
        """Say how a line doesn't continue the one before."""
        lost = head.sequence - self._sequence - 1
        if lost > 0:
            gap = Gap(entry=head.sequence, lost=lost)
            if gap not in self._known:
                self._gaps.append(gap)
                yield _problem(name, number, ProblemKind.MISSING, f"follows a gap: {lost} before it are gone")
        elif lost < 0:
            yield _problem(name, number, ProblemKind.OUT_OF_ORDER, "was moved, repeated or inserted")
        elif prev != self._hash:
            yield _problem(name, number, ProblemKind.UNCHAINED, "doesn't continue the line before")

    @property
    def _head(self) -> Head:
        return Head(sequence=self._sequence, hash=self._hash)


def _problem(name: str, number: int, kind: ProblemKind, what: str) -> Problem:
    return Problem(file=name, line=number, kind=kind, sentence=f"Line {number} of {name} {what}.")
