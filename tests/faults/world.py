"""A home in a folder, a daemon in a process, and what must hold of them whatever has died."""

import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pypdfium2
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.folders import LAST_NUMBER
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.ledger import SqlLedger, SqlRequests, open_engine
from agent.adapters.ledger.engine import reading
from agent.adapters.registry import RegistryIndex, read_csv
from agent.app import make_home
from agent.demo.letters import Letter, draw, scan
from agent.domain.document import DocumentId
from agent.domain.life import Action, Document, Request
from agent.domain.outcome import ACCEPTED, AT_REST, Archived, Duplicate, Failed, InReview, State

PEOPLE = "id,last_name,first_name,dob,cin\n" + "".join(
    f"{number},Famille{letters},Prenom{letters},"
    f"19{number % 80 + 10}-0{number % 9 + 1}-1{number % 9},ZA{100000 + number}\n"
    for number, letters in ((n, chr(97 + n // 26 % 26) + chr(97 + n % 26)) for n in range(100, 400))
)

SETTINGS = """\
DOSSIERD_ALLOW_ROOT=true
DOSSIERD_SETTLE_SECONDS=0.2
DOSSIERD_DAMAGED_GRACE_SECONDS=0.4
DOSSIERD_RESCAN_SECONDS=0.5
DOSSIERD_OCR_LANGUAGES=fra+eng
"""

REST_SECONDS = 90.0
STARTED = b"--- a daemon is started ---\n"


def person(number: int) -> dict[str, str]:
    """A line of the test registry."""
    header, *lines = PEOPLE.splitlines()
    found = next(line for line in lines if line.startswith(f"{number},"))
    return dict(zip(header.split(","), found.split(","), strict=True))


def letter_about(number: int, *, name_only: bool = False, note: str = "") -> bytes:
    """A born-digital letter about a person of the test registry; the note makes its bytes its own."""
    return draw(_letter(number, name_only=name_only, note=note))


def scan_about(number: int) -> bytes:
    """The same letter as a poor scan, which takes seconds to read."""
    return scan(_letter(number), seed=number)


def clean_scan_about(number: int) -> bytes:
    """The same letter as a scan without a flaw, for what must not depend on the luck of reading."""
    with pypdfium2.PdfDocument(letter_about(number)) as document:
        page = document[0].render(scale=200 / 72, grayscale=True).to_pil()
    scanned = io.BytesIO()
    page.save(scanned, format="PDF", resolution=200)
    return scanned.getvalue()


def _letter(number: int, *, name_only: bool = False, note: str = "") -> Letter:
    them = person(number)
    year, month, day = them["dob"].split("-")
    details = [("Patient", f"{them['first_name']} {them['last_name'].upper()}")]
    if not name_only:
        details += [("Date de naissance", f"{day}/{month}/{year}"), ("CIN", them["cin"])]
    return Letter(
        sender="Cabinet du Port",
        sender_lines=("4, quai des Mouettes",),
        place_and_date="Port-Allune, le 17 septembre 2026",
        subject="Compte rendu de consultation",
        details=tuple(details),
        body=f"Examen clinique sans particularité. {note}",
        signature=("Dr Odile Marvanche",),
    )


DROPPED = {
    "match.pdf": letter_about(100),
    "name-only.pdf": letter_about(101, name_only=True),
    "memo.pdf": b"Not a PDF, whatever the name says.\n",
}
UNDISTURBED = {
    "match.pdf": "archived 100 by rule",
    "name-only.pdf": "in review: ambiguous",
    "memo.pdf": "failed: unknown_format",
}
"""What becomes of them if nothing goes wrong."""


class Running(Protocol):
    """What is waited with: a daemon, or whatever does a daemon's work."""

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...


@dataclass(frozen=True)
class World:
    """One home and everything that is asked of it from outside."""

    home: Path
    database: URL | None = None
    """Where the ledger lies in PostgreSQL; None where it is the home's file."""

    @classmethod
    def make(
        cls, home: Path, settings: str = SETTINGS, *, registry: str = PEOPLE, database: URL | None = None
    ) -> "World":
        make_home(home)
        env = home / ".env"
        env.touch(mode=0o600)
        if database is not None:
            settings += f"DOSSIERD_LEDGER_URL={told_as(database)}\n"
        env.write_text(settings)
        people = home / "people.csv"
        people.write_text(registry)
        index = RegistryIndex(home / "state" / REGISTRY_FILE)
        index.replace(read_csv(people).people)
        index.close()
        return cls(home, database)

    @property
    def log(self) -> Path:
        """What the daemons said; beside the home, which may be full."""
        return self.home.with_name(f"{self.home.name}.out")

    def drop(self, name: str, content: bytes) -> None:
        (self.home / "incoming" / name).write_bytes(content)

    def start(
        self, *arguments: str, module: str = "tests.faults.killing", through: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a daemon.

        Args:
            through: a program that becomes the daemon, with its arguments.
        """
        with self.log.open("ab") as said:
            said.write(STARTED)
            said.flush()
            return subprocess.Popen(
                [*through, sys.executable, "-m", module, *arguments, "--home", str(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-6000:]

    def ledger(self) -> SqlLedger:
        return SqlLedger(self.engine())

    def engine(self) -> Engine:
        return open_engine(self.database or self.home / "state" / LEDGER_FILE, may_upgrade=False)

    def documents(self) -> list[Document]:
        if self.database is None and not (self.home / "state" / LEDGER_FILE).is_file():
            return []
        ledger = self.ledger()
        try:
            return list(ledger.in_states(frozenset(State)))
        finally:
            ledger.close()

    def ask(
        self,
        action: Action,
        document_id: DocumentId,
        argument: str = "",
        key: str | None = None,
        *,
        epoch: int | None = None,
    ) -> None:
        engine = self.engine()
        from agent.adapters.clock import SystemClock

        SqlRequests(engine).submit(
            Request(
                key=key or f"{action}-{document_id}",
                action=action,
                document_id=document_id,
                argument=argument,
                actor="cli:tester",
                requested_at=SystemClock("UTC").now(),
                epoch=epoch,
            )
        )
        engine.dispose()

    def open_requests(self) -> int:
        engine = self.engine()
        try:
            return len(SqlRequests(engine).open_requests())
        finally:
            engine.dispose()

    def rests(self) -> bool:
        """Nothing in incoming, nothing in work, no request open, no message waiting."""
        waiting = [entry for entry in (self.home / "incoming").iterdir() if not entry.name.startswith(".")]
        return (
            not waiting
            and all(
                it.state not in ACCEPTED - AT_REST and it.state is not State.CLAIMING
                for it in self.documents()
            )
            and self.open_requests() == 0
            and not self.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL")
        )

    def sql(self, query: str) -> list[tuple[object, ...]]:
        if self.database is not None:
            engine = self.engine()
            try:
                with reading(engine) as asked:
                    return [tuple(row) for row in asked.execute(text(query))]
            finally:
                engine.dispose()
        connection = sqlite3.connect(
            f"file:{self.home / 'state' / LEDGER_FILE}?mode=ro", uri=True, timeout=10
        )
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def wait(self, condition: Callable[[], bool], daemon: Running, seconds: float = REST_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except (OSError, sqlite3.OperationalError, errors.LedgerUnavailable):
                pass
            assert daemon.poll() is None, f"the daemon ended by itself ({daemon.returncode}):\n{self.said()}"
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {condition}\n{self.story()}\n{self.said()}")

    def wait_until_up(self, daemon: subprocess.Popen[bytes]) -> None:
        """Until the daemon that was started last has recovered and needs the ledger for its start no more."""
        self.wait(lambda: b'"daemon_started"' in self.log.read_bytes().rpartition(STARTED)[2], daemon)

    def run_to_rest(self, count: int) -> None:
        """Let a daemon bring so many documents to rest, and stop it."""
        daemon = self.start()
        try:
            self.wait_until_up(daemon)
            self.wait(lambda: self.rests() and len(self.documents()) == count, daemon)
            stop(daemon)
        finally:
            end(daemon)

    def story(self) -> str:
        return "\n".join(
            f"{it.reference} {it.state} {it.original_name} {it.location}" for it in self.documents()
        )

    def outcomes(self) -> Mapping[str, str]:
        """What became of each original name."""
        return {it.original_name: _word(it) for it in self.documents() if it.state is not State.WITHDRAWN}

    def check(self, dropped: Mapping[str, bytes]) -> None:
        """Nothing lost, nothing doubled, nothing changed; the ledger is sound; one message for each epoch."""
        accepted = [it for it in self.documents() if it.state is not State.WITHDRAWN]
        assert Counter(it.original_name for it in accepted) == Counter(list(dropped)), self.story()
        for it in accepted:
            assert it.state in AT_REST, self.story()
            assert it.location is not None
            content = (self.home / it.location).read_bytes()
            assert content == dropped[it.original_name], f"{it.reference}: the bytes have changed"
            assert hashlib.sha256(content).hexdigest() == it.sha256
        self._check_copies()
        assert sorted(it for it in self.files() if not it.endswith(".searchable.pdf")) == sorted(
            it.location or "" for it in accepted
        )
        if self.database is None:
            assert self.sql("PRAGMA integrity_check") == [("ok",)]
            assert self.sql("PRAGMA foreign_key_check") == []
        told = self._told()
        assert all(count == 1 for count in told.values())
        assert {document_id for document_id, *_ in told} == {it.document_id for it in accepted}
        for place in ("archive", "failed"):
            for path in (self.home / place).rglob("*.pdf"):
                if path.name.endswith(".searchable.pdf"):
                    continue
                assert json.loads(path.with_suffix(".json").read_text())["sha256"]

    def _told(self) -> Counter[tuple[object, ...]]:
        """How often each document's epoch was told of; of a question, each of its cards by itself."""
        told: Counter[tuple[object, ...]] = Counter()
        for document_id, epoch, message in self.sql(
            "SELECT document_id, epoch, message FROM outbox WHERE sent_at IS NOT NULL"
        ):
            said = json.loads(str(message))
            is_question = said.get("kind") == "question"
            about = said.get("document_id") if is_question else document_id
            if about is not None:
                told[about, epoch, message if is_question else None] += 1
        return told

    def _check_copies(self) -> None:
        """Searchable copies lie where a sidecar tells of them, and nowhere else."""
        told = {}
        for path in (self.home / "archive").rglob("*.json"):
            copy = json.loads(path.read_text()).get("searchable_pdf")
            if copy and copy["file"]:
                told[path.with_name(copy["file"])] = copy["sha256"]
        lying = {
            self.home / it: hashlib.sha256((self.home / it).read_bytes()).hexdigest()
            for it in self.files()
            if it.endswith(".searchable.pdf")
        }
        assert lying == told

    def files(self) -> list[str]:
        """Every file below the folders that hold documents, other than sidecars."""
        found = []
        for place in ("incoming", "archive", "review", "failed"):
            for folder, _, names in os.walk(self.home / place, followlinks=True):
                found += [
                    str((Path(folder) / name).relative_to(self.home))
                    for name in names
                    if not name.endswith(".json") and name != ".gitkeep" and not name.startswith(LAST_NUMBER)
                ]
        return found


def told_as(database: URL) -> str:
    """An address as somebody writes it into `.env`."""
    return database.set(drivername="postgresql").render_as_string(hide_password=False)


def end(daemon: subprocess.Popen[bytes]) -> None:
    """SIGKILL, if it still lives, and wait: an end that nobody has seen is a warning in the middle of another test."""
    daemon.kill()
    daemon.wait()


def stop(daemon: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and the promise that a daemon which is up ends within ten seconds."""
    daemon.send_signal(signal.SIGTERM)
    code = daemon.wait(10)
    assert code == 0, f"it ended with {code}"


def _word(document: Document) -> str:
    match document.outcome:
        case Archived():
            return f"archived {document.outcome.record_id} by {document.outcome.decided_by}"
        case InReview():
            return f"in review: {document.outcome.decision.verdict}"
        case Failed():
            return f"failed: {document.outcome.reason}"
        case Duplicate():
            return "duplicate"
        case None:
            return str(document.state)
