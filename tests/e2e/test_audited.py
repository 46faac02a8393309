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
    """Keeps which files left the folder that is watched; where they went is not, so they are told of as deleted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[str] = []

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, FileMovedEvent | FileDeletedEvent):
            self.seen.append(Path(str(event.src_path)).name)


@pytest.fixture
def watch() -> Iterator[Callable[[Path], Departures]]:
    observer = Observer()
    observer.start()

    def watched(folder: Path) -> Departures:
        handler = Departures(folder)
        observer.schedule(handler, str(folder))
        return handler

    yield watched
    observer.stop()
    observer.join()


def test_every_move_of_a_document_is_in_the_audit_trail_and_nothing_else_is(
    tmp_path: Path, watch: Callable[[Path], Departures]
) -> None:
    drawn = tmp_path / "drawn"
    samples = make_samples(drawn)
    registry = (drawn / REGISTRY_NAME).read_text(encoding="utf-8")
    world = World.make(tmp_path / "home", SETTINGS + "DOSSIERD_SEARCHABLE_PDF=false\n", registry=registry)
    daemon: subprocess.Popen[bytes] = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        from_incoming = watch(world.home / "incoming")
        [ours] = (world.home / "incoming" / ".claimed").iterdir()
        from_claimed = watch(ours)
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

    names, numbers = {sample.name for sample in samples}, {f"D-{n}" for n in range(1, len(samples) + 1)}
    assert documents == numbers
    _wait_until(lambda: names <= set(from_incoming.seen) and numbers <= set(from_claimed.seen))
    for moves, event in ((from_incoming, "claimed"), (from_claimed, "rested")):
        seen = [name for name in moves.seen if name in names | numbers]
        assert len(seen) == sum(count for (said, _), count in told.items() if said == event) == len(samples)
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
