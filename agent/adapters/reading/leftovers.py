"""Removes what a child left in its scratch folder, however it was laid out.

`shutil.rmtree` goes down by recursion: a thousand folders in each other raise what is no `OSError`, at the end of the
reading and again at each start. Nor does it enter a folder that was made without the right to.
"""

import contextlib
import os
import uuid
from pathlib import Path

_OURS = 0o700


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; what the disk refuses to remove is left where it is.

    Inner folders are moved out, beside the first, before they are emptied: so no path becomes long, nothing recurs, and
    one that a death leaves there has a name that begins like the first's. A link is removed, and not followed.
    """
    try:
        is_link = folder.is_symlink()
    except OSError:  # the folder round it was closed meanwhile: the next start comes by
        return
    if is_link:
        with contextlib.suppress(OSError):
            folder.unlink()
        return
    pending = [folder]
    while pending:
        current = pending.pop()
        with contextlib.suppress(OSError):
            current.chmod(_OURS)
            pending += _emptied(current, folder)
            current.rmdir()


def _emptied(current: Path, first: Path) -> list[Path]:
    """Unlink what is in a folder, and give the folders that were moved out of it."""
    moved = []
    with os.scandir(current) as entries:
        for entry in entries:
            path = current / entry.name
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    path.unlink()
                    continue
                path.chmod(_OURS)  # to be moved, a folder must be writable itself: its `..` changes
                moved.append(path.rename(first.with_name(f"{first.name}-{uuid.uuid4().hex}")))
    return moved
