"""What a document costs when many come at once, as a ratio to the same read in one warm process.

Counted is the processor time, user and system, of the daemon, its fork server and all children, from the drop until
every document rests and its message is sent; starting up is left out on both sides. Rounds of both alternate.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, report
from benchmarks.papers import letters
from benchmarks.reference import Reference
from benchmarks.running import RunningDaemon, running_daemon

TITLE = "burst: 200 one-page letters dropped at once, three times"
_ROUNDS = 3
_DOCUMENTS = 200
_MOST_RATIO = 3.0
_REST_SECONDS = 300.0


def measure() -> Iterator[Figure]:
    """Alternate rounds of the reference and of the daemon, over the same letters."""
    drawn = letters()
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as folder, Reference() as reference, running_daemon() as daemon:
        for number in range(_ROUNDS + 1):
            papers = Path(folder, str(number))
            papers.mkdir()
            count = _DOCUMENTS if number else 20  # round 0 warms both
            for _, content in itertools.islice(drawn, count):
                Path(papers, f"{len(list(papers.iterdir()))}.pdf").write_bytes(content)
            reference_seconds = reference.cpu_seconds(papers)
            daemon_seconds = _filed(daemon, papers)
            if number:
                theirs.append(1000 * reference_seconds / count)
                ours.append(1000 * daemon_seconds / count)
        assert daemon.query("SELECT count(*) FROM documents WHERE state != 'archived'") == [(0,)]
    yield Figure(
        name="CPU a document, to the same read in a warm process",
        measured=median(mine / other for mine, other in zip(ours, theirs, strict=True)),
        unit="x",
        bound=_MOST_RATIO,
    )
    yield Figure(name="CPU a document, dossierd", measured=median(ours), unit="ms")
    yield Figure(name="CPU a document, reference", measured=median(theirs), unit="ms")


def _filed(daemon: RunningDaemon, papers: Path) -> float:
    """Drop the papers at once; gives the processor seconds until all are filed."""
    before = len(daemon.query("SELECT 1 FROM documents"))
    spent = daemon.cpu_seconds()
    dropped = sorted(papers.iterdir())
    for path in dropped:
        daemon.drop(f"{papers.name}-{path.name}", path.read_bytes())
    daemon.wait_until_all_rest(before + len(dropped), _REST_SECONDS)
    return daemon.cpu_seconds() - spent


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
