"""How it stands with the hosts that share a home, from what the ledger knows of their runs."""

import datetime
from collections.abc import Sequence

from agent.domain.host import HostRun, Role

REMEMBERED = datetime.timedelta(hours=1)
"""How long a run that was fenced off is worth a word."""


def at_work(runs: Sequence[HostRun], now: datetime.datetime, lease: datetime.timedelta) -> list[HostRun]:
    """Those that others count on: not fenced off, and heard of within a lease."""
    return [run for run in runs if run.stands and now - run.beat_at <= lease]


def unmanned(runs: Sequence[HostRun]) -> list[Role]:
    """What nobody among them does, in the order in which a document meets it."""
    return [role for role in Role if not any(role in run.roles for run in runs)]


def fallen(runs: Sequence[HostRun], now: datetime.datetime) -> list[HostRun]:
    """Those that were fenced off within the last hour, the latest first."""
    found = [run for run in runs if run.fenced_at is not None and now - run.fenced_at <= REMEMBERED]
    return sorted(found, key=lambda run: run.fenced_at or now, reverse=True)


def named(run: HostRun, now: datetime.datetime) -> str:
    """A run in a few words that are the same in each language: `north (worker, 3 s)`."""
    seconds = max(0, round((now - run.beat_at).total_seconds()))
    roles = "all" if run.roles == frozenset(Role) else "+".join(role for role in Role if role in run.roles)
    return f"{run.host or '-'} ({roles}, {seconds} s)"
