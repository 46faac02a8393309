"""Runs that share a ledger in PostgreSQL: who stands, who is fenced off, who has a duty and who holds a document."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.ledger import SqlHosts, open_engine
from agent.adapters.ledger.engine import of_host, writing
from agent.domain.host import Duty, Role, RunId
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

LEASE = 60.0
Join = Callable[[str, str], SqlHosts]


@pytest.fixture
def place(ledger_databases: LedgerDatabases) -> URL:
    return ledger_databases.emptied()


@pytest.fixture
def engine(place: URL) -> Iterator[Engine]:
    made = open_engine(place, may_upgrade=False)
    yield made
    made.dispose()


@pytest.fixture
def join(engine: Engine) -> Join:
    def joined(host: str, run: str) -> SqlHosts:
        hosts = SqlHosts(of_host(engine, host, RunId(run)), LEASE)
        hosts.join([Role.WORKER, Role.INTAKE])
        return hosts

    return joined


def silence(engine: Engine, run: str, seconds: float = LEASE + 1) -> None:
    """Let a run's last beat be that long ago, by the database's clock."""
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE hosts SET beat_at = clock_timestamp() - make_interval(secs => :s) WHERE run = :run"),
            {"s": seconds, "run": run},
        )


def test_who_joined_stands_and_is_seen_with_its_host_and_roles(join: Join) -> None:
    first, second = join("ada", "r1"), join("bob", "r2")
    assert first.standing() == second.standing() == {"r1", "r2"}
    assert [(it.run, it.host, sorted(it.roles), it.stands) for it in first.runs()] == [
        ("r1", "ada", ["intake", "worker"], True),
        ("r2", "bob", ["intake", "worker"], True),
    ]


def test_who_is_silent_for_a_lease_is_fenced_off_by_whoever_looks_and_no_beat_brings_it_back(
    engine: Engine, join: Join
) -> None:
    first, second = join("ada", "r1"), join("bob", "r2")
    assert first.beat()
    silence(engine, "r1")
    assert second.standing() == {"r2"}
    assert not first.beat()
    assert second.standing() == {"r2"}


def test_who_is_silent_for_less_than_a_lease_stands(engine: Engine, join: Join) -> None:
    first, second = join("ada", "r1"), join("bob", "r2")
    silence(engine, "r1", LEASE - 5)
    assert second.standing() == {"r1", "r2"}
    assert first.beat()


def test_a_beat_does_not_wait_for_a_transaction_that_writes(engine: Engine, join: Join) -> None:
    hosts = join("ada", "r1")
    with writing(engine):
        assert hosts.beat()


def test_a_host_that_starts_again_fences_off_its_earlier_run_at_once(join: Join) -> None:
    first, again, other = join("ada", "r1"), join("ada", "r2"), join("bob", "r3")
    assert other.standing() == {"r2", "r3"}
    assert not first.beat()
    assert again.beat()


def test_who_leaves_stands_no_more_and_its_duties_are_free(join: Join) -> None:
    first, second = join("ada", "r1"), join("bob", "r2")
    assert first.hold(Duty.TALKER)
    first.leave()
    assert second.standing() == {"r2"}
    assert second.hold(Duty.TALKER)


def test_a_duty_is_one_runs_at_a_time_until_it_is_fenced_off(engine: Engine, join: Join) -> None:
    first, second = join("ada", "r1"), join("bob", "r2")
    assert first.hold(Duty.CANARY)
    assert not second.hold(Duty.CANARY)
    assert second.hold(Duty.REGISTRY)
    assert first.hold(Duty.CANARY)
    silence(engine, "r1")
    assert second.hold(Duty.CANARY)
    with pytest.raises(errors.LeaseLost):
        first.hold(Duty.TALKER)
    with pytest.raises(errors.LeaseLost):
        first.leave()
