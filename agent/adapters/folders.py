"""The home's folders: claim, move, sidecars. Files only move; nothing is overwritten, nor deleted but by `erase`.

Each operation may be repeated after a death at any point: it looks at what is there and does the rest. Within one
file system a move is renameat2(2) with RENAME_NOREPLACE; where the file system doesn't know it, an empty placeholder
made with O_EXCL reserves the name before the rename. Across file systems the file is copied under a temporary name,
synced, compared, published, and only then taken away at its source. A document's bytes are synced before its move, and
folders after each change, so that a power cut can't undo what the ledger says is done.
"""

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from agent import errors, staged
from agent.beside import is_file_of, own_copy, searchable_of, sidecar_of, unfinished_beside, write_sidecar
from agent.domain.document import DocumentId, SeenFile, Sha256, parse_claimed, parse_reference, reference
from agent.domain.phrase import Phrase
from agent.domain.searchable import MadeCopy, SearchableCopy
from agent.durable import (
    copy_file,
    hash_file,
    is_placeholder,
    make_folder,
    probe_folder,
    remove_empty,
    rename_without_replacing,
    replace_text,
    storage_errors,
    sync_file,
    sync_folder,
)
from agent.mounts import is_own_folder
from agent.places import Places, prepare_folder
from agent.seen import file_errors, is_seen, is_unchanged, opened

CLAIMED = ".claimed"
"""The folder below `incoming/` that holds what is ours; a dot keeps it out of people's sight and of the watcher."""

LAST_NUMBER = ".last-number"
"""Remembers the highest number in the claim folder, outside state/, so that it outlives a restored backup of that."""

SHARED = ("incoming", "archive", "review", "failed", "logs")
"""What all hosts of a home see."""

FOLDERS = (*SHARED, "state")

DOCUMENT_FOLDERS = ("incoming", "archive", "review", "failed")
"""Where documents pass and come to rest."""

PROBED_SECONDS = 30.0
"""How long an answer of the probe holds: as long as a rescan's, so that a thousand documents cost one."""

_NOT_OURS = Phrase(
    "incoming/.claimed, the folder of documents under way, is a link or belongs to another user."
)
_NOT_OURS_HINT = Phrase(
    "If you restored it yourself: chown -R dossierd: incoming/.claimed. If somebody replaced it: move what lies in it "
    "back into incoming/, remove it, and keep others from renaming what is not theirs: chmod +t incoming"
)


class HomeFolders:
    """Implements `ports.Folders` below one home folder.

    Args:
        may_act: asked before each change; raises LeaseLost where another host may have taken over.
        host: our name, where several hosts work in the home. Its folder then has to be the one that it was at each
            change: a mount may be away.
    """

    def __init__(
        self, root: Path, home_id: str, may_act: Callable[[], None] = lambda: None, host: str = ""
    ) -> None:
        self._root = root
        self._lease, self._host = may_act, host
        self._claimed = PurePosixPath("incoming", CLAIMED, home_id)
        self._places = Places(root, root / self._claimed if host else None)
        self._highest = 0
        self._probing = threading.Lock()
        self._probed_at = -PROBED_SECONDS

    def prepare(self) -> None:
        """Make the folders that are missing, and try a look, a create, a rename and an unlink in each.

        Raises:
            HomeForeign: the claim folder of another daemon lies in `incoming/`.
            HomeUnusable: a folder refuses, or the claim folder is not ours, with its name and what to do.
        """
        if not self._is_claim_folder_ours():
            raise errors.HomeUnusable(_NOT_OURS, hint=_NOT_OURS_HINT)
        for name in (*FOLDERS, str(self._claimed)):
            prepare_folder(self._root / name, self._host)
        for other in (self._root / "incoming" / CLAIMED).iterdir():
            if other.name != self._claimed.name:
                raise errors.HomeForeign(
                    "incoming/ holds the claim folder of another dossierd home.",
                    hint=f"Give each home its own incoming/, or move the files in {other} back into incoming/ and "
                    "remove that folder.",
                )
        self._places.note()

    def probe(self) -> None:
        self._places.must_be_home()  # before a folder is made where a mount is missing, and at no time too late
        with self._probing:
            if time.monotonic() - self._probed_at < PROBED_SECONDS:
                return
            if not self._is_claim_folder_ours():
                raise errors.StorageUnavailable(_NOT_OURS, hint=_NOT_OURS_HINT)
            for name in (*DOCUMENT_FOLDERS, str(self._claimed)):
                with storage_errors(
                    Phrase("{folder}/ can't be read or written to", folder=name.partition("/")[0])
                ):
                    probe_folder(self._root / name, self._host)
            self._probed_at = time.monotonic()

    def must_be_there(self) -> None:
        self._places.must_be_home()

    def _may_act(self) -> None:
        self._lease()
        self._places.must_be_home()

    def _is_claim_folder_ours(self) -> bool:
        """Others may write in `incoming/`; without its sticky bit they could put a link or a folder of theirs there."""
        claimed = self._root / self._claimed
        return all(map(is_own_folder, (claimed.parent, claimed)))

    def path(self, location: str) -> Path:
        return self._root / location

    def claimed_location(self, document_id: DocumentId, take: int = 0) -> str:
        return str(self._claimed / (reference(document_id) + (f"-t{take}" if take else "")))

    def hold(self, document_id: DocumentId, take: int) -> str:
        home = self.claimed_location(document_id, take)
        earlier = [self._root / self.claimed_location(document_id, one) for one in reversed(range(take))]
        self._places.must_be_home()
        with file_errors():
            # The newest, and no empty one, first.
            there = sorted(filter(_exists, earlier), key=is_placeholder)
            if there and not _exists(self._root / home):
                self._rename(there.pop(0), self._root / home)
            for left in filter(is_placeholder, there):  # of a rename that its host did not live to do
                self._remove(left)
            if earlier:
                sync_folder(self._root / self._claimed)
        return home

    def as_seen_here(self, seen: SeenFile) -> SeenFile:
        with file_errors():
            return replace(seen, device=(self._root / "incoming").stat().st_dev)

    def orphans(self, known: Callable[[], frozenset[DocumentId]]) -> list[str]:
        """Locations in the claim folder that no row knows: the ledger was restored or lost.

        Names with a dot are half-written copies on their way back into the folder, not documents.

        Args:
            known: the documents that may lie there; asked after the look, for another host may claim meanwhile.
        """
        with file_errors():
            found = sorted(
                entry.name
                for entry in os.scandir(self._root / self._claimed)
                if not entry.name.startswith(".")
            )
        rows = known()
        return [str(self._claimed / name) for name in found if parse_claimed(name) not in rows]

    def claim(self, seen: SeenFile, document_id: DocumentId) -> str:
        location = self.claimed_location(document_id)
        target = self._root / location
        self._places.must_be_home()
        with file_errors(), opened(self._root / "incoming", seen) as source:
            make_folder(target.parent)  # incoming/ may have been removed and made again
            if not is_seen(target, seen):
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
            with contextlib.suppress(OSError):
                noted = LAST_NUMBER + (f"-{self._host}" if self._host else "")
                replace_text(self._root / self._claimed / noted, f"{document_id}\n", is_synced=False)

    def last_number(self) -> int:
        """The highest number that was ever claimed here, as the claim folder knows it: a restored ledger doesn't."""
        numbers = [0]
        for noted in (self._root / self._claimed).glob(f"{LAST_NUMBER}*"):
            with contextlib.suppress(OSError, ValueError):
                numbers.append(parse_reference(noted.read_text()) or 0)
        with file_errors():
            names = [entry.name for entry in (self._root / self._claimed).iterdir()]
        return max([*numbers, *(number for name in names if (number := parse_claimed(name)))])

    def _take(self, source: Path | None, target: Path, seen: SeenFile) -> None:
        """Rename the very file that was seen; one that slipped in between look and rename is put back."""
        if source is None or not is_unchanged(source, seen):
            if _exists(target) and is_placeholder(target):
                target.unlink()
            raise errors.FileVanished(
                "The file went away, or was replaced or written to, before it was claimed."
            )
        self._rename(source, target)
        if not is_seen(target, seen):
            with contextlib.suppress(FileExistsError):
                rename_without_replacing(target, source)
            raise errors.FileVanished("Another file took the name of the one that was seen.")

    def fingerprint(self, location: str) -> tuple[Sha256, int]:
        path = self._root / location
        try:
            with file_errors():
                return hash_file(path)
        except errors.FileVanished:
            self._places.must_stand(location)
        with file_errors():  # once more: its folder may have come back in this very moment
            return hash_file(path)

    def move(self, source: str, target: str, sha256: Sha256, tag: str) -> None:
        from_path, to_path = self._root / source, self._root / target
        with file_errors():
            if is_file_of(to_path, sha256):
                self._finish(from_path, to_path, sha256)
                return
            if not _exists(from_path):
                self._places.must_stand(source)
            if not _exists(from_path):
                raise errors.FileVanished("The file is not where the ledger has it.")
            if hash_file(from_path)[0] != sha256:
                raise errors.FileChanged("The file's bytes are not those that were read.")
            sync_file(from_path)
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
        self._may_act()
        copy_file(source, temporary)

    def _publish(self, temporary: Path, target: Path) -> None:
        try:
            self._rename(temporary, target)
        except errors.LeaseLost:
            temporary.unlink(missing_ok=True)  # nobody else's: its name carries the take
            raise

    def _finish(self, source: Path, target: Path, sha256: Sha256) -> None:
        """The file is published; take away what an interrupted copy left at the source."""
        if source != target and _exists(source) and hash_file(source)[0] == sha256:
            self._unlink(source)
        sync_folder(target.parent)

    def _unlink(self, source: Path) -> None:
        self._may_act()
        source.unlink()
        sync_folder(source.parent)

    def _rename(self, source: Path, target: Path) -> None:
        """Rename without replacing anything."""
        self._may_act()
        try:
            rename_without_replacing(source, target)
        except FileExistsError as error:
            if not is_placeholder(target):
                raise errors.DestinationTaken("Another file stands at the destination.") from error
            source.rename(target)

    def write_sidecar(self, location: str, content: Mapping[str, object], tag: str = "") -> None:
        self._may_act()
        with file_errors():
            write_sidecar(self._root / location, content, tag)

    def remove_unfinished(self, location: str, tags: Sequence[str]) -> None:
        with file_errors():
            for tag in tags:
                for left in unfinished_beside(self._root / location, tag):
                    self._remove(left)

    def remove_sidecar(self, location: str) -> None:
        self._may_act()
        with file_errors():
            sidecar_of(self._root / location).unlink(missing_ok=True)

    def place_searchable(self, location: str, made: MadeCopy, tag: str) -> None:
        target = searchable_of(self._root / location)
        with file_errors():
            if not is_file_of(target, made.sha256):
                temporary = target.with_name(f".{tag}.searchable.part")
                temporary.unlink(missing_ok=True)
                self._copy(made.path, temporary)
                try:
                    self._publish(temporary, target)
                except errors.DestinationTaken:
                    temporary.unlink()
                    raise
            sync_folder(target.parent)

    def remove_searchable(
        self, location: str, before: Callable[[SearchableCopy], None] = lambda _: None
    ) -> SearchableCopy | None:
        with file_errors():
            copy = own_copy(self._root / location)
            if copy is not None:
                before(copy)
                self._unlink(searchable_of(self._root / location))
            return copy

    def erase(self, location: str, sha256: Sha256) -> bool:
        self.remove_searchable(location)
        path = self._root / location
        with file_errors():
            is_ours = not _exists(path) or is_file_of(path, sha256)
            for gone in (*([path] if is_ours else []), sidecar_of(path)):
                self._remove(gone)
            for folder in path.parents:
                if folder.exists():
                    sync_folder(folder)
                if self._root / "archive" not in folder.parents or not remove_empty(folder):
                    break
        self._places.must_be_home()  # what was not there was not gone with a mount
        return is_ours

    def _remove(self, path: Path) -> None:
        self._may_act()
        path.unlink(missing_ok=True)

    def stage_parts(self, document_id: DocumentId, parts: Sequence[tuple[str, MadeCopy]]) -> None:
        self._may_act()
        with storage_errors():
            staged.stage(self._staging(document_id), parts, self._copy)

    def lay_parts(self, document_id: DocumentId) -> int:
        with storage_errors():
            return staged.lay(self._staging(document_id), self._root / "incoming", self._lay)

    def _lay(self, part: Path, target: Path) -> None:
        self._rename(part, target)

    def discard_parts(self, document_id: DocumentId) -> None:
        self._may_act()
        with storage_errors():
            staged.discard(self._staging(document_id))

    def _staging(self, document_id: DocumentId) -> Path:
        """A hidden folder in the claim folder: on the file system of `incoming/`, and no orphan."""
        return self._root / self._claimed / f".{reference(document_id)}.parts"


def is_unclaimed(incoming: Path, seen: SeenFile) -> bool:
    """Whether a seen file still stands where the watcher finds it, and as it was seen."""
    if seen.name.startswith(f"{CLAIMED}/"):  # adopted from a claim folder, where nobody looks again
        return False
    with file_errors(), opened(incoming, seen) as source:
        return source is not None and is_unchanged(source, seen)


def _exists(path: Path) -> bool:
    return os.path.lexists(path)
