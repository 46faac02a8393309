"""Copies of the people in a folder that all hosts see: written once under the hash of their bytes, and read by copying.

SQLite never opens a file there: on a network file system its locks can't be trusted.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agent import errors
from agent.adapters.registry.index import RegistryIndex
from agent.domain.phrase import Phrase
from agent.domain.published import PublishedPeople
from agent.durable import copy_file, hash_file, make_folder, storage_errors, sync_folder

FOLDER = "registry"
_DRAFT = "registry.draft"
_CHANGING = "registry.changing"
"""Held by flock(2): shared by who changes the people on this host, alone by who goes back to the published ones."""
_REFUSES = Phrase("The copy of the people can't be read or written")


class SharedCopies:
    """Lays copies below the home, and takes them over into this host's index.

    Args:
        state: this host's own folder.

    Raises (all methods): StorageUnavailable, RegistryUnavailable.
    """

    def __init__(self, home: Path, state: Path) -> None:
        self._home = home
        self._draft = state / _DRAFT
        self._changing = state / _CHANGING

    def lay(self, index: RegistryIndex) -> PublishedPeople:
        """Copy an index to where all hosts see it; nobody follows it yet."""
        with storage_errors(_REFUSES):
            self._draft.unlink(missing_ok=True)
            version = index.copy_to(self._draft)
            sha256, _ = hash_file(self._draft)
            target = self._home / FOLDER / f"{version}-{sha256[:12]}.sqlite"
            if not target.exists():
                make_folder(target.parent)
                part = target.with_name(f".{target.name}.{self._draft.parent.name}.part")
                part.unlink(missing_ok=True)
                copy_file(self._draft, part)
                part.rename(target)
                sync_folder(target.parent)
            self._draft.unlink()
        return PublishedPeople(version=version, file=f"{FOLDER}/{target.name}", sha256=sha256)

    def take_over(self, people: PublishedPeople, index: RegistryIndex) -> None:
        """Have an index hold what a copy holds; whoever searches it meanwhile sees the one or the other."""
        with storage_errors(_REFUSES):
            self._draft.unlink(missing_ok=True)
            copy_file(self._home / people.file, self._draft)
            if hash_file(self._draft)[0] != people.sha256:
                raise errors.RegistryUnavailable(
                    Phrase("The copy of the people that hosts share is not as it was published."),
                    hint=Phrase("Import the registry again: dossierd registry import FILE"),
                )
            index.take_over(self._draft)
            self._draft.unlink()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change this host's people in here, until they are published; several may."""
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def unchanging(self) -> Iterator[bool]:
        """Whether nobody on this host changes the people now; if so nobody begins to in here."""
        with self._held(fcntl.LOCK_EX | fcntl.LOCK_NB) as is_held:
            yield is_held

    @contextmanager
    def _held(self, how: int) -> Iterator[bool]:
        with storage_errors(_REFUSES):
            descriptor = os.open(self._changing, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield _is_locked(descriptor, how)
        finally:
            os.close(descriptor)

    def keep_only(self, files: Collection[str]) -> None:
        """Remove what nobody follows any more; what can't be removed now goes another time."""
        with suppress(OSError):
            for path in (self._home / FOLDER).glob("*.sqlite"):
                if f"{FOLDER}/{path.name}" not in files:
                    path.unlink()


def _is_locked(descriptor: int, how: int) -> bool:
    """Lock an open file; False where somebody holds it and `how` doesn't wait."""
    with storage_errors(_REFUSES):
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            return False
    return True
