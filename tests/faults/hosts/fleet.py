"""Several hosts that work on one ledger and one home: who runs where, and what each of them said."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL

from tests.faults.hosts.network import Place

LEASE_SECONDS = 3.0
RESTART_SECONDS = 0.5
"""As `RestartSec=` of the unit, shorter."""
EFFECTS = frozenset({"document_settled", "document_rested", "document_claimed", "message_sent"})
"""The lines that say that something was done for good."""


@dataclass
class Host:
    """One host: a daemon that is started again whenever it ends, as systemd does.

    Attributes:
        state: the folder that is its alone; the front's is the home's own.
        log: what it said.
        place: the network it is in; None for this side of the bridge.
    """

    name: str
    roles: Sequence[str]
    home: Path
    state: Path
    log: Path
    place: Place | None = None
    starts: int = 0
    _said_before: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _ended_at: float | None = None
    _is_wanted: bool = False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process

    def start(self) -> None:
        """Start its daemon, in a process group of its own."""
        roles = [argument for role in self.roles for argument in ("--role", role)]
        through = () if self.place is None else self.place.through
        with self.log.open("ab") as said:
            self._said_before = said.tell()
            self._process = subprocess.Popen(
                [*through, sys.executable, "-m", "agent", "run", "--home", str(self.home), *roles],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=os.environ | {"DOSSIERD_HOST": self.name, "DOSSIERD_STATE": str(self.state)},
                start_new_session=True,
            )
        self.starts += 1
        self._ended_at, self._is_wanted = None, True

    def tend(self) -> None:
        """Start it again a moment after it has ended."""
        if not self._is_wanted or self.process.poll() is None:
            return
        if self._ended_at is None:
            self._ended_at = time.monotonic()
        elif time.monotonic() - self._ended_at > RESTART_SECONDS:
            self.start()

    def send(self, number: signal.Signals) -> None:
        """To the daemon and its readers, as to a machine."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Lose its power: it stays away until `start`."""
        self._is_wanted = False
        if self.process.poll() is None:
            self.send(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """SIGTERM to the daemon; gives its exit code."""
        self._is_wanted = False
        self.process.terminate()
        return self.process.wait(30)

    def lines(self) -> list[Mapping[str, str]]:
        """What it said, as far as it is JSON."""
        if not self.log.exists():
            return []
        said = self.log.read_bytes().splitlines()
        return [json.loads(line) for line in said if line.startswith(b"{") and line.endswith(b"}")]

    def is_up(self) -> bool:
        """Whether the daemon that was started last has said that it works."""
        if self.process.poll() is not None:
            return False
        return b'"daemon_started"' in self.log.read_bytes()[self._said_before :]

    def is_reading(self) -> bool:
        """Whether it has begun a document and not ended it, by what it said since its last start."""
        said = self.log.read_bytes()[self._said_before :]
        return said.count(b'"reading_started"') > said.count(b'"document_rested"')

    def effects_between(self, since: datetime.datetime, until: datetime.datetime) -> list[str]:
        """What was done for good here in that time."""
        return [
            f"{it['timestamp']} {it['event']} {it.get('document', '')}"
            for it in self.lines()
            if it["event"] in EFFECTS and since < datetime.datetime.fromisoformat(it["timestamp"]) < until
        ]


@dataclass
class Fleet:
    """All hosts. To those who wait for documents it looks like one daemon that doesn't end."""

    hosts: list[Host] = field(default_factory=list)
    returncode: int | None = None

    def poll(self) -> int | None:
        for host in self.hosts:
            host.tend()
        return None

    def workers(self) -> list[Host]:
        return [it for it in self.hosts if "worker" in it.roles]

    def start(self) -> None:
        for host in self.hosts:
            host.start()

    def kill(self) -> None:
        for host in self.hosts:
            if host.starts:
                host.kill()


def settings_for(ledger: URL) -> str:
    return (
        f"DOSSIERD_LEDGER_URL={ledger.render_as_string(hide_password=False)}\n"
        f"DOSSIERD_LEASE_SECONDS={LEASE_SECONDS:g}\n"
    )
