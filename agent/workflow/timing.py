"""How long a step of a document's life takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from agent.domain.life import Step
from agent.domain.reading import Reading
from agent.ports import Clock

MOVE = "move"


@contextmanager
def timed(name: str, steps: list[Step], clock: Clock, *, since: Reading | None = None) -> Iterator[None]:
    """Time one step, and add it to some; it is kept whether it succeeds or not.

    Args:
        since: what earlier runs have done of it.
    """
    started_at, started = clock.now(), time.perf_counter()
    if since is not None:
        started_at, started = since.begun_at, started - since.seconds
    try:
        yield
    finally:
        duration_ms = round((time.perf_counter() - started) * 1000)
        steps.append(Step(name=name, started_at=started_at, duration_ms=duration_ms))
