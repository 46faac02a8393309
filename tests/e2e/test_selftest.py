"""`dossierd selftest`: it proves each pillar with the installed program, and touches nothing of the home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app, selftest
from agent.config import load
from tests.faults.world import World
from tests.trees import tree_of

pytestmark = pytest.mark.reliability


def type_selftest(home: Path, temporary: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", "selftest", "--home", home, *more],
        env={**os.environ, "TMPDIR": str(temporary), "NOTIFY_SOCKET": "@nobody", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_good_installation_holds_every_pillar_and_its_home_stays_as_it_was(
    world: World, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = tree_of(world.home)
    told = type_selftest(world.home, temporary)
    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert [(line[0], line[1]) for line in lines] == [
        ("filing", "holds"),
        ("failure", "holds"),
        ("ambiguity", "holds"),
        ("duplicate", "holds"),
        ("outage", "holds"),
        ("kill", "holds"),
        ("budget", "-"),
    ], told.stdout + told.stderr
    assert lines[-1][2] == "no model: not tried"
    assert (told.returncode, told.stderr) == (0, "")
    assert tree_of(world.home) == before
    assert list(temporary.iterdir()) == []


def test_a_sabotaged_program_fails_every_pillar_by_name(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "MESSAGE_SECONDS", 0.5)
    folder = tmp_path / "trial"
    folder.mkdir()
    found = selftest.judge(
        selftest.prove(
            folder,
            load(home=world.home),
            daemon=(sys.executable, "-m", "tests.e2e.sabotaged"),
            seconds=25.0,
        )
    )
    assert {name: problem for name, _, problem in found} == {
        "filing": "The scan is 1003's, and was filed under 1002.",
        "failure": "The damaged PDF failed as unknown_format, not as damaged.",
        "ambiguity": "The letter that may be two people's is no question: it is archived.",
        "duplicate": "The scan's second copy is no duplicate: it is failed.",
        "outage": "No message waits, though nobody could be reached.",
        "kill": "4 files were dropped, and the ledger has 5.",
    }


def test_a_program_that_does_not_start_fails_every_pillar(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "DAEMON", ("/bin/false",))
    told = CliRunner().invoke(app, ["selftest", "--json", "--home", str(world.home)])
    assert told.exit_code == 1
    assert {it["pillar"]: it["holds"] for it in json.loads(told.stdout)} == {
        "filing": False,
        "failure": False,
        "ambiguity": False,
        "duplicate": False,
        "outage": False,
        "kill": False,
    }
