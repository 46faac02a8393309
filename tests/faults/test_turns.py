"""A long document under the real daemon: it is read on where a death left it, and makes way for a letter."""

import datetime
from pathlib import Path

import pytest

from agent.domain.outcome import AT_REST
from tests.faults.world import SETTINGS, World, end, letter_about, stop
from tests.integration import pdfs

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(240)]

PAGES = 4
PAGE_A_TURN = ("--turn-seconds", "0")
"""However fast the machine."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home", SETTINGS + "DOSSIERD_WORKERS=1\n")


def long_scan(folder: Path, name: str) -> bytes:
    """A scan of many pages about nobody; its name makes its bytes its own."""
    lines = (f"Journal de bord {name}", *(f"La ligne {n} ne nomme personne et dit peu" for n in range(8)))
    page = pdfs.drawn(pdfs.letter(folder / f"{name}-page.pdf", lines))
    return pdfs.scan(folder / f"{name}.pdf", *[page] * PAGES).read_bytes()


def test_a_long_document_is_read_on_where_a_death_left_it(world: World, tmp_path: Path) -> None:
    dropped = {"long.pdf": long_scan(tmp_path, "long")}
    world.drop("long.pdf", dropped["long.pdf"])
    doomed = world.start("--point", "turn_saved", "--side", "after", "--nth", "2", *PAGE_A_TURN)
    assert doomed.wait(90) == -9, world.said()
    before = {row for (row,) in world.sql("SELECT rowid FROM pages")}
    assert world.sql("SELECT pages_read, page_count FROM readings") == [(2, PAGES)]
    survivor = world.start()
    try:
        world.wait_until_up(survivor)
        world.wait(world.rests, survivor)
        stop(survivor)
    finally:
        end(survivor)
    after = {row for (row,) in world.sql("SELECT rowid FROM pages")}
    assert len(before) == 2
    assert before < after
    assert len(after) == PAGES
    world.check(dropped)


def test_a_letter_overtakes_long_scans_on_the_only_core(world: World, tmp_path: Path) -> None:
    scans = {f"{name}.pdf": long_scan(tmp_path, name) for name in ("one", "two")}
    letter = letter_about(100)
    daemon = world.start(*PAGE_A_TURN)
    try:
        world.wait_until_up(daemon)
        for name, content in scans.items():
            world.drop(name, content)
        world.wait(lambda: bool(world.sql("SELECT 1 FROM readings WHERE pages_read > 0")), daemon)
        world.drop("letter.pdf", letter)
        world.wait(lambda: world.rests() and len(world.documents()) == 3, daemon, seconds=180)
        stop(daemon)
    finally:
        end(daemon)
    rested = {it.original_name: it.rested_at or _NEVER for it in world.documents()}
    assert rested["letter.pdf"] < min(rested[name] for name in scans)
    assert all(it.state in AT_REST for it in world.documents())
    world.check(scans | {"letter.pdf": letter})


_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)
