"""What a daemon holds in memory that knows many people, and has looked some of them up."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

from agent.adapters.home import REGISTRY_FILE
from benchmarks import processes
from benchmarks.figures import Figure
from benchmarks.papers import letters
from benchmarks.running import running_daemon

_DOCUMENTS = 50
_REST_SECONDS = 300.0
_MOST_MEGABYTES = 200.0


def measure(index: Path) -> Iterator[Figure]:
    """Put an index in place of a new home's, drop letters, and look when all rest."""
    with running_daemon(prepare=lambda home: _put(index, home)) as daemon:
        for number, (_, content) in enumerate(itertools.islice(letters(), _DOCUMENTS)):
            daemon.drop(f"letter-{number}.pdf", content)
        daemon.wait_until_all_rest(_DOCUMENTS, _REST_SECONDS)
        held = [processes.memory(pid) for pid in processes.tree(daemon.pid)]
    yield Figure(
        name=f"peak RSS of the daemon, {_DOCUMENTS} letters",
        measured=held[0].peak_rss,
        unit="MB",
        bound=_MOST_MEGABYTES,
        digits=0,
    )
    yield Figure(
        name="RSS with the fork server", measured=sum(each.rss for each in held), unit="MB", digits=0
    )


def _put(index: Path, home: Path) -> None:
    for file in (home / "state").glob(f"{REGISTRY_FILE}*"):
        file.unlink()
    shutil.copy(index, home / "state" / REGISTRY_FILE)
