"""People who are added while the daemon runs: by a file, and in the office's own database."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.world import PEOPLE, SETTINGS, World, end, letter_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.reliability]

WITHOUT_100 = "".join(line for line in PEOPLE.splitlines(keepends=True) if not line.startswith("100,"))


LETTER = letter_about(100)


def _type(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "--home", str(world.home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


@contextmanager
def _daemon(world: World) -> Iterator[subprocess.Popen[bytes]]:
    running = world.start("run", module="agent")
    try:
        world.wait_until_up(running)
        yield running
    finally:
        end(running)


def _ask_about_a_stranger(world: World, daemon: subprocess.Popen[bytes]) -> None:
    world.drop("letter.pdf", LETTER)
    world.wait(lambda: bool(world.documents()) and world.rests(), daemon)
    assert world.outcomes() == {"letter.pdf": "in review: unmatched"}


def _is_filed(world: World) -> bool:
    return world.rests() and world.outcomes() == {"letter.pdf": "archived 100 by rule"}


def test_an_import_lets_a_running_daemon_file_what_waited_for_it(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    people = world.home / "people.csv"
    people.write_text(WITHOUT_100)
    assert _type(world, "registry", "import", str(people), "--yes").returncode == 0
    with _daemon(world) as daemon:
        _ask_about_a_stranger(world, daemon)
        people.write_text(PEOPLE)
        imported = _type(world, "registry", "import", str(people), "--yes")
        assert imported.stdout.endswith("The registry has 300 people: 1 new, 0 changed, 0 gone.\n")
        world.wait(lambda: _is_filed(world), daemon)
        stop(daemon)
    written = (world.home / "logs" / "audit.jsonl").read_text()
    assert written.count('"event":"registry_imported"') == 2
    assert written.count('"by":"cli:') >= 2
    world.check({"letter.pdf": LETTER})
    assert "decided again, because the registry has changed" in _type(world, "show", "D-1").stdout


def test_a_row_in_the_offices_database_does_the_same(tmp_path: Path) -> None:
    database = tmp_path / "clinic.sqlite"
    world = World.make(
        tmp_path / "home",
        SETTINGS
        + f"DOSSIERD_REGISTRY_URL=sqlite:///{database}\n"
        + "DOSSIERD_REGISTRY_TABLE=patients\nDOSSIERD_REGISTRY_COLUMNS=id=no, dob=born\n"
        + "DOSSIERD_REGISTRY_SYNC_MINUTES=0.1\n",
    )
    _, *lines = PEOPLE.splitlines()
    rows = [tuple(line.split(",")) for line in lines]
    with closing(sqlite3.connect(database)) as office:
        office.execute(
            "CREATE TABLE patients (no TEXT, last_name TEXT, first_name TEXT, born TEXT, cin TEXT)"
        )
        office.executemany("INSERT INTO patients VALUES (?, ?, ?, ?, ?)", rows[1:])
        office.commit()
    unasked = _type(world, "registry", "sync")
    assert unasked.returncode == 1
    assert ["born", "dob"] in [line.split() for line in unasked.stdout.splitlines()]
    first = _type(world, "registry", "sync", "--yes")
    assert first.stdout.endswith(
        "The registry has 299 people: 0 new, 0 changed, 1 gone. (299 read: all rows were read.)\n"
    )
    with _daemon(world) as daemon:
        _ask_about_a_stranger(world, daemon)
        with closing(sqlite3.connect(database)) as office:
            office.execute("INSERT INTO patients VALUES (?, ?, ?, ?, ?)", rows[0])
            office.commit()
        world.wait(lambda: _is_filed(world), daemon)
        assert "300 people of SQLite, patients, as they were 0 min ago" in _type(world, "check").stdout
        stop(daemon)
    assert "registry_synced" in (world.home / "logs" / "audit.jsonl").read_text()
    assert str(database) not in world.said()
    assert _type(world, "registry", "import", "people.csv").returncode == 1
