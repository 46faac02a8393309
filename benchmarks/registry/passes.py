"""Bringing many people into the index: all at first, all again, and a thousand of them changed."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from agent.adapters.registry import Imported, RegistryIndex
from agent.domain.identity import Person
from benchmarks import processes
from benchmarks.figures import Figure
from benchmarks.registry.crowd import crowd

_CHANGED = 1_000
_BYTES_PER_MEGABYTE = 2**20
_MOST_PEAK_MEGABYTES = 200.0


def measure(index: RegistryIndex, path: Path, count: int) -> Iterator[Figure]:
    """Fill a new index, and bring it up to date in four ways."""
    inventing = _seconds(lambda: sum(1 for _ in crowd(count)))
    yield Figure(
        name="inventing the people, which the passes below include", measured=inventing, unit="s", digits=0
    )
    yield _pass("the first pass", lambda: index.replace(crowd(count)), lambda found: found.added == count)
    yield Figure(
        name="peak RSS of who fills it",
        measured=processes.memory(os.getpid()).peak_rss,
        unit="MB",
        bound=_MOST_PEAK_MEGABYTES,
        digits=0,
    )
    on_disk = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) / _BYTES_PER_MEGABYTE
    yield Figure(name="on disk", measured=on_disk, unit="MB", digits=0)
    yield _pass(
        "a whole pass without a change", lambda: index.replace(crowd(count)), lambda found: not found.changed
    )
    changes = [_changed(person) for person in _some(crowd(count), count)]
    yield _pass(
        "1,000 changes applied", lambda: index.apply(changes), lambda found: found.changed == len(changes)
    )
    yield _pass(
        "a whole pass that changes 1,000 back",
        lambda: index.replace(crowd(count)),
        lambda found: found.changed == len(changes),
    )


def _pass(name: str, run: Callable[[], Imported], is_right: Callable[[Imported], bool]) -> Figure:
    found: list[Imported] = []
    seconds = _seconds(lambda: found.append(run()))
    if not is_right(found[0]):
        raise RuntimeError(f"{name} did not do what it should: {found[0]}")
    return Figure(name=name, measured=seconds, unit="s")


def _some(people: Iterable[Person], count: int) -> Iterator[Person]:
    """A thousand people, evenly out of all; of fewer all."""
    step = max(1, count // _CHANGED)
    return (person for number, person in enumerate(people) if number % step == 0)


def _changed(person: Person) -> Person:
    return replace(person, last_name=f"{person.last_name} Neuf")


def _seconds(run: Callable[[], object]) -> float:
    began = time.monotonic()
    run()
    return time.monotonic() - began
