"""SIGKILL in the middle of `forget`: the same command, or the daemon's next start, erases to the end."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.beside import searchable_of, sidecar_of
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.outcome import State
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.custody_builders import ABOUT_ANNA, make_ports
from tests.faults.world import SETTINGS, World, end, stop

pytestmark = [pytest.mark.reliability, pytest.mark.security, pytest.mark.timeout(120)]

FILED = "archive/R1/2026/2026-03-01_D-1.pdf"
NAME = "Muller Anna blood test.pdf"
D1 = DocumentId(1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """D-1 is filed with a searchable copy beside it; no daemon runs."""
    (home := tmp_path / "home").mkdir()
    made = make_ports(home)
    made.text_source.script = [text_of_plain(ABOUT_ANNA)]
    document_id = take_in(made.drop(b"letter", NAME), made.ports)
    assert document_id is not None
    process_document(document_id, made.ports)
    made.ledger.close()
    (home / "state" / "home.json").write_text('{"home_id": "home1"}\n')
    env = home / ".env"
    env.touch(mode=0o600)
    env.write_text(SETTINGS)
    filed = home / FILED
    copy = searchable_of(filed)
    copy.write_bytes(b"copy")
    sidecar = json.loads(sidecar_of(filed).read_text())
    sidecar["searchable_pdf"] = {"file": copy.name, "sha256": hashlib.sha256(b"copy").hexdigest()}
    sidecar_of(filed).write_text(json.dumps(sidecar))
    return World(home)


def forget(world: World, *trap: str) -> int:
    """Type the command, which is killed at the point named, if any."""
    point = trap or ("--point", "never", "--side", "before", "--nth", "1")
    command = ["forget", "D-1", "--confirm", "D-1", "--home", str(world.home)]
    with world.log.open("ab") as said:
        return subprocess.run(
            [sys.executable, "-m", "tests.faults.killing_commands", *point, "--", *command],
            env=os.environ | {"DOSSIERD_ALLOW_ROOT": "true"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=60,
            check=False,
        ).returncode


def check_all_is_erased(world: World) -> None:
    """No file, no word, no folder with a record's name; the row stays."""
    row = next(it for it in world.documents() if it.document_id == D1)
    assert (row.state, row.location, row.original_name) == (State.FORGOTTEN, None, "erased")
    assert world.files() == []
    assert list((world.home / "archive").iterdir()) == []
    ledger = b"".join(path.read_bytes() for path in (world.home / "state").glob("ledger.sqlite*"))
    assert b"blood test" not in ledger
    assert b"Muller" not in ledger
    assert world.sql("PRAGMA integrity_check") == [("ok",)]


def test_the_command_killed_at_one_step_after_another_ends_what_it_began(world: World) -> None:
    """Each call goes on where the last one died, and dies a step later."""
    for point, side in (
        ("forgetting_noted", "after"),
        ("erased", "after"),
        ("file_removed", "before"),
        ("file_removed", "after"),
        ("forgotten_noted", "after"),
        ("shredded", "after"),
    ):
        code = forget(world, "--point", point, "--side", side, "--nth", "1")
        assert code == -9, f"{point} was never reached:\n{world.said()}"
    assert forget(world) == 0, world.said()
    check_all_is_erased(world)


@pytest.mark.parametrize("point", ["file_removed", "gone"])
def test_the_next_start_ends_what_a_killed_command_began(point: str, world: World) -> None:
    assert forget(world, "--point", point, "--side", "after", "--nth", "1") == -9, world.said()
    daemon = world.start()
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: world.open_requests() == 0, daemon, 20)
        stop(daemon)
    finally:
        end(daemon)
    check_all_is_erased(world)
