"""A scan that went through the daemon can be searched, beside the scan as it came."""

import json
import subprocess
import sys

import pypdfium2
import pytest

from agent.domain.life import Action
from agent.domain.outcome import State
from tests.faults.world import World, clean_scan_about, person, scan_about, stop

pytestmark = [pytest.mark.slow, pytest.mark.reliability, pytest.mark.timeout(180)]


def test_a_scan_is_filed_with_a_copy_in_which_its_name_is_found(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    content = scan_about(100)
    world.drop("scan.pdf", content)
    world.wait(lambda: world.rests() and len(world.documents()) == 1, daemon)
    (scan,) = world.documents()
    if scan.state is State.IN_REVIEW:
        world.ask(Action.ANSWER, scan.document_id, "100")
        world.wait(lambda: world.rests() and not world.open_requests(), daemon)
        (scan,) = world.documents()
    assert scan.state is State.ARCHIVED
    assert scan.location is not None
    place = world.home / scan.location
    told = json.loads(place.with_suffix(".json").read_text())["searchable_pdf"]
    copy = place.with_name(told["file"])
    words = pypdfium2.PdfDocument(copy)[0].get_textpage().get_text_range()
    assert person(100)["last_name"].casefold() in words.casefold()
    world.check({"scan.pdf": content})
    world.ask(Action.UNDO, scan.document_id)
    world.wait(lambda: world.documents()[0].state is State.IN_REVIEW, daemon)
    assert not copy.exists()
    stop(daemon)


@pytest.mark.observability
def test_what_became_of_a_copy_by_hand_is_told_and_a_removed_one_is_made_again(
    world: World, daemon: subprocess.Popen[bytes]
) -> None:
    world.drop("scan.pdf", clean_scan_about(100))
    world.wait(lambda: world.rests() and len(world.documents()) == 1, daemon)
    (copy,) = (world.home / "archive").rglob("*.searchable.pdf")
    content = copy.read_bytes()
    assert _shown(world) == "as_made"
    assert _checked(world) == {"level": "good", "sentence": "1 as they were made", "hint": ""}

    copy.unlink()
    assert _shown(world) == "missing"
    assert _checked(world)["hint"] == "To make them again: dossierd retry D-1"
    assert _typed(world, "retry", "D-1") == "D-1 stays filed; its searchable copy is made again.\n"
    assert copy.read_bytes() == content

    copy.write_bytes(b"with notes of somebody's")
    assert _shown(world) == "changed"
    assert "1 changed by hand: D-1" in _checked(world)["sentence"]
    stop(daemon)
    copy.rename(copy.with_name("notes.searchable.pdf"))
    assert _typed(world, "retry", "D-1") == "D-1 stays filed; its searchable copy is made again.\n"
    assert copy.read_bytes() == content
    assert _shown(world) == "as_made"
    assert _checked(world)["sentence"].endswith(
        "1 that no document tells of: " + str(copy.with_name("notes.searchable.pdf").relative_to(world.home))
    )


def _typed(world: World, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments, "--home", str(world.home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout


def _shown(world: World) -> str:
    state: str = json.loads(_typed(world, "show", "D-1", "--json"))["searchable_pdf"]["state"]
    return state


def _checked(world: World) -> dict[str, str]:
    found = {it.pop("part"): it for it in json.loads(_typed(world, "check", "--deep", "--json"))}
    return dict(found["copies"])
