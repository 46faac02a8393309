"""The runs of daemons that share a ledger in PostgreSQL: who stands, and who has which duty.

All moments are of the database's clock, so that no two hosts need to agree on the time. A run that was silent for a
lease is fenced off for good by whoever finds it, in a transaction that waits for those that write (`engine.writing`):
what the silent one had begun to write is there by then, and from then on it writes nothing more. A beat waits for
nobody, so that a ledger with much to write costs no lease. A ledger in SQLite has the tables, and nothing in them.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Interval,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from agent import errors
from agent.adapters.ledger.engine import beating, host_of, reading, run_of, writing
from agent.adapters.ledger.schema import UtcDateTime, metadata
from agent.domain.host import Duty, HostRun, Role, RunId

_KEPT = datetime.timedelta(days=1)
"""How long a run that was fenced off is remembered, for whoever asks what happened."""

hosts = Table(
    "hosts",
    metadata,
    Column("run", String(36), primary_key=True),
    Column("host", String(64), nullable=False),
    Column("roles", String(64), nullable=False),  # with spaces between them
    Column("joined_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("fenced_at", UtcDateTime),
    Column("lease_seconds", Float),  # none: of a program that wrote none
)

duties = Table(
    "duties",
    metadata,
    Column("duty", String(16), primary_key=True),
    Column("run", String(36), nullable=False),
)

published_registry = Table(
    "published_registry",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),  # below the home
    Column("sha256", String(64), nullable=False),
)

_NOW: Any = func.clock_timestamp(type_=DateTime(timezone=True))
_KILLED = "One that was killed counts until its lease (DOSSIERD_LEASE_SECONDS) is over."
_SECOND = literal_column("interval '1 second'", Interval())
_STANDS = hosts.c.fenced_at.is_(None)
_BEAT = (
    update(hosts).where(hosts.c.run == bindparam("own"), _STANDS).values(beat_at=_NOW).returning(hosts.c.run)
)


def standing_among(connection: Connection, run: RunId | None) -> bool:
    """Whether a run stands, inside the caller's transaction; none never does."""
    found = select(hosts.c.run).where(hosts.c.run == run, _STANDS)
    return run is not None and connection.execute(found).first() is not None


class SqlHosts:
    """Implements `hosts.Hosts`, and the beats by which a run stands.

    Raises (all methods): LedgerUnavailable; those that write for a run that stands no more: LeaseLost.

    Args:
        engine: of a ledger in PostgreSQL, as a host's run uses it (`engine.of_host`).
        lease_seconds: after how long a silence others fence this run off; each run's row says its own.
    """

    def __init__(self, engine: Engine, lease_seconds: float) -> None:
        self._engine = engine
        self._run = run_of(engine)
        self._lease_seconds = lease_seconds
        lease = func.coalesce(hosts.c.lease_seconds, lease_seconds, type_=Float()) * _SECOND
        self._is_silent = (hosts.c.beat_at < _NOW - lease).label("is_silent")

    @property
    def run(self) -> RunId | None:
        return self._run

    def join(self, roles: Iterable[Role], earlier: RunId | None = None) -> None:
        """Begin to stand.

        Args:
            earlier: the run that worked in this host's state before. It is fenced off at once: who holds the lock of
                the state knows it dead.

        Raises:
            HomeLocked: hosts that share the home are at work and this one is none of them, or the other way round; one
                bears this host's name; or they count on another lease.
        """
        host = host_of(self._engine)
        before_it = self._engine.execution_options(run=None)
        with writing(before_it) as connection:
            connection.execute(delete(hosts).where(hosts.c.fenced_at < _NOW - _KEPT))
            is_over = (hosts.c.host == host) & ((hosts.c.run == earlier) | self._is_silent)
            connection.execute(update(hosts).where(is_over, _STANDS).values(fenced_at=_NOW))
            self._refuse_stranger(connection, host)
            connection.execute(
                insert(hosts).values(
                    run=self._run,
                    host=host,
                    roles=" ".join(sorted(roles)),
                    joined_at=_NOW,
                    beat_at=_NOW,
                    lease_seconds=self._lease_seconds,
                )
            )

    def _refuse_stranger(self, connection: Connection, host: str) -> None:
        """Who has no name has people of its own, and a trail in the home: it can't work beside those with names."""
        found = select(hosts.c.host, hosts.c.lease_seconds).where(_STANDS, ~self._is_silent)
        others = connection.execute(found).all()
        if named := sorted({other.host for other in others if other.host}):
            if not host:
                raise errors.HomeLocked(
                    f"Machines that share this home are at work ({', '.join(named)}), "
                    "and this one is set to work alone.",
                    hint="Set DOSSIERD_STATE and DOSSIERD_HOST as on the others: docs/scale.md.",
                )
        elif others and host:
            raise errors.HomeLocked(
                "A daemon that is set to work alone works with this ledger, and this machine is set to share the home.",
                hint=f"Set DOSSIERD_STATE on its machine too, and restart it. {_KILLED}",
            )
        if any(other.host == host for other in others):
            raise errors.HomeLocked(
                f"Another machine called {host} is at work."
                if host
                else "Another daemon works with this ledger.",
                hint=f"Name each machine otherwise: DOSSIERD_HOST. {_KILLED}" if host else _KILLED,
            )
        for other in others:
            if other.lease_seconds not in (None, self._lease_seconds):
                raise errors.HomeLocked(
                    f"Machines at work ({', '.join(named)}) have DOSSIERD_LEASE_SECONDS={other.lease_seconds:g}, "
                    f"this one {self._lease_seconds:g}.",
                    hint=f"Set the same on all. To change it, stop all first. {_KILLED}",
                )

    def beat(self) -> bool:
        """Give a sign of life; False where the run stands no more, which no beat will change."""
        with beating(self._engine) as connection:
            return connection.execute(_BEAT, {"own": self._run}).first() is not None

    def leave(self) -> None:
        """End in order: what it has not given back is left to the others at once."""
        with writing(self._engine) as connection:
            connection.execute(delete(duties).where(duties.c.run == self._run))
            connection.execute(delete(hosts).where(hosts.c.run == self._run))

    def standing(self) -> frozenset[RunId]:
        with reading(self._engine) as connection:
            found = connection.execute(select(hosts.c.run, self._is_silent).where(_STANDS)).all()
        if any(row.is_silent for row in found):
            return self._fence_silent()
        return frozenset(RunId(row.run) for row in found)

    def _fence_silent(self) -> frozenset[RunId]:
        with writing(self._engine) as connection:
            connection.execute(update(hosts).where(_STANDS, self._is_silent).values(fenced_at=_NOW))
            return frozenset(
                RunId(run) for run in connection.execute(select(hosts.c.run).where(_STANDS)).scalars()
            )

    def hold(self, duty: Duty) -> bool:
        holder = select(duties.c.run).where(duties.c.duty == duty)
        standing = self.standing()
        with reading(self._engine) as connection:
            if (now := connection.execute(holder).scalar()) in standing:
                return bool(now == self._run)
        with writing(self._engine) as connection:
            now = connection.execute(holder).scalar()
            if standing_among(connection, now):
                return bool(now == self._run)
            connection.execute(delete(duties).where(duties.c.duty == duty))
            connection.execute(insert(duties).values(duty=duty, run=self._run))
            return True

    def now(self) -> datetime.datetime:
        """The moment by the clock that all moments here are of."""
        with reading(self._engine) as connection:
            moment: datetime.datetime = connection.execute(select(_NOW)).scalar_one()
            return moment

    def runs(self) -> Sequence[HostRun]:
        """Those that stand, and those that were fenced off not long ago; who came first, first."""
        with reading(self._engine) as connection:
            found = connection.execute(select(hosts).order_by(hosts.c.joined_at, hosts.c.run)).all()
        return [
            HostRun(
                run=RunId(row.run),
                host=row.host,
                roles=frozenset(map(Role, row.roles.split())),
                joined_at=row.joined_at,
                beat_at=row.beat_at,
                fenced_at=row.fenced_at,
            )
            for row in found
        ]
