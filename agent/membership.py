"""What makes a daemon one of the hosts that share a ledger: its run, its lease, and the ledger as it uses it."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Engine

from agent import errors
from agent.adapters.lease import BeatenLease
from agent.adapters.ledger import SqlHosts
from agent.adapters.ledger.engine import host_of, of_host
from agent.domain.host import Role, RunId
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


def membership_of(engine: Engine, settings: Settings, roles: Collection[Role]) -> Membership | None:
    """Begin a run; None where the ledger is a file, which nobody shares.

    Args:
        engine: the ledger as this host uses it.

    Raises:
        LedgerUnavailable.
    """
    if engine.dialect.name != "postgresql":
        return None
    own = of_host(engine, host_of(engine), RunId(str(uuid4())))
    hosts = SqlHosts(own, settings.lease_seconds)
    hosts.join(roles)
    lease = BeatenLease(hosts.beat, settings.lease_seconds)
    lease.beat()
    return Membership(engine=own, hosts=hosts, lease=lease)
