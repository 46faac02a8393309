"""A daemon whose disk refuses at a named write, for as long as a file says so.

`python -m tests.faults.refusing --home DIR --point NAME --errno ENOSPC`: the real daemon and its real ports. While the
file `refuse` lies beside the home, what the kernel or SQLite would say on a full disk is raised deep inside the named
call, below every translation; each refusal is a line of the file `refused`.
"""

import argparse
import dataclasses
import datetime
import errno
import os
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agent.adapters import folders as folders_module
from agent.adapters.reading.hand import Hand
from agent.adapters.telemetry import configure
from agent.app import Parts, build
from agent.config import load
from agent.daemon import Daemon, loop
from agent.errors import DossierdError
from tests.faults.points import Marked, MarkedFolders, ToldInAFile

LEDGER = {
    "open_claim": "row",
    "confirm_claim": "claim_confirmed",
    "start": "attempt",
    "save_turn": "text_stored",
    "settle": "settle",
    "complete": "done",
    "hand_back": "handed_back",
}
FOLDERS = {"claim": "claim_rename", "move": "move", "write_sidecar": "sidecar", "probe": "probe"}
MOVE_ACROSS = ("copy", "publish", "unlink")
JOURNAL = ("claimed_line", "settling_line", "rested_line")
OTHERS = ("sent_mark", "request_closed", "scratch")

POINTS = (*LEDGER.values(), *FOLDERS.values(), *MOVE_ACROSS, *JOURNAL, *OTHERS)

PAUSE_SECONDS = 0.5
"""How long a loop rests after an error here: the tests wait for it again and again."""


class Disk:
    """Refuses while the file says so, in the thread that is at the chosen point."""

    def __init__(self, beside: Path, point: str, number: int) -> None:
        self._order, self._record = beside / "refuse", beside / "refused"
        self._point, self._number = point, number
        self._here = threading.local()

    @contextmanager
    def at(self, point: str) -> Iterator[None]:
        before, self._here.point = getattr(self._here, "point", None), point
        try:
            yield
        finally:
            self._here.point = before

    def around(self, point: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            with self.at(point):
                return call(*args, **kwargs)

        return guarded

    def is_refusing(self) -> bool:
        if getattr(self._here, "point", None) != self._point or not self._order.exists():
            return False
        with self._record.open("a") as record:
            record.write(f"{self._point}\n")
        return True

    def kernel(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A call of the kernel's that may refuse."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if self.is_refusing():
                raise OSError(self._number, os.strerror(self._number))
            return call(*args, **kwargs)

        return guarded

    def database(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The driver's commit, as SQLite refuses it."""

        def guarded(*args: Any, **kwargs: Any) -> Any:
            if self.is_refusing():
                is_full = self._number in {errno.ENOSPC, errno.EDQUOT}
                raise sqlite3.OperationalError("database or disk is full" if is_full else "disk I/O error")
            return call(*args, **kwargs)

        return guarded


class GuardedJournal:
    """Each line is a point of its own."""

    def __init__(self, inner: Any, disk: Disk) -> None:
        self._inner, self._disk = inner, disk

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        self._disk.around(f"{event}_line", self._inner.append)(event, at, **fields)

    def note(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        self._disk.around(f"{event}_line", self._inner.note)(event, at, **fields)


def guarded_parts(parts: Parts, disk: Disk) -> Parts:
    """Mark every write of a home, and let the kernel's and the driver's calls below them ask the disk."""
    folders = MarkedFolders(parts.settings.home, parts.ledger.home_id() or "")
    folders.prepare()
    dialect = parts.ledger._engine.dialect
    dialect.do_commit = disk.database(dialect.do_commit)  # type: ignore[method-assign]
    os.fsync = disk.kernel(os.fsync)
    tempfile.mkdtemp = disk.kernel(tempfile.mkdtemp)
    for name in ("rename_without_replacing", "probe_folder"):
        setattr(folders_module, name, disk.kernel(getattr(folders_module, name)))
    folders.guard = disk
    Hand.read = disk.around("scratch", Hand.read)  # type: ignore[method-assign]
    notifier = ToldInAFile(parts.settings.home.with_name("told.jsonl"))
    ports = dataclasses.replace(
        parts.ports,
        ledger=Marked(parts.ledger, disk, LEDGER),
        folders=Marked(folders, disk, FOLDERS),
        journal=GuardedJournal(parts.journal, disk),
        recipients=tuple(notifier.recipients()),
    )
    return dataclasses.replace(
        parts,
        ports=ports,
        notifier=notifier,
        outbox=Marked(parts.outbox, disk, {"mark_sent": "sent_mark"}),  # type: ignore[arg-type]
        requests=Marked(parts.requests, disk, {"close_request": "request_closed"}),  # type: ignore[arg-type]
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--point", choices=(*POINTS, "never"), default="never")
    parser.add_argument("--errno", default="ENOSPC")
    chosen = parser.parse_args()
    loop.ERROR_PAUSE_SECONDS = PAUSE_SECONDS
    settings = load(home=chosen.home)
    configure(settings.log_level, settings.home / "logs", console="json", to_journald=False)
    disk = Disk(settings.home.parent, chosen.point, getattr(errno, chosen.errno))
    try:
        parts = guarded_parts(build(settings), disk)
    except DossierdError as error:
        sys.exit(f"{error.sentence} {error.hint}")
    try:
        Daemon(parts).run()
    finally:
        parts.close()


if __name__ == "__main__":
    main()
