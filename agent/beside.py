"""What lies beside a document that rests: its sidecar, which tells of it, and a scan's searchable copy.

The sidecar tells of a copy before that comes to lie there. So the very file that it names, with the very bytes, is
ours to replace and to take away, whatever has died between; and a file with other bytes is somebody else's, or our
own that somebody has edited, which is the same.
"""

import json
import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from agent.domain.document import Sha256
from agent.domain.searchable import SearchableCopy, Unsearchable, searchable_name
from agent.durable import hash_file, make_folder, replace_text


class CopyState(StrEnum):
    """How a copy that a sidecar tells of was found."""

    AS_MADE = "as_made"
    CHANGED = "changed"
    MISSING = "missing"


def sidecar_of(path: Path) -> Path:
    return path.with_suffix(".json")


def searchable_of(path: Path) -> Path:
    return path.with_name(searchable_name(path.name))


def unfinished_beside(path: Path, tag: str) -> list[Path]:
    """What lies beside a document's place under the temporary names of a tag."""
    names = (f".{tag}.part", f".{tag}.searchable.part", f".{tag}.json.part")
    return [left for name in names if os.path.lexists(left := path.with_name(name))]


def write_sidecar(path: Path, content: Mapping[str, object], tag: str = "") -> None:
    """Write a document's sidecar by a temporary name, durably.

    Args:
        tag: of the temporary name, where several hosts may be at it; else that is the sidecar's.

    Raises:
        OSError: as the kernel says.
    """
    body = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    make_folder(path.parent)
    replace_text(sidecar_of(path), body, is_synced=True, tag=f"{tag}.json" if tag else "")


def told_copy(path: Path) -> SearchableCopy | Unsearchable | None:
    """Read in a document's sidecar what it says of a copy; None where it says nothing, or nothing that we have written.

    Raises:
        OSError: it can't be read.
    """
    try:
        told = json.loads(sidecar_of(path).read_bytes())["searchable_pdf"]
        if told["file"] is None:
            return Unsearchable(told["reason"])
        copy = SearchableCopy(name=told["file"], sha256=Sha256(told["sha256"]))
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None
    return copy if copy.name == searchable_of(path).name else None


def own_copy(path: Path) -> SearchableCopy | None:
    """Find the copy that lies beside a document; None where none does, or another file than its sidecar tells of.

    Raises:
        OSError: it can't be read.
    """
    told = told_copy(path)
    if isinstance(told, SearchableCopy) and is_file_of(searchable_of(path), told.sha256):
        return told
    return None


def state_of_copy(path: Path, copy: SearchableCopy) -> CopyState:
    """Look whether the copy beside a document is the one that its sidecar tells of.

    Raises:
        OSError: it can't be read.
    """
    if is_file_of(searchable_of(path), copy.sha256):
        return CopyState.AS_MADE
    return CopyState.CHANGED if os.path.lexists(searchable_of(path)) else CopyState.MISSING


def is_file_of(path: Path, sha256: Sha256) -> bool:
    """Whether a regular file stands there, with these bytes."""
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False
    return is_file and hash_file(path)[0] == sha256
