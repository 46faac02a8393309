"""A folder as a value, for those who must show that nothing in it was touched."""

import hashlib
from pathlib import Path


def tree_of(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Each path below it, with its mode, its time of change in nanoseconds, and a file's hash."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }
