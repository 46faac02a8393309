"""Values of a document's life, and ports with a real ledger and real folders below one home."""

import datetime
import functools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine

from agent.adapters.folders import LAST_NUMBER, HomeFolders
from agent.adapters.ledger import (
    SqlErasing,
    SqlLedger,
    SqlOutbox,
    SqlPauses,
    SqlRequests,
    SqlSamples,
    SqlStorms,
    open_engine,
)
from agent.core.rules import Rules
from agent.core.voice import ENGLISH, Voice
from agent.domain.decision import Ambiguous, Candidate, Match, Policy, Reason, Unmatched
from agent.domain.document import CorrelationId, DocumentId, SeenFile, Sha256
from agent.domain.identity import Person, RecordId
from agent.domain.life import Action, Document, Request
from agent.domain.message import Parcel
from agent.domain.outcome import Outcome, State
from agent.hosts import ALONE, Hosts
from agent.makers import SearchablePdfs
from agent.ports import Folders, Ports
from tests.fakes import FakeClock, FakeJournal, FakeRegistry, FakeSplitter, FakeTextSource

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
HOME_ID = "home1"

ANNA = Person(
    record_id=RecordId("R1"), last_name="Muller", first_name="Anna", birth_date=datetime.date(1980, 3, 12)
)
BERTA = Person(
    record_id=RecordId("R2"), last_name="Keller", first_name="Berta", birth_date=datetime.date(1975, 7, 30)
)
CLARA = Person(
    record_id=RecordId("R3"), last_name="Ziegler", first_name="Clara", birth_date=datetime.date(1991, 11, 2)
)

ABOUT_ANNA = "Clinique du Lac\n\nPatient : Anna MULLER\nDate de naissance : 12/03/1980\n"
NAMES_ANNA_ONLY = "Clinique du Lac\n\nPatient : Anna MULLER\n"
ABOUT_NOBODY = "Clinique du Lac\n\nPatient : Zora QUINTERO\nDate de naissance : 01/02/1950\n"

SENTENCE = "The document also names Paula Schmidt as the person it is about."
"""What a reason may quote: somebody who is none of the candidate's business."""


def reason(code: str = "name_printed", *, supports: bool = True, sentence: str = SENTENCE) -> Reason:
    return Reason(code=code, supports=supports, sentence=sentence, page=1)


def candidate(person: Person = ANNA) -> Candidate:
    return Candidate(person=person, reasons=(reason(), reason("somebody_else", supports=False)))


def a_match(person: Person = ANNA, *rivals: Person) -> Match:
    return Match(
        candidate=candidate(person), policy=Policy.TWO_IDENTIFIERS, rivals=tuple(map(candidate, rivals))
    )


def ambiguous(*people: Person) -> Ambiguous:
    return Ambiguous(
        candidates=tuple(map(candidate, people or (ANNA, BERTA))),
        reason=reason("several_fit", supports=False),
    )


def unmatched() -> Unmatched:
    return Unmatched(reason=reason("nobody_named", supports=False))


def seen_file(path: Path, incoming: Path) -> SeenFile:
    """Look at a file as the watcher does."""
    found = path.lstat()
    return SeenFile(
        name=str(path.relative_to(incoming)),
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
    )


def hash_of(content: bytes) -> Sha256:
    return Sha256(sha256(content).hexdigest())


def a_document(*, state: State = State.ARCHIVED, outcome: Outcome | None = None) -> Document:
    """A row without a database."""
    return Document(
        document_id=DocumentId(7),
        correlation_id=CorrelationId("c0ffee"),
        state=state,
        epoch=2,
        attempts=1,
        original_name="scan of Anna.pdf",
        seen=SeenFile(name="scan of Anna.pdf", device=1, inode=2, size=3, modified_ns=4),
        seen_at=NOON,
        claimed_at=NOON + datetime.timedelta(seconds=1),
        sha256=hash_of(b"abc"),
        size=3,
        location="incoming/.claimed/home1/D-7",
        outcome=outcome,
        settled_at=NOON + datetime.timedelta(seconds=2),
    )


@dataclass(frozen=True, kw_only=True)
class Office:
    """One home in a folder: real ledger, real folders, and fakes for the rest, each within reach of the test."""

    home: Path
    ports: Ports
    ledger: SqlLedger
    requests: SqlRequests
    storms: SqlStorms
    outbox: SqlOutbox
    folders: HomeFolders
    clock: FakeClock
    text_source: FakeTextSource
    splitter: FakeSplitter
    registry: FakeRegistry
    journal: FakeJournal

    def drop(self, content: bytes, name: str = "scan.pdf") -> SeenFile:
        path = self.home / "incoming" / name
        path.write_bytes(content)
        return seen_file(path, self.home / "incoming")

    def row(self, document_id: DocumentId) -> Document:
        found = self.ledger.document(document_id)
        assert found is not None
        return found

    def bytes_of(self, document_id: DocumentId) -> bytes:
        location = self.row(document_id).location
        assert location is not None
        return (self.home / location).read_bytes()

    def due(self) -> list[Parcel]:
        return list(self.outbox.due(self.clock.now(), 1000))

    def files(self) -> set[str]:
        """Everything that lies in the home's folders for documents, as paths below the home."""
        return {
            str(path.relative_to(self.home))
            for folder in ("incoming", "archive", "review", "failed")
            for path in (self.home / folder).rglob("*")
            if not path.is_dir() and not path.name.startswith(LAST_NUMBER)
        }

    def request(
        self, action: Action, document_id: DocumentId, argument: str = "", actor: str = "cli:anna"
    ) -> Request:
        """A request made now."""
        return Request(
            key=f"{action}-{document_id}-{argument}-{actor}-{self.clock.now().timestamp()}",
            action=action,
            document_id=document_id,
            argument=argument,
            actor=actor,
            requested_at=self.clock.now(),
        )


@functools.cache
def new_ledger() -> bytes:
    """What the migrations make, made once: each test has its own copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        open_engine(path, may_upgrade=True).dispose()
        return path.read_bytes()


def _engine_in(home: Path) -> Engine:
    path = home / "state" / "ledger.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(new_ledger())
    return open_engine(path, may_upgrade=True)


def make_ports(
    home: Path,
    *,
    rules: Rules | None = None,
    people: Sequence[Person] = (ANNA, BERTA),
    recipients: Sequence[str] = ("anna", "bert"),
    onlookers: Sequence[str] = (),
    voice: Voice = ENGLISH,
    searchable: SearchablePdfs | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    folders: Callable[[Path, str], HomeFolders] = HomeFolders,
    engine: Engine | None = None,
    hosts: Hosts = ALONE,
) -> Office:
    """Open a home: again and again in the same folder, as a daemon does that was restarted.

    The caller closes the ledger.

    Args:
        engine: of a ledger elsewhere, as `hosts` use it; None for one in the home.
    """
    engine = engine or _engine_in(home)
    ledger = SqlLedger(engine)
    if ledger.home_id() is None:
        ledger.found_home(HOME_ID)
    home_folders = folders(home, HOME_ID)
    home_folders.prepare()
    port: Folders = home_folders
    clock, text_source, splitter, registry, journal = (
        FakeClock(NOON),
        FakeTextSource(),
        FakeSplitter(),
        FakeRegistry(people),
        FakeJournal(),
    )
    ports = Ports(
        clock=clock,
        folders=port,
        text_source=text_source,
        splitter=splitter,
        registry=registry,
        ledger=ledger,
        erasing=SqlErasing(engine),
        pauses=SqlPauses(engine),
        samples=SqlSamples(engine),
        journal=journal,
        recipients=tuple(recipients),
        onlookers=tuple(onlookers),
        voice=voice,
        rules=rules or Rules(),
        should_stop=should_stop,
        searchable=searchable,
        hosts=hosts,
    )
    return Office(
        home=home,
        ports=ports,
        ledger=ledger,
        requests=SqlRequests(engine),
        storms=SqlStorms(engine),
        outbox=SqlOutbox(engine),
        folders=home_folders,
        clock=clock,
        text_source=text_source,
        splitter=splitter,
        registry=registry,
        journal=journal,
    )
