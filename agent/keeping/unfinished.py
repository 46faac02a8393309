"""Folders that did not come to their end: one that is being written is held, one that nobody holds any more goes.

So with backups, and with what a command throws away at its end. Held means flock(2) on a file in it, which dies with
its holder. Where a file system knows no locks, nothing is removed.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.keeping.manifest import BEGINNING, UNFINISHED

HOLDER = ".writing"
_LONGEST_OWNER = 1024
_NAME = re.compile(rf"{BEGINNING}\d{{8}}T\d{{6}}Z{re.escape(UNFINISHED)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What was found of commands that were killed.

    Attributes:
        left: folders that can't be removed, or not be told from one that is being written.
    """

    removed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


@contextlib.contextmanager
def held(folder: Path, owner: str = "") -> Iterator[None]:
    """Hold a folder while it is written; it may get its last name meanwhile.

    Args:
        owner: who alone may remove it; for whom it may be anybody who can: nothing.

    Raises:
        OSError: as the kernel says.
    """
    descriptor = _open(folder)
    try:
        with contextlib.suppress(OSError):  # no locks there: then nobody else gets one either
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, owner.encode())
        yield
    finally:
        os.close(descriptor)


def remove_unfinished(target: Path, owner: str) -> Unfinished:
    """Remove what backups that were killed have left in a folder for backups.

    Args:
        owner: whose alone: a share may be held by another machine, which its locks don't tell of.

    Raises:
        OSError: the folder can't be listed.
    """
    parts = (it for it in target.iterdir() if _NAME.fullmatch(it.name) and not it.is_symlink())
    return remove_unheld(parts, owner)


def remove_unheld(folders: Iterable[Path], owner: str = "") -> Unfinished:
    """Remove those folders that nobody holds, and that nobody but this owner has held."""
    removed, left = list[Path](), list[Path]()
    for folder in sorted(folders):
        try:
            _remove(folder, owner)
        except BlockingIOError:
            continue  # it is being written, or another's
        except OSError:
            left.append(folder)
        else:
            removed.append(folder)
    return Unfinished(removed=tuple(removed), left=tuple(left))


def _remove(folder: Path, owner: str) -> None:
    descriptor = _open(folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.pread(descriptor, _LONGEST_OWNER, 0) not in {b"", owner.encode()}:
            raise BlockingIOError
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    return os.open(folder / HOLDER, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
