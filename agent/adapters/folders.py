"""The home's folders: claim, move, sidecars. Files only move; nothing is overwritten, and no document is deleted.

Each operation may be repeated after a death at any point: it looks at what is there and does the rest. Within one
file system a move is renameat2(2) with RENAME_NOREPLACE; where the file system doesn't know it, an empty placeholder
made with O_EXCL reserves the name before the rename. Across file systems the file is copied under a temporary name,
synced, compared, published, and only then taken away at its source. Folders are synced after each change, so that a
power cut can't undo it.
"""

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from agent import errors
from agent.beneath import SWAPPED, open_folder, path_through
from agent.domain.document import DocumentId, SeenFile, Sha256, parse_reference, reference

CLAIMED = ".claimed"
"""The folder below `incoming/` that holds what is ours; a dot keeps it out of people's sight and of the watcher."""

LAST_NUMBER = ".last-number"
"""Remembers the highest number in the claim folder, outside state/, so that it outlives a restored backup of that."""

FOLDERS = ("incoming", "archive", "review", "failed", "logs", "state")

_CHUNK = 1 << 20
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_KNOWS_NO_FLAG = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
_FOLDER_MODE, _SIDECAR_MODE = 0o750, 0o640


class HomeFolders:
    """Implements `ports.Folders` below one home folder."""

    def __init__(self, root: Path, home_id: str) -> None:
        self._root = root
        self._claimed = PurePosixPath("incoming", CLAIMED, home_id)
        self._highest = 0

    def prepare(self) -> None:
        """Make the folders that are missing, and try a create, a rename and an unlink in each.

        Raises:
            HomeForeign: the claim folder of another daemon lies in `incoming/`.
            HomeUnusable: a folder refuses, with its name and what to do.
        """
        for name in (*FOLDERS, str(self._claimed)):
            _probe(self._root / name)
        for other in (self._root / "incoming" / CLAIMED).iterdir():
            if other.name != self._claimed.name:
                raise errors.HomeForeign(
                    "incoming/ holds the claim folder of another dossierd home.",
                    hint=f"Give each home its own incoming/, or move the files in {other} back into incoming/ and "
                    "remove that folder.",
                )

    def path(self, location: str) -> Path:
        return self._root / location

    def claimed_location(self, document_id: DocumentId) -> str:
        return str(self._claimed / reference(document_id))

    def orphans(self, known: frozenset[str]) -> list[str]:
        """Locations in the claim folder that no row knows: the ledger was restored or lost.

        Names with a dot are half-written copies on their way back into the folder, not documents.
        """
        with _translated():
            found = sorted(
                entry.name
                for entry in os.scandir(self._root / self._claimed)
                if not entry.name.startswith(".")
            )
        return [location for name in found if (location := str(self._claimed / name)) not in known]

    def claim(self, seen: SeenFile, document_id: DocumentId) -> str:
        location = self.claimed_location(document_id)
        target = self._root / location
        with _translated(), _opened(self._root / "incoming", seen) as source:
            make_folder(target.parent)  # incoming/ may have been removed and made again
            if not _is_seen(target, seen):
                self._take(source, target, seen)
            sync_folder(target.parent)
            if source is not None:
                sync_folder(source.parent)
        self._remember(document_id)
        return location

    def is_unclaimed(self, seen: SeenFile) -> bool:
        return is_unclaimed(self._root / "incoming", seen)

    def _remember(self, document_id: DocumentId) -> None:
        """Note the highest number; a disk that refuses this one has worse to say elsewhere."""
        if document_id > self._highest:
            self._highest = document_id
            path = self._root / self._claimed / LAST_NUMBER
            with contextlib.suppress(OSError):
                temporary = path.with_suffix(".part")
                temporary.write_text(f"{document_id}\n")
                temporary.replace(path)

    def last_number(self) -> int:
        """The highest number that was ever claimed here, as the claim folder knows it: a restored ledger doesn't."""
        numbers = [0]
        with contextlib.suppress(OSError, ValueError):
            noted = (self._root / self._claimed / LAST_NUMBER).read_text()
            numbers.append(parse_reference(noted) or 0)
        with _translated():
            names = [entry.name for entry in (self._root / self._claimed).iterdir()]
        return max([*numbers, *(number for name in names if (number := parse_reference(name)))])

    def _take(self, source: Path | None, target: Path, seen: SeenFile) -> None:
        """Rename the very file that was seen; one that slipped in between look and rename is put back."""
        if source is None or not _is_unchanged(source, seen):
            if _exists(target) and _is_placeholder(target):
                target.unlink()
            raise errors.FileVanished(
                "The file went away, or was replaced or written to, before it was claimed."
            )
        self._rename(source, target)
        if not _is_seen(target, seen):
            with contextlib.suppress(FileExistsError):
                rename_without_replacing(target, source)
            raise errors.FileVanished("Another file took the name of the one that was seen.")

    def fingerprint(self, location: str) -> tuple[Sha256, int]:
        with _translated():
            return hash_file(self._root / location)

    def move(self, source: str, target: str, sha256: Sha256, tag: str) -> None:
        from_path, to_path = self._root / source, self._root / target
        with _translated():
            if _is_published(to_path, sha256):
                self._finish(from_path, to_path, sha256)
                return
            if not _exists(from_path):
                raise errors.FileVanished("The file is not where the ledger has it.")
            if hash_file(from_path)[0] != sha256:
                raise errors.FileChanged("The file's bytes are not those that were read.")
            make_folder(to_path.parent)
            try:
                self._rename(from_path, to_path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._copy_across(from_path, to_path, sha256, tag)
            sync_folder(to_path.parent)
            sync_folder(from_path.parent)

    def _copy_across(self, source: Path, target: Path, sha256: Sha256, tag: str) -> None:
        temporary = target.with_name(f".{tag}.part")
        temporary.unlink(missing_ok=True)
        self._copy(source, temporary)
        if hash_file(temporary)[0] != sha256:
            temporary.unlink()
            raise errors.FileChanged("The copy's bytes are not those that were read.")
        self._publish(temporary, target)
        sync_folder(target.parent)
        self._unlink(source)

    def _copy(self, source: Path, temporary: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with _open_for_reading(source) as reader, os.fdopen(os.open(temporary, flags, 0o640), "wb") as writer:
            while chunk := os.read(reader, _CHUNK):
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())

    def _publish(self, temporary: Path, target: Path) -> None:
        self._rename(temporary, target)

    def _finish(self, source: Path, target: Path, sha256: Sha256) -> None:
        """The file is published; take away what an interrupted copy left at the source."""
        if source != target and _exists(source) and hash_file(source)[0] == sha256:
            self._unlink(source)
        sync_folder(target.parent)

    def _unlink(self, source: Path) -> None:
        source.unlink()
        sync_folder(source.parent)

    def _rename(self, source: Path, target: Path) -> None:
        """Rename without replacing anything."""
        try:
            rename_without_replacing(source, target)
        except FileExistsError as error:
            if not _is_placeholder(target):
                raise errors.DestinationTaken("Another file stands at the destination.") from error
            source.rename(target)

    def write_sidecar(self, location: str, content: Mapping[str, object]) -> None:
        path = _sidecar_of(self._root / location)
        temporary = path.with_name(f".{path.name}.part")
        body = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        with _translated():
            make_folder(path.parent)
            with os.fdopen(
                os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _SIDECAR_MODE),
                "w",
                encoding="utf-8",
            ) as writer:
                writer.write(body)
                writer.flush()
                os.fsync(writer.fileno())
            temporary.replace(path)
            sync_folder(path.parent)

    def remove_sidecar(self, location: str) -> None:
        with _translated():
            _sidecar_of(self._root / location).unlink(missing_ok=True)


def is_unclaimed(incoming: Path, seen: SeenFile) -> bool:
    """Whether a seen file still stands where the watcher finds it, and as it was seen."""
    if seen.name.startswith(f"{CLAIMED}/"):  # adopted from a claim folder, where nobody looks again
        return False
    with _translated(), _opened(incoming, seen) as source:
        return source is not None and _is_unchanged(source, seen)


@contextlib.contextmanager
def _opened(incoming: Path, seen: SeenFile) -> Iterator[Path | None]:
    """Open a seen file's folder, and give a path to it that nobody can lead elsewhere; None if the folder is gone."""
    folder, _, name = seen.name.rpartition("/")
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(open_folder(incoming, folder))
        except OSError as error:
            if error.errno not in SWAPPED:
                raise
            yield None
        else:
            yield path_through(opened) / name


def rename_without_replacing(source: Path, target: Path) -> None:
    """Rename by renameat2(2); where that flag is unknown, reserve the name with an empty file first.

    Raises:
        FileExistsError: the name is taken, by a file or by an earlier call's placeholder.
        OSError: as the kernel says.
    """
    result = _libc.renameat2(
        _AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE
    )
    if result == 0:
        return
    number = ctypes.get_errno()
    if number not in _KNOWS_NO_FLAG:
        raise OSError(number, os.strerror(number))
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640))
    try:
        source.rename(target)
    except OSError:
        target.unlink()  # an empty file that stays behind would be taken for a document
        raise


_libc = ctypes.CDLL(None, use_errno=True)


def hash_file(path: Path) -> tuple[Sha256, int]:
    """Hash a regular file without following a link; gives SHA-256 and the size in bytes."""
    digest, size = hashlib.sha256(), 0
    with _open_for_reading(path) as descriptor:
        while chunk := os.read(descriptor, _CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Sha256(digest.hexdigest()), size


def make_folder(folder: Path) -> None:
    """Make a folder with its parents, each synced into its own parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_FOLDER_MODE)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _open_for_reading(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise errors.FileVanished("What stands there is a symbolic link.") from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise errors.FileVanished("What stands there is no regular file.")
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn what the kernel says into the tree's errors; file names stay out of their texts."""
    try:
        yield
    except FileNotFoundError as error:
        raise errors.FileVanished("The file is not where the ledger has it.") from error
    except OSError as error:
        word = errno.errorcode.get(error.errno or 0, "unknown error")
        raise errors.StorageUnavailable(
            f"The disk refuses ({word}).",
            hint=_HINTS.get(error.errno or 0, "Look at the disk and the kernel's log."),
        ) from error


_HINTS = {
    errno.ENOSPC: "The disk is full: free some space. Nothing is lost; it goes on by itself.",
    errno.EDQUOT: "The user's disk quota is used up: raise it. Nothing is lost; it goes on by itself.",
    errno.EXDEV: "It lies on a mount of its own inside incoming/, out of which nothing can be renamed: copy it.",
    errno.EROFS: "The file system is read-only: look at the kernel's log and remount it.",
    errno.EACCES: "The daemon's user may not write there: look at the folder's owner and mode.",
    errno.EPERM: "The daemon's user may not write there: look at the folder's owner, mode and attributes.",
}


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


def _is_seen(path: Path, seen: SeenFile) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and (found.st_dev, found.st_ino) == (seen.device, seen.inode)


def _is_unchanged(path: Path, seen: SeenFile) -> bool:
    """The very file, and nobody has written to it since: an inode's number is soon given to another file."""
    if not _is_seen(path, seen):
        return False
    found = path.lstat()
    return (found.st_size, found.st_mtime_ns) == (seen.size, seen.modified_ns)


def _is_placeholder(path: Path) -> bool:
    """An empty regular file under a name that only we give: an earlier call died between reserving and renaming."""
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _is_published(path: Path, sha256: Sha256) -> bool:
    return _exists(path) and stat.S_ISREG(path.lstat().st_mode) and hash_file(path)[0] == sha256


def _sidecar_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _probe(folder: Path) -> None:
    """Find out now, before any work is spent, whether the folder can be used."""
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        first, second = folder / ".dossierd-probe", folder / ".dossierd-probe-2"
        first.write_bytes(b"")
        first.rename(second)
        second.unlink()
    except OSError as error:
        word = errno.errorcode.get(error.errno or 0, "unknown error")
        raise errors.HomeUnusable(
            f"{folder} can't be used: making, renaming or removing a file in it failed ({word}).",
            hint=f"Make it belong to the daemon's user: chown dossierd: {folder}",
        ) from error
