"""What a document and each question take when a thousand, a hundred thousand and a million lie in ledger and archive.

A daemon for each size; they are given letters in turns, so that a busy machine is as busy for each. The archive's files
are links of one in each folder, so TMPDIR needs 3 GB and as many names as a filesystem takes; a tmpfs does.
"""

import argparse
import contextlib
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from agent.adapters.home import LEDGER_FILE
from agent.adapters.ledger import open_engine
from benchmarks.figures import Figure, report
from benchmarks.grown import fill, lay_files
from benchmarks.papers import letters
from benchmarks.questions import asked, searched
from benchmarks.running import SETTLE_SECONDS, RunningDaemon, command_line, running_daemon

TITLE = "growth: documents that lie there already"
SIZES = (1_000, 100_000, 1_000_000)
_AT_ONCE, _ROUNDS, _TRIES = 20, 5, 3
_REST_SECONDS = 120.0
_MOST_RATIO = 1.2
_MOST_SEARCHING = 1.0
_LOOK_SECONDS = 0.05
_COMMANDS = (
    ("status",),
    ("check",),
    ("metrics",),
    ("costs", "--last", "24h"),
    ("failures", "--last", "24h"),
    ("slo",),
    ("show", "D-990"),
    ("pending",),
    ("find", "D-990"),
)


def measure(sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    """Fill a home for each size, give each letters in turns, and ask each the same."""
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(running_daemon(prepare=partial(_prepare, old=old))) for old in sizes]
        yield from _documents(daemons, sizes)
        yield from _questions(daemons, sizes)
        yield from _commands(daemons, sizes)


def _prepare(home: Path, *, old: int) -> None:
    engine = open_engine(home / "state" / LEDGER_FILE, may_upgrade=True)
    try:
        fill(engine, old)
    finally:
        engine.dispose()
    lay_files(home, old)


def _documents(daemons: Sequence[RunningDaemon], sizes: Sequence[int]) -> Iterator[Figure]:
    drawn = letters()
    wall: list[list[float]] = [[] for _ in daemons]
    cpu: list[list[float]] = [[] for _ in daemons]
    for number in range(_ROUNDS + 1):
        batch = [content for _, content in itertools.islice(drawn, _AT_ONCE)]
        for place, daemon in enumerate(daemons):
            taken = _seconds_a_letter(daemon, number, batch)
            if number:  # the first round warms
                wall[place].append(taken[0])
                cpu[place].append(taken[1])
    for name, found in (("processor", cpu), ("time", wall)):
        medians = [statistics.median(each) for each in found]
        for size, median in zip(sizes, medians, strict=True):
            yield Figure(name=f"{name} a letter, {size:,}", measured=1000 * median, unit="ms", digits=1)
        for place, size in list(enumerate(sizes))[1:]:
            # In turns: each round's letters to those of the same round, so that both met the same load.
            ratio = statistics.median(one / first for one, first in zip(found[place], found[0], strict=True))
            yield Figure(
                name=f"{name}, {size:,} to {sizes[0]:,}", measured=ratio, unit="x", bound=_MOST_RATIO
            )


def _seconds_a_letter(daemon: RunningDaemon, number: int, batch: Sequence[bytes]) -> tuple[float, float]:
    """Drop some letters at once; gives time and processor time of one until all rest and are told of."""
    [(before,)] = daemon.query("SELECT max(document_id) FROM documents")
    began, spent = time.monotonic(), daemon.cpu_seconds()
    for place, content in enumerate(batch):
        daemon.drop(f"letter-{number}-{place}.pdf", content)
    rest = f"SELECT count(*) FROM documents WHERE document_id > {before} AND rested_at IS NOT NULL"
    untold = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL"
    while daemon.query(rest) != [(len(batch),)] or daemon.query(untold) != [(0,)]:
        daemon.check()
        if time.monotonic() > began + _REST_SECONDS:
            raise TimeoutError("the letters don't come to rest")
        time.sleep(_LOOK_SECONDS)
    wall = time.monotonic() - began - SETTLE_SECONDS
    return wall / len(batch), (daemon.cpu_seconds() - spent) / len(batch)


def _questions(daemons: Sequence[RunningDaemon], sizes: Sequence[int]) -> Iterator[Figure]:
    """Each question of loops and commands, to the smallest ledger's; and each search."""
    taken = [dict(_times(daemon, size)) for daemon, size in zip(daemons, sizes, strict=True)]
    for place, size in list(enumerate(sizes))[1:]:
        slowest = max(taken[place], key=lambda name: taken[place][name] - taken[0][name])
        more = taken[place][slowest] - taken[0][slowest]
        yield Figure(
            name=f"{len(taken[0])} questions, {size:,}: most added ({slowest})",
            measured=1000 * more,
            unit="ms",
            bound=5.0,
        )
    for daemon, size in zip(daemons, sizes, strict=True):
        engine = open_engine(daemon.home / "state" / LEDGER_FILE, may_upgrade=False)
        for name, ask in searched(engine):
            taken_by = min(_seconds(ask) for _ in range(_TRIES))
            yield Figure(name=f"find {name}, {size:,}", measured=taken_by, unit="s", bound=_MOST_SEARCHING)
        engine.dispose()


def _times(daemon: RunningDaemon, size: int) -> Iterator[tuple[str, float]]:
    engine = open_engine(daemon.home / "state" / LEDGER_FILE, may_upgrade=False)
    for name, ask in asked(engine, size):
        yield name, min(_seconds(ask) for _ in range(_TRIES))
    engine.dispose()


def _commands(daemons: Sequence[RunningDaemon], sizes: Sequence[int]) -> Iterator[Figure]:
    for command in _COMMANDS:
        taken: list[list[float]] = [[] for _ in daemons]
        for _ in range(3):
            for place, daemon in enumerate(daemons):
                run = partial(
                    subprocess.run, command_line(daemon.home, *command), capture_output=True, check=False
                )
                taken[place].append(_seconds(run))
        first, *_, last = (statistics.median(each) for each in taken)
        name = f"dossierd {' '.join(command)}"
        yield Figure(name=f"{name}, {sizes[0]:,}", measured=first, unit="s")
        yield Figure(name=f"{name}, {sizes[-1]:,}", measured=last, unit="s")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="multiples of ten")
    given = parser.parse_args()
    sys.exit(not report(TITLE, measure(given.sizes)))
