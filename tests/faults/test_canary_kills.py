"""SIGKILL in the middle of a canary: the next start leaves nothing of it, and the one after it is filed."""

from pathlib import Path

import pytest

from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import RegistryIndex
from tests.faults.world import PEOPLE, SETTINGS, World, end, stop

pytestmark = [pytest.mark.reliability, pytest.mark.observability, pytest.mark.timeout(300)]

FREQUENT = "DOSSIERD_CANARY_MINUTES=0.001\nDOSSIERD_OCR_LANGUAGES=fra\n"


def runs(world: World) -> list[object]:
    """What became of each canary that came to an end: None where it was filed."""
    return [problem for (problem,) in world.sql("SELECT problem FROM canaries ORDER BY at")]


def home_of_canary(world: World) -> Path:
    return world.home / "state" / "canary"


def check_nothing_of_one_is_in(world: World) -> None:
    """Not in the office's folders, rows, figures, audit trail or people."""
    assert not home_of_canary(world).exists()
    world.check({})
    assert world.documents() == []
    for table in ("steps", "settled", "readings", "outbox", "costs"):
        assert world.sql(f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    trail = "".join(path.read_text() for path in (world.home / "logs").glob("audit*.jsonl"))
    assert "D-" not in trail
    assert "canary" not in trail
    assert list((world.home / "state" / "scratch").rglob("*")) == []
    registry = RegistryIndex(world.home / "state" / REGISTRY_FILE)
    assert registry.count() == len(PEOPLE.splitlines()) - 1
    registry.close()


def test_a_death_at_any_step_of_a_canary_leaves_nothing_of_it_after_the_next_start(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", SETTINGS + FREQUENT)
    for point, side, is_left in (
        ("canary_dropped", "after", True),
        ("child", "after", True),
        ("canary_sent", "after", True),
        ("canary_kept", "before", False),
    ):
        doomed = world.start("--point", point, "--side", side)
        try:
            assert doomed.wait(60) == -9, world.said()
        finally:
            end(doomed)
        assert home_of_canary(world).exists() is is_left, point
        assert runs(world) == []
    daemon = world.start()
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: runs(world) != [], daemon, 60)
        stop(daemon)
    finally:
        end(daemon)
    assert set(runs(world)) == {None}
    check_nothing_of_one_is_in(world)
