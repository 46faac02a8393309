"""What an office does on the machine, and what it sees: a person drops files, and the service tells how they stand."""

import json
from pathlib import Path
from typing import Any

from agent.demo.samples import Sample
from agent.domain.outcome import State
from tests.systemd.machine import HOME, Machine


def status(machine: Machine) -> Any:
    return json.loads(machine.type("dossierd", "status", "--json", "--last", "100"))


def drop(machine: Machine, name: str, content: bytes) -> None:
    """As the office does: a person of the group copies a file of theirs into the folder."""
    machine.path(f"/home/anna/{name}").write_bytes(content)
    machine.type("cp", f"/home/anna/{name}", f"{HOME}/incoming/{name}", as_user="anna")


def rests(machine: Machine) -> bool:
    """Nothing in incoming, nothing claimed."""
    incoming = machine.path(f"{HOME}/incoming")
    claimed = [path for path in incoming.glob(".claimed/*/*") if path.name != ".last-number"]
    return not claimed and [path.name for path in incoming.iterdir()] == [".claimed"]


def state_of(machine: Machine, name: str) -> str:
    found = [it for it in status(machine)["latest"] if it["original_name"] == name]
    assert len(found) == 1, found
    state: str = found[0]["state"]
    return state


def letter(samples: tuple[Path, tuple[Sample, ...]], note: str, *, megabytes: float = 0) -> bytes:
    """A letter that is filed by itself, as long as wanted; the note makes its bytes its own."""
    folder, kinds = samples
    clear = next(it for it in kinds if it.state is State.ARCHIVED and it.name.endswith(".pdf"))
    head, mark, end = (folder / clear.name).read_bytes().rpartition(b"startxref")
    return head + b"%" + b"-" * int(megabytes * 1e6) + f" {note}\n".encode() + mark + end
