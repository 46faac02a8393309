"""A hundred deaths at random moments, two hundred documents in flight, and the outcome of an undisturbed run."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from agent.domain.outcome import AT_REST, State
from tests.faults.world import SETTINGS, World, end, letter_about, stop

KILLS = 100
DOCUMENTS = 200
SEED = 20261121
KILLED_WITHIN_SECONDS = 0.35
"""Some documents' worth of work; most deaths come after recovery, the others while the daemon starts."""

UNCONDEMNED = f"DOSSIERD_WORKERS=1\nDOSSIERD_MAX_CRASHES={KILLS}\n"
"""Whoever was being read goes first after a death. On a slow machine it may be hit five times running, and would be set
aside as poison, as it should be; here the deaths are known to be ours. Poison has tests of its own."""

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(900)]


def _documents() -> dict[str, bytes]:
    """Letters that match, letters with a name only, strangers, files that fail, and twins."""
    dropped: dict[str, bytes] = {}
    for count in range(DOCUMENTS):
        number = 100 + count
        kind = count % 20
        if kind < 13:
            dropped[f"{number}-match.pdf"] = letter_about(number)
        elif kind < 16:
            dropped[f"{number}-name-only.pdf"] = letter_about(number, name_only=True)
        elif kind < 18:
            dropped[f"{number}-memo.pdf"] = f"memo {number}\n".encode()
        elif kind == 18:
            dropped[f"{number}-cut.pdf"] = letter_about(number)[:700]
        else:
            dropped[f"{number}-twin.pdf"] = dropped[f"{number - 19}-match.pdf"]
    return dropped


def _expected(name: str) -> set[str]:
    number, kind = name.removesuffix(".pdf").split("-", 1)
    match kind:
        case "match" if int(number) % 20 == 0:  # it has a twin: either of the two is the first
            return {f"archived {number} by rule", "duplicate"}
        case "match":
            return {f"archived {number} by rule"}
        case "name-only":
            return {"in review: ambiguous"}
        case "memo":
            return {"failed: unknown_format"}
        case "cut":
            return {"failed: damaged"}
        case _:
            return {f"archived {int(number) - 19} by rule", "duplicate"}


def test_a_hundred_random_deaths_change_no_outcome(tmp_path: Path) -> None:
    world, dropped = World.make(tmp_path / "home", SETTINGS + UNCONDEMNED), _documents()
    chance = random.Random(SEED)
    names = list(dropped)
    chance.shuffle(names)
    for name in names:
        world.drop(name, dropped[name])
    for kill in range(KILLS):
        daemon = world.start()
        if chance.random() < 0.7:
            world.wait_until_up(daemon)
        time.sleep(chance.uniform(0, KILLED_WITHIN_SECONDS))
        daemon.kill()
        assert daemon.wait() == -9, world.said()
        assert _at_rest(world) < len(dropped), f"all was done before death {kill}: it proves nothing"
    done = _at_rest(world)
    print(f"{done} of {len(dropped)} documents came to rest between {KILLS} deaths")
    assert done > 0, "it never came to work between two deaths: it proves nothing"
    daemon = world.start()
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: world.rests() and _accepted(world) == len(dropped), daemon, seconds=300)
        stop(daemon)
    finally:
        end(daemon)
    world.check(dropped)
    outcomes = world.outcomes()
    assert {name: word for name, word in outcomes.items() if word not in _expected(name)} == {}
    assert Counter(word == "duplicate" for word in outcomes.values())[True] == DOCUMENTS // 20


def _at_rest(world: World) -> int:
    return sum(it.state in AT_REST for it in world.documents())


def _accepted(world: World) -> int:
    return sum(it.state is not State.WITHDRAWN for it in world.documents())
