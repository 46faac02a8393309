"""One look at one file, without ever following, blocking on, or changing what stands there.

Its folder is opened first, step by step (`agent.beneath`), and the file is looked at from there. `lstat` comes first
and only a regular file is opened, with `O_NOFOLLOW | O_NONBLOCK`; what was opened is checked again by `fstat`, so that
a file swapped in between is not mistaken for the one that settled.

A file too large for every setting is never taken: a document is hashed at each step of its way, and `truncate` makes a
file of 16 TiB in no time, whose hash would keep a worker busy for a day.
"""

import errno
import os
import stat
import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agent.adapters.watch.ending import is_finished
from agent.adapters.watch.settling import Fingerprint
from agent.adapters.watch.writers import is_open_for_writing
from agent.beneath import SWAPPED, open_folder
from agent.tiff import Read

LARGEST_BYTES = 4096 * 2**20
"""What `DOSSIERD_MAX_FILE_MEGABYTES` can be at most. Up to here a file is taken, and fails as `too_large`."""

_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_GONE = SWAPPED | {errno.ENXIO, errno.ENODEV}
"""The name is gone, or is now a symlink, a socket or a device: the next rescan says what it is."""


class OddityKind(StrEnum):
    """What stands in the folder and can't be taken."""

    SYMLINK = "symlink"
    FIFO = "fifo"
    SOCKET = "socket"
    DEVICE = "device"
    DIRECTORY = "directory"
    TOO_DEEP = "too_deep"
    MOUNT = "mount"
    """What lies there can't be renamed to us."""
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    """We may not, or can't, read it."""
    OTHER_FORMAT = "other_format"
    """A regular file whose name has none of the accepted endings."""

    @property
    def words(self) -> str:
        """What people are told that it is."""
        return _WORDS[self]


_WORDS = {
    OddityKind.SYMLINK: "a link",
    OddityKind.FIFO: "a pipe",
    OddityKind.SOCKET: "a socket",
    OddityKind.DEVICE: "a device",
    OddityKind.DIRECTORY: "a folder that is called like a file",
    OddityKind.TOO_DEEP: "below too many folders",
    OddityKind.MOUNT: "a folder of another disk",
    OddityKind.TOO_LARGE: "too large",
    OddityKind.UNREADABLE: "may not be read",
    OddityKind.OTHER_FORMAT: "no PDF or picture",
}

REFUSED_WORDS = "can't be taken away"
"""What people are told of a file whose claim was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something in the folder that is left alone, until a human takes it away.

    Attributes:
        name: escaped, for the eyes of the operator; never for a log.
    """

    name: str
    kind: OddityKind
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """The look met no file that could be taken."""

    kind: OddityKind
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A regular file, whether its content is finished, and whether a program has it open for writing."""

    fingerprint: Fingerprint
    is_finished: bool
    is_open: bool


def glance(top: Path, name: str) -> Fingerprint | Odd | None:
    """Look at a path below `top` without opening it; None when nothing is there any more."""
    folder, _, base = name.rpartition(os.sep)
    try:
        with open_folder(top, folder) as opened:
            return _glance_in(opened, base)
    except OSError as error:
        return None if error.errno in _GONE else Odd(kind=OddityKind.UNREADABLE, inode=0)


def look(top: Path, name: str, *, is_local: bool) -> Look | Odd | None:
    """Look inside a path below `top`; None when the file is gone or was swapped for something else.

    Args:
        is_local: whether this kernel alone changes the file system, and so knows who writes.
    """
    folder, _, base = name.rpartition(os.sep)
    try:
        with open_folder(top, folder) as opened:
            return _look_in(opened, base, is_local=is_local)
    except OSError as error:
        return None if error.errno in _GONE else Odd(kind=OddityKind.UNREADABLE, inode=0)


def _glance_in(folder: int, name: str) -> Fingerprint | Odd:
    status = os.lstat(name, dir_fd=folder)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    if kind is None and status.st_size > LARGEST_BYTES:
        kind = OddityKind.TOO_LARGE
    return _fingerprint(status) if kind is None else Odd(kind=kind, inode=status.st_ino)


def _look_in(folder: int, name: str, *, is_local: bool) -> Look | Odd | None:
    seen = _glance_in(folder, name)
    if isinstance(seen, Odd):
        return seen
    try:
        descriptor = os.open(name, _OPEN_FLAGS, dir_fd=folder)
    except OSError as error:
        return None if error.errno in _GONE else Odd(kind=OddityKind.UNREADABLE, inode=seen.inode)
    try:
        return _look_inside(descriptor, is_local=is_local)
    except OSError:
        return Odd(kind=OddityKind.UNREADABLE, inode=seen.inode)
    finally:
        os.close(descriptor)


def _look_inside(descriptor: int, *, is_local: bool) -> Look | None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return None
    size = status.st_size

    def read(offset: int, length: int) -> bytes:
        return os.pread(descriptor, length, offset)

    return Look(
        fingerprint=_fingerprint(status),
        is_finished=_is_finished(read, size),
        is_open=is_local and is_open_for_writing(descriptor),
    )


def _is_finished(read: Read, size: int) -> bool:
    """Whether a file has its own end. One that leads the search astray is left to the reader."""
    try:
        return is_finished(read, size)
    except (ArithmeticError, LookupError, ValueError, struct.error):
        return True


def _fingerprint(status: os.stat_result) -> Fingerprint:
    return Fingerprint(
        device=status.st_dev, inode=status.st_ino, size=status.st_size, modified_ns=status.st_mtime_ns
    )


_KINDS = {
    stat.S_IFLNK: OddityKind.SYMLINK,
    stat.S_IFIFO: OddityKind.FIFO,
    stat.S_IFSOCK: OddityKind.SOCKET,
    stat.S_IFCHR: OddityKind.DEVICE,
    stat.S_IFBLK: OddityKind.DEVICE,
    stat.S_IFDIR: OddityKind.DIRECTORY,
}
