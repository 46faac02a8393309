"""What the workflow asks of the outside. Each protocol states how it fails; every failure is of `errors`."""

import datetime
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.claims import Claims
from agent.core.rules import Rules
from agent.core.voice import ENGLISH, Voice
from agent.domain.decision import Denial
from agent.domain.document import DocumentId, DocumentText, SeenFile, Sha256
from agent.domain.evidence import Evidence
from agent.domain.identity import People, Person, RecordId
from agent.domain.inputs import Inputs
from agent.domain.lesson import Lesson, LessonNumber, LessonState
from agent.domain.life import Document, Review, Step
from agent.domain.message import Message
from agent.domain.outcome import Event, State
from agent.domain.reading import Progress, Reading, Turn, Wanted
from agent.domain.room import Room
from agent.domain.searchable import MadeCopy, SearchableCopy
from agent.domain.settlement import Settled, Settlement
from agent.erasing import Erasing, FileErasing
from agent.hosts import ALONE, Hosts, SharedHome
from agent.makers import SearchablePdfs, SnippetSource, Splitter
from agent.paused import Pauses
from agent.sampled import Samples
from agent.trail import Journal


class Clock(Protocol):
    """The time, so that tests can own it."""

    def now(self) -> datetime.datetime:
        """The present moment: aware, UTC."""
        ...

    def date_of(self, moment: datetime.datetime) -> datetime.date:
        """The date of a moment in the office's time zone."""
        ...


class TextSource(Protocol):
    """Reads a document in disposable children, a turn of some seconds after the other."""

    def read(
        self,
        path: Path,
        wanted: Wanted,
        *,
        should_stop: Callable[[], bool],
        should_yield: Callable[[], bool] = lambda: False,
    ) -> Generator[Turn, None, None]:
        """Read the wanted pages, each once: its text layer where that is usable, else OCR.

        The turns come as they are done, pages in any order. When `should_yield` says so, no further turn is begun:
        the generator ends early, but never without a turn. Closing it ends what is under way.

        Raises:
            DocumentUnreadable: the document's own fault; final.
            ReaderUnavailable: ours or the machine's fault; the document is innocent.
            ReadingStopped: `should_stop` said so.
        """
        ...


class Registry(Protocol):
    """The people."""

    def version(self) -> int:
        """The version of the copy as it is now; cheap enough to ask inside a transaction."""
        ...

    def count(self) -> int:
        """How many people there are; none where the registry was never loaded."""
        ...

    def candidates(self, evidence: Evidence) -> People:
        """Find every record that the evidence touches.

        Raises:
            RegistryUnavailable: it can't be searched now.
        """
        ...

    def proposals(self, evidence: Evidence, limit: int) -> Sequence[Person]:
        """Find those who are near to what the evidence says, the nearest first; for a human, never for a match.

        Raises:
            RegistryUnavailable: it can't be searched now.
        """
        ...

    def person(self, record_id: RecordId) -> Person | None: ...

    def find(self, words: str, limit: int = 8) -> Sequence[Person]:
        """Search by what a human typed: parts of names, a date, a number."""
        ...


class Folders(FileErasing, SharedHome, Protocol):
    """The home's folders. Locations are paths below the home, with `/`; files only move, nothing is overwritten."""

    def claimed_location(self, document_id: DocumentId, take: int = 0) -> str:
        """Where a document lies under way, in the claim folder: `D-7`, or `D-7-t2` where hosts take it in turns."""
        ...

    def hold(self, document_id: DocumentId, take: int) -> str:
        """Give a file in the claim folder the name of this take, whichever earlier take's it has; gives its location.

        Nothing happens where the document does not lie there. Safe to repeat.

        Raises:
            StorageUnavailable: the disk refuses.
        """
        ...

    def as_seen_here(self, seen: SeenFile) -> SeenFile:
        """A file that another host has seen, as this one sees it: each numbers the devices by itself."""
        ...

    def claim(self, seen: SeenFile, document_id: DocumentId) -> str:
        """Rename a seen file into the claim folder and return its location there. Safe to repeat.

        Raises:
            FileVanished: it is gone, or another file took its name.
            StorageUnavailable: the disk refuses.
        """
        ...

    def is_unclaimed(self, seen: SeenFile) -> bool:
        """Whether a seen file still stands in `incoming/` as it was seen, so that the watcher will hand it out again.

        Raises:
            StorageUnavailable: the disk refuses.
        """
        ...

    def probe(self) -> None:
        """Find out, before work is spent, whether each folder of documents lets us list, create, rename, unlink.

        Cheap enough to be asked for each document: a good answer holds for a while.

        Raises:
            StorageUnavailable: a folder refuses; the sentence names it.
        """
        ...

    def path(self, location: str) -> Path: ...

    def fingerprint(self, location: str) -> tuple[Sha256, int]:
        """Hash a file and tell its size in bytes.

        Raises:
            FileVanished, StorageUnavailable.
        """
        ...

    def move(self, source: str, target: str, sha256: Sha256, tag: str) -> None:
        """Bring the file with this hash from source to target, durably. Safe to repeat at any point.

        Args:
            tag: names temporary files; unique for document and epoch.

        Raises:
            FileChanged: the source's bytes are not those of the hash.
            FileVanished: neither source nor target is there.
            DestinationTaken: another file stands at the target.
            StorageUnavailable: the disk refuses; to be tried again.
        """
        ...

    def write_sidecar(self, location: str, content: Mapping[str, object], tag: str = "") -> None:
        """Write `location` with `.json` for its suffix, by a temporary name; it can be made again at any time."""
        ...

    def remove_unfinished(self, location: str, tags: Sequence[str]) -> None:
        """Remove what hosts that were fenced off have left half-written beside `location` under these tags."""
        ...

    def remove_sidecar(self, location: str) -> None: ...

    def place_searchable(self, location: str, made: MadeCopy, tag: str) -> None:
        """Copy a file from elsewhere to where the searchable copy of `location` lies. Safe to repeat.

        Raises:
            DestinationTaken, StorageUnavailable: a stranger's file stands there, or the disk refuses.
        """
        ...

    def remove_searchable(
        self, location: str, before: Callable[[SearchableCopy], None] = lambda _: None
    ) -> SearchableCopy | None:
        """Take away the searchable copy beside `location`: the very file that the sidecar tells of, no other.

        Args:
            before: hears of it first; whatever it raises keeps the copy where it is.

        Returns:
            what is gone; None where nothing of ours lay there.
        """
        ...

    def stage_parts(self, document_id: DocumentId, parts: Sequence[tuple[str, MadeCopy]]) -> None:
        """Keep the parts of a document, each with its name to be, out of sight; earlier ones are replaced.

        Raises:
            StorageUnavailable: the disk refuses.
        """
        ...

    def lay_parts(self, document_id: DocumentId) -> int:
        """Put the parts that are kept into `incoming/`, each once however often this is called; gives how many.

        Raises:
            StorageUnavailable: the disk refuses; the rest is laid by the next call.
        """
        ...

    def discard_parts(self, document_id: DocumentId) -> None:
        """Remove parts that are not to be laid; without any it does nothing."""
        ...


class Space(Protocol):
    """The room on the file systems that the home lies on."""

    def rooms(self) -> Sequence[Room]: ...


class Ledger(Claims, Protocol):
    """The documents' rows. Each method is one transaction; one that a state doesn't allow raises RequestRefused.

    Raises (all methods): LedgerUnavailable, when the database can't be used now.
    """

    def start(
        self, document_id: DocumentId, sha256: Sha256, size: int, now: datetime.datetime
    ) -> Document | DocumentId:
        """Count the attempt and take the hash. Gives the id of the document that holds the same bytes, if any."""
        ...

    def hand_back(self, document_id: DocumentId, event: Event, now: datetime.datetime) -> None:
        """Return to `claimed` by STOPPED or CHANGED, which give the attempt back.

        An outcome whose move was under way is void: its question and its messages, which were not due, are gone.
        """
        ...

    def settle(
        self,
        document_id: DocumentId,
        settlement: Settlement,
        now: datetime.datetime,
        *,
        still_holds: Callable[[], bool] = lambda: True,
    ) -> Document | None:
        """Commit outcome, target and messages; None when `still_holds`, asked inside the transaction, says no.

        None too when a lesson among the inputs is no longer active.
        """
        ...

    def retarget(self, document_id: DocumentId, target: str) -> Document:
        """Choose another place for a move under way, because a stranger's file stands at the first one."""
        ...

    def complete(
        self, document_id: DocumentId, now: datetime.datetime, steps: Sequence[Step] = ()
    ) -> Document:
        """The move is done: the document rests, and its messages are due."""
        ...

    def miss(
        self, document: Document, messages: Sequence[tuple[str, Message]], now: datetime.datetime
    ) -> bool:
        """The file is gone, or was changed, by hand: its question is closed, and people are told at once.

        Gives False, and changes nothing, when the row is no longer as it was seen.
        """
        ...

    def restore(self, document_id: DocumentId, now: datetime.datetime) -> Document | None:
        """The file is back where it was put; an unanswered question is open again.

        Gives None, and changes nothing, where another document has the same bytes by now.
        """
        ...

    def retry(self, document_id: DocumentId, event: Event, actor: str, now: datetime.datetime) -> Document:
        """Back to `claimed`, in the next epoch: its question closed; pages with a problem are to be read again."""
        ...

    def redecide(self, document_id: DocumentId, now: datetime.datetime) -> Document:
        """Back to `claimed`, in the next epoch, because the registry has changed: nothing is to be read again."""
        ...

    def document(self, document_id: DocumentId) -> Document | None: ...

    def in_states(self, states: frozenset[State]) -> Sequence[Document]:
        """All documents in these states, oldest first."""
        ...

    def counts(self) -> Mapping[State, int]: ...

    def save_turn(
        self, document_id: DocumentId, sha256: Sha256, turn: Turn, now: datetime.datetime
    ) -> Progress:
        """Keep what a turn read of these bytes; pages that were read before are replaced.

        What was read of other bytes goes. New pages are progress: crashes before them count no more.
        """
        ...

    def reading(self, document_id: DocumentId, sha256: Sha256) -> Reading | None:
        """How the reading of exactly these bytes stands; None before its first turn. Cheap: no text is loaded."""
        ...

    def text(self, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
        """What was read from exactly these bytes; None while pages are missing."""
        ...

    def recognised_text(self, document_id: DocumentId, sha256: Sha256) -> DocumentText | None:
        """The same, if words of it come from OCR; None for any other, of which not a word is unpacked."""
        ...

    def forget_text(self, document_id: DocumentId) -> None:
        """Drop what was read of a document, and how that stood."""
        ...

    def review(self, document_id: DocumentId) -> Review | None:
        """The document's open question."""
        ...

    def reviews_of(self, document_id: DocumentId) -> Sequence[Review]:
        """Every question that was ever asked about a document, oldest first."""
        ...

    def settled(self, document_id: DocumentId) -> Sequence[Settled]:
        """What each epoch of a document came to, oldest first; those before this was kept are left out."""
        ...

    def asked_in_chats(self) -> int:
        """How many questions wait in the chats now, without those that were put off."""
        ...

    def denials(self, sha256: Sha256) -> Sequence[Denial]:
        """The records under which these bytes don't belong, as humans have said."""
        ...

    def inputs(self, document_id: DocumentId) -> Inputs | None:
        """What the document's last decision was made of; None where none was kept."""
        ...

    def lessons(self, states: frozenset[LessonState]) -> Sequence[Lesson]:
        """All lessons in these states, in the order in which they were taught."""
        ...

    def lesson(self, number: LessonNumber) -> Lesson | None: ...

    def judge_lesson(
        self, number: LessonNumber, state: LessonState, actor: str, now: datetime.datetime
    ) -> None:
        """Write that a human confirmed or revoked a lesson."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that the workflow is given."""

    clock: Clock
    folders: Folders
    text_source: TextSource
    splitter: Splitter
    registry: Registry
    ledger: Ledger
    erasing: Erasing
    pauses: Pauses
    samples: Samples
    journal: Journal
    recipients: Sequence[str]
    rules: Rules
    should_stop: Callable[[], bool]
    onlookers: Sequence[str] = ()
    """Who is told of trouble by a channel that nobody can answer on (`domain.message.one_way`)."""
    voice: Voice = ENGLISH
    asks_in_chats: bool = False
    """Whether questions are put to people by `workflow.asking`, and not told like a result."""
    should_yield: Callable[[DocumentId], bool] = lambda _: False
    """Whether the reading of a document should make way for others after its turn."""
    on_rested: Callable[[Document], None] = lambda _: None
    """Told of each run that has come to rest; it never waits."""
    searchable: SearchablePdfs | None = None  # None: the office wants no searchable copies
    hosts: Hosts = ALONE
    """Who else works in the home."""
    snippets: SnippetSource | None = None  # None: the office wants none in its chats
