"""The demo: a real daemon in a folder of its own, invented people, one sample dropped after the other.

What is shown is read from the ledger as any command reads it; nothing is staged. Each sample states where it must
end, so that the demo judges itself.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from agent import errors
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.csv_source import read_csv
from agent.beside import told_copy
from agent.cli.shared import make_home
from agent.cli.wording import err, out, outcome_words, rows_of, say, say_table
from agent.config import bare_environment
from agent.demo.samples import REGISTRY_NAME, Sample, make_samples
from agent.domain.decision import Match
from agent.domain.life import Document
from agent.domain.outcome import AT_REST, Archived, Failed, State
from agent.domain.searchable import SearchableCopy
from agent.durable import hash_file

START_SECONDS = 30.0
SAMPLE_SECONDS = 120.0
"""The slowest sample is a scanned page: seconds on an idle core, more on a busy one."""

LATEST = 20

_GONE = frozenset({State.WITHDRAWN, State.MISSING})
"""Taken away by hand: these never come to rest."""

SETTINGS = """\
# Settings of the demo: as the defaults, but less patient with a damaged file, so that nobody has to wait for it.
DOSSIERD_HTTP=none
DOSSIERD_SETTLE_SECONDS=1
DOSSIERD_DAMAGED_GRACE_SECONDS=4
DOSSIERD_RESCAN_SECONDS=5
"""


def play(home: Path | None, *, once: bool) -> int:
    """Run the demo and give its exit code: 0 when every sample came to rest where it must."""
    folder = home or Path(tempfile.mkdtemp(prefix="dossierd-demo-"))
    say(f"dossierd demo in {folder}: everything in it is invented, and yours to throw away.")
    samples = _prepare(folder)
    daemon = _start(folder)
    try:
        if not _wait_until_ready(folder, daemon):
            say(f"The daemon didn't start; what it said is in {folder / 'logs'}.", style="bold red", to=err)
            return 1
        wrong = _drop_all(folder, samples)
        _sum_up(folder, wrong)
        if not once:
            _stay(folder, daemon)
    except KeyboardInterrupt:
        out.print()
    finally:
        code = _stop(daemon)
    return 1 if code or (once and wrong) else 0


def _prepare(folder: Path) -> tuple[Sample, ...]:
    """Make a home with its settings, its registry and its samples."""
    make_home(folder)
    env = folder / ".env"
    if not env.exists():
        env.touch(mode=0o600)
        env.write_text(SETTINGS)
    drawn = folder / "samples"
    drawn.mkdir(exist_ok=True)
    samples = make_samples(drawn)
    registry = RegistryIndex(folder / "state" / REGISTRY_FILE)
    try:
        imported = registry.replace(read_csv(drawn / REGISTRY_NAME).people)
    finally:
        registry.close()
    say(
        f"The registry has {imported.people} people; {len(samples)} documents will be dropped into incoming/."
    )
    out.print()
    return samples


def _start(folder: Path) -> subprocess.Popen[bytes]:
    said = (folder / "logs" / "demo-daemon.out").open("wb")
    with said:
        return subprocess.Popen(
            [sys.executable, "-m", "agent", "run", "--home", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # The office's settings name its database, its chats, its people.
            env=bare_environment("allow_root"),
            start_new_session=True,  # Ctrl-C is for the demo, which then stops the daemon in good order
        )


def _wait_until_ready(folder: Path, daemon: subprocess.Popen[bytes]) -> bool:
    lock, deadline = HomeLock(folder / "state"), time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and daemon.poll() is None:
        if lock.is_held() and _is_ledger_there(folder):
            return True
        time.sleep(0.1)
    return False


def _is_ledger_there(folder: Path) -> bool:
    try:
        _open(folder).close()
    except errors.LedgerUnavailable:
        return False
    return True


def _drop_all(folder: Path, samples: Sequence[Sample]) -> list[str]:
    """Drop each sample, follow it to its place, and give a sentence for each that came to rest elsewhere."""
    wrong = []
    for sample in samples:
        say(f"-> {sample.name}", style="bold")
        say(sample.story, indent=3, style="dim")
        source = folder / "samples" / sample.name
        before = _highest(folder)
        shutil.copyfile(source, folder / "incoming" / sample.name)
        document = _follow(folder, before)
        if document is None:
            wrong.append(f"{sample.name} did not come to rest within {SAMPLE_SECONDS:.0f} s")
            say("still not at rest", indent=3, style="bold red")
            continue
        _show(folder, document)
        if problem := _judge(folder, sample, document, source):
            wrong.append(problem)
            say(f"WRONG: {problem}", indent=3, style="bold red")
        out.print()
    return wrong


def _open(folder: Path) -> SqlLedger:
    return SqlLedger(open_engine(folder / "state" / LEDGER_FILE, may_upgrade=False))


def _highest(folder: Path) -> int:
    ledger = _open(folder)
    try:
        latest = ledger.latest(1)
    finally:
        ledger.close()
    return latest[0].document_id if latest else 0


def _follow(folder: Path, before: int, patience_seconds: float = SAMPLE_SECONDS) -> Document | None:
    """Wait until the first document that came after number `before` rests, and tell when it is being read."""
    ledger, deadline, told = _open(folder), time.monotonic() + patience_seconds, False
    try:
        while time.monotonic() < deadline:
            news = [it for it in ledger.latest(LATEST) if it.document_id > before and it.state not in _GONE]
            if news and news[-1].state in AT_REST:
                return news[-1]
            if news and news[-1].state is State.READING and not told and out.is_terminal:
                told, deadline = True, time.monotonic() + SAMPLE_SECONDS
                say(f"reading {news[-1].reference} ...", indent=3, style="dim")
            time.sleep(0.1)
    finally:
        ledger.close()
    return None


_COLOURS = {
    State.ARCHIVED: "green",
    State.IN_REVIEW: "yellow",
    State.FAILED: "red",
    State.DUPLICATE: "cyan",
}


def _show(folder: Path, document: Document) -> None:
    assert document.rested_at is not None
    seconds = (document.rested_at - document.seen_at).total_seconds()
    colour = _COLOURS[document.state]
    words = f"{document.reference} {document.state.replace('_', ' ')}: {outcome_words(document)}"
    say(words, indent=3, style=colour)
    say(f"{document.location}  ({seconds:.1f} s after it stood still)", indent=3, style="dim")
    outcome = document.outcome
    if isinstance(copy := told_copy(folder / (document.location or "")), SearchableCopy):
        say(f"{copy.name}  (beside it: a copy whose words can be searched)", indent=3, style="dim")
    if isinstance(outcome, Archived) and isinstance(outcome.decision, Match):
        for reason in outcome.decision.candidate.reasons:
            say(f"{'+' if reason.supports else '-'} {reason.sentence}", indent=5, style="dim")


def _judge(folder: Path, sample: Sample, document: Document, source: Path) -> str | None:
    """Compare with what the sample must become; None when all is as it must be."""
    if document.state is not sample.state:
        return f"{sample.name} is {document.state}, not {sample.state}"
    if isinstance(document.outcome, Archived) and document.outcome.record_id != sample.record_id:
        return f"{sample.name} is filed under {document.outcome.record_id}, not {sample.record_id}"
    if isinstance(document.outcome, Failed) and document.outcome.reason is not sample.reason:
        return f"{sample.name} failed as {document.outcome.reason}, not as {sample.reason}"
    assert document.location is not None
    if hash_file(folder / document.location) != hash_file(source):
        return f"the bytes of {sample.name} are not those that were dropped"
    return None


def _sum_up(folder: Path, wrong: Sequence[str]) -> None:
    ledger = _open(folder)
    try:
        latest = ledger.latest(LATEST)
    finally:
        ledger.close()
    say("All of it at a glance (dossierd status):", style="bold")
    say_table(rows_of(latest, latest[0].seen_at))
    out.print()
    if wrong:
        say(f"{len(wrong)} of the samples ended elsewhere than they must:", style="bold red")
        for problem in wrong:
            say(problem, indent=2)
    else:
        say("Every sample is where it must be, with the bytes that were dropped.", style="bold green")


def _stay(folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    """Stay up for the newcomer's own files, and show each that comes to rest, until Ctrl-C."""
    command = Path(sys.executable).parent / "dossierd"
    out.print()
    say(f"Now you: drop PDFs or pictures into {folder / 'incoming'}", style="bold")
    say("In another terminal:")
    say(f"{command} pending --home {folder}", indent=2)
    say("Ctrl-C ends the demo.")
    shown = _highest(folder)
    while daemon.poll() is None:
        document = _follow(folder, shown, patience_seconds=1.0)
        if document is not None:
            shown = document.document_id
            out.print()
            say(f"-> {document.original_name}", style="bold")
            _show(folder, document)
    say("The daemon has ended by itself; look at its log in logs/.", style="bold red", to=err)


def _stop(daemon: subprocess.Popen[bytes]) -> int:
    """End the daemon in good order; its exit code."""
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
    try:
        return daemon.wait(15)
    except subprocess.TimeoutExpired:
        daemon.kill()
        return daemon.wait()
