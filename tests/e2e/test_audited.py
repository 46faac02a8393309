"""What the kernel saw move, held against what the audit trail says of it."""

import hashlib
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from watchdog.events import FileDeletedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from agent.adapters.journal import verify
from agent.beside import searchable_of
from agent.cli import app
from agent.cli.demo import SAMPLE_SECONDS
from agent.demo.samples import REGISTRY_NAME, make_samples
from agent.domain.life import Action, Document
from tests.faults.world import SETTINGS, World, end, letter_about, stop

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


RESULTS = {
    "claiming": "claimed",
    "settling": "rested",
    "placing_copy": "copy_placed",
    "removing_copy": "copy_removed",
    "sending_message": "message_sent",
}
"""What each intent comes to where nothing gets in between."""


def test_every_move_of_a_document_and_of_its_copy_is_in_the_audit_trail_and_nothing_else_is(
    tmp_path: Path, watch: Callable[[Path], Departures]
) -> None:
    drawn = tmp_path / "drawn"
    samples = make_samples(drawn)
    registry = (drawn / REGISTRY_NAME).read_text(encoding="utf-8")
    world = World.make(tmp_path / "home", SETTINGS, registry=registry)
    daemon: subprocess.Popen[bytes] = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        from_incoming = watch(world.home / "incoming")
        [ours] = (world.home / "incoming" / ".claimed").iterdir()
        from_claimed = watch(ours)
        for sample in samples:
            world.drop(sample.name, (drawn / sample.name).read_bytes())
        world.wait(lambda: len(world.documents()) == len(samples) and world.rests(), daemon, SAMPLE_SECONDS)
        taken_back = _copies(world)[0]
        [undone] = [it for it in world.documents() if _copy_of(world, it) == taken_back]
        from_archive = watch(taken_back.parent)
        world.ask(Action.UNDO, undone.document_id)
        world.wait(lambda: not world.open_requests() and world.rests(), daemon)
        stop(daemon)
    finally:
        end(daemon)
    trail = world.home / "logs" / "audit.jsonl"
    assert verify(trail) == []
    lines = [json.loads(line) for line in trail.read_text(encoding="utf-8").splitlines()]
    told = [(line["event"], line["fields"]) for line in lines if "document" in line["fields"]]
    counted = Counter(event for event, _ in told)
    documents = {it.reference for it in world.documents()}

    names, numbers = {sample.name for sample in samples}, {f"D-{n}" for n in range(1, len(samples) + 1)}
    assert documents == numbers
    _wait_until(
        lambda: (
            names <= set(from_incoming.seen)
            and numbers <= set(from_claimed.seen)
            and taken_back.name in from_archive.seen
        )
    )
    for moves, count in ((from_incoming, counted["claimed"]), (from_claimed, counted["rested"] - 1)):
        assert len([name for name in moves.seen if name in names | numbers]) == count == len(samples)
    assert [name for name in from_archive.seen if name.endswith(".searchable.pdf")] == [taken_back.name]
    assert counted["copy_removed"] == 1
    assert [fields["document"] for event, fields in told if event == "copy_removed"] == [undone.reference]
    standing = Counter(fields["copy"] for event, fields in told if event == "copy_placed")
    standing.subtract(fields["copy"] for event, fields in told if event == "copy_removed")
    assert +standing == Counter(hashlib.sha256(it.read_bytes()).hexdigest() for it in _copies(world))
    [[sent]] = world.sql("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL")
    assert counted["sending_message"] == counted["message_sent"] == sent
    for document in documents:
        events = [event for event, fields in told if fields["document"] == document]
        assert set(events) <= {*RESULTS, *RESULTS.values()}
        for pair in RESULTS.items():
            found = [event for event in events if event in pair]
            assert found == [*pair] * (len(found) // 2)


def test_the_last_documents_lines_can_not_be_cut_off_unseen_after_a_real_death(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    daemon = world.start("run", module="agent")
    try:
        world.wait_until_up(daemon)
        world.drop("letter.pdf", letter_about(100))
        world.wait(lambda: len(world.documents()) == 1 and world.rests(), daemon)
    finally:
        end(daemon)
    trail = world.home / "logs" / "audit.jsonl"
    lines = trail.read_bytes().splitlines(keepends=True)
    [last] = [number for number, line in enumerate(lines) if b'"event":"rested"' in line]
    assert _verified(world) == (0, "each as it was written and in its place")
    trail.write_bytes(b"".join(lines[:last]))
    assert _verified(world) == (1, f"Line {last + 1} of audit.jsonl is gone, and all up to entry {last + 1}")


def _verified(world: World) -> tuple[int, str]:
    """The exit code of `audit verify`, and how its first sentence that matters ends."""
    done = CliRunner().invoke(app, ["audit", "verify", "--home", str(world.home)], env={"COLUMNS": "300"})
    said = done.stdout.splitlines()[done.exit_code].strip().removesuffix(".")
    return done.exit_code, said.partition(", ")[2] if done.exit_code == 0 else said


def _copies(world: World) -> list[Path]:
    return sorted((world.home / "archive").rglob("*.searchable.pdf"))


def _copy_of(world: World, document: Document) -> Path:
    assert document.location is not None
    return searchable_of(world.home / document.location)


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what the kernel has still to tell."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
