"""Back a home up while its daemon works: a new folder, which is whole or is not called a backup.

The order makes it consistent. First the ledger, as of one moment (VACUUM INTO, which also leaves out what was
erased); then the journal, whose lines come before their effects, so that it tells of all that the ledger knows; then
each document that the ledger's copy has, by its row, and under the place that the copy names. A document that moved
meanwhile has the same bytes elsewhere: the ledger that works is asked where.

All is written under a name that ends in `.part`, synced, and read again, where it is not shared with the backup before:
that was read when it was linked to. `backup.json` and the folder's own name come last. What a backup that was killed
has left goes when the next is made (`unfinished.py`). Secrets stay out: `.env` is not kept. What lies in
`incoming/` and is not ours yet is not kept either.
"""

import contextlib
import datetime
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent import __version__, errors, sqlite
from agent.adapters.home import LEDGER_FILE, OWNER_FILE, REGISTRY_FILE
from agent.beside import searchable_of, sidecar_of
from agent.domain.document import DocumentId, Sha256, reference
from agent.domain.phrase import Phrase
from agent.durable import hash_file, open_for_reading, sync_file, sync_folder
from agent.keeping import manifest
from agent.keeping.manifest import Kept, Marker
from agent.keeping.storage import refusals
from agent.keeping.unfinished import HOLDER, Unfinished, held, remove_unfinished

_CHUNK = 1 << 20
_JOURNALS = ("audit*.jsonl", "api_costs*.jsonl")
_BUSY_SECONDS = 30.0
_REFUSES = Phrase("The backup can't be written")
_NO_ROOM = "No backup was made. Free some space on its disk, such as by removing the oldest backup."
_ROWS = "SELECT document_id, location, sha256 FROM documents WHERE location IS NOT NULL ORDER BY document_id"
_PLACE = "SELECT location FROM documents WHERE document_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made, and read again.

    Attributes:
        unfinished: what earlier ones, which were killed, had left beside it.
    """

    folder: Path
    marker: Marker
    unfinished: Unfinished


def back_up(home: Path, target: Path, *, with_documents: bool, now: datetime.datetime) -> BackedUp:
    """Make a backup in a new folder below `target`.

    Args:
        with_documents: keep the documents' files too; those that the last backup there has are linked to, not copied.
        now: aware; it names the folder.

    Raises:
        RequestRefused: there is no ledger, or the target lies in the home.
        DestinationTaken: a backup of this very second is there.
        StorageUnavailable: the disk is full or refuses; nothing is left that looks like a backup.
        LedgerUnavailable: the ledger or the registry can't be copied, or the copy is damaged.
    """
    if not (home / "state" / LEDGER_FILE).is_file():
        raise errors.RequestRefused(f"dossierd has not run in {home} yet: there is nothing to keep.")
    if target.resolve().is_relative_to(home.resolve()):
        raise errors.RequestRefused(
            "A backup inside the home would be lost with it.",
            hint="Name a folder elsewhere, on another disk.",
        )
    name = f"{manifest.BEGINNING}{now.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"
    final, part = target / name, target / f"{name}{manifest.UNFINISHED}"
    with refusals(_REFUSES, where_full=_NO_ROOM), _private_files():
        target.mkdir(parents=True, exist_ok=True)
        if final.exists():
            raise errors.DestinationTaken(f"There is a backup of this second already: {final}.")
        unfinished = remove_unfinished(target, _owner(home))
        try:
            part.mkdir(mode=0o700)
        except FileExistsError as error:
            raise errors.DestinationTaken(f"Another backup is being made there: {part}.") from error
        try:
            with held(part, _owner(home)):
                marker = _Writing(home, part, _last_in(target)).make(with_documents=with_documents, now=now)
                _name(part, final)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        (final / HOLDER).unlink()
    return BackedUp(folder=final, marker=marker, unfinished=unfinished)


def _owner(home: Path) -> str:
    """The home, as it calls itself; nothing where it doesn't."""
    try:
        return hash_file(home / "state" / OWNER_FILE)[0]
    except (OSError, errors.FileVanished):
        return ""


def _name(part: Path, final: Path) -> None:
    part.rename(final)
    sync_folder(final.parent)


class _Writing:
    """One backup while it is written.

    Args:
        last: the newest whole backup beside it, to whose files this one may link; None where there is none.
    """

    def __init__(self, home: Path, part: Path, last: Path | None) -> None:
        self._home = home
        self._part = part
        self._last = last
        self._files: list[Kept] = []
        self._shared: set[str] = set()
        self._missing: list[str] = []
        self._changed: list[str] = []

    def make(self, *, with_documents: bool, now: datetime.datetime) -> Marker:
        for database in (LEDGER_FILE, REGISTRY_FILE):
            if (self._home / "state" / database).is_file():
                self._keep_database(f"state/{database}")
        self._keep_file(f"state/{OWNER_FILE}")
        self._keep_journals()
        if with_documents:
            self._keep_documents()
        manifest.write(self._part / manifest.LISTING, self._files)
        marker = self._marker(with_documents=with_documents, now=now)
        manifest.verify(self._part, marker, read=self._shared)
        for folder, _, _ in os.walk(self._part):
            sync_folder(Path(folder))
        manifest.write(self._part / manifest.MARKER, [marker])
        sync_folder(self._part)
        return marker

    def _marker(self, *, with_documents: bool, now: datetime.datetime) -> Marker:
        with _sqlite_errors(), closing(sqlite3.connect(self._part / "state" / LEDGER_FILE)) as ledger:
            states = dict(
                ledger.execute("SELECT state, count(*) FROM documents GROUP BY state ORDER BY state")
            )
            given = ledger.execute("SELECT seq FROM sqlite_sequence WHERE name = 'documents'").fetchone()
            (revision,) = ledger.execute("SELECT version_num FROM alembic_version").fetchone()
            (home_id,) = ledger.execute("SELECT home_id FROM homes").fetchone()
        return Marker(
            format=manifest.FORMAT,
            made_at=now.astimezone(datetime.UTC).isoformat(timespec="seconds"),
            version=__version__,
            home_id=home_id,
            revision=revision,
            last_number=given[0] if given else 0,
            has_documents=with_documents,
            documents=states,
            files=len(self._files),
            files_sha256=hash_file(self._part / manifest.LISTING)[0],
            bytes=sum(kept.size for kept in self._files),
            missing=tuple(self._missing),
            changed=tuple(self._changed),
        )

    def _keep_database(self, path: str) -> None:
        """Copy a database as of one moment; whoever writes in it meanwhile waits for nothing."""
        copy = self._place_for(path)
        with _sqlite_errors():
            with closing(sqlite3.connect(self._home / path, timeout=_BUSY_SECONDS)) as source:
                source.execute("VACUUM INTO ?", (str(copy),))
            with closing(sqlite3.connect(copy)) as made:
                (verdict,) = made.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise errors.LedgerUnavailable(
                f"{path} is damaged: its copy does not pass SQLite's own check.",
                hint="Keep the older backups, and look at it: dossierd check",
            )
        sync_file(copy)
        self._note(path, *hash_file(copy))

    def _keep_journals(self) -> None:
        """Keep the journal's segments; once more where a month ended meanwhile, and a segment got another name."""
        before = len(self._files)
        while True:
            names = self._journals()
            for name in names:
                self._keep_file(name, whole_lines=True)
            if names == self._journals():
                return
            for kept in self._files[before:]:
                (self._part / kept.path).unlink()
            del self._files[before:]

    def _journals(self) -> list[str]:
        logs = self._home / "logs"
        return sorted(f"logs/{path.name}" for pattern in _JOURNALS for path in logs.glob(pattern))

    def _keep_documents(self) -> None:
        last = {} if self._last is None else _hashes_in(self._last)
        with (
            _sqlite_errors(),
            closing(sqlite3.connect(self._part / "state" / LEDGER_FILE)) as copy,
            closing(sqlite3.connect(self._home / "state" / LEDGER_FILE, timeout=_BUSY_SECONDS)) as working,
        ):
            for document_id, location, sha256 in copy.execute(_ROWS):
                self._keep_document(working, DocumentId(document_id), location, sha256, last)

    def _keep_document(
        self,
        working: sqlite3.Connection,
        document_id: DocumentId,
        location: str,
        sha256: str | None,
        last: Mapping[str, Sha256],
    ) -> None:
        found = self._keep_file(location, last=last)
        if found is None:
            row = working.execute(_PLACE, (document_id,)).fetchone()
            moved_to = row[0] if row else None
            found = self._keep_file(location, source=moved_to) if moved_to else None
        else:
            for beside in (sidecar_of(Path(location)), searchable_of(Path(location))):
                self._keep_file(beside.as_posix(), last=last)
        if found is None:
            self._missing.append(reference(document_id))
        elif sha256 not in (None, found):
            self._changed.append(reference(document_id))

    def _keep_file(
        self,
        path: str,
        *,
        source: str | None = None,
        whole_lines: bool = False,
        last: Mapping[str, Sha256] | None = None,
    ) -> Sha256 | None:
        """Keep a file, and give its hash; None where it is not there.

        Args:
            source: where it lies in the home, if elsewhere than in the backup.
            whole_lines: leave out a last line that has no end: it is being written.
        """
        origin = self._home / (source or path)
        try:
            if last and self._last is not None and path in last:
                sha256, size = hash_file(origin)
                kept = Kept(path=path, sha256=sha256, size=size)
                is_there = sha256 == last[path] and manifest.is_kept(self._last, kept)
                if is_there and _link(self._last / path, self._place_for(path)):
                    self._files.append(kept)
                    self._shared.add(path)
                    return sha256
            sha256, size = copy_hashed(origin, self._place_for(path), whole_lines=whole_lines)
        except (FileNotFoundError, NotADirectoryError, errors.FileVanished):
            return None
        self._note(path, sha256, size)
        return sha256

    def _place_for(self, path: str) -> Path:
        place = self._part / path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def _note(self, path: str, sha256: Sha256, size: int) -> None:
        self._files.append(Kept(path=path, sha256=sha256, size=size))


def copy_hashed(source: Path, target: Path, *, whole_lines: bool = False) -> tuple[Sha256, int]:
    """Copy a regular file to a new name, durably; gives the SHA-256 and the size of what was written."""
    digest, size = hashlib.sha256(), 0
    with open_for_reading(source) as reader:
        left = _end_of_lines(reader) if whole_lines else None
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as writer:
            while chunk := os.read(reader, _CHUNK if left is None else min(_CHUNK, left - size)):
                digest.update(chunk)
                size += writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
    return Sha256(digest.hexdigest()), size


def _end_of_lines(descriptor: int) -> int:
    """Find where the last line that has an end stops."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _CHUNK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _link(source: Path, target: Path) -> bool:
    """Share a file with the backup before; False where that file system can't, or has no more links for it."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def _hashes_in(backup: Path) -> Mapping[str, Sha256]:
    """What a backup says of its files; nothing where its list has decayed: all is copied anew then."""
    try:
        return {it.path: it.sha256 for it in manifest.files_of(backup)}
    except errors.RequestRefused:
        return {}


def _last_in(target: Path) -> Path | None:
    """The newest whole backup: their names sort by their time."""
    whole = sorted(it.parent for it in target.glob(f"{manifest.BEGINNING}*Z/{manifest.MARKER}"))
    return whole[-1] if whole else None


@contextlib.contextmanager
def _private_files() -> Iterator[None]:
    """What is made meanwhile is for its owner's eyes only, SQLite's files too."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        word = sqlite.word_for(error)
        raise errors.LedgerUnavailable(
            f"A database of the home can't be copied ({word}).",
            hint=_NO_ROOM if word == "SQLITE_FULL" else "Look whether it is well: dossierd check",
        ) from error
