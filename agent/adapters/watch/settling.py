"""Which files stand still: pure bookkeeping over what was seen of them, and when.

A file is due for a look when nothing about it has changed for the settle time. If it then has its end it is
ready; if not, it is due again when the grace time for damaged files has passed since its last change. While a program
has it open for writing, it is due again and again, for an hour. A file
that was handed out stays known, so that a rescan doesn't hand it out twice, until it is gone, is another
file, or is forgotten. Of many that are due each sender has one in turn (`turns`), so that a thousand letters of one
folder hold up nobody else's. One that was handed out in vain, because it could not be claimed, comes up again with
growing patience, and after all others: an immutable file must neither be given up nor keep the daemon busy.

Cost: one small record a file, one heap step a look. `now` is monotonic seconds and is always passed in.
"""

import heapq
import itertools
import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from agent.adapters.watch.turns import Turns, sender_of

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 300.0
"""Between two tries to claim a file: most obstacles pass at once, some stay until a human comes, who then looks on."""

LONGEST_OPEN_SECONDS = 3600.0
"""A program that keeps a file open for writing so long, and writes nothing, has forgotten it."""

TELLING_REFUSALS = 4
"""Some seconds: longer than a passing obstacle lasts, sooner than a person wonders."""


class Fingerprint(NamedTuple):
    """What must not change while a file settles."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(slots=True)
class _Waiting:
    fingerprint: Fingerprint
    changed_at: float
    due_at: float = 0.0
    ticket: int = 0
    """Of its valid entry in a queue; older entries are skipped."""
    refusals: int = 0
    """How often its claim has failed since it changed last."""


class _HandedOut(NamedTuple):
    fingerprint: Fingerprint
    at: float
    changed_at: float
    refusals: int


class _Entry(NamedTuple):
    """Of a queue: which file is due when."""

    due_at: float
    ticket: int
    name: str


class Settling:
    """The files that wait, and those that were handed out."""

    def __init__(self, *, settle_seconds: float, damaged_grace_seconds: float) -> None:
        self._settle_seconds = settle_seconds
        self._grace_seconds = max(settle_seconds, damaged_grace_seconds)
        self._waiting: dict[str, _Waiting] = {}
        self._handed_out: dict[str, _HandedOut] = {}
        self._fresh: list[_Entry] = []
        self._due = Turns[_Entry]()
        self._refused: list[_Entry] = []
        self._tickets = itertools.count()

    def __len__(self) -> int:
        """How many files wait."""
        return len(self._waiting)

    def knows(self, name: str, inode: int, *, is_announced: bool) -> bool:
        """Whether a glance at this inode under this name would teach nothing now.

        Args:
            is_announced: an event tells of each change, so that a file that waits needs no glance.
        """
        known = self._handed_out.get(name) or (self._waiting.get(name) if is_announced else None)
        return known is not None and known.fingerprint.inode == inode

    def observe(self, name: str, fingerprint: Fingerprint, now: float) -> None:
        """Note what a file looks like; if that is new, its settle time starts."""
        handed_out = self._handed_out.get(name)
        if handed_out is not None and handed_out.fingerprint == fingerprint:
            return
        self._handed_out.pop(name, None)
        waiting = self._waiting.get(name)
        if waiting is not None and waiting.fingerprint == fingerprint:
            return
        due_at = now + self._settle_seconds
        if waiting is None or waiting.due_at > due_at:
            self._settle_again(name, fingerprint, now)
        else:  # its entry comes up earlier and is put off then: one entry, however often the file changes
            waiting.fingerprint = fingerprint
            waiting.changed_at = now
            waiting.refusals = 0

    def next_due_at(self) -> float | None:
        """When the next look is due; None while nothing waits."""
        self._drop_stale()
        due = [self._due.first()] if self._due else []
        return min((entry.due_at for entry in (*due, *self._fresh[:1], *self._refused[:1])), default=None)

    def take_due(self, now: float) -> str | None:
        """Take the file whose turn it is of all that are due; afterwards the caller must `judge` or `forget` it.

        One that could not be claimed comes after all others: a folder full of them must hold up nobody.
        """
        self._call_due(now)
        while (name := self._first_due(now)) is not None:
            waiting = self._waiting[name]
            settled_at = waiting.changed_at + self._settle_seconds
            if settled_at <= now:
                self._pop_first(passes_turn=True)
                return name
            self._pop_first(passes_turn=False)
            self._put_off(name, waiting, settled_at)
        return None

    def judge(
        self, name: str, fingerprint: Fingerprint, now: float, *, is_finished: bool, is_open: bool = False
    ) -> bool:
        """Decide upon a look at a file that was due: True hands it out, False lets it wait on.

        Args:
            is_open: a program has it open for writing.
        """
        waiting = self._waiting.pop(name)
        if waiting.fingerprint != fingerprint:
            self._settle_again(name, fingerprint, now)
            return False
        if is_open and now < waiting.changed_at + LONGEST_OPEN_SECONDS:
            self._put_off(name, waiting, now + self._settle_seconds)
            return False
        damaged_at = waiting.changed_at + self._grace_seconds
        if is_finished or damaged_at <= now:
            self._handed_out[name] = _HandedOut(fingerprint, now, waiting.changed_at, waiting.refusals)
            return True
        self._put_off(name, waiting, damaged_at)
        return False

    def give_back(self, name: str, now: float) -> None:
        """Take back a file whose claim failed; it is due again after a pause that doubles each time."""
        handed_out = self._handed_out.pop(name, None)
        if handed_out is None:
            return
        pause = min(LONGEST_PAUSE_SECONDS, math.ldexp(FIRST_PAUSE_SECONDS, min(handed_out.refusals, 30)))
        waiting = _Waiting(
            fingerprint=handed_out.fingerprint,
            changed_at=handed_out.changed_at,
            refusals=handed_out.refusals + 1,
        )
        self._put_off(name, waiting, now + pause)

    def refused(self) -> list[str]:
        """The files that could not be claimed at `TELLING_REFUSALS` tries in a row."""
        return [name for name, waiting in self._waiting.items() if waiting.refusals >= TELLING_REFUSALS]

    def forget(self, name: str) -> None:
        """Drop a file: it is gone, or can't be read. If it is seen again, it is new."""
        self._waiting.pop(name, None)
        self._handed_out.pop(name, None)

    def forget_unclaimed(self, handed_out_before: float) -> None:
        """Drop what was handed out before a moment, so that a file is not stuck because its claim came to nothing."""
        for name in [
            name for name, handed_out in self._handed_out.items() if handed_out.at < handed_out_before
        ]:
            del self._handed_out[name]

    def retain(self, names: AbstractSet[str]) -> None:
        """Drop every file that is not among the names of a complete rescan."""
        for name in (self._waiting.keys() | self._handed_out.keys()) - names:
            self.forget(name)

    def _put_off(self, name: str, waiting: _Waiting, due_at: float) -> None:
        waiting.due_at, waiting.ticket = due_at, next(self._tickets)
        queue = self._refused if waiting.refusals else self._fresh
        heapq.heappush(queue, _Entry(due_at, waiting.ticket, name))
        self._waiting[name] = waiting

    def _settle_again(self, name: str, fingerprint: Fingerprint, now: float) -> None:
        waiting = _Waiting(fingerprint=fingerprint, changed_at=now)
        self._put_off(name, waiting, now + self._settle_seconds)

    def _call_due(self, now: float) -> None:
        """Let all that are due by now wait for their sender's turn."""
        while self._fresh and self._fresh[0].due_at <= now:
            entry = heapq.heappop(self._fresh)
            self._due.join(sender_of(entry.name), entry)

    def _first_due(self, now: float) -> str | None:
        self._drop_stale()
        if self._due:
            return self._due.first().name
        return self._refused[0].name if self._refused and self._refused[0].due_at <= now else None

    def _pop_first(self, *, passes_turn: bool) -> None:
        if not self._due:
            heapq.heappop(self._refused)
        elif passes_turn:
            self._due.take()
        else:
            self._due.drop()

    def _drop_stale(self) -> None:
        """See that what comes first, of each of the three, is a file that waits."""
        while self._due and not self._is_valid(self._due.first()):
            self._due.drop()
        for queue in (self._fresh, self._refused):
            while queue and not self._is_valid(queue[0]):
                heapq.heappop(queue)

    def _is_valid(self, entry: _Entry) -> bool:
        waiting = self._waiting.get(entry.name)
        return waiting is not None and waiting.ticket == entry.ticket
