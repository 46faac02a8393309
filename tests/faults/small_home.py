"""What happens on a home that is a small file system of its own, filled up by a ballast for real.

`python -m tests.faults.small_home SCENARIO FOLDER`, inside a mount namespace of its own (`unshare -m`), so that the
mount goes away with it. A scenario that fails raises.
"""

import contextlib
import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.group import descendants
from tests.faults.mounts import mount_memory
from tests.faults.world import SETTINGS, STARTED, World, clean_scan_about, end, letter_about, stop

HOME_MEGABYTES = 48
"""Room for the picture of a page, and what must be free beside it."""
FREE_LEVELS_KILOBYTES = (0, 4, 64, 400)
"""Nothing; less than a page of SQLite's; some of its pages; enough for most, not for all."""

MODULE = "tests.faults.refusing"
REFUSED = b"_unavailable"
"""What the log says when something found no room: the reason of StorageUnavailable, LedgerUnavailable and the like."""


class _Crossed(Exception):
    """The daemon took some of the room between the look and the filling."""


def _take(descriptor: int, start: int, size: int) -> None:
    try:
        os.posix_fallocate(descriptor, start, size)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.ftruncate(descriptor, start)
        raise _Crossed from error


class Ballast:
    """A file that takes all room but some."""

    def __init__(self, home: Path) -> None:
        self._path = home / "ballast"

    def fill(self, but_kilobytes: int) -> None:
        for _ in range(20):
            room = os.statvfs(self._path.parent)
            pages = (room.f_bavail * room.f_frsize - but_kilobytes * 1024) // 4096
            with self._path.open("ab") as writer, contextlib.suppress(_Crossed):
                if pages > 0:
                    _take(writer.fileno(), writer.tell(), pages * 4096)
                return
        raise AssertionError("the daemon took the room each time before it could be filled")

    def lift(self) -> None:
        self._path.unlink()


def mounted(folder: Path, floor_megabytes: int) -> World:
    home = folder / "home"
    home.mkdir()
    mount_memory(home, HOME_MEGABYTES)
    return World.make(home, SETTINGS + f"DOSSIERD_DISK_FLOOR_MEGABYTES={floor_megabytes}\n")


def letters(first: int, count: int = 6) -> dict[str, bytes]:
    return {f"{number}.pdf": letter_about(number) for number in range(first, first + count)}


def in_flight(folder: Path) -> None:
    """The disk fills up while documents are under way, at one level after the other, and is freed again."""
    world, dropped = mounted(folder, floor_megabytes=0), dict[str, bytes]()
    ballast = Ballast(world.home)
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        for level, free in enumerate(FREE_LEVELS_KILOBYTES):
            heard = len(world.log.read_bytes())
            coming = letters(100 + 20 * level)
            dropped |= coming
            for name, content in coming.items():
                world.drop(name, content)
            ballast.fill(free)
            world.wait(partial(_met_or_rest, world, heard, dropped), daemon)
            ballast.lift()
            world.wait(partial(_all_rest, world, dropped), daemon)
        stop(daemon)
    finally:
        end(daemon)
    assert REFUSED in world.log.read_bytes(), "it was never full: this proves nothing"
    world.check(dropped)
    assert set(world.outcomes().values()) == {
        f"archived {name.partition('.')[0]} by rule" for name in dropped
    }


def scanned(folder: Path) -> None:
    """The disk fills up while tesseract is at a scan: the scan waits for room, and is read then."""
    world, dropped = mounted(folder, floor_megabytes=0), {"100.pdf": clean_scan_about(100)}
    ballast = Ballast(world.home)
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        world.drop("100.pdf", dropped["100.pdf"])
        world.wait(lambda: _is_recognising(world, daemon.pid), daemon)
        ballast.fill(0)
        world.wait(lambda: _met(world, 0), daemon)
        ballast.lift()
        world.wait(lambda: _all_rest(world, dropped), daemon)
        stop(daemon)
    finally:
        end(daemon)
    world.check(dropped)
    assert world.outcomes() == {"100.pdf": "archived 100 by rule"}
    assert list((world.home / "state" / "scratch").iterdir()) == []


def _is_recognising(world: World, pid: int) -> bool:
    """A start too asks tesseract, for its version; then there is no page yet."""
    has_page = any((world.home / "state" / "scratch").iterdir())
    return has_page and any(Path(f"/proc/{it}/comm").read_text() == "tesseract\n" for it in descendants(pid))


def killed(folder: Path) -> None:
    """The daemon dies on a full disk, and is started on it: it comes up, or says why not; with room, all goes on."""
    world, dropped = mounted(folder, floor_megabytes=0), letters(200)
    ballast = Ballast(world.home)
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        heard = len(world.log.read_bytes())
        for name, content in dropped.items():
            world.drop(name, content)
        ballast.fill(0)
        world.wait(lambda: _met(world, heard), daemon)
    finally:
        end(daemon)
    ballast.fill(0)  # what the dead daemon has left open is gone
    second = world.start(module=MODULE)
    _wait_for(lambda: second.poll() is not None or b'"recovered"' in _said_last(world))
    if second.poll() is not None:
        assert b"free some space" in _said_last(world), world.said()
    end(second)
    ballast.lift()
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: _all_rest(world, dropped), daemon)
        stop(daemon)
    finally:
        end(daemon)
    world.check(dropped)


def refused(folder: Path) -> None:
    """Without room for the ledger's own index the start is refused in plain words, and succeeds when there is some."""
    world = mounted(folder, floor_megabytes=0)
    ballast = Ballast(world.home)
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        stop(daemon)
        ballast.fill(0)
        said = _run("run", "--home", str(world.home))
        assert said.returncode == 3, said
        assert "The ledger can't be used now" in said.stderr, said
        assert "free some space" in said.stderr, said
        ballast.lift()
        daemon = world.start(module=MODULE)
        world.wait_until_up(daemon)
        stop(daemon)
    finally:
        end(daemon)


def floor(folder: Path) -> None:
    """Below the floor nothing is taken in, people are told once, what is under way goes on; above it all goes on."""
    world, before, after = mounted(folder, floor_megabytes=8), letters(100), letters(120)
    ballast = Ballast(world.home)
    ballast.fill(5000)
    for name, content in before.items():
        world.drop(name, content)
    daemon = world.start(module=MODULE)
    try:
        world.wait_until_up(daemon)
        world.wait(lambda: _told(world) == ["intake_paused"], daemon)
        assert not world.documents()
        assert {path.name for path in (world.home / "incoming").glob("*.pdf")} == set(before)
        assert _check(world, "disk")["level"] == "bad"
        assert "pauses below 8" in _status(world)
        stop(daemon)
        daemon = world.start(module=MODULE)
        world.wait_until_up(daemon)
        world.wait(lambda: b'"intake_paused"' in world.log.read_bytes().rpartition(STARTED)[2], daemon)
        ballast.lift()
        world.wait(lambda: _all_rest(world, before), daemon)
        for name, content in after.items():
            world.drop(name, content)
        world.wait(lambda: _all_rest(world, before | after), daemon)
        stop(daemon)
    finally:
        end(daemon)
    world.check(before | after)
    assert [kind for kind in _told(world) if kind.startswith("intake")] == ["intake_paused", "intake_resumed"]
    assert _check(world, "disk")["level"] == "good"


def _met(world: World, heard: int) -> bool:
    return REFUSED in world.log.read_bytes()[heard:]


def _met_or_rest(world: World, heard: int, dropped: Mapping[str, bytes]) -> bool:
    return _met(world, heard) or _all_rest(world, dropped)


def _all_rest(world: World, dropped: Mapping[str, bytes]) -> bool:
    return world.rests() and set(world.outcomes()) == set(dropped)


def _told(world: World) -> list[str]:
    path = world.home.with_name("told.jsonl")
    return [json.loads(line)["kind"] for line in path.read_text().splitlines()] if path.exists() else []


def _check(world: World, part: str) -> dict[str, str]:
    done = _type(world, "check")
    return next(finding for finding in json.loads(done) if finding["part"] == part)


def _status(world: World) -> str:
    return str(json.loads(_type(world, "status"))["intake_paused"])


def _type(world: World, command: str) -> str:
    return _run(command, "--json", "--home", str(world.home)).stdout


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def _said_last(world: World) -> bytes:
    return world.log.read_bytes().rpartition(STARTED)[2]


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


SCENARIOS: Mapping[str, Callable[[Path], None]] = {
    "in_flight": in_flight,
    "scanned": scanned,
    "killed": killed,
    "refused": refused,
    "floor": floor,
}

if __name__ == "__main__":
    SCENARIOS[sys.argv[1]](Path(sys.argv[2]))
