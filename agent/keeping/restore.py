"""Make a new home from a backup. The backup is read through first, and nothing is laid over anything.

While it is written, `state/restoring` keeps every daemon away; at its end that becomes `state/restored`, by which the
next start counts the numbers of documents anew, over the files and the journal too (`adapters/home.py`). It says which
backup is laid down: one that was killed goes on where it stopped when it is typed once more.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from agent import errors
from agent.adapters.home import RESTORED, RESTORING
from agent.adapters.ledger.engine import is_known
from agent.adapters.ledger.schema import REVISION
from agent.domain.phrase import Phrase
from agent.durable import copy_file, make_folder, rename_without_replacing, replace_text, sync_folder
from agent.keeping import manifest
from agent.keeping.manifest import Kept, Marker
from agent.keeping.storage import refusals

_REFUSES = Phrase("The home can't be written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was made."""

    home: Path
    marker: Marker


def restore(backup: Path, home: Path) -> Restored:
    """Make a home from a backup.

    Args:
        home: a folder that is empty, or not there yet, or in which this backup was laid down in part.

    Raises:
        RequestRefused: the backup is not whole, damaged or of a newer program, or the home is not empty.
        StorageUnavailable: the disk is full or refuses; what was written stays, no daemon starts in it, and the next
            call goes on with it.
    """
    marker = manifest.marker_of(backup)
    if not is_known(marker.revision):
        raise errors.RequestRefused(
            f"The backup's ledger was written by a newer program (version {marker.revision}, ours is {REVISION}).",
            hint=f"Install dossierd {marker.version}, or a later one.",
        )
    with refusals(
        _REFUSES, where_full="Free some space, and restore it once more: it goes on where it stopped."
    ):
        if not _may_begin(home) and _under_way(home) != marker.files_sha256:
            raise errors.RequestRefused(
                f"{home} is not empty: a backup is laid over nothing.", hint="Name a new folder with --home."
            )
        manifest.verify(backup, marker)
        make_folder(home / "state")
        replace_text(home / "state" / RESTORING, f"{marker.files_sha256}\n", is_synced=True)
        folders = {home / "state"}
        for kept in manifest.files_of(backup):
            place = home / kept.path
            make_folder(place.parent)
            _lay(backup / kept.path, place, kept)
            folders.add(place.parent)
        for folder in folders:
            sync_folder(folder)
        (home / "state" / RESTORING).rename(home / "state" / RESTORED)
        sync_folder(home / "state")
    return Restored(home=home, marker=marker)


def _may_begin(home: Path) -> bool:
    """Whether nothing is there, or no more than an earlier try had made before its first file."""
    if home.exists() and not home.is_dir():
        return False
    first = {home / "state", home / "state" / f".{RESTORING}.part"}
    return all(path in first for path in home.rglob("*"))


def _under_way(home: Path) -> str:
    """The backup that is being laid down there, by the hash of its list; nothing where none is."""
    try:
        return (home / "state" / RESTORING).read_text().strip()
    except FileNotFoundError:
        return ""


def _lay(source: Path, place: Path, kept: Kept) -> None:
    """Lay a file down under its name once it is whole, unless it lies there.

    Raises:
        RequestRefused: it has other bytes than were written, or another file stands there.
    """
    if os.path.lexists(place):
        if not manifest.is_kept(place.parent, replace(kept, path=place.name)):
            raise errors.RequestRefused(
                f"{place} is not of this backup, which is laid over nothing.",
                hint="Move it away, and restore the backup once more.",
            )
        return
    temporary = place.with_name(f".{place.name}.part")
    temporary.unlink(missing_ok=True)
    copy_file(source, temporary)
    if not manifest.is_kept(place.parent, replace(kept, path=temporary.name)):
        temporary.unlink()
        raise manifest.damaged(kept.path)
    rename_without_replacing(temporary, place)
