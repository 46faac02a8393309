"""What a backup holds, as it says itself: `files.jsonl`, a line for each file, and `backup.json`, written last.

    {"path":"archive/R1/2026/2026-03-01_D-1.pdf","sha256":"…","size":48211}
    {"made_at":"…","home_id":"…","revision":"0019","last_number":7,"files_sha256":"…","has_documents":true, ...}

A folder without `backup.json` is no backup. Numbers, hashes and paths of ours only: no name of a person, or of a file
that was dropped, stands in either.
"""

import json
import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from agent import errors
from agent.domain.document import Sha256
from agent.durable import hash_file

FORMAT = 1
MARKER = "backup.json"
LISTING = "files.jsonl"
BEGINNING = "dossierd-"
"""Of a backup's folder: `dossierd-20261127T131500Z`."""
UNFINISHED = ".part"
"""Its ending while it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file of a backup.

    Attributes:
        path: below the backup, and below the home.
        size: in bytes.
    """

    path: str
    sha256: Sha256
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What a whole backup says of itself.

    Attributes:
        made_at: ISO 8601, in UTC.
        revision: of the ledger's tables.
        last_number: the highest that a document had been given.
        documents: how many the ledger has, by state.
        missing: those whose file was not where the ledger has it.
        changed: those whose file has other bytes than came in; it is kept as it is.
    """

    format: int
    made_at: str
    version: str
    home_id: str
    revision: str
    last_number: int
    has_documents: bool
    documents: dict[str, int]
    files: int
    files_sha256: Sha256
    bytes: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]


_MARKER = TypeAdapter(Marker)
_KEPT = TypeAdapter(Kept)


def write(path: Path, lines: Iterable[object]) -> None:
    """Write values as lines of JSON into a new file, durably, for its owner's eyes only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as writer:
        for line in lines:
            writer.write(json.dumps(asdict(line), sort_keys=True) + "\n")  # type: ignore[call-overload]
        writer.flush()
        os.fsync(writer.fileno())


def marker_of(backup: Path) -> Marker:
    """Read what a backup says of itself.

    Raises:
        RequestRefused: it is no whole backup, or one of a later program.
    """
    try:
        marker = _MARKER.validate_json((backup / MARKER).read_bytes())
    except (OSError, ValidationError) as error:
        raise errors.RequestRefused(
            f"There is no whole backup in {backup}.",
            hint=f"Name a folder that dossierd backup made: {BEGINNING}…, with {MARKER} in it.",
        ) from error
    if marker.format > FORMAT:
        raise errors.RequestRefused(
            "The backup was made by a newer program.",
            hint=f"Install dossierd {marker.version}, or a later one.",
        )
    return marker


def files_of(backup: Path) -> Iterator[Kept]:
    """Read the list of a backup's files, one at a time.

    Raises:
        RequestRefused: the list is damaged, or names a file outside of the backup.
    """
    try:
        with (backup / LISTING).open("rb") as lines:
            for line in lines:
                kept = _KEPT.validate_json(line)
                inside = PurePosixPath(kept.path)
                if inside.is_absolute() or ".." in inside.parts:
                    raise damaged(LISTING)
                yield kept
    except (OSError, ValidationError) as error:
        raise damaged(LISTING) from error


def verify(backup: Path, marker: Marker, *, read: Container[str] = ()) -> None:
    """Read every file of a backup again.

    Args:
        read: paths whose bytes in the backup were compared just now, and which need not be read once more.

    Raises:
        RequestRefused: a file is missing, or has other bytes than were written.
    """
    if not is_kept(backup, Kept(path=LISTING, sha256=marker.files_sha256, size=-1)):
        raise damaged(LISTING)
    for kept in files_of(backup):
        if kept.path not in read and not is_kept(backup, kept):
            raise damaged(kept.path)


def is_kept(backup: Path, kept: Kept) -> bool:
    """Whether a file of a backup has the bytes that were written; a size below 0 is not compared."""
    try:
        sha256, size = hash_file(backup / kept.path)
    except (OSError, errors.FileVanished):
        return False
    return sha256 == kept.sha256 and kept.size in (size, -1)


def damaged(path: str) -> errors.RequestRefused:
    """Say that a file of a backup can't be trusted."""
    return errors.RequestRefused(
        f"The backup is damaged: {path} is missing, or is not as it was written.",
        hint="Use another backup; and look whether its disk is well: dmesg",
    )
