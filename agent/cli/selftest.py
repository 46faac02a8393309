"""`dossierd selftest`: the installed program proves each pillar on invented papers, in a home that it throws away.

The real home's settings are read, for the languages and the fence of this machine; nothing else of it is touched. The
Telegram of the trial is a port of this machine on which nobody listens, so nothing is sent anywhere.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from agent import errors
from agent.adapters.folders import LAST_NUMBER
from agent.adapters.home import LEDGER_FILE, REGISTRY_FILE
from agent.adapters.ledger import SqlLedger, SqlQuestions, SqlUndelivered, open_engine
from agent.adapters.registry import RegistryIndex, read_csv
from agent.app import refuse_root
from agent.cli.pillars import DROPPED, PILLARS, SCAN, Seen
from agent.cli.shared import HomeOption, JsonOption, make_home
from agent.cli.wording import print_json, say
from agent.config import Settings, bare_environment, load
from agent.domain.life import Document
from agent.domain.message import recipient_of
from agent.domain.outcome import AT_REST, State
from agent.durable import hash_file

TRIAL_SECONDS = 50.0
"""All that the daemon gets; with its starts and ends the trial stays below a minute."""
STOP_SECONDS = 10.0
MESSAGE_SECONDS = 6.0
"""From the last document's rest until a message was tried: a message is due at once."""
LOOK_SECONDS = 0.02
"""Between two looks at the ledger: a scan is being read for longer."""

CHAT = 1
DAEMON = (sys.executable, "-m", "agent", "run")

BUDGET = "no model: not tried"
"""Nothing costs anything, so there is no budget to overdraw."""


def register(app: typer.Typer) -> None:
    app.command()(selftest)


def selftest(
    home: HomeOption = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the folder of the trial, to look at it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove on invented papers that this installation works.

    It takes half a minute, in a folder of its own: the home is not touched, nothing is sent. A line tells of each
    pillar; the exit code is 1 when one fails.
    """
    settings = load(home=home)
    refuse_root(settings)
    folder = Path(tempfile.mkdtemp(prefix="dossierd-selftest-"))
    try:
        found = judge(prove(folder, settings))
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    failed = [name for name, _, problem in found if problem is not None]
    if as_json:
        print_json(
            [
                {"pillar": name, "holds": problem is None, "sentence": problem or promise}
                for name, promise, problem in found
            ]
        )
    else:
        for name, promise, problem in found:
            word, style = ("holds", "green") if problem is None else ("FAILS", "bold red")
            say(f"{name:<10} {word}  {problem or promise}", hang=18, style=style)
        say(f"{'budget':<10} -      {BUDGET}", hang=18, style="dim")
        if failed:
            say(
                f"Fails: {', '.join(failed)}. With --keep the trial's logs/ and state/ stay.",
                style="bold red",
            )
        if keep:
            say(f"The trial lies in {folder}.")
    raise typer.Exit(1 if failed else 0)


def judge(seen: Seen) -> list[tuple[str, str, str | None]]:
    """Give each pillar's name, its promise, and what is wrong with it."""
    return [(pillar.name, pillar.promise, pillar.problem(seen)) for pillar in PILLARS]


def prove(
    folder: Path, settings: Settings, *, daemon: Sequence[str] | None = None, seconds: float = TRIAL_SECONDS
) -> Seen:
    """Try everything once, and give what was seen.

    Args:
        folder: an empty one, which becomes the home.
        settings: of the real home; only what this machine needs is taken from them.
        daemon: what to start in place of this program; `--home FOLDER` is added.
        seconds: after which what has not come to rest counts as stuck.

    Raises:
        HomeUnusable: no home can be made there.
    """
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and never listened on: whoever connects is refused
        _prepare(folder, settings, port=nobody.getsockname()[1])
        return _try(folder, [*(daemon or DAEMON), "--home", str(folder)], time.monotonic() + seconds)


def _prepare(folder: Path, settings: Settings, *, port: int) -> None:
    make_home(folder)
    env = folder / ".env"
    env.touch(mode=0o600)
    env.write_text(
        f"DOSSIERD_ALLOW_ROOT={str(settings.allow_root).lower()}\n"
        f"DOSSIERD_OCR_LANGUAGES={settings.ocr_languages}\n"
        f"DOSSIERD_READER_FENCE={settings.reader_fence}\n"
        f"DOSSIERD_READER_MEGABYTES={settings.reader_megabytes}\n"
        f"DOSSIERD_WORKERS={settings.workers}\n"
        "DOSSIERD_HTTP=none\n"
        "DOSSIERD_SEARCHABLE_PDF=false\n"
        "DOSSIERD_SETTLE_SECONDS=0.3\n"
        "DOSSIERD_DAMAGED_GRACE_SECONDS=1\n"
        "DOSSIERD_RESCAN_SECONDS=1\n"
        "DOSSIERD_STOP_SECONDS=2\n"
        "DOSSIERD_DISK_FLOOR_MEGABYTES=0\n"
        "DOSSIERD_HTTP=none\n"
        "DOSSIERD_CANARY_MINUTES=0\n"
        f"DOSSIERD_TELEGRAM_TOKEN={CHAT}:selftest\n"
        f"DOSSIERD_TELEGRAM_CHATS={CHAT}\n"
        f"DOSSIERD_TELEGRAM_API_URL=http://127.0.0.1:{port}\n"
    )
    from agent.demo.samples import REGISTRY_NAME, make_samples  # 35 MB that a daemon need not pay

    drawn = folder / "samples"
    make_samples(drawn)
    registry = RegistryIndex(folder / "state" / REGISTRY_FILE)
    try:
        registry.replace(read_csv(drawn / REGISTRY_NAME).people)
    finally:
        registry.close()


def _try(folder: Path, command: Sequence[str], deadline: float) -> Seen:
    """Have a scan read, kill the daemon meanwhile, start it again, drop the rest, and wait until all rests."""
    killed_in = None
    first = _start(folder, command)
    try:
        _drop(folder, SCAN)
        _wait(lambda: _state(folder, SCAN) is not None, first, deadline)
        _wait(lambda: _state(folder, SCAN) not in {State.CLAIMING, State.CLAIMED}, first, deadline)
        if first.poll() is None and _state(folder, SCAN) is State.READING:
            killed_in = State.READING
    finally:
        first.kill()
        first.wait()
    second = _start(folder, command)
    try:
        _wait(lambda: _state(folder, SCAN) in AT_REST, second, deadline)
        for name in DROPPED[1:]:
            _drop(folder, name)
        _wait(lambda: _is_at_rest(folder), second, deadline)
        _wait(lambda: _waiting(folder) > 0, second, min(deadline, time.monotonic() + MESSAGE_SECONDS))
    finally:
        _stop(second)
    return _seen(folder, killed_in)


def _start(folder: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    with (folder / "logs" / "selftest-daemon.out").open("ab") as said:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=bare_environment(),
        )


def _drop(folder: Path, name: str) -> None:
    shutil.copyfile(folder / "samples" / name, folder / "incoming" / name)


def _wait(is_so: Callable[[], bool], daemon: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait for something, while the daemon lives and there is time; what was not reached is for the judge to see."""
    while time.monotonic() < deadline and daemon.poll() is None and not is_so():
        time.sleep(LOOK_SECONDS)


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _documents(folder: Path) -> dict[str, Document]:
    """Each of what was dropped by its name; nothing while there is no ledger yet."""
    try:
        engine = open_engine(folder / "state" / LEDGER_FILE, may_upgrade=False)
    except errors.LedgerUnavailable:
        return {}
    try:
        latest = reversed(SqlLedger(engine).latest(2 * len(DROPPED)))
        return {it.original_name: it for it in latest if it.original_name in DROPPED}
    finally:
        engine.dispose()


def _state(folder: Path, name: str) -> State | None:
    document = _documents(folder).get(name)
    return None if document is None else document.state


def _is_at_rest(folder: Path) -> bool:
    documents = _documents(folder)
    return all(name in documents and documents[name].state in AT_REST for name in DROPPED)


def _waiting(folder: Path) -> int:
    """How many messages wait for the trial's chat after a try in vain."""
    engine = open_engine(folder / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        failing = SqlUndelivered(engine).failing([recipient_of(CHAT)], 1)
        return sum(it.messages for it in failing.values())
    finally:
        engine.dispose()


def _seen(folder: Path, killed_in: State | None) -> Seen:
    documents = _documents(folder)
    if not documents:
        return Seen(killed_in=killed_in)
    engine = open_engine(folder / "state" / LEDGER_FILE, may_upgrade=False)
    try:
        ledger = SqlLedger(engine)
        scan = documents.get(SCAN)
        text = ledger.text(scan.document_id, scan.sha256) if scan is not None and scan.sha256 else None
        asked = {review.document_id for review in SqlQuestions(engine).open_reviews()}
        rows = sum(ledger.counts().values())
    finally:
        engine.dispose()
    return Seen(
        killed_in=killed_in,
        documents=documents,
        rows=rows,
        kept=frozenset(name for name, it in documents.items() if _is_kept(folder, it)),
        left=sum(1 for it in (folder / "incoming").rglob("*") if it.is_file() and it.name != LAST_NUMBER),
        origins=frozenset() if text is None else frozenset(page.origin for page in text.pages),
        asked=frozenset(name for name, it in documents.items() if it.document_id in asked),
        waiting=_waiting(folder),
    )


def _is_kept(folder: Path, document: Document) -> bool:
    there = None if document.location is None else folder / document.location
    dropped = folder / "samples" / document.original_name
    return there is not None and there.is_file() and hash_file(there) == hash_file(dropped)
