"""How long one document takes on a daemon that has nothing else to do: from the drop until its file is in the archive.

The time for which a file must stand still is a setting, and taken off.
"""

import itertools
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure, report
from benchmarks.papers import letters
from benchmarks.running import SETTLE_SECONDS, RunningDaemon, running_daemon

TITLE = "latency: 20 letters, one at a time, dropped to archived"
_DOCUMENTS = 20
_MOST_SECONDS = 0.5
_REST_SECONDS = 30.0


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
    seconds = daemon.seconds_until_filed(f"letter-{count}.pdf", content, record_id, _REST_SECONDS)
    daemon.wait_until_all_rest(count, _REST_SECONDS)
    return seconds


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
