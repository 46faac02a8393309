"""A daemon in a new home, as its users run it, with an invented registry, and files dropped into a folder."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agent.adapters.home import LEDGER_FILE
from benchmarks import processes
from benchmarks.papers import write_registry

SETTLE_SECONDS = 2.0
"""How long a file must stand still: the setting of a new home."""

_SETTINGS = f"DOSSIERD_ALLOW_ROOT=true\nDOSSIERD_SETTLE_SECONDS={SETTLE_SECONDS}\n"
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_LOOK_SECONDS = 0.2
_GLANCE_SECONDS = 0.002


class RunningDaemon:
    """A daemon that is ready for files."""

    def __init__(self, home: Path, pid: int, is_running: Callable[[], bool]) -> None:
        self.home = home
        self.pid = pid
        self._is_running = is_running

    def drop(self, name: str, content: bytes) -> None:
        (self.home / "incoming" / name).write_bytes(content)

    def wait_until_all_rest(self, count: int, timeout_seconds: float) -> None:
        """Wait until so many documents rest and nobody waits for a message about them any more.

        Raises:
            TimeoutError: it took too long.
            RuntimeError: the daemon has ended.
        """
        deadline = time.monotonic() + timeout_seconds
        while self._resting() < count or self._untold():
            self.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._resting()} of {count} documents rest after {timeout_seconds} s")
            time.sleep(_LOOK_SECONDS)

    def check(self) -> None:
        """See that the daemon lives.

        Raises:
            RuntimeError: it has ended, and said why.
        """
        if not self._is_running():
            raise RuntimeError(f"the daemon has ended:\n{(self.home / 'said').read_text()[-2000:]}")

    def seconds_until_filed(self, name: str, content: bytes, record_id: str, timeout_seconds: float) -> float:
        """Drop a document about somebody of whom nothing is archived yet, and wait until it is.

        Raises:
            TimeoutError: it took too long.
            RuntimeError: the daemon has ended.
        """
        folder = self.home / "archive" / record_id
        self.drop(name, content)
        dropped_at = time.monotonic()
        while not any(folder.glob("*/*.pdf")):
            self.check()
            if time.monotonic() > dropped_at + timeout_seconds:
                raise TimeoutError(f"{name} is not filed after {timeout_seconds} s")
            time.sleep(_GLANCE_SECONDS)
        return time.monotonic() - dropped_at

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the ledger, without being able to change it."""
        uri = f"file:{self.home / 'state' / LEDGER_FILE}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(self.pid)

    def _resting(self) -> int:
        return len(self.query("SELECT 1 FROM documents WHERE rested_at IS NOT NULL AND target IS NULL"))

    def _untold(self) -> bool:
        return bool(self.query("SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL LIMIT 1"))


@contextmanager
def running_daemon(
    *, registry: Path | None = None, settings: str = "", prepare: Callable[[Path], None] = lambda _: None
) -> Iterator[RunningDaemon]:
    """Start a daemon in a new home below TMPDIR; stop it and remove the home at the end.

    Args:
        registry: a CSV of the people; None for the thousand invented ones.
        settings: lines of the .env beyond a new home's.
        prepare: what else is done to the home before the daemon starts.
    """
    home = Path(tempfile.mkdtemp(prefix="dossierd-benchmark-"))
    try:
        (home / ".env").touch(mode=0o600)
        (home / ".env").write_text(_SETTINGS + settings)
        if registry is None:
            write_registry(home / "people.csv")
        else:
            shutil.copy(registry, home / "people.csv")
        _command(home, "registry", "import", str(home / "people.csv"), "--yes")
        prepare(home)
        with _started(home) as daemon:
            yield daemon
    finally:
        shutil.rmtree(home)


def _command(home: Path, *arguments: str) -> None:
    subprocess.run(command_line(home, *arguments), stdout=subprocess.DEVNULL, check=True)


def command_line(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "agent", *arguments, "--home", str(home)]


@contextmanager
def _started(home: Path) -> Iterator[RunningDaemon]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, (home / "said").open("wb") as said:
        listener.bind(str(home / "notify"))
        listener.settimeout(_START_SECONDS)
        process = subprocess.Popen(
            command_line(home, "run"),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=os.environ | {"NOTIFY_SOCKET": str(home / "notify")},
        )
        try:
            daemon = RunningDaemon(home, process.pid, lambda: process.poll() is None)
            _wait_until_ready(listener, daemon)
            yield daemon
            process.terminate()
            process.wait(_STOP_SECONDS)
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(listener: socket.socket, daemon: RunningDaemon) -> None:
    """Listen as systemd does, and then no more: nobody would read what is told later."""
    try:
        while b"READY=1" not in listener.recv(4096):
            continue
    except TimeoutError:
        daemon.check()
        raise
    finally:
        listener.close()
