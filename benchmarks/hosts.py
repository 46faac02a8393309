"""What a second worker host brings: letters that wait as jobs in one PostgreSQL, worked on by one host and by two.

Each worker host is a daemon of its own, with one worker, a state folder of its own, and one core (taskset). The server
runs on the first host's core, and writes to the disk: the second host is a second machine. The letters are claimed
before a run, and let go when all its hosts are up. Runs with one and with two hosts alternate. Counted is the middle of
each run, from the first tenth of the letters that rests to the last: starting up, and the last letter, at which one
host waits for the other, are left out.

    python -m benchmarks.hosts [--documents 300] [--rounds 3] [--free-server]

With `--free-server` the server runs on whichever core is free: one host has its core for itself then, two don't.
"""

import argparse
import contextlib
import itertools
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import structlog
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from agent.app import build
from agent.config import load
from agent.domain.document import SeenFile
from agent.workflow.intake import take_in
from benchmarks import processes
from benchmarks.figures import Figure, report
from benchmarks.papers import letters, write_registry
from benchmarks.running import command_line
from tests.servers import Server, postgresql

TITLE = "hosts: {} one-page letters in one PostgreSQL, one worker host and two, each on a core of its own"
_LEAST_SPEED_UP = 1.7
_HOSTS = ("north", "south")
_SETTINGS = "DOSSIERD_ALLOW_ROOT=true\nDOSSIERD_CANARY_MINUTES=0\nDOSSIERD_WORKERS=1\nDOSSIERD_DISK_FLOOR_MEGABYTES=1\n"
_START_SECONDS, _REST_SECONDS, _STOP_SECONDS = 60.0, 600.0, 20.0
_LOOK_SECONDS = 1.0
_WARM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run came to.

    Attributes:
        letters_a_second: in its middle.
        hosts, server: milliseconds of the processor a letter, of the daemons together and of the database's server.
    """

    letters_a_second: float
    hosts: float
    server: float


class Office:
    """A home on shared storage, and a database for its ledger."""

    def __init__(self, folder: Path, server: Server, *, is_server_free: bool) -> None:
        address = server.owner.url.render_as_string(hide_password=False)
        self._folder = folder
        self._home = folder / "home"
        self._server = server.pid
        if not is_server_free:
            for pid in processes.tree(server.pid):  # those that it starts later are where it is
                os.sched_setaffinity(pid, {0})
        self._drawn = letters()
        self.database: Engine = create_engine(address, poolclass=NullPool)
        self._home.mkdir()
        (self._home / ".env").touch(mode=0o600)
        (self._home / ".env").write_text(
            f"{_SETTINGS}DOSSIERD_LEDGER_URL={address.replace('+psycopg', '')}\n"
        )
        write_registry(self._home / "people.csv")
        os.environ.update(self._environment("intake"))  # who claims is a host too
        self._claim(0)
        line = command_line(self._home, "registry", "import", str(self._home / "people.csv"), "--yes")
        subprocess.run(line, stdout=subprocess.DEVNULL, check=True)  # for all hosts

    def run(self, hosts: tuple[str, ...], documents: int) -> Run:
        """Let hosts work on new letters, until all rest."""
        first = self._claim(documents)
        self._tell("UPDATE procrastinate_jobs SET scheduled_at = 'infinity'")
        with contextlib.ExitStack() as running:
            pids = [running.enter_context(self._host(host, core)) for core, host in enumerate(hosts)]
            spent, served = sum(map(processes.cpu_seconds, pids)), processes.cpu_seconds(self._server)
            self._tell(
                "UPDATE procrastinate_jobs SET scheduled_at = NULL",
                """SELECT pg_notify('procrastinate_queue_v1#documents', '{"type": "job_inserted", "job_id": 1}')""",
            )
            self._wait_until_all_rest(first, documents)
            spent = sum(map(processes.cpu_seconds, pids)) - spent
            served = processes.cpu_seconds(self._server) - served
        moments = self._moments(first)
        begin, end = documents // 10, documents - documents // 10
        return Run(
            letters_a_second=(end - begin) / (moments[end - 1] - moments[begin - 1]),
            hosts=1000 * spent / documents,
            server=1000 * served / documents,
        )

    def _claim(self, documents: int) -> int:
        """Drop and claim; gives the first letter's number."""
        settings = load(home=self._home)
        settings.logs.mkdir(parents=True, exist_ok=True)
        parts = build(settings)
        try:
            taken = []
            for number, (_, content) in enumerate(itertools.islice(self._drawn, documents)):
                path = self._home / "incoming" / f"letter-{number}.pdf"
                path.write_bytes(content)
                found = path.lstat()
                seen = SeenFile(
                    name=path.name,
                    device=found.st_dev,
                    inode=found.st_ino,
                    size=found.st_size,
                    modified_ns=found.st_mtime_ns,
                )
                taken.append(take_in(seen, parts.ports))
        finally:
            parts.close()
        assert None not in taken
        return int(taken[0] or 0) if taken else 0

    def _environment(self, host: str) -> dict[str, str]:
        return os.environ | {"DOSSIERD_STATE": str(self._folder / host), "DOSSIERD_HOST": host}

    @contextlib.contextmanager
    def _host(self, host: str, core: int) -> Iterator[int]:
        """A worker host that runs on one core; gives its process id once it is up."""
        said = self._folder / f"{host}.said"
        line = ["taskset", "-c", str(core), *command_line(self._home, "run", "--role", "worker")]
        with said.open("wb") as output:
            process = subprocess.Popen(
                line, env=self._environment(host), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            deadline = time.monotonic() + _START_SECONDS
            while b"daemon_started" not in said.read_bytes():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{host} did not start:\n{said.read_text()[-2000:]}")
                time.sleep(_LOOK_SECONDS)
            yield process.pid
            process.terminate()
            process.wait(_STOP_SECONDS)
        finally:
            process.kill()
            process.wait()

    def _wait_until_all_rest(self, first: int, documents: int) -> None:
        deadline = time.monotonic() + _REST_SECONDS
        while len(self._moments(first)) < documents:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self._moments(first))} of {documents} letters rest")
            time.sleep(_LOOK_SECONDS)

    def _moments(self, first: int) -> list[float]:
        """When each letter came to rest, in seconds, in order."""
        query = (
            "SELECT extract(epoch FROM rested_at) FROM documents "
            "WHERE document_id >= :first AND state = 'archived' AND target IS NULL ORDER BY 1"
        )
        with self.database.connect() as connection:
            return [float(it) for it in connection.execute(text(query), {"first": first}).scalars()]

    def _tell(self, *statements: str) -> None:
        with self.database.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def measure(documents: int, rounds: int, *, is_server_free: bool) -> Iterator[Figure]:
    """Alternate runs of one host and of two."""
    folder = Path(tempfile.mkdtemp(prefix="dossierd-benchmark-"))
    alone: list[Run] = []
    both: list[Run] = []
    try:
        with postgresql(is_durable=True) as server:
            office = Office(folder, server, is_server_free=is_server_free)
            office.run(_HOSTS, _WARM)
            for _ in range(rounds):
                alone.append(office.run(_HOSTS[:1], documents))
                both.append(office.run(_HOSTS, documents))
                print(
                    f"  {alone[-1].letters_a_second:.1f}, {both[-1].letters_a_second:.1f} a second",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder)
    one, two = (median(run.letters_a_second for run in runs) for runs in (alone, both))
    yield Figure(name="speed-up by a second host", measured=two / one, unit="x", least=_LEAST_SPEED_UP)
    yield Figure(name="letters a second, one host", measured=one, unit="", digits=1)
    yield Figure(name="letters a second, two hosts", measured=two, unit="", digits=1)
    for name, runs in (("one host", alone), ("two hosts", both)):
        yield Figure(
            name=f"the hosts' CPU a letter, {name}", measured=median(it.hosts for it in runs), unit="ms"
        )
        yield Figure(
            name=f"the server's CPU a letter, {name}", measured=median(it.server for it in runs), unit="ms"
        )


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parser = argparse.ArgumentParser(prog="benchmarks.hosts", description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--free-server", action="store_true")
    asked = parser.parse_args()
    figures = measure(asked.documents, asked.rounds, is_server_free=asked.free_server)
    sys.exit(not report(TITLE.format(asked.documents), figures))
