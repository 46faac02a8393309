"""Which file system a folder lies on, whether somebody other than this kernel changes it, and whose the folder is.

Other machines change a network file system behind the kernel's back, and a FUSE file system is changed by its
own program: inotify tells of neither, and SQLite's WAL, which needs shared memory, is unsafe on both
(https://sqlite.org/wal.html).
"""

import os
import re
import stat
from pathlib import Path

REMOTE_TYPES = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "fuse", "gfs2", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs",
        "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    }
)  # fmt: skip
"""Types that are changed elsewhere. `fuse.<program>` is one too; `fuseblk` is a local disk."""

_MOUNTINFO = Path("/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")


def remote_type(folder: Path) -> str | None:
    """Name the file-system type under the folder if it is changed elsewhere; None if it is not, or can't be told."""
    try:
        table = _MOUNTINFO.read_bytes()
    except OSError:
        return None
    kind = type_under(os.fsencode(os.path.realpath(folder)), table)
    return kind if kind is not None and is_remote(kind) else None


def is_own_folder(path: Path) -> bool:
    """Whether a folder, and no link to one, belongs to this process's user; True also where nothing is yet.

    On a file system of another machine, owners are what its mount says.
    """
    try:
        found = path.lstat()
    except OSError:  # of anything but its absence, who uses the folder tells
        return True
    if not stat.S_ISDIR(found.st_mode):
        return False
    return os.geteuid() in (found.st_uid, 0) or remote_type(path) is not None


def is_remote(kind: str) -> bool:
    """Whether a file system of this type is changed by others than this kernel."""
    return kind in REMOTE_TYPES or kind.startswith("fuse.")


def type_under(path: bytes, mountinfo: bytes) -> str | None:
    """Find the type of the file system that a real path lies on.

    Args:
        path: absolute, without symlinks.
        mountinfo: `/proc/self/mountinfo`, see proc_pid_mountinfo(5); the last of equal mount points counts.
    """
    best: tuple[int, str] | None = None
    for line in mountinfo.splitlines():
        mount, _, device = line.partition(b" - ")
        fields = mount.split(b" ")
        if len(fields) < 5:
            continue
        point = _OCTAL.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), fields[4])
        if _is_below(path, point) and (best is None or len(point) >= best[0]):
            best = (len(point), device.split(b" ")[0].decode("ascii", "replace"))
    return best[1] if best else None


def _is_below(path: bytes, point: bytes) -> bool:
    return path == point or path.startswith(point.rstrip(b"/") + b"/")
