"""SIGKILL at each named point, on each side of it; after a restart nothing differs from an undisturbed run."""

import os
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from agent.domain.document import DocumentId
from agent.domain.life import Action
from agent.domain.outcome import State
from tests.faults.killing import POINTS
from tests.faults.world import DROPPED, UNDISTURBED, World, clean_scan_about, end, letter_about, person, stop

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(240)]


REQUEST_POINTS = {"request_listed", "answer", "undo", "refile", "retry", "request_closed"}
ACROSS_POINTS = {"copy", "publish", "unlink"}
COPY_POINTS = {"searchable_made", "searchable_placed", "searchable_removed"}
SPLIT_POINTS = {"split", "parts_made", "parts_staged", "part_laid"}


def kill_and_recover(world: World, point: str, side: str, nth: int = 1, documents: int = 0) -> None:
    """Run until the point kills the daemon, then run again, undisturbed, until all rests, so many at least."""
    doomed = world.start("--point", point, "--side", side, "--nth", str(nth))
    try:
        code = doomed.wait(90)
    except subprocess.TimeoutExpired:
        end(doomed)
        raise AssertionError(f"{point} was never reached:\n{world.story()}\n{world.said()}") from None
    assert code == -9, world.said()
    survivor = world.start()
    try:
        world.wait_until_up(survivor)
        world.wait(lambda: world.rests() and len(world.documents()) >= documents, survivor)
        stop(survivor)
    finally:
        end(survivor)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    "point", [it for it in POINTS if it not in REQUEST_POINTS | ACROSS_POINTS | COPY_POINTS | SPLIT_POINTS]
)
def test_a_death_on_the_main_path_leaves_no_trace(point: str, side: str, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    for name, content in DROPPED.items():
        world.drop(name, content)
    kill_and_recover(world, point, side, nth=2 if point not in {"child", "turn_saved"} else 1)
    world.check(DROPPED)
    assert world.outcomes() == UNDISTURBED


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", sorted(ACROSS_POINTS))
def test_a_death_in_a_move_across_file_systems_leaves_no_trace(
    point: str, side: str, tmp_path: Path, elsewhere: Path
) -> None:
    world = World.make(tmp_path / "home")
    (world.home / "archive").rmdir()
    (world.home / "archive").symlink_to(elsewhere, target_is_directory=True)
    assert os.stat(elsewhere).st_dev != os.stat(world.home).st_dev  # noqa: PTH116
    for name, content in DROPPED.items():
        world.drop(name, content)
    kill_and_recover(world, point, side)
    world.check(DROPPED)
    assert world.outcomes() == UNDISTURBED
    assert not list(elsewhere.rglob("*.part"))


REQUESTS = {
    "request_listed": (Action.ANSWER, "name-only.pdf", "1", "archived 101 by cli:tester"),
    "answer": (Action.ANSWER, "name-only.pdf", "1", "archived 101 by cli:tester"),
    "request_closed": (Action.ANSWER, "name-only.pdf", "none", "failed: rejected"),
    "undo": (Action.UNDO, "match.pdf", "", "in review: match"),
    "refile": (Action.REFILE, "match.pdf", "102", "archived 102 by cli:tester"),
    "retry": (Action.RETRY, "memo.pdf", "", "failed: unknown_format"),
}


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", sorted(REQUEST_POINTS))
def test_a_death_while_a_request_is_carried_out_does_it_once(point: str, side: str, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    for name, content in DROPPED.items():
        world.drop(name, content)
    world.run_to_rest(len(DROPPED))
    action, name, argument, expected = REQUESTS[point]
    document_id = id_of(world, name)
    world.ask(action, document_id, argument)
    kill_and_recover(world, point, side)
    world.check(DROPPED)
    assert world.outcomes() == UNDISTURBED | {name: expected}
    epochs = {it.original_name: it.epoch for it in world.documents()}
    assert epochs == dict.fromkeys(DROPPED, 1) | {name: 2}


@pytest.mark.parametrize(
    ("point", "side"),
    [
        ("searchable_made", "before"),
        ("searchable_made", "after"),
        ("sidecar", "before"),
        ("searchable_placed", "before"),
        ("publish", "before"),
        ("searchable_placed", "after"),
    ],
)
def test_a_death_round_a_scans_searchable_copy_leaves_one_and_a_whole_one(
    point: str, side: str, tmp_path: Path
) -> None:
    world = World.make(tmp_path / "home")
    content = clean_scan_about(100)
    world.drop("scan.pdf", content)
    kill_and_recover(world, point, side)
    world.check({"scan.pdf": content})
    assert world.outcomes() == {"scan.pdf": "archived 100 by rule"}
    (copy,) = (world.home / "archive").rglob("*.searchable.pdf")
    with pypdfium2.PdfDocument(copy) as whole:
        assert person(100)["last_name"].casefold() in whole[0].get_textpage().get_text_range().casefold()
    assert not list(world.home.rglob("*.part"))


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_death_while_an_undone_filing_loses_its_copy_leaves_none(side: str, tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    content = clean_scan_about(100)
    world.drop("scan.pdf", content)
    world.run_to_rest(1)
    assert list((world.home / "archive").rglob("*.searchable.pdf"))
    world.ask(Action.UNDO, id_of(world, "scan.pdf"))
    kill_and_recover(world, "searchable_removed", side)
    world.check({"scan.pdf": content})
    assert world.outcomes() == {"scan.pdf": "in review: match"}
    assert not list((world.home / "archive").rglob("*.searchable.pdf"))


def test_three_clean_stops_in_a_row_condemn_no_document(tmp_path: Path) -> None:
    settings = "DOSSIERD_MAX_CRASHES=2\nDOSSIERD_STOP_SECONDS=0\n"
    world = World.make(tmp_path / "home")
    env = world.home / ".env"
    env.write_text(env.read_text() + settings)
    dropped = {f"letter-{number}.pdf": letter_about(number) for number in range(100, 112)}
    for name, content in dropped.items():
        world.drop(name, content)
    for _ in range(3):
        daemon = world.start()
        try:
            world.wait_until_up(daemon)
            world.wait(
                lambda: any(it.state is State.READING for it in world.documents()) or world.rests(), daemon
            )
            stop(daemon)
        finally:
            end(daemon)
    assert all(it.attempts == 0 for it in world.documents())
    daemon = world.start()
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: world.rests() and len(world.documents()) >= len(dropped), daemon)
        stop(daemon)
    finally:
        end(daemon)
    world.check(dropped)
    assert set(world.outcomes().values()) == {f"archived {number} by rule" for number in range(100, 112)}


def id_of(world: World, name: str) -> DocumentId:
    return next(it.document_id for it in world.documents() if it.original_name == name)
