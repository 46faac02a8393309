"""The parts of a document that is split, on their way into `incoming/`.

They wait in a folder of our own, on the file system of `incoming/`. The folder has its name only when each part is in
it, whole and synced. From there each part is renamed into `incoming/`: it is here or there and never in both, so that
to lay what is left, as often as one dies over it, lays each part once.

Accepted: whoever removes that hidden folder in between takes the parts. The document that they were made of has all.
"""

import contextlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from agent import errors
from agent.domain.searchable import MadeCopy
from agent.durable import copy_file, make_folder, sync_folder

_NAMES_TRIED = 100

Copy = Callable[[Path, Path], None]
Rename = Callable[[Path, Path], None]
"""Raises DestinationTaken where a stranger's file stands."""


def stage(folder: Path, parts: Sequence[tuple[str, MadeCopy]], copy: Copy = copy_file) -> None:
    """Copy the parts, each under its name, into the folder, in place of all that an earlier try left there.

    Raises:
        OSError: as the kernel says; the folder does not have its name.
    """
    discard(folder)
    unfinished = _unfinished(folder)
    make_folder(unfinished)
    for name, part in parts:
        copy(part.path, unfinished / name)
    sync_folder(unfinished)
    unfinished.rename(folder)
    sync_folder(folder.parent)


def lay(folder: Path, incoming: Path, rename: Rename) -> int:
    """Rename what is left in the folder into `incoming/`, then remove it; gives how many were left.

    Raises:
        StorageUnavailable: no free name was found.
        OSError: as the kernel says; the rest is still there.
    """
    try:
        left = sorted(folder.iterdir())
    except FileNotFoundError:
        return 0
    make_folder(incoming)
    for part in left:
        _lay_one(part, incoming, rename)
    sync_folder(incoming)
    sync_folder(folder)
    folder.rmdir()
    sync_folder(folder.parent)
    return len(left)


def discard(folder: Path) -> None:
    """Remove parts that are not to be laid."""
    for each in (_unfinished(folder), folder):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(each)


def _unfinished(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.part")


def _lay_one(part: Path, incoming: Path, rename: Rename) -> None:
    for name in _names(part.name):
        with contextlib.suppress(errors.DestinationTaken):
            rename(part, incoming / name)
            return
    raise errors.StorageUnavailable("No free name was found in incoming/.", hint="Look at what stands there.")


def _names(name: str) -> list[str]:
    path = PurePosixPath(name)
    return [name, *(f"{path.stem}~{number}{path.suffix}" for number in range(2, _NAMES_TRIED))]
