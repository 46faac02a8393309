"""How long a letter waits behind ten scans of a hundred pages each, beyond what it takes on an idle daemon."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure
from benchmarks.papers import Invented, letters
from benchmarks.reading import giants
from benchmarks.reading.sheets import people
from benchmarks.running import RunningDaemon, running_daemon

TITLE = "fairness: letters that come while ten scans of 100 pages are read"
_SCANS, _PAGES, _DOTS = 10, 100, 200
_LETTERS = 5
_MOST_SECONDS = 8.0
"""One turn and a page: docs/decisions/0013."""
_PATIENCE_SECONDS = 120.0


def measure() -> Iterator[Figure]:
    """File some letters on an idle daemon, then as many among the scans."""
    pages = giants.pages_about(next(people()), _PAGES, _DOTS)
    drawn = letters()
    with running_daemon() as daemon:
        idle = [_seconds(daemon, *next(drawn)) for _ in range(_LETTERS)]
        daemon.wait_until_all_rest(_LETTERS, _PATIENCE_SECONDS)
        for number in range(_SCANS):
            daemon.drop(f"scan-{number}.pdf", giants.bound(pages[number:] + pages[:number]))
        _wait_until_read(daemon)
        busy = [_seconds(daemon, *next(drawn)) for _ in range(_LETTERS)]
        unfinished = daemon.query(
            "SELECT count(*) FROM documents WHERE original_name LIKE 'scan-%' AND rested_at IS NULL"
        )
    yield Figure(
        name="a letter among scans beyond one alone, worst",
        measured=max(busy) - median(idle),
        unit="s",
        bound=_MOST_SECONDS,
        digits=1,
    )
    yield Figure(
        name="the same, median", measured=median(busy) - median(idle), unit="s", bound=_MOST_SECONDS, digits=1
    )
    yield Figure(
        name="scans still under way then", measured=int(str(unfinished[0][0])), unit="", least=1, digits=0
    )


def _seconds(daemon: RunningDaemon, them: Invented, content: bytes) -> float:
    """File a letter; one that waits without end counts as having waited as long as anybody would."""
    name = f"letter-{them.record_id}.pdf"
    try:
        return daemon.seconds_until_filed(name, content, them.record_id, _PATIENCE_SECONDS)
    except TimeoutError:
        return _PATIENCE_SECONDS


def _wait_until_read(daemon: RunningDaemon) -> None:
    """Wait until the reader is at the scans.

    Raises:
        TimeoutError: it never is.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not daemon.query("SELECT 1 FROM documents WHERE state = 'reading'"):
        daemon.check()
        if time.monotonic() > deadline:
            raise TimeoutError("no scan is being read")
        time.sleep(0.1)
