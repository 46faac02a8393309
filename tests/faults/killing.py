"""A daemon that dies by SIGKILL at a named point, on one side of it, the n-th time it is reached.

`python -m tests.faults.killing --home DIR --point NAME --side before|after --nth N`: the real daemon, its real
ports, each wrapped so that the named calls are points of death. Nothing in the program knows of it.
"""

import argparse
import contextlib
import dataclasses
import datetime
import itertools
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.adapters.reading import dealing
from agent.adapters.telemetry import configure
from agent.app import Parts, build
from agent.config import load
from agent.daemon import Daemon, canary
from agent.domain.reading import Turn
from agent.domain.searchable import MadeCopy, Unsearchable
from agent.domain.settlement import Settlement
from agent.domain.splitting import Unsplit
from tests.faults.points import Marked, MarkedFolders, ToldInAFile

POINTS = (
    "row",
    "claim_rename",
    "claim_confirmed",
    "hash",
    "attempt",
    "child",
    "turn_saved",
    "decision",
    "settle",
    "move",
    "copy",
    "publish",
    "unlink",
    "sidecar",
    "searchable_made",
    "searchable_placed",
    "searchable_removed",
    "done",
    "send",
    "sent_mark",
    "request_listed",
    "answer",
    "undo",
    "refile",
    "split",
    "parts_made",
    "parts_staged",
    "part_laid",
    "retry",
    "request_closed",
)
"""Every named kill point of the design's custody page that this program has, and a few more."""

ERASURE_POINTS = ("forgetting_noted", "erased", "file_removed", "forgotten_noted", "gone", "shredded")
SAMPLE_POINTS = ("sample_drawn", "sample_posted", "sample_judged")
CANARY_POINTS = ("canary_dropped", "canary_sent", "canary_removed", "canary_kept")


class Trap:
    """Counts how often each point is reached, and pulls the plug at the chosen one."""

    def __init__(self, point: str, side: str, nth: int) -> None:
        self._chosen, self._nth = (point, side), nth
        self._counts: dict[tuple[str, str], itertools.count[int]] = {}
        self._lock = threading.Lock()

    def reach(self, point: str, side: str) -> None:
        with self._lock:
            count = next(self._counts.setdefault((point, side), itertools.count(1)))
        if (point, side) == self._chosen and count == self._nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, point: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def trapped(*args: Any, **kwargs: Any) -> Any:
            self.reach(point, "before")
            result = call(*args, **kwargs)
            self.reach(point, "after")
            return result

        return trapped


class TrappedLedger(Marked):
    """Tells the settling transactions of people's requests from the daemon's own."""

    _EVENTS: Mapping[str, str] = {
        "settled": "settle",
        "answered": "answer",
        "undone": "undo",
        "refiled": "refile",
        "split": "split",
    }

    def settle(self, document_id: Any, settlement: Settlement, now: datetime.datetime, **kwargs: Any) -> Any:
        point = self._EVENTS[settlement.event]
        return self._guard.around(point, self._inner.settle)(document_id, settlement, now, **kwargs)  # type: ignore[attr-defined]


class TrappedReader(Marked):
    """Each turn is a point: before it is asked for, and when it is there."""

    def read(self, *args: Any, **kwargs: Any) -> Generator[Turn, None, None]:
        turns = self._inner.read(*args, **kwargs)  # type: ignore[attr-defined]
        while (turn := self._guard.around("child", lambda: next(turns, None))()) is not None:
            yield turn


class TrappedCopies(Marked):
    """The point is the child's work, not what is done with it."""

    @contextlib.contextmanager
    def made(self, *args: Any, **kwargs: Any) -> Iterator[MadeCopy | Unsearchable]:
        with contextlib.ExitStack() as stack:
            copy = self._inner.made(*args, **kwargs)  # type: ignore[attr-defined]
            yield self._guard.around("searchable_made", lambda: stack.enter_context(copy))()


class TrappedSplitter(Marked):
    """The point is the child's work, not what is done with it."""

    @contextlib.contextmanager
    def parts_of(self, *args: Any, **kwargs: Any) -> Iterator[Sequence[MadeCopy] | Unsplit]:
        with contextlib.ExitStack() as stack:
            parts = self._inner.parts_of(*args, **kwargs)  # type: ignore[attr-defined]
            yield self._guard.around("parts_made", lambda: stack.enter_context(parts))()


class TrappedJournal(Marked):
    """The line written before the settling transaction stands for the decision."""

    _EVENTS: Mapping[str, str] = {
        "settling": "decision",
        "forgetting": "forgetting_noted",
        "forgotten": "forgotten_noted",
    }

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        call = self._inner.append  # type: ignore[attr-defined]
        point = self._EVENTS.get(event)
        (self._guard.around(point, call) if point else call)(event, at, **fields)


def trapped_parts(parts: Parts, trap: Trap) -> Parts:
    """Wrap every port of a home."""
    folders = MarkedFolders(parts.settings.home, parts.ledger.home_id() or "")
    folders.prepare()
    folders.guard = trap
    ledger = TrappedLedger(
        parts.ledger,
        trap,
        {
            "open_claim": "row",
            "confirm_claim": "claim_confirmed",
            "start": "attempt",
            "save_turn": "turn_saved",
            "complete": "done",
            "retry": "retry",
        },
    )
    notifier = ToldInAFile(parts.settings.home / "told.jsonl")
    ports = dataclasses.replace(
        parts.ports,
        ledger=ledger,
        folders=Marked(
            folders,
            trap,
            {
                "claim": "claim_rename",
                "fingerprint": "hash",
                "move": "move",
                "write_sidecar": "sidecar",
                "place_searchable": "searchable_placed",
                "remove_searchable": "searchable_removed",
                "stage_parts": "parts_staged",
            },
        ),
        splitter=TrappedSplitter(parts.ports.splitter, trap, {}),
        searchable=TrappedCopies(parts.ports.searchable, trap, {}),
        text_source=TrappedReader(parts.reader, trap, {}),
        journal=TrappedJournal(parts.journal, trap, {}),
        erasing=Marked(
            parts.ports.erasing, trap, {"erase": "erased", "is_gone": "gone", "shred": "shredded"}
        ),
        samples=Marked(
            parts.ports.samples,
            trap,
            {"draw": "sample_drawn", "post": "sample_posted", "judge": "sample_judged"},
        ),
        recipients=tuple(notifier.recipients()),
    )
    return dataclasses.replace(
        parts,
        ports=ports,
        notifier=Marked(notifier, trap, {"send": "send"}),
        canaries=Marked(parts.canaries, trap, {"keep": "canary_kept"}),  # type: ignore[arg-type]
        outbox=Marked(parts.outbox, trap, {"mark_sent": "sent_mark"}),  # type: ignore[arg-type]
        requests=Marked(  # type: ignore[arg-type]
            parts.requests, trap, {"open_requests": "request_listed", "close_request": "request_closed"}
        ),
    )


def trap_canaries(trap: Trap) -> None:
    """Mark the steps of a canary, which are no calls of a port: it is laid, has come to rest, and its home goes."""
    for name, point in (
        ("_lay", "canary_dropped"),
        ("send", "canary_sent"),
        ("remove_home", "canary_removed"),
    ):
        setattr(canary, name, trap.around(point, getattr(canary, name)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument(
        "--point",
        choices=(*POINTS, *ERASURE_POINTS, *SAMPLE_POINTS, *CANARY_POINTS, "never"),
        default="never",
    )
    parser.add_argument("--side", choices=("before", "after"), default="before")
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--turn-seconds", type=float, default=dealing.TURN_SECONDS)
    chosen = parser.parse_args()
    dealing.TURN_SECONDS = chosen.turn_seconds
    settings = load(home=chosen.home)
    configure(settings.log_level, settings.home / "logs", console="json", to_journald=False)
    trap = Trap(chosen.point, chosen.side, chosen.nth)
    parts = trapped_parts(build(settings), trap)
    trap_canaries(trap)
    try:
        Daemon(parts).run()
    finally:
        parts.close()


if __name__ == "__main__":
    main()
