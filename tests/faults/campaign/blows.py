"""The kinds of faults. Each strikes on entering, lasts, and is taken back on leaving; what it says is what was done."""

import contextlib
import itertools
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from agent.adapters.home import LEDGER_FILE
from tests.botapi import OUTAGES
from tests.faults.campaign.daemon import REFUSE, SHIFT
from tests.faults.campaign.office import NOT_FILED, Office, has_capabilities_to_drop
from tests.faults.mounts import mount_on_itself, unmount
from tests.faults.refusing import POINTS
from tests.faults.small_home import FREE_LEVELS_KILOBYTES, Ballast

PLACES = ("incoming", "archive", "review", "failed")
WRITTEN = (*PLACES, "state")
SHIFTS_SECONDS = (-172_800, -3_600, -45, 45, 3_600, 172_800)
STORM_CHUNK = 250

OfficeT = TypeVar("OfficeT", bound=Office)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[OfficeT]):
    """A kind of fault.

    Attributes:
        place: two of one place don't strike at once.
        needs_mounts: whether it needs a home in a mount namespace of its own.
        may_repeat: whether a message may be delivered twice for it: it was said, and the note of that was lost.
    """

    strike: Callable[[OfficeT], AbstractContextManager[str]]
    place: str
    needs_mounts: bool = False
    may_repeat: bool = False


@contextlib.contextmanager
def killed(office: Office) -> Iterator[str]:
    """SIGKILL, up to three times: while it starts, or while it works."""
    times = office.chance.randint(1, 3)
    for _ in range(times):
        office.hold(0, 1.5)
        office.kill()
        office.start()
    yield f"{times} deaths"


@contextlib.contextmanager
def paused(office: Office) -> Iterator[str]:
    """SIGSTOP, and SIGCONT after a while."""
    office.daemon.send_signal(signal.SIGSTOP)
    try:
        yield "stopped"
    finally:
        office.daemon.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def full(office: Office) -> Iterator[str]:
    """The file system of the home has no room, for real."""
    ballast, free = Ballast(office.world.home), office.chance.choice(FREE_LEVELS_KILOBYTES)
    ballast.fill(free)
    try:
        yield f"{free} KB free"
    finally:
        ballast.lift()


@contextlib.contextmanager
def refused(office: Office) -> Iterator[str]:
    """The kernel or SQLite refuses one named write, as a broken disk does."""
    point, number = office.chance.choice(POINTS), office.chance.choice(("EIO", "EROFS", "ENOSPC"))
    beside = office.world.home.parent
    _write(beside / REFUSE, json.dumps({"point": point, "errno": number}))
    before = _lines(beside / "refused")
    try:
        yield f"{number} at {point}"
    finally:
        (beside / REFUSE).unlink()
    office.refusals += _lines(beside / "refused") - before


@contextlib.contextmanager
def read_only(office: Office) -> Iterator[str]:
    """A folder of the home can't be written to: the kernel says EROFS."""
    name = office.chance.choice(WRITTEN)
    mount_on_itself(office.world.home / name, is_read_only=True)
    try:
        yield f"{name}/ read-only"
    finally:
        unmount(office.world.home / name, is_read_only=True)


@contextlib.contextmanager
def across(office: Office) -> Iterator[str]:
    """A folder becomes a mount of its own: no file is renamed into it, the kernel says EXDEV."""
    name = office.chance.choice(PLACES)
    mount_on_itself(office.world.home / name)
    try:
        yield f"{name}/ is a mount"
    finally:
        unmount(office.world.home / name)


@contextlib.contextmanager
def closed(office: Office) -> Iterator[str]:
    """The daemon may not write into a folder, or not even look into it."""
    name, mode = office.chance.choice(WRITTEN), office.chance.choice((0o000, 0o500))
    folder = office.world.home / name
    before = folder.stat().st_mode & 0o7777
    folder.chmod(mode)
    try:
        yield f"{name}/ is {mode:03o}"
    finally:
        folder.chmod(before)


@contextlib.contextmanager
def replaced(office: Office) -> Iterator[str]:
    """A folder is taken away, and an empty one put in its place; then it comes back with what was filed meanwhile."""
    name = office.chance.choice(("archive", "review", "failed"))
    folder, away = office.world.home / name, office.world.home / f"{name}.away"
    folder.rename(away)
    folder.mkdir(mode=away.stat().st_mode & 0o7777)
    try:
        yield f"{name}/ replaced"
    finally:
        strays = folder.with_name(f"{name}.strays")
        folder.rename(strays)
        away.rename(folder)
        _merge(strays, folder)


@contextlib.contextmanager
def clock(office: Office) -> Iterator[str]:
    """The daemon's clock jumps, and jumps back."""
    seconds = office.chance.choice(SHIFTS_SECONDS)
    file = office.world.home.parent / SHIFT
    _write(file, str(seconds))
    try:
        yield f"{seconds:+d} s"
    finally:
        file.unlink()


@contextlib.contextmanager
def locked(office: Office) -> Iterator[str]:
    """Another program writes in the ledger and takes its time."""
    ledger = office.world.home / "state" / LEDGER_FILE
    other = sqlite3.connect(f"file:{ledger}?mode=rw", uri=True, timeout=30, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        if office.chance.random() < 0.2:
            office.hold(8, 12)
        yield "ledger locked"
    finally:
        other.close()


@contextlib.contextmanager
def telegram(office: Office) -> Iterator[str]:
    """Telegram is away in one way or another, comes back, and is away again."""
    name, times = office.chance.choice(tuple(OUTAGES)), office.chance.randint(1, 3)
    outage = OUTAGES[name]
    for _ in range(times - 1):
        outage.begin(office.api)
        office.hold(0.1, 0.5)
        outage.end(office.api)
        office.hold(0.1, 0.5)
    outage.begin(office.api)
    try:
        yield f"{name}, {times} times"
    finally:
        outage.end(office.api)


@contextlib.contextmanager
def storm(office: Office) -> Iterator[str]:
    """Files come, change their names and go, by the thousand; one that was taken in first is a document."""
    files = STORM_CHUNK * office.chance.randint(2, 10)
    taken = sum(_gust(office) for _ in range(files // STORM_CHUNK))
    yield f"{files} files, {taken} taken in"


@contextlib.contextmanager
def hostile(office: Office) -> Iterator[str]:
    """Files that are made to hang, burst or mislead their readers."""
    files = office.chance.randint(1, 3)
    for _ in range(files):
        office.drop_hostile()
    yield f"{files} files"


KINDS: Mapping[str, Kind[Office]] = {
    "storm": Kind(strike=storm, place="files"),
    "hostile": Kind(strike=hostile, place="files"),
    "telegram": Kind(strike=telegram, place="telegram", may_repeat=True),
    "clock": Kind(strike=clock, place="clock"),
    "locked": Kind(strike=locked, place="ledger", may_repeat=True),
    "refused": Kind(strike=refused, place="disk", may_repeat=True),
    "full": Kind(strike=full, place="disk", needs_mounts=True, may_repeat=True),
    "read-only": Kind(strike=read_only, place="folder", needs_mounts=True, may_repeat=True),
    "across": Kind(strike=across, place="folder", needs_mounts=True),
    "closed": Kind(strike=closed, place="folder", may_repeat=True),
    "replaced": Kind(strike=replaced, place="folder"),
    "paused": Kind(strike=paused, place="process"),
    "killed": Kind(strike=killed, place="process", may_repeat=True),
}
"""In the order in which those of one round strike: the daemon is killed when the others are on already."""


def usable(*, has_mounts: bool) -> Mapping[str, str | None]:
    """Why each kind can't be tried here; None where it can."""
    reasons: dict[str, str | None] = dict.fromkeys(KINDS)
    for name, kind in KINDS.items():
        if kind.needs_mounts and not has_mounts:
            reasons[name] = "nobody may mount here"
    if not has_capabilities_to_drop():
        reasons["closed"] = "root without setpriv"
    return reasons


def _gust(office: Office) -> int:
    """Make some files, rename them, and take them away; gives how many were taken in first."""
    made = [
        office.world.home / "incoming" / f"storm-{number}.pdf"
        for number in itertools.islice(office.numbers, STORM_CHUNK)
    ]
    left = [path for path in made if _written(path)]
    return sum(_whirled(office, path) for path in left)


def _written(path: Path) -> bool:
    try:
        path.write_bytes(_half(path.stem))
    except OSError:
        path.unlink(missing_ok=True)
        return False
    return True


def _whirled(office: Office, path: Path) -> bool:
    """Rename it and take it away; gives whether the daemon was quicker, which makes it a document."""
    content, later = _half(path.stem), path.with_stem(f"{path.stem}-renamed")
    name = path.name
    try:
        path.rename(later)
        name = later.name
        later.unlink()
    except FileNotFoundError:
        office.dropped[name], office.expected[name] = content, NOT_FILED
        return True
    return False


def _half(name: str) -> bytes:
    return f"%PDF-1.4\n% {name}\n".encode()


def _merge(source: Path, target: Path) -> None:
    """Move what lies in one folder into another; nothing is replaced."""
    for folder, _, names in os.walk(source, topdown=False):
        below = target / Path(folder).relative_to(source)
        below.mkdir(parents=True, exist_ok=True)
        for name in names:
            assert not (below / name).exists(), f"{name} was filed twice"
            (Path(folder) / name).rename(below / name)
        Path(folder).rmdir()


def _write(path: Path, text: str) -> None:
    whole = path.with_suffix(".new")
    whole.write_text(text)
    whole.rename(path)


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0
