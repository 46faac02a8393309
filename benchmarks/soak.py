"""Five thousand letters, one backlog after the other: what a daemon holds must not grow with what it has done.

Rounds of 250 letters are dropped so that never more than 200 wait. At the end of each round, when all rest, is measured
what daemon and fork server hold. The first two thousand letters warm them up. The reference reads some letters of each.

    python -m benchmarks.soak [--documents 5000]

The exit code tells whether it could run, not what it found: a leak is read off the lines, and not off one number.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, median

from benchmarks import processes
from benchmarks.figures import Figure, report
from benchmarks.papers import letters
from benchmarks.reference import Reference
from benchmarks.running import RunningDaemon, running_daemon

TITLE = "soak: {} one-page letters, never more than 200 waiting"
_DOCUMENTS = 5000
_ROUND = 250
_WARM = 2000
_BACKLOG = 200
_READ_BESIDE = 40
"""Of each round, for the reference."""
_REST_SECONDS = 600.0
_LOOK_SECONDS = 0.1
_SETTINGS = "DOSSIERD_CANARY_MINUTES=1\n"
"""So that the first one, which loads things, falls into the warming up, and many are soaked too."""
_MOST_SLOPE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a daemon held when all documents rested.

    Attributes:
        documents: so many had come to rest.
        daemon: RSS in megabytes.
        fork_server: the same.
        processes: the daemon, the fork server and whatever else it has started.
        descriptors: of all these processes together.
        threads: the same.
        scratch: files and folders where readers write.
        cpu_ratio: processor time a document of this round, to the same read in a warm process.
        documents_per_second: of this round.
    """

    documents: int
    daemon: float
    fork_server: float
    processes: int
    descriptors: int
    threads: int
    scratch: int
    cpu_ratio: float
    documents_per_second: float

    def __str__(self) -> str:
        return (
            f"{self.documents:>9} {self.daemon:>7.1f} {self.fork_server:>7.1f} {self.processes:>9} "
            f"{self.descriptors:>11} {self.threads:>7} {self.scratch:>7} {self.cpu_ratio:>6.2f} "
            f"{self.documents_per_second:>6.1f}"
        )


_HEAD = "documents  daemon  server processes descriptors threads scratch  ratio docs/s"


def measure(documents: int = _DOCUMENTS) -> Iterator[Figure]:
    """File them round by round, and tell what came of it."""
    with running_daemon(settings=_SETTINGS) as daemon:
        samples = []
        print(_HEAD, flush=True)
        for sample in _samples(daemon, documents):
            print(sample, flush=True)
            samples.append(sample)
        peak = processes.memory(daemon.pid).peak_rss
    warm = [sample for sample in samples if sample.documents >= min(_WARM, documents)]
    first, last = warm[0], warm[-1]
    for name, held in (
        ("daemon", [sample.daemon for sample in warm]),
        ("fork server", [sample.fork_server for sample in warm]),
    ):
        yield Figure(
            name=f"RSS of the {name}, growth a thousand documents",
            measured=slope(warm, held),
            unit="MB",
            bound=_MOST_SLOPE,
        )
    yield Figure(name="peak RSS of the daemon", measured=peak, unit="MB", digits=0)
    for name, before, after in (
        ("descriptors", first.descriptors, last.descriptors),
        ("threads", first.threads, last.threads),
        ("processes", first.processes, last.processes),
        ("scratch files", first.scratch, last.scratch),
    ):
        yield Figure(name=f"{name}, first", measured=before, unit="", digits=0)
        yield Figure(name=f"{name}, last", measured=after, unit="", bound=before, digits=0)
    ratios = [sample.cpu_ratio for sample in warm]
    yield Figure(name="CPU a document, to the same read in a warm process", measured=median(ratios), unit="x")
    yield Figure(name="the same, last quarter to first", measured=last_to_first(ratios), unit="x")
    pace = median(sample.documents_per_second for sample in warm)
    yield Figure(name="documents a second", measured=pace, unit="", digits=1)


def _samples(daemon: RunningDaemon, documents: int) -> Iterator[Sample]:
    drawn = letters()
    with Reference() as reference, tempfile.TemporaryDirectory() as folder:
        for begun in range(0, documents, _ROUND):
            papers = [content for _, content in itertools.islice(drawn, min(_ROUND, documents - begun))]
            beside = Path(folder, str(begun))
            beside.mkdir()
            for number, content in enumerate(papers[:_READ_BESIDE]):
                Path(beside, f"{number}.pdf").write_bytes(content)
            theirs = reference.cpu_seconds(beside) / len(papers[:_READ_BESIDE])
            began, spent = time.monotonic(), daemon.cpu_seconds()
            _file(daemon, papers, begun)
            ours = (daemon.cpu_seconds() - spent) / len(papers)
            yield _sample(
                daemon, begun + len(papers), ours / theirs, len(papers) / (time.monotonic() - began)
            )
    assert daemon.query("SELECT count(*) FROM documents WHERE state != 'archived'") == [(0,)]


def _file(daemon: RunningDaemon, papers: Sequence[bytes], begun: int) -> None:
    """Drop papers, no faster than they are filed, and wait until all rest."""
    resting = begun
    for number, content in enumerate(papers, start=begun):
        while number - resting >= _BACKLOG:
            daemon.check()
            time.sleep(_LOOK_SECONDS)
            resting = _resting(daemon)
        daemon.drop(f"letter-{number}.pdf", content)
    daemon.wait_until_all_rest(begun + len(papers), _REST_SECONDS)


def _resting(daemon: RunningDaemon) -> int:
    ((count,),) = daemon.query("SELECT count(*) FROM documents WHERE rested_at IS NOT NULL")
    return int(str(count))


def _sample(daemon: RunningDaemon, documents: int, ratio: float, pace: float) -> Sample:
    while (daemon.home / "state" / "canary").exists():  # one is under way
        daemon.check()
        time.sleep(_LOOK_SECONDS)
    everybody = list(processes.tree(daemon.pid))
    held = [processes.memory(pid).rss for pid in everybody]
    return Sample(
        documents=documents,
        daemon=held[0],
        fork_server=sum(held[1:]),
        processes=len(everybody),
        descriptors=sum(_entries(Path(f"/proc/{pid}/fd")) for pid in everybody),
        threads=sum(_entries(Path(f"/proc/{pid}/task")) for pid in everybody),
        scratch=sum(1 for _ in (daemon.home / "state" / "scratch").rglob("*")),
        cpu_ratio=ratio,
        documents_per_second=pace,
    )


def _entries(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def slope(samples: Sequence[Sample], held: Sequence[float]) -> float:
    """Megabytes a thousand documents, by least squares; nothing can be said of one sample."""
    if len(samples) < 2:
        return 0.0
    return 1000 * linear_regression([sample.documents for sample in samples], held).slope


def last_to_first(values: Sequence[float]) -> float:
    """What the last quarter was to the first, by their medians."""
    quarter = max(1, len(values) // 4)
    return median(values[-quarter:]) / median(values[:quarter])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=_DOCUMENTS)
    asked = parser.parse_args()
    report(TITLE.format(asked.documents), measure(asked.documents))
