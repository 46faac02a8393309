"""What checking the audit trail costs: a million lines over twelve months, every one of them."""

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from agent.adapters.journal import chain, survey
from benchmarks.figures import Figure, report

TITLE = "audit: a million lines in twelve files"
_LINES = 1_000_000
_MONTHS = 12
_ROUNDS = 3


def measure() -> Iterator[Figure]:
    """Write a trail, then check it, in turns with reading the same lines and hashing each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        _write(path)
        pairs = [(_checked_seconds(path), _hashed_seconds(path)) for _ in range(_ROUNDS)]
    checked, hashed = (statistics.median(taken) for taken in zip(*pairs, strict=True))
    yield Figure(name="check every line", measured=checked, unit="s", bound=10)
    yield Figure(name="read the same lines, and hash each", measured=hashed, unit="s")
    ratio = statistics.median(one / other for one, other in pairs)
    yield Figure(name="checking to reading and hashing", measured=ratio, unit="x", bound=5, digits=1)


def _write(path: Path) -> None:
    head = chain.START
    for month in range(1, _MONTHS + 1):
        at = datetime.datetime(2026, month, 3, tzinfo=datetime.UTC)
        name = path.name if month == _MONTHS else f"audit-2026-{month:02}.jsonl"
        with path.with_name(name).open("wb") as file:
            for number in range(_LINES // _MONTHS + (month <= _LINES % _MONTHS)):
                fields = {"document": f"D-{number}", "epoch": 1, "sha256": head.hash, "outcome": "archived"}
                head, line = chain.written(head, "rested", at, fields)
                file.write(line)


def _checked_seconds(path: Path) -> float:
    began = time.perf_counter()
    found = survey(path)
    taken = time.perf_counter() - began
    assert found.is_whole
    assert found.entries == _LINES
    return taken


def _hashed_seconds(path: Path) -> float:
    began = time.perf_counter()
    for one in sorted(path.parent.iterdir()):
        with one.open("rb") as file:
            for line in file:
                sha256(line).hexdigest()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(not report(TITLE, measure()))
