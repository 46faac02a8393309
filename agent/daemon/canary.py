"""The loop that sends canaries: each into a home of its own below `state/`, which is gone when it is over.

What reads, the fence, the rules, the disk and the code of every step are those of the office's documents. Ledger,
folders, journal and people are the canary's own, so that nothing that counts, tells or searches documents can meet it.
A death in the middle leaves that home, which the next start removes.
"""

import datetime
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from agent import errors
from agent.adapters.folders import HomeFolders
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.journal import Journal
from agent.adapters.ledger import SqlLedger, SqlPauses, open_engine
from agent.adapters.reading.memory import give_back
from agent.adapters.registry import RegistryIndex
from agent.app import Parts, make_home
from agent.core.canary import PERSON, RUNS_THAT_ALARM, can_be_read, due_in, state_of
from agent.daemon.telling import tell_of_part
from agent.domain.canary import CanaryProblem, CanaryRun
from agent.domain.document import SeenFile
from agent.durable import storage_errors
from agent.ports import Ports
from agent.workflow.canary import send

HOME = "canary"
PAGE = Path(__file__).with_name("canary.pdf")
NUMBERS_ABOVE = 900_000_000_000
"""The log names a canary by a number that no document of an office has."""

LOOK_SECONDS = 30.0
START_SECONDS = 300.0
"""After a start, those who wait go first; where the period is shorter, so is this."""


class Canary:
    """Sends one when it is due, keeps what became of it, and tells people when two in a row have failed."""

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        *,
        on_told: Callable[[], None],
        on_filed: Callable[[], None] = lambda: None,
    ) -> None:
        """Build it.

        Args:
            on_told: called when a message was written.
            on_filed: called when one was filed as it must.
        """
        self._parts = parts
        self._stop = stop
        self._on_told = on_told
        self._on_filed = on_filed
        self._every = datetime.timedelta(minutes=parts.settings.canary_minutes)
        self._wait_seconds = min(START_SECONDS, self._every.total_seconds())

    @property
    def is_wanted(self) -> bool:
        return bool(self._every) and can_be_read(self._parts.settings.ocr_languages)

    def turn(self) -> None:
        if self._stop.wait(self._wait_seconds):
            return
        self._wait_seconds = min(LOOK_SECONDS, self._every.total_seconds())
        parts = self._parts
        last = next(iter(parts.canaries.latest(1)), None)
        wait = due_in(last, self._every, parts.clock.now()).total_seconds()
        if wait > 0:
            self._wait_seconds = min(LOOK_SECONDS, wait)
            return
        run = self.send()
        if run is not None:
            parts.canaries.keep(run)
            if run.problem is None:
                self._on_filed()
            self._tell()

    def send(self) -> CanaryRun | None:
        """Send one now; None where a stop came first."""
        with structlog.contextvars.bound_contextvars(origin="canary"):
            try:
                with _home(self._parts) as (seen, ports):
                    return send(seen, ports)
            except errors.DossierdError:  # whatever refuses it a home; a stop is told apart by `send`
                return CanaryRun(at=self._parts.clock.now(), duration_ms=0, problem=CanaryProblem.UNKEPT)
            finally:
                give_back()

    def _tell(self) -> None:
        state = state_of(self._parts.canaries.latest(RUNS_THAT_ALARM))
        if state is not None and tell_of_part(self._parts, state):
            self._on_told()


def remove_home(state: Path) -> None:
    """Take away what a death has left of a canary's home."""
    shutil.rmtree(state / HOME, ignore_errors=True)


@contextmanager
def _home(parts: Parts) -> Iterator[tuple[SeenFile, Ports]]:
    """Make a home with one person and one page; it is gone afterwards.

    Raises:
        HomeUnusable, StorageUnavailable, LedgerUnavailable, RegistryUnavailable: it can't be made.
    """
    home = parts.settings.state / HOME
    remove_home(parts.settings.state)
    try:
        with ExitStack() as opened, storage_errors():
            make_home(home)
            ledger_path = home / "state" / LEDGER_FILE
            parts.canaries.copy_tables(ledger_path)
            engine = open_engine(ledger_path, may_upgrade=False)
            ledger = SqlLedger(engine)
            opened.callback(ledger.close)
            ledger.found_home(HOME)
            ledger.number_above(NUMBERS_ABOVE)
            folders = HomeFolders(home, HOME)
            folders.prepare()
            registry = RegistryIndex(home / "state" / REGISTRY_FILE, parts.clock)
            opened.callback(registry.close)
            registry.replace([PERSON])
            journal = Journal(home / "logs" / "audit.jsonl")
            opened.callback(journal.close)
            yield (
                _lay(home / "incoming" / PAGE.name),
                replace(
                    parts.ports,
                    folders=folders,
                    registry=registry,
                    ledger=ledger,
                    pauses=SqlPauses(engine),
                    journal=journal,
                    recipients=(),
                    onlookers=(),
                    asks_in_chats=False,
                ),
            )
    finally:
        remove_home(parts.settings.state)


def _lay(path: Path) -> SeenFile:
    shutil.copyfile(PAGE, path)
    found = path.lstat()
    return SeenFile(
        name=path.name,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        modified_ns=found.st_mtime_ns,
    )
