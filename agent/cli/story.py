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

from rich.text import Text

from agent import errors
from agent.adapters.folders import hash_file
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE, HomeLock
from agent.adapters.ledger import SqlLedger, open_engine
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.csv_source import read_csv
from agent.app import make_home
from agent.cli.shared import err, out, outcome_words, rows_of
from agent.demo.samples import REGISTRY_NAME, Sample, make_samples
from agent.domain.decision import Match
from agent.domain.life import Document
from agent.domain.message import visible
from agent.domain.outcome import AT_REST, Archived, Failed, State

START_SECONDS = 30.0
SAMPLE_SECONDS = 120.0
"""The slowest sample is a scanned page: seconds on an idle core, more on a busy one."""

SETTINGS = """\
# Settings of the demo: as the defaults, but less patient with a damaged file, so that nobody has to wait for it.
DOSSIERD_SETTLE_SECONDS=1
DOSSIERD_DAMAGED_GRACE_SECONDS=4
DOSSIERD_RESCAN_SECONDS=5
"""


def tell(home: Path | None, *, once: bool) -> int:
    """Run the demo and give its exit code: 0 when every sample came to rest where it must."""
    folder = home or Path(tempfile.mkdtemp(prefix="dossierd-demo-"))
    out.print(Text(f"dossierd demo in {folder}: everything in it is invented, and yours to throw away.\n"))
    samples = _prepare(folder)
    daemon = _start(folder)
    try:
        if not _wait_until_ready(folder, daemon):
            err.print(
                Text(f"The daemon didn't start; what it said is in {folder / 'logs'}.", style="bold red")
            )
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
    out.print(
        Text(
            f"The registry has {imported.people} people; {len(samples)} documents will be dropped into incoming/.\n"
        )
    )
    return samples


def _start(folder: Path) -> subprocess.Popen[bytes]:
    said = (folder / "logs" / "demo-daemon.out").open("wb")
    with said:
        return subprocess.Popen(
            [sys.executable, "-m", "agent", "run", "--home", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
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
        out.print(Text(f"-> {sample.name}", style="bold"), Text(sample.story, style="dim"))
        source = folder / "samples" / sample.name
        before = _highest(folder)
        shutil.copyfile(source, folder / "incoming" / sample.name)
        document = _follow(folder, before)
        if document is None:
            wrong.append(f"{sample.name} did not come to rest within {SAMPLE_SECONDS:.0f} s")
            out.print(Text("   still not at rest\n", style="bold red"))
            continue
        _show(document)
        if problem := _judge(folder, sample, document, source):
            wrong.append(problem)
            out.print(Text(f"   WRONG: {problem}", style="bold red"))
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


def _follow(folder: Path, before: int) -> Document | None:
    """Wait until the document that came after number `before` rests."""
    ledger, deadline = _open(folder), time.monotonic() + SAMPLE_SECONDS
    try:
        while time.monotonic() < deadline:
            for document in ledger.latest(1):
                if document.document_id > before and document.state in AT_REST:
                    return document
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


def _show(document: Document) -> None:
    assert document.rested_at is not None
    seconds = (document.rested_at - document.seen_at).total_seconds()
    colour = _COLOURS[document.state]
    out.print(Text(f"   {document.reference} {document.state.replace('_', ' ')}: ", style=colour), end="")
    out.print(Text(visible(outcome_words(document))))
    out.print(Text(f"   {document.location}  ({seconds:.1f} s after it stood still)", style="dim"))
    outcome = document.outcome
    if isinstance(outcome, Archived) and isinstance(outcome.decision, Match):
        for reason in outcome.decision.candidate.reasons:
            out.print(Text(visible(f"     {'+' if reason.supports else '-'} {reason.sentence}"), style="dim"))


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
        latest = ledger.latest(20)
    finally:
        ledger.close()
    out.print(Text("All of it at a glance (dossierd status):", style="bold"))
    out.print(rows_of(latest, latest[0].seen_at))
    if wrong:
        out.print(Text(f"\n{len(wrong)} of the samples ended elsewhere than they must:", style="bold red"))
        for problem in wrong:
            out.print(Text(f"  {problem}"))
    else:
        out.print(
            Text("\nEvery sample is where it must be, with the bytes that were dropped.", style="bold green")
        )


def _stay(folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    """Stay up for the newcomer's own files, and show each that comes to rest, until Ctrl-C."""
    out.print(Text(f"\nNow you: drop PDFs into {folder / 'incoming'}", style="bold"))
    out.print(Text(f"In another terminal: dossierd pending --home {folder}"))
    out.print(Text("Ctrl-C ends the demo.\n"))
    shown = _highest(folder)
    while daemon.poll() is None:
        document = _follow_quietly(folder, shown)
        if document is not None:
            shown = document.document_id
            _show(document)
    err.print(Text("The daemon has ended by itself; look at its log in logs/.", style="bold red"))


def _follow_quietly(folder: Path, before: int) -> Document | None:
    """The next document that rests, if one does within a second."""
    ledger, deadline = _open(folder), time.monotonic() + 1.0
    try:
        while time.monotonic() < deadline:
            for document in reversed(ledger.latest(20)):
                if document.document_id > before and document.state in AT_REST:
                    return document
            time.sleep(0.2)
    finally:
        ledger.close()
    return None


def _stop(daemon: subprocess.Popen[bytes]) -> int:
    """End the daemon in good order; its exit code."""
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
    try:
        return daemon.wait(15)
    except subprocess.TimeoutExpired:
        daemon.kill()
        return daemon.wait()
