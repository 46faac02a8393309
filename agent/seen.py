"""Files in `incoming/` as the watcher saw them: found again by a way that nobody can lead elsewhere."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

from agent import errors
from agent.beneath import SWAPPED, open_folder, path_through
from agent.domain.document import SeenFile
from agent.durable import storage_errors


@contextlib.contextmanager
def opened(incoming: Path, seen: SeenFile) -> Iterator[Path | None]:
    """Open a seen file's folder, and give a path to it that nobody can lead elsewhere; None if the folder is gone."""
    folder, _, name = seen.name.rpartition("/")
    with contextlib.ExitStack() as stack:
        try:
            descriptor = stack.enter_context(open_folder(incoming, folder))
        except OSError as error:
            if error.errno not in SWAPPED:
                raise
            yield None
        else:
            yield path_through(descriptor) / name


@contextlib.contextmanager
def file_errors() -> Iterator[None]:
    """Turn what the kernel says into the tree's errors; a file that is not there is no fault of the disk."""
    with storage_errors():
        try:
            yield
        except FileNotFoundError as error:
            raise errors.FileVanished("The file is not where the ledger has it.") from error


def is_seen(path: Path, seen: SeenFile) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and (found.st_dev, found.st_ino) == (seen.device, seen.inode)


def is_unchanged(path: Path, seen: SeenFile) -> bool:
    """The very file, and nobody has written to it since: an inode's number is soon given to another file."""
    if not is_seen(path, seen):
        return False
    found = path.lstat()
    return (found.st_size, found.st_mtime_ns) == (seen.size, seen.modified_ns)
