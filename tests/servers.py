"""Real database servers, each in a temporary folder of its own: no system service is touched, and none is left.

Both refuse to run as root, so that root starts them as `nobody`. `scripts/setup --dev` installs them.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

READER, PASSWORD = "reader", "s3cret-Pass:word@1"
QUOTED_PASSWORD = "s3cret-Pass%3Aword%401"
START_SECONDS = 60.0
_NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []}


class Server:
    """A server that runs, with what its owner and its reader type to reach it."""

    def __init__(
        self, folder: Path, command: list[str], port: int, *, owner_url: str, reader_url: str
    ) -> None:
        self._folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port
        self.url = reader_url
        self.owner: Engine = create_engine(owner_url, poolclass=NullPool)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._folder,
                **_as_whom(),
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self.owner.connect() as connection:
                    connection.execute(text("SELECT 1"))
                return
            except OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log_text = (self._folder / "server.log").read_text(errors="replace")
                    raise AssertionError(f"the server did not start: {log_text[-2000:]}") from None
                time.sleep(0.1)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """End it at once, as a machine that loses its power would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if "postgres" in self._command[0] else signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def tell(self, *statements: str) -> None:
        """Let the owner do something."""
        with self.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def postgresql(listening: str = "127.0.0.1", *, is_durable: bool = False) -> Iterator[Server]:
    """A PostgreSQL with the database `clinic`, and a user who may read only.

    Args:
        listening: the address at which it is reached, by everybody in that network.
        is_durable: it writes to the disk before it says so, as an office's does; a test needs no disk.
    """
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    program = _found("postgres", *map(str, installed))
    with _folder() as folder:
        port = _free_port()
        (folder / "owner").write_text("owner-pass")
        _run(
            str(Path(program).parent / "initdb"), "-D", str(folder / "data"), "-U", "owner", "-E", "UTF8",
            "--locale=C", "-A", "scram-sha-256", f"--pwfile={folder / 'owner'}", "-N",
        )  # fmt: skip
        command = [
            program, "-D", str(folder / "data"), "-p", str(port), "-k", str(folder),
            "-c", f"listen_addresses={listening}", "-c", "max_connections=100",
            "-c", f"fsync={'on' if is_durable else 'off'}",
        ]  # fmt: skip
        with (folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet scram-sha-256\n")
        address = f"{listening}:{port}"
        server = Server(
            folder,
            command,
            port,
            owner_url=f"postgresql+psycopg://owner:owner-pass@{address}/postgres",
            reader_url=f"postgresql://{READER}:{QUOTED_PASSWORD}@{address}/clinic",
        )
        server.start()
        try:
            with server.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("CREATE DATABASE clinic"))
            server.owner = create_engine(
                f"postgresql+psycopg://owner:owner-pass@{address}/clinic", poolclass=NullPool
            )
            server.tell(
                f"CREATE USER {READER} PASSWORD '{PASSWORD.replace(':', chr(92) + ':')}'",
                f"GRANT pg_read_all_data TO {READER}",
            )
            yield server
        finally:
            server.stop()


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB with the database `clinic`, and a user who may read only."""
    program = _found("mariadbd", "/usr/sbin/mariadbd")
    install = _found("mariadb-install-db")
    with _folder() as folder:
        port = _free_port()
        _run(
            install, "--no-defaults", f"--datadir={folder / 'data'}", "--auth-root-authentication-method=normal",
            "--skip-test-db", f"--tmpdir={folder}",
        )  # fmt: skip
        command = [
            program, "--no-defaults", f"--datadir={folder / 'data'}", f"--port={port}", "--bind-address=127.0.0.1",
            f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", f"--tmpdir={folder}",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
        ]  # fmt: skip
        address = f"127.0.0.1:{port}"
        server = Server(
            folder,
            command,
            port,
            owner_url=f"mysql+pymysql://root@{address}/mysql",
            reader_url=f"mariadb://{READER}:{QUOTED_PASSWORD}@{address}/clinic",
        )
        server.start()
        try:
            server.tell(
                "CREATE DATABASE clinic CHARACTER SET utf8mb4",
                f"CREATE USER {READER}@'%' IDENTIFIED BY '{PASSWORD.replace(':', chr(92) + ':')}'",
                f"GRANT SELECT ON clinic.* TO {READER}@'%'",
            )
            server.owner = create_engine(f"mysql+pymysql://root@{address}/clinic", poolclass=NullPool)
            yield server
        finally:
            server.stop()


def _found(*names: str) -> str:
    """Find a program; a test that needs it is skipped without it, except where everything must be tested."""
    for name in names:
        if found := shutil.which(name):
            return os.path.realpath(found)
    reason = f"{names[0]} is not installed: scripts/setup --dev"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _as_whom() -> dict[str, Any]:
    return _NOBODY if os.geteuid() == 0 else {}


def _run(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, check=False, timeout=START_SECONDS, cwd="/", **_as_whom()
    )
    assert done.returncode == 0, done.stderr[-2000:]
