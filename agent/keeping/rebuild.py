"""Make a ledger from what lies in `archive/`, `review/` and `failed/`, where the ledger and every backup are lost.

A document is taken over if its sidecar is ours, its bytes are those that the sidecar tells of, and it lies where the
sidecar says that it was filed; one in review, which has none, by its name. Everything else is reported, and stays where
it lies: nothing is moved, changed or guessed. What a sidecar doesn't tell is lost: texts, candidates, what was answered
when, denials, lessons and weekly samples.

The new ledger is filled under another name, and gets its own at the end: a death leaves no half of one.
"""

import contextlib
import datetime
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from agent import errors
from agent.adapters.folders import CLAIMED
from agent.adapters.home import LEDGER_FILE, HomeLock, highest_journalled, highest_number, identify
from agent.adapters.journal import Journal, journal_in
from agent.adapters.ledger import SqlDigests, SqlLedger, SqlRebuilding, open_engine
from agent.beside import is_file_of, searchable_of, sidecar_of
from agent.core.places import is_folder_of
from agent.core.retold import asked_anew, retold
from agent.domain.anchor import Anchor
from agent.domain.document import CorrelationId, DocumentId, Sha256
from agent.domain.life import Document
from agent.domain.outcome import Archived, InReview
from agent.domain.phrase import Phrase
from agent.durable import hash_file, make_folder, rename_without_replacing, storage_errors, sync_folder

_FOLDERS = ("archive", "review", "failed")
_UNFINISHED = "ledger.rebuilding.sqlite"
_REFUSES = Phrase("The home can't be written")


class Left(StrEnum):
    """Why something was not taken over."""

    NO_SIDECAR = "it has no sidecar"
    UNREADABLE = "its sidecar is none that dossierd has written"
    CHANGED = "its bytes are not those that its sidecar tells of"
    NO_FILE = "it is a sidecar, and its document is gone"
    ELSEWHERE = "its sidecar says that it belongs into another folder"
    TWICE = "its number or its bytes are those of another document"


@dataclass(slots=True, kw_only=True)
class Found:
    """What lies in a home.

    Attributes:
        documents: those that can be taken over.
        left: what can't, by its path below the home.
    """

    documents: list[Document] = field(default_factory=list)
    left: dict[str, Left] = field(default_factory=dict)


def look(home: Path, *, now: datetime.datetime) -> Found:
    """Look at every file, and compare its bytes with its sidecar; nothing is written.

    Args:
        now: when documents in review, which have no sidecar, are said to have come.

    Raises:
        StorageUnavailable: something can't be read.
    """
    found = Found()
    with storage_errors():
        for path in _files(home):
            verdict = _verdict(home, path, now)
            if isinstance(verdict, Document):
                found.documents.append(verdict)
            elif verdict is not None:
                found.left[path.relative_to(home).as_posix()] = verdict
    _set_twins_aside(found)
    return found


def rebuild(home: Path, found: Found, *, actor: str, now: datetime.datetime) -> None:
    """Make the ledger.

    Args:
        actor: who asked for it, for the journal.

    Raises:
        HomeLocked: a daemon works in this home.
        RequestRefused: there is a ledger.
        StorageUnavailable, LedgerUnavailable: the disk is full or refuses; there is no ledger still.
    """
    state = home / "state"
    with HomeLock(state).held():
        require_no_ledger(home)
        part = state / _UNFINISHED
        with storage_errors(_REFUSES):
            for name in (part, *_beside(part)):
                name.unlink(missing_ok=True)
            make_folder(home / "logs")
        journal = Journal(journal_in(home))
        with contextlib.closing(journal):
            journal.append(
                "ledger_rebuilt", now, actor=actor, documents=len(found.documents), left=len(found.left)
            )
            head = journal.head
        _fill(home, part, found.documents)
        _note(part, Anchor(entry=head.sequence, hash=head.hash), now)
        with storage_errors(_REFUSES):
            rename_without_replacing(part, state / LEDGER_FILE)
            sync_folder(state)


def require_no_ledger(home: Path) -> None:
    """Refuse where there is a ledger.

    Raises:
        RequestRefused: there is one, or what SQLite has laid beside one.
    """
    ledger = home / "state" / LEDGER_FILE
    for path in (ledger, *_beside(ledger)):
        if path.exists():
            raise errors.RequestRefused(
                f"There is a ledger: state/{path.name}.",
                hint="Only where it is lost or damaged, and there is no backup: stop the daemon, and move it and "
                "what begins like it out of state/.",
            )


def _fill(home: Path, part: Path, found: list[Document]) -> None:
    engine = open_engine(part, may_upgrade=True)
    try:
        ledger, rebuilding = SqlLedger(engine), SqlRebuilding(engine)
        home_id, _ = identify(home / "state", _claiming(home) or uuid4().hex[:12])
        ledger.found_home(home_id)
        for document in found:
            rebuilding.take_over(document)
        ledger.number_above(max(highest_number(home), highest_journalled(home / "logs")))
    finally:
        engine.dispose()  # the last connection brings the WAL home


def _note(part: Path, end: Anchor, now: datetime.datetime) -> None:
    """Have the new ledger know where the audit trail ends: it may have been lost too, and tell of few documents."""
    engine = open_engine(part, may_upgrade=False)
    try:
        SqlDigests(engine).anchors.note(end, now)
    finally:
        engine.dispose()


def _claiming(home: Path) -> str | None:
    """The home's id, as its claim folder is named."""
    claimed = home / "incoming" / CLAIMED
    names = [entry.name for entry in claimed.iterdir()] if claimed.is_dir() else []
    return names[0] if len(names) == 1 else None


def _files(home: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for place, folders, names in os.walk(home / folder):
            folders.sort()
            for name in sorted(names):
                if not name.startswith("."):
                    yield Path(place) / name


def _verdict(home: Path, path: Path, now: datetime.datetime) -> Document | Left | None:
    """Judge a file; None for what lies beside another one."""
    if path.suffix == ".json":
        is_ones = any(it != path and it.stem == path.stem for it in path.parent.glob(f"{path.stem}.*"))
        return None if is_ones else Left.NO_FILE
    if path in {searchable_of(it) for it in _originals(path)}:
        return None
    try:
        content = json.loads(sidecar_of(path).read_bytes())
    except FileNotFoundError:
        in_review = asked_anew(path.relative_to(home).as_posix(), *hash_file(path), _new_id(), now)
        return in_review or Left.NO_SIDECAR
    except ValueError:
        return Left.UNREADABLE
    document = retold(content, path.relative_to(home).as_posix())
    if document is None:
        return Left.UNREADABLE
    assert document.sha256 is not None
    assert document.location is not None
    assert document.outcome is not None
    if not is_file_of(path, document.sha256):
        return Left.CHANGED
    return document if is_folder_of(document.location, document.outcome) else Left.ELSEWHERE


def _new_id() -> CorrelationId:
    return CorrelationId(str(uuid4()))


def _originals(copy: Path) -> Iterator[Path]:
    """The documents beside which a file may be the searchable copy."""
    stem, _, rest = copy.name.partition(".searchable")
    if rest:
        yield from (it for it in copy.parent.glob(f"{stem}.*") if it != copy and it.suffix != ".json")


def _set_twins_aside(found: Found) -> None:
    """Take over neither number nor bytes twice: the first that was found keeps them."""
    numbers, held, kept = set[DocumentId](), set[Sha256 | None](), list[Document]()
    for document in found.documents:
        holds_bytes = isinstance(document.outcome, Archived | InReview)
        if document.document_id in numbers or (holds_bytes and document.sha256 in held):
            found.left[document.location or ""] = Left.TWICE
            continue
        kept.append(document)
        numbers.add(document.document_id)
        if holds_bytes:
            held.add(document.sha256)
    found.documents = kept


def _beside(database: Path) -> list[Path]:
    return [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]
