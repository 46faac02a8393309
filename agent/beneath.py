"""Go down from one folder to another, and nowhere else: no symlink is followed, no other file system entered.

`incoming/` belongs to whoever drops files there. A folder in it may be swapped for a symlink between the look at a
file and its claim; so each step down is an open of its own, from the folder before it, and what is done afterwards is
done in the folder that is open, whatever its name means by then. openat2(2) would do it in one call, but Python has no
name for it, and older kernels and seccomp filters refuse it.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TOP_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_STEP_FLAGS = _TOP_FLAGS | os.O_NOFOLLOW

SWAPPED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EXDEV})
"""What `open_folder` and `step_down` say when the folder is gone, no folder any more, or elsewhere."""


@contextmanager
def open_folder(top: Path, below: str) -> Iterator[int]:
    """Open the folder at a path below `top`; an empty path is `top` itself, which may be a symlink.

    Raises:
        OSError: of `SWAPPED`, or as the kernel says.
    """
    descriptor = os.open(top, _TOP_FLAGS)
    try:
        for name in filter(None, below.split("/")):
            above, descriptor = descriptor, step_down(descriptor, name)
            os.close(above)
        yield descriptor
    finally:
        os.close(descriptor)


def step_down(folder: int, name: str) -> int:
    """Open a folder in an open folder, on the same file system.

    Raises:
        OSError: of `SWAPPED`, or as the kernel says.
    """
    descriptor = os.open(name, _STEP_FLAGS, dir_fd=folder)
    if os.fstat(descriptor).st_dev != os.fstat(folder).st_dev:
        os.close(descriptor)
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    return descriptor


def path_through(folder: int) -> Path:
    """A path that means the open folder itself, for calls that take no descriptor (proc_pid_fd(5))."""
    return Path(f"/proc/self/fd/{folder}")
