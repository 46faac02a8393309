"""Make a new home from a backup. The backup is read through first, and nothing is laid over anything.

While it is written, `state/restoring` keeps every daemon away; at its end that becomes `state/restored`, by which the
next start counts the numbers of documents anew, over the files and the journal too (`adapters/home.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from agent import errors
from agent.adapters.home import RESTORED, RESTORING
from agent.adapters.ledger.schema import REVISION
from agent.domain.phrase import Phrase
from agent.durable import copy_file, make_folder, sync_folder
from agent.keeping import manifest
from agent.keeping.manifest import Marker
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
        home: a folder that is empty, or not there yet.

    Raises:
        RequestRefused: the backup is not whole, damaged or of a newer program, or the home is not empty.
        StorageUnavailable: the disk is full or refuses; what was written stays, and no daemon starts in it.
    """
    marker = manifest.marker_of(backup)
    if marker.revision > REVISION:
        raise errors.RequestRefused(
            f"The backup's ledger was written by a newer program (version {marker.revision}, ours is {REVISION}).",
            hint=f"Install dossierd {marker.version}, or a later one.",
        )
    with refusals(_REFUSES, where_full="Free some space, remove what was written, and restore it once more."):
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise errors.RequestRefused(
                f"{home} is not empty: a backup is laid over nothing.", hint="Name a new folder with --home."
            )
        manifest.verify(backup, marker)
        make_folder(home / "state")
        (home / "state" / RESTORING).touch(mode=0o640)
        sync_folder(home / "state")
        folders = {home / "state"}
        for kept in manifest.files_of(backup):
            place = home / kept.path
            make_folder(place.parent)
            copy_file(backup / kept.path, place)
            folders.add(place.parent)
            if not manifest.is_kept(home, kept):
                raise manifest.damaged(kept.path)
        for folder in folders:
            sync_folder(folder)
        (home / "state" / RESTORING).rename(home / "state" / RESTORED)
        sync_folder(home / "state")
    return Restored(home=home, marker=marker)
