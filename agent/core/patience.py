"""When a message is given up that fails again and again while its channel answers everything else.

A failure that comes with an outage is nobody's fault and doesn't count, so an outage ends no message, however long.
"""

import datetime

from agent.domain.message import LoneFailures

MOST_FAILURES = 8
SHORTEST_PATIENCE = datetime.timedelta(minutes=15)
"""Longer than a server takes to start anew; the messages behind this one wait as long."""


def failed_alone(before: LoneFailures | None, now: datetime.datetime) -> LoneFailures:
    """Count one more failure of a message while its channel answered something else."""
    if before is None:
        return LoneFailures(count=1, since=now)
    return LoneFailures(count=before.count + 1, since=before.since)


def is_hopeless(failures: LoneFailures, now: datetime.datetime) -> bool:
    """Whether the message is to be given up: it failed often enough, and for long enough."""
    return failures.count >= MOST_FAILURES and now - failures.since >= SHORTEST_PATIENCE
