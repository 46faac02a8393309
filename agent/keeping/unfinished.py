"""Backups that did not come to their end: the folder of one that is being written is held, one that nobody holds goes.

Held means flock(2) on a file in it, which dies with its holder. Where a file system knows no locks, nothing is removed.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.keeping.manifest import BEGINNING, UNFINISHED

HOLDER = ".writing"
_NAME = re.compile(rf"{BEGINNING}\d{{8}}T\d{{6}}Z{re.escape(UNFINISHED)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What was found of backups that were killed.

    Attributes:
        left: folders that can't be removed, or not be told from one that is being written.
    """

    removed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


@contextlib.contextmanager
def held(part: Path) -> Iterator[None]:
    """Hold a backup's folder while it is written; it may get its last name meanwhile.

    Raises:
        OSError: as the kernel says.
    """
    descriptor = _open(part)
    try:
        with contextlib.suppress(OSError):  # no locks there: then nobody else gets one either
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def remove_unfinished(target: Path) -> Unfinished:
    """Remove what backups that were killed have left in a folder for backups.

    Raises:
        OSError: the folder can't be listed.
    """
    found = Unfinished()
    for part in sorted(target.iterdir()):
        if not _NAME.fullmatch(part.name) or part.is_symlink():
            continue
        try:
            _remove(part)
        except BlockingIOError:
            continue  # it is being written
        except OSError:
            found = Unfinished(removed=found.removed, left=(*found.left, part))
        else:
            found = Unfinished(removed=(*found.removed, part), left=found.left)
    return found


def _remove(part: Path) -> None:
    descriptor = _open(part)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(part)
    finally:
        os.close(descriptor)


def _open(part: Path) -> int:
    return os.open(part / HOLDER, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
