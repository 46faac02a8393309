"""The folders of a home: that they can be used, and that those in which documents rest are the ones they were."""

import errno
from collections.abc import Sequence
from pathlib import Path

from agent import errors
from agent.domain.phrase import Phrase
from agent.durable import FULL, hint_for, probe_folder, remove_old_checks, storage_errors, word_for

RESTING: Sequence[str] = ("archive", "review", "failed")

_FAILS = FULL | {errno.EIO, errno.EROFS}
"""Where another owner would not help."""


def prepare_folder(folder: Path, host: str) -> None:
    """Refuse a folder that can't be used. One that is full is no reason to stay away: intake pauses until it isn't.

    Raises:
        HomeUnusable.
    """
    try:
        probe_folder(folder, host)
        remove_old_checks(folder)
    except OSError as error:
        if error.errno in FULL and folder.is_dir():
            return
        raise errors.HomeUnusable(
            Phrase(
                "{folder} can't be used: listing it, or making, renaming or removing a file in it, failed ({why}).",
                folder=folder,
                why=word_for(error),
            ),
            hint=hint_for(error)
            if error.errno in _FAILS
            else Phrase("Make it belong to the daemon's user: chown dossierd: {folder}", folder=folder),
        ) from error


class Places:
    """Remembers which folders stood in a home when the daemon began.

    A mount that is gone leaves an empty folder, and somebody may put another in its place: what lay in the first is not
    gone, and nobody is to be told so. Only the inode is compared: a mount that is back may be on another device.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, int] = {}

    def note(self) -> None:
        """These are the ones."""
        with storage_errors():
            self._known = {name: (self._root / name).stat().st_ino for name in RESTING}

    def must_stand(self, location: str) -> None:
        """Refuse to call a file gone while another folder stands where the one was that it lies in.

        Raises:
            StorageUnavailable.
        """
        name = location.partition("/")[0]
        if name not in self._known:
            return
        with storage_errors(Phrase("{folder}/ can't be read or written to", folder=name)):
            if (self._root / name).stat().st_ino != self._known[name]:
                raise errors.StorageUnavailable(
                    Phrase("{folder}/ is another folder than when dossierd was started.", folder=name),
                    hint=Phrase(
                        "If it is a mount, mount it again. If you have put another folder in its place: "
                        "systemctl restart dossierd"
                    ),
                )
