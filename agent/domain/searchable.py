"""What lies beside a scan for those who search: a copy with its words, or the reason why there is none."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from agent.domain.document import Sha256


class Unsearchable(StrEnum):
    """Why a scan has no searchable copy; the document is filed without one."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    OUT_OF_MEMORY = "out_of_memory"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    NAME_TAKEN = "name_taken"


WHY: dict[Unsearchable, str] = {
    Unsearchable.ENCRYPTED: "It opens with a password only; no copy without one is laid beside it.",
    Unsearchable.DAMAGED: "The file can be read, but is too damaged to be copied with its words.",
    Unsearchable.TOO_LARGE: "The copy would be larger than is allowed.",
    Unsearchable.OUT_OF_MEMORY: "The copy needs more memory than is allowed.",
    Unsearchable.TIMED_OUT: "The copy took longer than is allowed.",
    Unsearchable.CRASHED: "The file crashes the program that makes the copy.",
    Unsearchable.NAME_TAKEN: "Another file stands under its name. Move that away, and retry makes the copy.",
}


SEARCHABLE_SUFFIX = ".searchable.pdf"


def searchable_name(name: str) -> str:
    """Name the copy after its original: `x.pdf` or `x.jpg`, and `x.searchable.pdf`."""
    return f"{PurePosixPath(name).stem}{SEARCHABLE_SUFFIX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCopy:
    """A copy that was made, and does not lie in its place yet."""

    path: Path
    sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchableCopy:
    """A copy that lies beside its original.

    Attributes:
        name: of the file, in the original's folder.
    """

    name: str
    sha256: Sha256
