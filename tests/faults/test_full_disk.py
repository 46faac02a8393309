"""The disk refuses at each named write; when it has room again all goes on by itself, and ends as undisturbed."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from agent.adapters.journal import verify
from agent.domain.life import Action
from tests.faults.refusing import MOVE_ACROSS, POINTS
from tests.faults.world import DROPPED, UNDISTURBED, World, end, stop

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(240)]

REFUSALS = 2
"""How often it must have been refused before there is room: the first try and another."""

ONCE = {"unlink"}
"""Refused after the fact: the next try finds the file gone from its old place, and nothing left to do there."""

NEEDS_MORE = {"handed_back", "request_closed", *MOVE_ACROSS}
"""Points that the three documents don't come to by themselves."""


@pytest.mark.parametrize("point", [it for it in POINTS if it not in NEEDS_MORE])
def test_a_full_disk_at_any_write_changes_nothing(point: str, tmp_path: Path) -> None:
    world = _refuse_and_relent(World.make(tmp_path / "home"), point)
    assert world.outcomes() == UNDISTURBED


@pytest.mark.parametrize("code", ["EDQUOT", "EIO", "EROFS", "EACCES"])
@pytest.mark.parametrize("point", ["claim_rename", "move", "settling_line"])
def test_other_refusals_are_waited_for_just_as_well(point: str, code: str, tmp_path: Path) -> None:
    world = _refuse_and_relent(World.make(tmp_path / "home"), point, code)
    assert world.outcomes() == UNDISTURBED


@pytest.mark.parametrize("point", sorted(MOVE_ACROSS))
def test_a_full_disk_in_a_move_across_file_systems_changes_nothing(
    point: str, tmp_path: Path, elsewhere: Path
) -> None:
    world = World.make(tmp_path / "home")
    (world.home / "archive").rmdir()
    (world.home / "archive").symlink_to(elsewhere, target_is_directory=True)
    assert os.stat(elsewhere).st_dev != os.stat(world.home).st_dev  # noqa: PTH116
    _refuse_and_relent(world, point)
    assert world.outcomes() == UNDISTURBED
    assert not list(elsewhere.rglob("*.part"))


def test_an_answer_that_can_not_be_noted_is_carried_out_once(tmp_path: Path) -> None:
    world = _refuse_and_relent(World.make(tmp_path / "home"), "never")
    asked = next(it.document_id for it in world.documents() if it.original_name == "name-only.pdf")
    world.ask(Action.ANSWER, asked, "1")
    _refuse_and_relent(world, "request_closed", drop=False)
    assert world.outcomes() == UNDISTURBED | {"name-only.pdf": "archived 101 by cli:tester"}
    assert {it.original_name: it.epoch for it in world.documents()} == dict.fromkeys(DROPPED, 1) | {
        "name-only.pdf": 2
    }


def _refuse_and_relent(world: World, point: str, code: str = "ENOSPC", *, drop: bool = True) -> World:
    """Run with a disk that refuses at a point, then has room; look at everything in between and after."""
    refuse, refused = world.home.with_name("refuse"), world.home.with_name("refused")
    refuse.touch()
    refused.write_text("")
    for name, content in DROPPED.items() if drop else ():
        world.drop(name, content)
    daemon = world.start("--point", point, "--errno", code, module="tests.faults.refusing")
    try:
        world.wait_until_up(daemon)
        if point != "never":
            least = 1 if point in ONCE else REFUSALS
            world.wait(lambda: len(refused.read_text().splitlines()) >= least, daemon)
        _is_safe(world, daemon)
        refuse.unlink()
        world.wait(lambda: world.rests() and len(_accepted(world)) == len(DROPPED), daemon)
        stop(daemon)
    finally:
        end(daemon)
    world.check(DROPPED)
    _is_told_whole(world)
    return world


def _is_safe(world: World, daemon: subprocess.Popen[bytes]) -> None:
    """Each document's bytes lie somewhere, whatever else is half done."""
    found = Counter[bytes]()

    def look() -> bool:
        found.clear()
        found.update(
            path.read_bytes()
            for place in ("incoming", "archive", "review", "failed")
            for folder, _, names in os.walk(world.home / place, followlinks=True)
            for path in (Path(folder) / name for name in names)
            if path.suffix != ".json"
        )
        return True

    world.wait(look, daemon)  # again, where something was moved between the listing and the look
    assert all(found[content] >= 1 for content in DROPPED.values()), world.story()


def _accepted(world: World) -> list[str]:
    return list(world.outcomes())


def _is_told_whole(world: World) -> None:
    """The audit trail is a whole chain, and knows each document's claim, settling and rest."""
    path = world.home / "logs" / "audit.jsonl"
    assert verify(path) == []
    lines = map(json.loads, path.read_text().splitlines())
    told = {(line["fields"].get("document"), line["event"]) for line in lines}  # some tell of the registry
    for it in world.documents():
        if it.original_name in world.outcomes():
            assert {(it.reference, event) for event in ("claiming", "claimed", "settling", "rested")} <= told


def test_nobody_is_told_twice_because_the_sent_mark_finds_no_room(tmp_path: Path) -> None:
    world = _refuse_and_relent(World.make(tmp_path / "home"), "sent_mark")
    told = Counter(map(_document_of, world.home.with_name("told.jsonl").read_text().splitlines()))
    assert set(told.values()) == {1}


def _document_of(line: str) -> str:
    return str(json.loads(line)["document"])
