"""`--dry-run` says what would become of what lies in `incoming/`, and changes nothing at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.world import World, end, letter_about, stop
from tests.trees import tree_of

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(120)]


def rehearsed(world: World, *command: str) -> list[str]:
    """Try it from the home's folder; gives the lines, with one blank between words."""
    told = typed(world, *command)
    assert (told.returncode, told.stderr) == (0, ""), told.stderr
    return [" ".join(line.split()) for line in told.stdout.splitlines()]


def typed(world: World, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *command],
        cwd=world.home,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "COLUMNS": "200",
            "DOSSIERD_ALLOW_ROOT": "true",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


NEW = {
    "a match.pdf": letter_about(100),
    "b name only.pdf": letter_about(101, name_only=True),
    "c memo.pdf": b"Not a PDF.\n",
    "d match again.pdf": letter_about(100),
    "e filed before.pdf": letter_about(102),
    "f.docx": b"PK",
}
WOULD = [
    "would be file why",
    "archived a match.pdf filed under 100 by rule",
    "in review b name only.pdf ambiguous: The name alone is no proof: no birth date or number confirms it.",
    "failed c memo.pdf The file is none of the kinds that are read, whatever its name says.",
    "duplicate d match again.pdf the same bytes as a match.pdf",
    "duplicate e filed before.pdf the same bytes as D-1",
    "Left alone: f.docx (other format)",
    "Nothing was changed.",
]


def test_a_rehearsal_says_what_the_daemon_then_does_and_leaves_every_byte_and_time_as_it_was(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    world.drop("first.pdf", NEW["e filed before.pdf"])
    world.wait(lambda: len(world.documents()) == 1 and world.rests(), daemon)
    refused = typed(world, "run", "--dry-run")
    assert refused.returncode == 3
    assert "it files what lies in incoming/" in refused.stderr
    stop(daemon)
    for name, content in NEW.items():
        world.drop(name, content)
    before = tree_of(world.home)
    assert rehearsed(world, "run", "--dry-run") == WOULD
    assert rehearsed(world, "--dry-run") == WOULD
    assert tree_of(world.home) == before
    running = world.start("run", module="agent")
    try:
        world.wait_until_up(running)
        (world.home / "incoming" / "f.docx").unlink()
        world.wait(lambda: len(world.documents()) == 6 and world.rests(), running)
        stop(running)
    finally:
        end(running)
    became = {name: it for name, it in world.outcomes().items() if name in NEW}
    twins = {became.pop(name) for name in ("a match.pdf", "d match again.pdf")}
    assert twins == {"archived 100 by rule", "duplicate"}  # who is read first is left to the workers
    assert became == {
        "b name only.pdf": "in review: ambiguous",
        "c memo.pdf": "failed: unknown_format",
        "e filed before.pdf": "duplicate",
    }


def test_a_folder_that_is_no_home_is_told_and_not_made_one(tmp_path: Path) -> None:
    told = typed(World(tmp_path), "run", "--dry-run")
    assert told.returncode == 3
    assert "incoming can't be looked at (No such file or directory)" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_which_no_daemon_has_run_is_tried_with_its_registry(world: World) -> None:
    world.drop("a match.pdf", NEW["a match.pdf"])
    (world.home / ".env").write_text((world.home / ".env").read_text() + "DOSSIERD_MODE=shadow\n")
    before = tree_of(world.home)
    assert rehearsed(world, "--dry-run") == [
        "would be file why",
        "in review a match.pdf a match, to be confirmed by a human",
        "Nothing was changed.",
    ]
    assert tree_of(world.home) == before


def test_no_command_and_no_rehearsal_is_wrong_usage(world: World) -> None:
    told = typed(world)
    assert told.returncode == 2
    assert "Usage: " in told.stderr
