"""The folders of a home: that they can be used, and that those that a mount may take away are the ones they were."""

import errno
from collections.abc import Sequence
from pathlib import Path

from agent import errors
from agent.domain.phrase import Phrase
from agent.durable import FULL, hint_for, probe_folder, remove_old_checks, storage_errors, word_for

RESTING: Sequence[str] = ("archive", "review", "failed")

_FAILS = FULL | {errno.EIO, errno.EROFS}
"""Where another owner would not help."""

_NO_HOME = Phrase("The home can't be read")
_OTHER_HOME = Phrase("The home is another folder than when dossierd was started.")
_MOUNT_HINT = Phrase(
    "If it is a mount, mount it again. If you have put another folder in its place: systemctl restart dossierd"
)


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

    Args:
        mark: the folder that a home on shared storage is known by; None where one host works in the home.
    """

    def __init__(self, root: Path, mark: Path | None = None) -> None:
        self._root, self._mark = root, mark
        self._marked: int | None = None
        self._known: dict[str, int] = {}

    def note(self) -> None:
        """These are the ones."""
        with storage_errors():
            self._known = {name: (self._root / name).stat().st_ino for name in RESTING}
            self._marked = None if self._mark is None else self._mark.stat().st_ino

    def must_be_home(self) -> None:
        """Refuse to act in another folder than the home in which the daemon began.

        Raises:
            StorageUnavailable.
        """
        if self._mark is None or self._marked is None:
            return
        with storage_errors(_NO_HOME):
            if not self._mark.exists() or self._mark.stat().st_ino != self._marked:
                raise errors.StorageUnavailable(_OTHER_HOME, hint=_MOUNT_HINT)

    def must_stand(self, location: str) -> None:
        """Refuse to call a file gone while another folder stands where the one was that it lies in.

        Raises:
            StorageUnavailable.
        """
        self.must_be_home()
        name = location.partition("/")[0]
        if name not in self._known:
            return
        with storage_errors(Phrase("{folder}/ can't be read or written to", folder=name)):
            if (self._root / name).stat().st_ino != self._known[name]:
                raise errors.StorageUnavailable(
                    Phrase("{folder}/ is another folder than when dossierd was started.", folder=name),
                    hint=_MOUNT_HINT,
                )
