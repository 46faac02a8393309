"""The registry's index with a million people; the exit code is 1 when a bound is exceeded."""

import argparse
import sys
import tempfile
from pathlib import Path

from agent.adapters.registry import RegistryIndex
from benchmarks.figures import report
from benchmarks.registry import daemon, lookups, passes
from benchmarks.registry.crowd import crowd

_PEOPLE = 1_000_000


def main() -> int:
    """Measure passes, look-ups, and a daemon."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registry", description=__doc__)
    parser.add_argument(
        "--people", type=int, default=_PEOPLE, help="how many there are (default: %(default)s)"
    )
    count: int = parser.parse_args().people
    with tempfile.TemporaryDirectory(prefix="dossierd-benchmark-") as folder:
        path = Path(folder, "many.sqlite")
        many, few = RegistryIndex(path), RegistryIndex(Path(folder, "few.sqlite"))
        results = [report(f"registry: passes over {count:,} people", passes.measure(many, path, count))]
        few.replace(crowd(lookups.FEW))
        results.append(report(f"registry: look-ups among {count:,} people", lookups.measure(few, many)))
        few.close()
        many.close()
        results.append(report(f"registry: a daemon that knows {count:,} people", daemon.measure(path)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
