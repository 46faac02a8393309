"""What a process and all that it started cost, as Linux tells it below /proc (proc(5))."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_KILOBYTES_PER_MEGABYTE = 1024
_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 11, 12, 13, 14
"""Places in /proc/PID/stat behind the command, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one process holds, in megabytes.

    Attributes:
        rss: all that is in memory; what it shares with others counts fully.
        pss: the same, where each shared page is divided by the number of those who share it.
        peak_rss: the highest `rss` since its start.
    """

    rss: float
    pss: float
    peak_rss: float


def tree(pid: int) -> Iterator[int]:
    """Go through a process and its living descendants, parents first."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from tree(int(child))


def cpu_seconds(pid: int) -> float:
    """The processor time, user and system, of a process and its descendants, the dead ones included.

    A dead child counts when its parent has taken leave of it, so this is exact while nothing is under way.
    """
    while True:
        with contextlib.suppress(FileNotFoundError):  # one has just ended: its parent tells of it now
            return sum(map(_ticks, tree(pid))) / _TICKS_PER_SECOND


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[place]) for place in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM))


def memory(pid: int) -> Memory:
    """Ask what a process holds."""
    status = _kilobytes(Path(f"/proc/{pid}/status"))
    return Memory(
        rss=status["VmRSS"] / _KILOBYTES_PER_MEGABYTE,
        pss=_kilobytes(Path(f"/proc/{pid}/smaps_rollup"))["Pss"] / _KILOBYTES_PER_MEGABYTE,
        peak_rss=status["VmHWM"] / _KILOBYTES_PER_MEGABYTE,
    )


def _kilobytes(path: Path) -> dict[str, int]:
    fields = (line.split() for line in path.read_text().splitlines() if line.endswith(" kB"))
    return {name.removesuffix(":"): int(amount) for name, amount, _ in fields}
