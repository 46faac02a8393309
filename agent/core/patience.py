"""When a message may be to blame that fails again and again while its channel answers something else.

A failure that comes with an outage is nobody's fault and doesn't count. Nor does a count prove anything: what is asked
may answer while no message gets through. The proof is another message of the same kind, and without one nothing is
given up. An address that takes nothing needs no proof: whatever else it were given would fare as badly.
"""

import datetime
import math

from agent.domain.message import LoneFailures

MOST_FAILURES = 8
LONGEST_ALONE_SECONDS = 300.0
"""Between two tries of a message that alone waits and fails: what is written behind it waits as long to pass it."""
SHORTEST_PATIENCE = datetime.timedelta(minutes=15)
"""Longer than a server takes to start anew; the messages behind this one wait as long."""


def failed_alone(before: LoneFailures | None, now: datetime.datetime) -> LoneFailures:
    """Count one more failure of a message while its channel answered something else."""
    if before is None:
        return LoneFailures(count=1, since=now)
    return LoneFailures(count=before.count + 1, since=before.since)


def is_worth_a_proof(failures: LoneFailures, now: datetime.datetime) -> bool:
    """Whether it failed often enough, and for long enough, that the messages behind it are tried before it succeeds."""
    return failures.count >= MOST_FAILURES and now - failures.since >= SHORTEST_PATIENCE


def longest_alone_seconds(failures: LoneFailures, longest_seconds: float) -> float:
    """How long the next try of a message may wait that is worth a proof, and has got none: doubled each time.

    Args:
        longest_seconds: what a try in an outage waits at most; where that is longer already, it stays.
    """
    doubled = math.ldexp(longest_seconds, min(failures.count - MOST_FAILURES, 16))
    return max(longest_seconds, min(doubled, LONGEST_ALONE_SECONDS))
