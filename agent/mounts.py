"""Which kind of file system a folder lies on, as the kernel's mount table says."""

import re
from collections.abc import Iterable
from pathlib import Path

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre", "davfs"}
)
"""File systems whose changes other machines make: they send no events, and SQLite's WAL is unsafe on them."""

_TABLE = Path("/proc/self/mountinfo")


def file_system_of(folder: Path) -> str:
    """Name the type of the file system that holds a folder; `unknown` when the kernel doesn't tell."""
    try:
        lines = _TABLE.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return type_in(lines, folder.resolve())
    except OSError:
        return "unknown"


def type_in(lines: Iterable[str], folder: Path) -> str:
    """Find the innermost mount that holds an absolute folder; of two on one place the later hides the earlier.

    The fields are those of proc(5): the mount point is the fifth, the type follows a lone hyphen.
    """
    depth, kind = -1, "unknown"
    for line in lines:
        fields = line.split()
        point = Path(_unescaped(fields[4]))
        if len(point.parts) >= depth and folder.is_relative_to(point):
            depth, kind = len(point.parts), fields[fields.index("-") + 1]
    return kind


def _unescaped(field: str) -> str:
    """Undo the table's octal escapes for space, tab, newline and backslash."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)


def is_network(folder: Path) -> bool:
    """Tell whether a folder lies on a network or user-space file system."""
    kind = file_system_of(folder)
    return kind in NETWORK or kind.startswith("fuse")
