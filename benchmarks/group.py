"""How much memory a process and all that it started need together, measured while they work.

PSS shares out what several processes map; RSS counts it for each of them. A kernel that does not show another
process's PSS (it is not ours, or not dumpable) leaves its RSS, which says too much and never too little.
"""

import contextlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

SAMPLE_SECONDS = 0.2
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One moment of a process group, in MiB."""

    pss: float
    rss: float
    processes: int


@dataclass
class GroupWatch:
    """Samples a process and its descendants in a thread, from entering the block to leaving it."""

    leader: int
    samples: list[Sample] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def peak_pss(self) -> float:
        return max((it.pss for it in self.samples), default=0.0)

    @property
    def peak_rss(self) -> float:
        return max((it.rss for it in self.samples), default=0.0)

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            found = [memory for pid in descendants(self.leader) if (memory := _memory(pid)) is not None]
            self.samples.append(
                Sample(
                    pss=sum(pss for pss, _ in found),
                    rss=sum(rss for _, rss in found),
                    processes=len(found),
                )
            )


def descendants(leader: int) -> list[int]:
    """The process and all below it, whatever session they put themselves into."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [leader]
    for pid in found:
        found += children.get(pid, [])
    return found


def _memory(pid: int) -> tuple[float, float] | None:
    """PSS and RSS in MiB; None for a process that is gone, or is a zombie."""
    for source in ("smaps_rollup", "status"):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/{source}").read_text(errors="replace").splitlines()
            figures = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith(" kB")}
            rss = figures.get("Rss") or figures.get("VmRSS")
            if rss is not None:
                return int(figures.get("Pss", rss)) / _KIB_PER_MIB, int(rss) / _KIB_PER_MIB
    return None
