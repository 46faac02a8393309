"""A scan that went through the daemon can be searched, beside the scan as it came."""

import json
import subprocess

import pypdfium2
import pytest

from agent.domain.life import Action
from agent.domain.outcome import State
from tests.faults.world import World, person, scan_about, stop

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
