"""What makes a daemon one of the hosts that share a ledger: its run, its lease, and the ledger as it uses it."""

import datetime
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Engine

from agent import errors
from agent.adapters.home import last_run, note_run
from agent.adapters.lease import BeatenLease
from agent.adapters.ledger import SqlHosts
from agent.adapters.ledger.engine import host_of, of_host
from agent.adapters.ledger.transfer import refuse_carried
from agent.core.hosts import at_work
from agent.domain.host import HostRun, Role, RunId
from agent.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A run among the others.

    Attributes:
        engine: the ledger; it refuses to be written to once the run stands no more.
        lease: to be beaten every `interval_seconds`.
    """

    engine: Engine
    hosts: SqlHosts
    lease: BeatenLease

    def leave(self) -> None:
        """End in order; where that can't be written, others fence the run off after its lease."""
        with suppress(errors.LedgerUnavailable, errors.LeaseLost):
            self.hosts.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRuns:
    """What the ledger knows of the hosts now, by its own clock."""

    runs: Sequence[HostRun]
    now: datetime.datetime
    lease: datetime.timedelta

    @property
    def at_work(self) -> list[HostRun]:
        """Those that others count on."""
        return at_work(self.runs, self.now, self.lease)


def membership_of(engine: Engine, settings: Settings, roles: Collection[Role]) -> Membership | None:
    """Begin a run; None where the ledger is a file, which nobody shares.

    Args:
        engine: the ledger as this host uses it.

    Raises:
        HomeLocked: it can't stand beside those at work.
        LedgerUnavailable: it can't be used now, or was copied elsewhere meanwhile.
    """
    if engine.dialect.name != "postgresql":
        return None
    run, earlier = RunId(str(uuid4())), last_run(settings.state)
    own = of_host(engine, host_of(engine), run)
    hosts = SqlHosts(own, settings.lease_seconds)
    hosts.join(roles, None if earlier is None else RunId(earlier))
    try:
        refuse_carried(own)  # joining waited for whoever copied it
    except errors.LedgerUnavailable:
        hosts.leave()
        raise
    note_run(settings.state, run)
    lease = BeatenLease(hosts.beat, settings.lease_seconds)
    lease.beat()
    return Membership(engine=own, hosts=hosts, lease=lease)


def refuse_while_others_work(engine: Engine, settings: Settings) -> None:
    """Refuse what only one may do who works in the home alone; a lock on one machine's disk says nothing of others.

    Args:
        engine: of the ledger that hosts may share.

    Raises:
        HomeLocked: a daemon stands among its hosts.
        LedgerUnavailable.
    """
    if names := [run.host or "this machine" for run in at_work_in(engine, settings)]:
        raise errors.HomeLocked(
            f"Daemons work with this ledger: {', '.join(names)}.",
            hint="Stop each first, on its machine: systemctl stop dossierd",
        )


def known_runs(engine: Engine, settings: Settings) -> KnownRuns:
    """Ask a ledger in PostgreSQL.

    Raises:
        LedgerUnavailable.
    """
    known = SqlHosts(engine, settings.lease_seconds)
    lease = datetime.timedelta(seconds=settings.lease_seconds)
    return KnownRuns(runs=known.runs(), now=known.now(), lease=lease)


def at_work_in(engine: Engine, settings: Settings) -> list[HostRun]:
    """The daemons that share a ledger and are heard of; none where it is a file.

    Raises:
        LedgerUnavailable.
    """
    return known_runs(engine, settings).at_work if engine.dialect.name == "postgresql" else []
