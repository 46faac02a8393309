"""What lies beside a document that rests: its sidecar, which tells of it, and a scan's searchable copy.

The sidecar tells of a copy before that comes to lie there. So the very file that it names, with the very bytes, is
ours to replace and to take away, whatever has died between; and a file with other bytes is somebody else's, or our
own that somebody has edited, which is the same.
"""

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.domain.document import Sha256
from agent.domain.searchable import SEARCHABLE_SUFFIX, searchable_name
from agent.durable import hash_file, make_folder, replace_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCopy:
    """What a sidecar says of a searchable copy.

    Attributes:
        path: where the copy is to lie; None where there is none.
        reason: why there is none.
    """

    path: Path | None
    sha256: Sha256 | None
    reason: str | None

    def is_there(self) -> bool:
        """Whether it lies there with the bytes that it was made with."""
        return self.path is not None and self.sha256 is not None and is_file_of(self.path, self.sha256)


def sidecar_of(path: Path) -> Path:
    return path.with_suffix(".json")


def searchable_of(path: Path) -> Path:
    return path.with_name(searchable_name(path.name))


def is_searchable(path: Path) -> bool:
    """Whether a file bears the name of a searchable copy."""
    return path.name.endswith(SEARCHABLE_SUFFIX)


def write_sidecar(path: Path, content: Mapping[str, object]) -> None:
    """Write a document's sidecar by a temporary name, durably.

    Raises:
        OSError: as the kernel says.
    """
    body = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    make_folder(path.parent)
    replace_text(sidecar_of(path), body, is_synced=True)


def told_copy(path: Path) -> ToldCopy | None:
    """Read in a document's sidecar what it says of a copy; None where it says nothing, or nothing that we have written.

    Raises:
        OSError: it can't be read.
    """
    try:
        told = json.loads(sidecar_of(path).read_bytes())["searchable_pdf"]
        name, sha256, reason = told["file"], told.get("sha256"), told.get("reason")
    except (FileNotFoundError, KeyError, TypeError, AttributeError, ValueError):
        return None
    if name is None:
        return ToldCopy(path=None, sha256=None, reason=str(reason))
    copy = searchable_of(path)
    return ToldCopy(path=copy, sha256=Sha256(str(sha256)), reason=None) if name == copy.name else None


def is_file_of(path: Path, sha256: Sha256) -> bool:
    """Whether a regular file stands there, with these bytes."""
    try:
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False
    return is_file and hash_file(path)[0] == sha256
