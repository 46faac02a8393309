"""How long one document takes on a daemon that has nothing else to do: from the drop until its file is in the archive.

The time for which a file must stand still is a setting, and taken off.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, report
from benchmarks.papers import letters
from benchmarks.running import SETTLE_SECONDS, RunningDaemon, running_daemon

TITLE = "latency: 20 letters, one at a time, dropped to archived"
_DOCUMENTS = 20
_MOST_SECONDS = 0.5
_REST_SECONDS = 30.0
_LOOK_SECONDS = 0.002


def measure() -> Iterator[Figure]:
    """Drop a letter, wait until it is filed, and again."""
    with running_daemon() as daemon:
        found = [
            _seconds_to_file(daemon, count, them.record_id, content)
            for count, (them, content) in enumerate(itertools.islice(letters(), _DOCUMENTS), start=1)
        ]
    beyond = [seconds - SETTLE_SECONDS for seconds in found]
    yield Figure(name="beyond the settle time, worst", measured=max(beyond), unit="s", bound=_MOST_SECONDS)
    yield Figure(
        name="beyond the settle time, median", measured=median(beyond), unit="s", bound=_MOST_SECONDS
    )


def _seconds_to_file(daemon: RunningDaemon, count: int, record_id: str, content: bytes) -> float:
    folder = daemon.home / "archive" / record_id
    daemon.drop(f"letter-{count}.pdf", content)
    dropped_at = time.monotonic()
    while not _holds_document(folder):
        if time.monotonic() - dropped_at > _REST_SECONDS:
            raise TimeoutError(f"letter {count} is not filed after {_REST_SECONDS} s")
        time.sleep(_LOOK_SECONDS)
    seconds = time.monotonic() - dropped_at
    daemon.wait_until_all_rest(count, _REST_SECONDS)
    return seconds


def _holds_document(folder: Path) -> bool:
    return any(folder.glob("*/*.pdf"))


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
