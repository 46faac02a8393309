"""What a daemon costs that has nothing to do: processor and memory, fork server included."""

import sys
import time
from collections.abc import Iterator

from benchmarks import processes
from benchmarks.figures import Figure, report
from benchmarks.running import running_daemon

TITLE = "idle: a daemon with nothing to do, for 60 seconds"
_SECONDS = 60.0
_MOST_PERCENT = 0.5
_MOST_MEGABYTES = 120.0


def measure() -> Iterator[Figure]:
    """Let a daemon stand idle and look what it takes."""
    with running_daemon() as daemon:
        began, spent = time.monotonic(), daemon.cpu_seconds()
        time.sleep(_SECONDS)
        share = (daemon.cpu_seconds() - spent) / (time.monotonic() - began)
        yield Figure(name="CPU, of one core", measured=100 * share, unit="%", bound=_MOST_PERCENT)
        found = [processes.memory(pid) for pid in processes.tree(daemon.pid)]
        total = sum(each.rss for each in found)
        yield Figure(name="RSS in all", measured=total, unit="MB", bound=_MOST_MEGABYTES, digits=0)
        for name, each in zip(("daemon", "fork server"), found, strict=True):
            yield Figure(name=f"RSS of the {name}", measured=each.rss, unit="MB", digits=0)
        pss = sum(each.pss for each in found)
        yield Figure(name="PSS in all (shared pages count once)", measured=pss, unit="MB", digits=0)


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
