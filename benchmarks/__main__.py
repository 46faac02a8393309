"""All benchmarks, one after the other; the exit code is 1 when a bound is exceeded."""

import sys

from benchmarks import audit, burst, costs, finding, idle, latency, many, trends
from benchmarks.figures import report

if __name__ == "__main__":
    results = [
        report(benchmark.TITLE, benchmark.measure())
        for benchmark in (idle, latency, burst, many, finding, costs, audit, trends)
    ]
    sys.exit(not all(results))
