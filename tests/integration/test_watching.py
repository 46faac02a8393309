"""`dossierd watch`: a process of its own tells, over real HTTP, that the daemon is down, hangs, or is back."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.adapters.home import LEDGER_FILE, HomeLock
from agent.adapters.ledger import open_engine
from agent.adapters.watch_memory import WatchFile
from agent.app import make_home
from agent.cli import app
from tests.listening import Listening

pytestmark = [pytest.mark.observability, pytest.mark.timeout(60)]


@pytest.fixture
def server() -> Iterator[Listening]:
    with Listening() as listening:
        yield listening


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    make_home(home)
    open_engine(home / "state" / LEDGER_FILE, may_upgrade=True).dispose()
    monkeypatch.setenv("DOSSIERD_HOME", str(home))
    monkeypatch.setenv("DOSSIERD_ALLOW_ROOT", "true")
    monkeypatch.setattr("agent.cli.watching.time.sleep", lambda _: None)
    monkeypatch.setattr(
        "agent.cli.watching.keep_to_settings", lambda _: None
    )  # it holds until the process ends
    return home


@pytest.fixture
def lock(home: Path) -> Iterator[HomeLock]:
    """The daemon's, as if it ran."""
    lock = HomeLock(home / "state")
    lock.take()
    yield lock
    lock.release()


def watch() -> tuple[int, str]:
    result = CliRunner().invoke(app, ["watch"])
    return result.exit_code, " ".join(result.output.split())


def test_it_tells_once_that_the_daemon_is_down_and_once_that_it_is_back(
    home: Path, lock: HomeLock, server: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOSSIERD_NOTIFY_URLS", f"{server.address}/office")
    assert watch() == (0, "dossierd runs, and makes progress.")
    lock.release()
    for _ in range(2):
        code, said = watch()
        assert code == 1
        assert said.startswith("dossierd is not running: nothing is filed, and nobody is asked.")
    lock.take()
    for _ in range(2):
        assert watch()[0] == 0
    assert server.titles("/office") == ["Something needs you", "Resolved: daemon"]
    assert WatchFile(home / "state" / "watch.json").told() == frozenset()


def test_a_daemon_without_progress_hangs_and_one_without_a_ledger_can_tell_nobody(
    home: Path, lock: HomeLock
) -> None:
    os.utime(home / "state" / "lock", (0, 0))
    code, said = watch()
    assert (code, "no progress for a quarter of an hour" in said) == (1, True)
    lock.beat()
    assert watch()[0] == 0
    (home / "state" / LEDGER_FILE).write_bytes(b"no database")
    code, said = watch()
    assert (code, "can't use its ledger" in said) == (1, True)


def test_a_daemon_whose_ledger_can_be_read_but_not_written_can_tell_nobody(
    home: Path, lock: HomeLock
) -> None:
    path = home / "state" / LEDGER_FILE
    with closing(sqlite3.connect(path)) as held:  # as the daemon holds it
        held.execute("INSERT INTO homes VALUES ('office')")
        held.commit()
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size, usual[1])
        )
        try:
            code, said = watch()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert (code, "can't use its ledger" in said) == (1, True)
    assert watch()[0] == 0


def test_an_address_that_takes_nothing_is_told_again_by_the_next_call(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOSSIERD_NOTIFY_URLS", "json://127.0.0.1:9/office")
    assert watch()[0] == 3
    assert WatchFile(home / "state" / "watch.json").told() == frozenset()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"told": 1}', "\xff"], ids=["empty", "a list", "a number", "odd"]
)
def test_a_memory_that_can_not_be_read_knows_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "watch.json"
    path.write_text(content, encoding="latin-1")
    memory = WatchFile(path)
    assert memory.told() == frozenset()
    memory.keep(frozenset({"anna", "bert"}))
    assert memory.told() == {"anna", "bert"}
    memory.keep(frozenset())
    assert memory.told() == frozenset()


def test_what_is_kept_takes_no_more_room_of_a_disk_that_may_be_full(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    memory = WatchFile(path)
    memory.keep(frozenset())
    empty = path.stat()
    memory.keep(frozenset({"anna", "bert"}))
    told = path.stat()
    assert (told.st_ino, told.st_size) == (empty.st_ino, empty.st_size) == (empty.st_ino, 4096)
    assert memory.told() == {"anna", "bert"}


def test_a_memory_that_can_not_be_written_ends_nothing(tmp_path: Path) -> None:
    memory = WatchFile(tmp_path / "nowhere" / "watch.json")
    memory.keep(frozenset({"anna"}))
    assert memory.told() == frozenset()


def test_nobody_holds_a_lock_that_is_not_there(tmp_path: Path) -> None:
    assert HomeLock(tmp_path).beaten_at().year == 1
