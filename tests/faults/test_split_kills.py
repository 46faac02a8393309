"""SIGKILL while a document is split: after a restart each part is a document of its own, and the whole is kept."""

import io
import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from agent.domain.life import Action
from tests.faults.test_kill_points import id_of, kill_and_recover
from tests.faults.world import World, letter_about, person

pytestmark = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(240)]


def two_letters() -> bytes:
    """Two people's letters in one file."""
    whole = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in (100, 101):
            with pikepdf.open(io.BytesIO(letter_about(number))) as letter:
                pdf.add_pages_from(letter)
        pdf.save(whole)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("point", "side", "nth"),
    [
        ("parts_staged", "after", 1),
        ("split", "before", 1),
        ("split", "after", 1),
        ("part_laid", "after", 1),
        ("part_laid", "after", 2),
    ],
)
def test_a_death_while_a_document_is_split_leaves_each_part_once(
    point: str, side: str, nth: int, tmp_path: Path
) -> None:
    world = World.make(tmp_path / "home")
    whole = two_letters()
    world.drop("several.pdf", whole)
    world.run_to_rest(1)
    assert world.outcomes() == {"several.pdf": "in review: ambiguous"}
    world.ask(Action.SPLIT, id_of(world, "several.pdf"), "1,2")
    kill_and_recover(world, point, side, nth, documents=3)
    parts = {it.original_name: world.home / (it.location or "") for it in world.documents()}
    world.check({name: path.read_bytes() for name, path in parts.items()} | {"several.pdf": whole})
    assert world.outcomes() == {
        "several.pdf": "failed: split",
        "D-1-page-1.pdf": "archived 100 by rule",
        "D-1-page-2.pdf": "archived 101 by rule",
    }
    for name, number in (("D-1-page-1.pdf", 100), ("D-1-page-2.pdf", 101)):
        with pypdfium2.PdfDocument(parts[name]) as part:
            assert re.search(
                person(number)["last_name"], part[0].get_textpage().get_text_range(), re.IGNORECASE
            )
    assert not list(world.home.rglob("*.part*"))
