"""File operations that outlive a power cut, and what a disk says when it refuses them.

A name is never given twice: renames don't replace. A folder's entry is on disk when the folder is synced. What the
kernel refuses becomes `StorageUnavailable`, by its number alone: file names stay out of every text.
"""

import contextlib
import ctypes
import errno
import hashlib
import os
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from agent import errors
from agent.domain.document import Sha256
from agent.domain.phrase import Phrase

FOLDER_MODE = 0o750
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""No room: nothing is wrong with the folder or the disk, and room will be made."""

_CHUNK = 1 << 20
_CHECK = re.compile(r"\.dossierd-check-\d+-\d+(?:-2)?")
_OLD_SECONDS = 3600.0
_FILE_MODE = 0o640
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_KNOWS_NO_FLAG = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})

_REFUSES = Phrase("The disk refuses")
_HINTS = {
    errno.ENOSPC: Phrase("The disk is full: free some space. Nothing is lost; it goes on by itself."),
    errno.EDQUOT: Phrase(
        "The user's disk quota is used up: raise it. Nothing is lost; it goes on by itself."
    ),
    errno.EIO: Phrase("The disk fails: look at the kernel's log (dmesg), and make a backup now."),
    errno.EXDEV: Phrase(
        "It lies on a mount of its own inside incoming/, out of which nothing can be renamed: copy it."
    ),
    errno.EROFS: Phrase("The file system is read-only: look at the kernel's log and remount it."),
    errno.EACCES: Phrase("The daemon's user may not write there: look at the folder's owner and mode."),
    errno.EPERM: Phrase(
        "The daemon's user may not write there: look at the folder's owner, mode and attributes."
    ),
}


def word_for(error: OSError) -> str:
    """The kernel's own word: ENOSPC."""
    return errno.errorcode.get(error.errno or 0, "unknown error")


def hint_for(error: OSError) -> Phrase:
    """What somebody can do about it."""
    return _HINTS.get(error.errno or 0, Phrase("Look at the disk and the kernel's log."))


@contextlib.contextmanager
def storage_errors(what: Phrase = _REFUSES) -> Iterator[None]:
    """Turn what the kernel refuses into an error of the tree.

    Args:
        what: the sentence, to which the kernel's word is added.

    Raises:
        StorageUnavailable: in place of every OSError.
    """
    try:
        yield
    except OSError as error:
        raise errors.StorageUnavailable(
            Phrase("{what} ({why}).", what=what, why=word_for(error)), hint=hint_for(error)
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder with its parents, each synced into its own parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable, whoever wrote them: who drops a file seldom waits for the disk."""
    with open_for_reading(path) as descriptor:
        os.fsync(descriptor)


@contextlib.contextmanager
def open_for_reading(path: Path) -> Iterator[int]:
    """Open a regular file, and nothing else.

    Raises:
        FileVanished: a link, a folder or a device stands there.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
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


def hash_file(path: Path) -> tuple[Sha256, int]:
    """Hash a regular file without following a link; gives SHA-256 and the size in bytes."""
    digest, size = hashlib.sha256(), 0
    with open_for_reading(path) as descriptor:
        while chunk := os.read(descriptor, _CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Sha256(digest.hexdigest()), size


def probe_folder(folder: Path, host: str = "") -> None:
    """Make the folder if need be, list it, and make, rename and remove a file in it.

    Args:
        host: who probes, where several do.

    What lies there under its name goes: a death left it, or, in `incoming/`, a stranger laid a symlink to the ledger
    or a pipe. So the file is always a new one.

    Raises:
        OSError: as the kernel says.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    first = folder / (f".dossierd-probe-{host}" if host else ".dossierd-probe")
    second = first.with_name(f"{first.name}-2")
    with os.scandir(folder) as entries:
        next(entries, None)
    first.unlink(missing_ok=True)
    make_empty(first)
    first.rename(second)
    second.unlink()


def make_empty(path: Path) -> os.stat_result:
    """Make an empty file under a name that is free; gives which it is."""
    descriptor = os.open(path, _NEW_FILE, _FILE_MODE)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def is_placeholder(path: Path) -> bool:
    """An empty regular file under a name that only we give: an earlier call died between reserving and renaming."""
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def remove_empty(folder: Path) -> bool:
    """Remove a folder in which nothing is left. Gives whether it is gone."""
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def name_of_check() -> str:
    """A hidden name for the file by which a check tries a folder, of its own for each thread of each process."""
    return f".dossierd-check-{os.getpid()}-{threading.get_ident()}"


def remove_old_checks(folder: Path) -> None:
    """Remove what checks that were killed have left in a folder in which something was just made or removed.

    Only empty files by such a name, of an hour ago and more: that check has ended. How long ago is told by the folder's
    own time, so that the file system's clock may go as it likes. What can't be removed stays.
    """
    with contextlib.suppress(OSError):
        now = folder.stat().st_mtime
        with os.scandir(folder) as entries:
            found = [folder / it.name for it in entries if _CHECK.fullmatch(it.name)]
        for path in found:
            left = path.lstat()
            if stat.S_ISREG(left.st_mode) and not left.st_size and now - left.st_mtime > _OLD_SECONDS:
                with contextlib.suppress(OSError):
                    path.unlink()


def replace_text(path: Path, text: str, *, is_synced: bool, tag: str = "") -> None:
    """Write a small file anew, by a temporary name; what stands there, or under that name, is never written into.

    Args:
        is_synced: whether it must outlive a power cut.
        tag: the temporary name's, if not that of the file.
    """
    temporary = path.with_name(f".{tag or path.name.removeprefix('.')}.part")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, _NEW_FILE, _FILE_MODE), "w", encoding="utf-8") as writer:
        writer.write(text)
        if is_synced:
            writer.flush()
            os.fsync(writer.fileno())
    temporary.replace(path)
    if is_synced:
        sync_folder(path.parent)


def copy_file(source: Path, temporary: Path) -> None:
    """Copy to a name that is free, durably; a copy that can't be ended takes up no room."""
    with (
        open_for_reading(source) as reader,
        os.fdopen(os.open(temporary, _NEW_FILE, _FILE_MODE), "wb") as writer,
    ):
        try:
            while chunk := os.read(reader, _CHUNK):
                writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


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
    made = make_empty(target)
    try:
        source.rename(target)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            # An empty file that stays behind would be taken for a document; any other is of a host that took over.
            if os.path.samestat(made, target.lstat()):
                target.unlink()
        raise


_libc = ctypes.CDLL(None, use_errno=True)
