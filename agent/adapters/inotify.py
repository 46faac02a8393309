"""How many of this user's inotify instances and watches are used, and how many the kernel allows (inotify(7))."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
LIMITS = Path("/proc/sys/fs/inotify")

_INSTANCE = Path("anon_inode:inotify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What is used of one limit."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InotifyUse:
    """What this user's processes hold, as far as they may be looked into."""

    instances: Used
    watches: Used


def inotify_use(processes: Path = PROCESSES, limits: Path = LIMITS) -> InotifyUse:
    """Count.

    Raises:
        OSError: the kernel has no inotify, or /proc can't be read.
    """
    instances = list(_instances(processes))
    return InotifyUse(
        instances=Used(used=len(instances), limit=_limit(limits, "max_user_instances")),
        watches=Used(used=sum(instances), limit=_limit(limits, "max_user_watches")),
    )


def _limit(limits: Path, name: str) -> int:
    return int((limits / name).read_text())


def _instances(processes: Path) -> Iterator[int]:
    """Give, for each instance of this user's, how many watches it has."""
    for process in processes.iterdir():
        if not process.name.isdecimal():
            continue
        with contextlib.suppress(OSError):  # it ended meanwhile, or is not ours to look into
            if process.stat().st_uid != os.geteuid():
                continue
            for opened in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if opened.readlink() == _INSTANCE:
                        told = (process / "fdinfo" / opened.name).read_text()
                        yield sum(line.startswith("inotify wd:") for line in told.splitlines())
