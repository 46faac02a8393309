"""What the kernel saw move, held against what the audit trail says of it."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.events import FileDeletedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from agent.adapters.journal import verify
from agent.cli.demo import SAMPLE_SECONDS
from agent.demo.samples import REGISTRY_NAME, make_samples
from tests.faults.world import SETTINGS, World, stop

pytestmark = [pytest.mark.slow, pytest.mark.observability, pytest.mark.timeout(180)]


class Departures(FileSystemEventHandler):
    """Keeps which files left the folder where they lay.

    A folder that was made a moment ago may not be watched yet when a file is moved into it: that file is told of as
    deleted where it was.
    """

    def __init__(self) -> None:
        self.seen: list[Path] = []

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, FileMovedEvent | FileDeletedEvent):
            self.seen.append(Path(str(event.src_path)))


@pytest.fixture
def departures(tmp_path: Path) -> Iterator[Departures]:
    (tmp_path / "home").mkdir()
    handler, observer = Departures(), Observer()
    observer.schedule(handler, str(tmp_path / "home"), recursive=True)
    observer.start()
    yield handler
    observer.stop()
    observer.join()


def test_every_move_of_a_document_is_in_the_audit_trail_and_nothing_else_is(
    tmp_path: Path, departures: Departures
) -> None:
    drawn = tmp_path / "drawn"
    samples = make_samples(drawn)
    registry = (drawn / REGISTRY_NAME).read_text(encoding="utf-8")
    world = World.make(tmp_path / "home", SETTINGS + "DOSSIERD_SEARCHABLE_PDF=false\n", registry=registry)
    daemon: subprocess.Popen[bytes] = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        for sample in samples:
            world.drop(sample.name, (drawn / sample.name).read_bytes())
        world.wait(lambda: len(world.documents()) == len(samples) and world.rests(), daemon, SAMPLE_SECONDS)
        stop(daemon)
    finally:
        daemon.kill()
        daemon.wait()
    trail = world.home / "logs" / "audit.jsonl"
    assert verify(trail) == []
    lines = [json.loads(line) for line in trail.read_text(encoding="utf-8").splitlines()]
    told = Counter((line["event"], line["fields"].get("document")) for line in lines)
    documents = {it.reference for it in world.documents()}

    incoming = world.home / "incoming"
    dropped = {incoming / sample.name for sample in samples}
    _wait_until(lambda: dropped <= set(departures.seen))
    taken = [it for it in departures.seen if it in dropped]
    filed = [it for it in departures.seen if it.parent.parent == incoming / ".claimed"]
    assert (
        len(taken) == sum(count for (event, _), count in told.items() if event == "claimed") == len(samples)
    )
    assert len(filed) == sum(count for (event, _), count in told.items() if event == "rested") == len(samples)
    order = [(line["event"], line["fields"]["document"]) for line in lines if "document" in line["fields"]]
    for document in documents:
        assert [event for event, of in order if of == document] == [
            "claiming",
            "claimed",
            "settling",
            "rested",
        ]


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what the kernel has still to tell."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
