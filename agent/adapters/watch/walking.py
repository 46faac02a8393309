"""Walk through `incoming/` and its sub-folders: people drag whole folders in.

A folder is entered by `beneath.step_down`: never through a symlink, never onto another file system, for a claim is a
rename. Not entered, and shown as oddities: a folder that is called like a document (`x.pdf` is what some programs make
of a bundle), one deeper than `DEEPEST`, one that we may not list, and a mount. Not entered, and not shown: hidden and
temporary ones; our own `.claimed` is such a one. What is emptied stays behind, for nothing is deleted here.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agent.adapters.watch.looking import Odd, OddityKind
from agent.adapters.watch.names import is_accepted, is_temporary
from agent.beneath import SWAPPED, open_folder, step_down

DEEPEST = 8
"""Levels of sub-folders: more than people make by hand, few enough that a tree made in malice costs little."""


class Found(NamedTuple):
    """Something in the folder or below it.

    Attributes:
        name: path below the folder.
        odd: why a folder is not entered; None for everything else.
        is_entered: whether it is a folder, and what is in it follows.
    """

    name: str
    inode: int
    odd: Odd | None = None
    is_entered: bool = False


def walk(top: Path, accepts: frozenset[str]) -> Iterator[Found]:
    """Find all there is, but for what is hidden or temporary.

    Raises:
        OSError: the folder itself can't be listed.
    """
    with open_folder(top, "") as folder:
        yield from _walk(folder, "", accepts, 0)


def _walk(folder: int, path: str, accepts: frozenset[str], depth: int) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_temporary(entry.name):
                continue
            name = f"{path}{os.sep}{entry.name}" if path else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield Found(name, entry.inode())
            elif is_accepted(entry.name, accepts):
                yield _odd(OddityKind.DIRECTORY, name, entry)
            elif depth == DEEPEST:
                yield _odd(OddityKind.TOO_DEEP, name, entry)
            else:
                yield from _enter(folder, name, entry, accepts, depth)


def _enter(
    folder: int, name: str, entry: os.DirEntry[str], accepts: frozenset[str], depth: int
) -> Iterator[Found]:
    try:
        below = step_down(folder, entry.name)
        try:
            yield Found(name, entry.inode(), is_entered=True)
            yield from _walk(below, name, accepts, depth + 1)
        finally:
            os.close(below)
    except OSError as error:
        if error.errno == errno.EXDEV:
            yield _odd(OddityKind.MOUNT, name, entry)
        elif error.errno not in SWAPPED:
            yield _odd(OddityKind.UNREADABLE, name, entry)


def _odd(kind: OddityKind, name: str, entry: os.DirEntry[str]) -> Found:
    return Found(name, entry.inode(), Odd(kind=kind, inode=entry.inode()))
