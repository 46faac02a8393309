"""The files of one journal: `audit.jsonl`, which grows, and a closed one for each month that is over.

    audit-2026-10.jsonl  audit-2026-11.jsonl  audit.jsonl

A closed file bears the month of its last line, in UTC, and is never touched again. The chain goes on from each to the
next, in the order of their names. A trail from before there were months is closed like any other.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from agent.durable import rename_without_replacing

JOURNAL_NAME = "audit.jsonl"


def journal_in(home: Path) -> Path:
    """Where a home's journal grows."""
    return home / "logs" / JOURNAL_NAME


def closed(path: Path) -> list[Path]:
    """The closed files, oldest first."""
    pattern = re.compile(rf"{re.escape(path.stem)}-[0-9]{{4}}-[0-9]{{2}}{re.escape(path.suffix)}")
    return sorted(it for it in path.parent.iterdir() if pattern.fullmatch(it.name))


def close(path: Path, month: str) -> bool:
    """Give the growing file its month's name; False if an equal or later month is closed already: it is to go on.

    That happens where the clock was set back over a month's end.

    Raises:
        OSError: as the kernel says; nothing has changed.
    """
    target = path.with_name(f"{path.stem}-{month}{path.suffix}")
    if any(it.name >= target.name for it in closed(path)):
        return False
    rename_without_replacing(path, target)
    return True


@contextlib.contextmanager
def opened(path: Path) -> Iterator[list[tuple[str, BinaryIO]]]:
    """Open all files for reading as they are at one moment: a month that is closed meanwhile is seen once.

    Gives:
        name and file, in the order of the chain; nothing where there is no journal.
    """
    while True:
        with contextlib.ExitStack() as stack:
            before = _existing(path)
            files: list[tuple[str, BinaryIO]] = []
            for one in (*before, path):
                with contextlib.suppress(FileNotFoundError):
                    files.append((one.name, stack.enter_context(one.open("rb"))))
            if _existing(path) == before:
                yield files
                return


def _existing(path: Path) -> list[Path]:
    try:
        return closed(path)
    except FileNotFoundError:
        return []
