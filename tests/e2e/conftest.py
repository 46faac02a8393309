"""A home of its own, and the daemon that runs in it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world import World, end


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


@pytest.fixture
def daemon(world: World) -> Iterator[subprocess.Popen[bytes]]:
    running = world.start("run", module="agent")
    try:
        world.wait_until_up(running)
        world.wait(
            lambda: (world.home / "state" / "ledger.sqlite").is_file() and world.documents() == [], running
        )
        yield running
    finally:
        end(running)
