"""`--dry-run`: what would become of the files in `incoming/`. Nothing of the home is written, nobody is told.

Ledger and registry are looked at as copies in a folder that is thrown away: SQLite writes beside what it opens.
A ledger in PostgreSQL is only read.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track
from rich.text import Text

from agent import errors
from agent.adapters.clock import SystemClock
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.reading.heic import accepted_formats
from agent.adapters.registry import RegistryIndex
from agent.adapters.watch.lying import look_around
from agent.app import rules_of
from agent.cli.scratch import throwaway
from agent.cli.shared import EMPTY_REGISTRY, IMPORT_HINT
from agent.cli.wording import err, say, say_table, settled_words, shortened, table
from agent.config import Settings
from agent.core.outcomes import outcome_of
from agent.domain.decision import Mode
from agent.domain.document import DocumentId, Sha256, printable
from agent.domain.formats import suffixes_of
from agent.domain.lesson import LessonState
from agent.domain.message import visible
from agent.domain.outcome import IN_WORK, Duplicate, Failed, FailureReason, Outcome, State
from agent.durable import hash_file
from agent.evaluation.reading import Judge
from agent.ledgers import engine_of, has_ledger, ledger_place
from agent.readers import build_reader, labels_of

_HOLDING = IN_WORK | {State.ARCHIVED, State.IN_REVIEW}
"""Documents of which a file with the same bytes is a duplicate."""


def rehearse(settings: Settings) -> None:
    """Say of each file in `incoming/` what a daemon would do with it.

    Raises:
        HomeLocked: a daemon works there; it has its hands on the files.
        HomeUnusable: there is no `incoming/`, or it can't be looked at.
        LedgerUnavailable, RegistryUnavailable, ReaderUnavailable: as a daemon's start.
    """
    if HomeLock(settings.state).is_held():
        raise errors.HomeLocked(
            f"A dossierd works in {settings.home}: it files what lies in incoming/.",
            hint="What it did: dossierd status. To try first what it would do: systemctl stop dossierd",
        )
    incoming = settings.home / "incoming"
    try:
        lying = look_around(incoming, suffixes_of(accepted_formats()))
    except OSError as error:
        raise errors.HomeUnusable(
            f"{incoming} can't be looked at ({error.strerror}).",
            hint="Is it another folder? Then add: --home DIR",
        ) from error
    with _rehearsal(settings) as stage:
        if stage.people == 0:
            say(f"{EMPTY_REGISTRY}, so every document becomes a question: {IMPORT_HINT}", style="yellow")
        names = track(lying.files, "Reading", console=err, transient=True) if err.is_terminal else lying.files
        told = {name: stage.outcome(incoming / name) for name in names}
    _tell(told)
    for oddity in lying.oddities:
        say(f"Left alone: {visible(oddity.name)} ({oddity.kind.replace('_', ' ')})")
    say("Nothing was changed.")


def _tell(told: Mapping[str, Outcome | None]) -> None:
    if not told:
        say("No file lies in incoming/.")
        return
    listing = table("would be", "file", "why")
    for name, outcome in told.items():
        listing.add_row(
            "gone, or not readable" if outcome is None else outcome.state.replace("_", " "),
            Text(shortened(visible(printable(name)))),
            "" if outcome is None else Text(visible(_words(outcome, told))),
        )
    say_table(listing)


def _words(outcome: Outcome, told: Mapping[str, Outcome | None]) -> str:
    if isinstance(outcome, Duplicate) and outcome.original < 0:
        return f"the same bytes as {printable(list(told)[-outcome.original - 1])}"
    return settled_words(outcome)


@dataclass(slots=True)
class _Stage:
    """The copies, and what they say of one file after the other.

    Attributes:
        holders: which document has which bytes; files of this rehearsal have negative numbers, the first of them -1.
    """

    mode: Mode
    judge: Judge
    ledger: SqlLedger
    people: int
    holders: dict[Sha256, DocumentId]
    _seen: int = field(default=0)

    def outcome(self, path: Path) -> Outcome | None:
        """What a file would become; None where it is gone, or can't be read now."""
        self._seen += 1
        try:
            sha256, _ = hash_file(path)
        except (OSError, errors.FileVanished):
            return None
        if (original := self.holders.get(sha256)) is not None:
            return Duplicate(original=original)
        decided = self.judge.decide_file(path, self.ledger.denials(sha256))
        if isinstance(decided, FailureReason):
            return Failed(reason=decided)
        self.holders[sha256] = DocumentId(-self._seen)
        return outcome_of(decided, mode=self.mode, document_kind=None)


@contextmanager
def _rehearsal(settings: Settings) -> Iterator[_Stage]:
    with throwaway("dossierd-dry-run-") as home:
        state = home / "state"
        state.mkdir()
        place = ledger_place(settings)
        names = (LEDGER_FILE, REGISTRY_FILE) if isinstance(place, Path) else (REGISTRY_FILE,)
        for name in names:
            for end in ("", "-wal"):  # what a killed daemon wrote last stands in the second
                original = settings.state / f"{name}{end}"
                if original.is_file():
                    shutil.copyfile(original, state / f"{name}{end}")
        if isinstance(place, Path) or not has_ledger(settings):  # in a new home: of nothing
            engine = open_engine(state / LEDGER_FILE, may_upgrade=True)
        else:  # asked where it is, and only read
            engine = engine_of(settings)
        ledger = SqlLedger(engine)
        registry = RegistryIndex(state / REGISTRY_FILE, SystemClock(settings.timezone))
        reader = build_reader(settings.in_home(home), lambda: labels_of(settings, ledger))
        try:
            reader.start()
            yield _Stage(
                mode=settings.mode,
                judge=Judge(
                    text_source=reader,
                    registry=registry,
                    rules=rules_of(settings),
                    lessons=ledger.lessons(frozenset({LessonState.ACTIVE})),
                ),
                ledger=ledger,
                people=registry.count(),
                holders={
                    it.sha256: it.document_id for it in ledger.in_states(_HOLDING) if it.sha256 is not None
                },
            )
        finally:
            reader.close()
            registry.close()
            engine.dispose()
