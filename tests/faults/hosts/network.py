"""A few hosts on one machine: a network namespace each, joined by a bridge to this one, and cut off on order.

Whoever makes one is in a network namespace of its own (`unshare -n`), so that nothing of it is seen on the machine.
"""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "10.77.0.1"
"""Of this side of the bridge, where the database listens."""
WAYS_IN = ("unshare", "-n", "-m")
_BRIDGE = "hosts0"


def is_possible() -> bool:
    """Whether namespaces, and links between them, can be made here."""
    tried = "ip link add a0 type veth peer name a1"
    return subprocess.run([*WAYS_IN, "sh", "-c", tried], capture_output=True, check=False).returncode == 0


@dataclass(frozen=True, slots=True)
class Place:
    """A network namespace, held by a process that sleeps in it."""

    name: str
    holder: subprocess.Popen[bytes]

    @property
    def through(self) -> tuple[str, ...]:
        """What a command is run through to be there."""
        return ("nsenter", f"--target={self.holder.pid}", "--net")

    def cut(self) -> None:
        """Cut it off: nothing gets through, and nobody is told."""
        _run("ip", "link", "set", self.name, "down")

    def join(self) -> None:
        _run("ip", "link", "set", self.name, "up")


@contextlib.contextmanager
def network(names: list[str]) -> Iterator[list[Place]]:
    """Make a bridge, and a place behind it for each name."""
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", _BRIDGE, "type", "bridge")
    _run("ip", "addr", "add", f"{ADDRESS}/24", "dev", _BRIDGE)
    _run("ip", "link", "set", _BRIDGE, "up")
    places: list[Place] = []
    try:
        for number, name in enumerate(names, start=2):
            places.append(_place(name, number))
        yield places
    finally:
        for place in places:
            place.holder.kill()
            place.holder.wait()
        _run("ip", "link", "del", _BRIDGE)


def _place(name: str, number: int) -> Place:
    holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
    place = Place(name, holder)
    _wait_for_namespace(holder.pid)
    _run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid))
    _run("ip", "link", "set", name, "master", _BRIDGE, "up")
    for command in (
        ("ip", "link", "set", "lo", "up"),
        ("ip", "addr", "add", f"10.77.0.{number}/24", "dev", "eth0"),
        ("ip", "link", "set", "eth0", "up"),
    ):
        _run(*place.through, *command)
    return place


def _wait_for_namespace(pid: int) -> None:
    """Until the process that is to hold it has left ours."""
    ours = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{pid}/ns/net").readlink() == ours:
        time.sleep(0.01)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
