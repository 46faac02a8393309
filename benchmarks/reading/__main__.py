"""All lines of reading, one after the other; the exit code is 1 when a bound is exceeded."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure, report
from benchmarks.reading import born_digital, clean, fairness, hostile, memory, scans, sheets
from benchmarks.reading.truth import Drawer, load


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--documents", type=Path, help="a folder of scans; without it, scans are drawn")
    parser.add_argument("--truth", type=Path, help="what stands in them: truth.jsonl in their folder")
    parser.add_argument("--registry", type=Path, help="the people: registry.csv in their folder")
    parser.add_argument("--hostile", type=Path, help="a folder of odd PDFs; without it, none are compared")
    parser.add_argument("--rounds", type=int, default=3, help="of the clean scans")
    parser.add_argument("--only", default=",".join(LINES), help=f"some of {','.join(LINES)}")
    given = parser.parse_args()
    unknown = set(given.only.split(",")) - set(LINES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="dossierd-benchmark-") as folder:
        drawer = _drawer(given, Path(folder))
        lines = (LINES[name] for name in given.only.split(","))
        results = [report(title, measure(drawer, given)) for title, measure in lines]
    return 0 if all(results) else 1


Line = tuple[str, Callable[[Drawer, argparse.Namespace], Iterator[Figure]]]

LINES: dict[str, Line] = {
    "clean": (clean.TITLE, lambda drawer, given: clean.measure(drawer, given.rounds)),
    "scans": (scans.TITLE, lambda drawer, _: scans.measure(drawer)),
    "hostile": (hostile.TITLE, lambda _, given: hostile.measure(given.hostile)),
    "born-digital": (born_digital.TITLE, lambda *_: born_digital.measure()),
    "memory": (memory.TITLE, lambda *_: memory.measure()),
    "fairness": (fairness.TITLE, lambda *_: fairness.measure()),
}


def _drawer(given: argparse.Namespace, folder: Path) -> Drawer:
    if given.documents is None:
        return sheets.fill(folder)
    return load(
        given.documents,
        given.truth or given.documents / "truth.jsonl",
        given.registry or given.documents / "registry.csv",
    )


if __name__ == "__main__":
    sys.exit(main())
