"""Appending to the journal.

Invariants
- A line is on disk (fsync), and each before it, when `append` returns. If the disk refuses, the file is cut back to
  where it was. `note` hands a line to the kernel only: a later `append`, `head` or `close` brings it to disk.
- A death in the middle of a line leaves bytes without a line end. They were never acknowledged: they are cut off, and
  kept as the field `torn` (base64) of the next line. Whatever else is wrong stays where it is, for `verify` to name.
- The first line of a month closes the file of the month before (`segments`), and continues its chain in a new one.
  Where the disk refuses that, the same file goes on, and is closed later.
- Ids, kinds and hashes only: keeping personal data out is the caller's duty.

Accepted risks: whoever can write the file can write a whole new chain, or cut its end off; `head` can be kept elsewhere
for `verify` to compare. A second death between cutting and writing loses the torn bytes.
One process writes: the home's lock sees to it.
"""

import base64
import contextlib
import datetime
import os
import threading
from pathlib import Path

from agent.adapters.journal import segments
from agent.adapters.journal.chain import START, UNUSABLE, Head, month_at, month_of, parse, written
from agent.domain.anchor import Anchor
from agent.durable import storage_errors, sync_folder

FILE_MODE = 0o640
TAIL_BYTES = 65_536
"""How much of the end is read at first; more only if no whole line lies within it."""

MOST_TORN_BYTES = 65_536
"""What is kept of a torn line; a line of ours is a few hundred bytes."""

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Journal:
    """Appends to the file that grows, which the first use opens; only its end is read, however long it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._head = START
        self._size = 0
        self._torn = b""
        self._month: str | None = None  # of the file's last line; None while it has none
        self._is_synced = False
        self._reached: Anchor | None = None

    @property
    def reached(self) -> Anchor | None:
        """The last line that this journal has brought to disk; None before its first. Asking never waits."""
        return self._reached

    @property
    def head(self) -> Head:
        """The last line, which is on disk then.

        Raises:
            StorageUnavailable: the file can't be read, or the disk refuses.
        """
        with self._lock, storage_errors(UNUSABLE):
            self._sync(self._open())
            return self._head

    def append(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        """Write one line and wait until it is on disk.

        Args:
            at: aware; written in UTC.
            fields: what JSON can hold.

        Raises:
            StorageUnavailable: the line was not written; the same call may succeed later.
        """
        self._write(event, at, fields, is_synced=True)

    def note(self, event: str, at: datetime.datetime, /, **fields: object) -> None:
        """Write one line, and leave it to the kernel when it is on disk.

        Args:
            at, fields: as for `append`.

        Raises:
            StorageUnavailable: the line was not written.
        """
        self._write(event, at, fields, is_synced=False)

    def _write(
        self, event: str, at: datetime.datetime, fields: dict[str, object], *, is_synced: bool
    ) -> None:
        with self._lock, storage_errors(UNUSABLE):
            descriptor = self._open()
            if self._month is not None and self._month < month_at(at) and not self._torn:
                descriptor = self._close_month(descriptor, self._month)
            if self._torn:
                fields["torn"] = base64.b64encode(self._torn[:MOST_TORN_BYTES]).decode("ascii")
            head, line = written(self._head, event, at, fields)
            try:
                if self._torn:
                    os.ftruncate(descriptor, self._size)
                _write_whole(descriptor, line)
                self._is_synced = False
                if is_synced:
                    self._sync(descriptor)
            except BaseException:
                self._give_up(descriptor)
                raise
            self._head, self._size, self._torn = head, self._size + len(line), b""
            if self._is_synced:
                self._reached = Anchor(entry=head.sequence, hash=head.hash)
            self._month = month_at(at)

    def close(self) -> None:
        """Close the file; a later append opens it again."""
        with self._lock:
            if self._descriptor is not None:
                with contextlib.suppress(OSError):
                    self._sync(self._descriptor)
                os.close(self._descriptor)
                self._descriptor = None

    def _sync(self, descriptor: int) -> None:
        """Bring to disk what `note` has written."""
        if not self._is_synced:
            os.fsync(descriptor)
            self._is_synced = True

    def _open(self) -> int:
        """Open the file; open it again if it was moved, removed or replaced under us."""
        if self._descriptor is not None:
            if _is_same_file(self._path, self._descriptor):
                return self._descriptor
            os.close(self._descriptor)
            self._descriptor = None
        descriptor = os.open(self._path, _FLAGS, FILE_MODE)
        try:
            size, last, torn = _read_end(descriptor)
            if size == 0:
                sync_folder(self._path.parent)
            head = _head_of(last) or self._head_of_closed()
        except BaseException:
            os.close(descriptor)
            raise
        if (
            head.sequence >= self._head.sequence
        ):  # else lines were taken away: go on counting, so that it shows
            self._head = head
        self._size = size
        self._torn = torn or self._torn
        self._month = None if last is None else month_of(last)
        self._descriptor, self._is_synced = descriptor, False
        return descriptor

    def _close_month(self, descriptor: int, month: str) -> int:
        """Close the file of a month that is over, and open the next; gives what to write into."""
        try:
            self._sync(descriptor)
            if not segments.close(self._path, month):
                return descriptor
        except OSError:
            return descriptor
        return self._open()

    def _head_of_closed(self) -> Head:
        """Find the last line of the files that are closed."""
        for path in reversed(segments.closed(self._path)):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                _, last, _ = _read_end(descriptor)
            finally:
                os.close(descriptor)
            if head := _head_of(last):
                return head
        return START

    def _give_up(self, descriptor: int) -> None:
        """Cut a half-written line off. If that fails too, the next opening finds it torn."""
        self._descriptor = None
        try:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, self._size)
        finally:
            os.close(descriptor)


def _read_end(descriptor: int) -> tuple[int, bytes | None, bytes]:
    """Find the size up to the last line end, the last readable line, and the bytes behind the last line end."""
    size = os.fstat(descriptor).st_size
    reach = TAIL_BYTES
    while True:
        start = max(0, size - reach)
        whole, _, torn = os.pread(descriptor, size - start, start).rpartition(b"\n")
        lines = whole.split(b"\n")
        for line in reversed(lines if start == 0 else lines[1:]):
            if parse(line):
                return size - len(torn), line, torn
        if start == 0:
            return size - len(torn), None, torn
        reach *= 4


def _head_of(line: bytes | None) -> Head | None:
    parsed = None if line is None else parse(line)
    return None if parsed is None else parsed[0]


def _write_whole(descriptor: int, line: bytes) -> None:
    while line:
        line = line[os.write(descriptor, line) :]


def _is_same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
