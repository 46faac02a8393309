"""Runs that share a ledger in PostgreSQL: who stands, who is fenced off, who has a duty and who holds a document."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.engine import URL

from agent import errors
from agent.adapters.ledger import (
    SqlCanaries,
    SqlDigests,
    SqlErasing,
    SqlHosts,
    SqlInbox,
    SqlJobs,
    SqlLedger,
    SqlOutbox,
    SqlPauses,
    open_engine,
)
from agent.adapters.ledger.engine import beating, of_host, reading, writing
from agent.adapters.ledger.schema import REVISION, homes, metadata
from agent.config import Settings
from agent.domain.anchor import Anchor
from agent.domain.canary import CanaryRun
from agent.domain.document import CorrelationId, DocumentId, text_of_plain
from agent.domain.host import Duty, Role, RunId
from agent.domain.lesson import LessonNumber, LessonState
from agent.domain.message import ParcelId
from agent.domain.outcome import Event
from agent.domain.pause import Pause
from agent.membership import membership_of
from tests.custody_builders import NOON
from tests.fakes import turn_of
from tests.ledger_builders import FILED, HASH, SEEN, a_begun, a_claimed, a_settlement, a_told, row_of
from tests.ledgers import wait_until, waits_for_the_lock

pytestmark = pytest.mark.reliability

LEASE = 60.0
HELD = DocumentId(1)
Join = Callable[[str, str], SqlHosts]


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


def test_a_host_that_starts_again_fences_off_its_earlier_run_at_once(engine: Engine, join: Join) -> None:
    first, other = join("ada", "r1"), join("bob", "r3")
    again = SqlHosts(of_host(engine, "ada", RunId("r2")), LEASE)
    again.join(Role, RunId("r1"))
    assert other.standing() == {"r2", "r3"}
    assert not first.beat()
    assert again.beat()


@pytest.mark.parametrize(
    ("name", "said"),
    [("twin", "Another machine called twin is at work."), ("", "Another daemon works with this ledger.")],
    ids=["shared", "alone"],
)
def test_two_machines_of_one_name_never_fence_each_other_off(
    engine: Engine, join: Join, name: str, said: str
) -> None:
    first = join(name, "r1")
    with pytest.raises(errors.HomeLocked) as refused:
        join(name, "r2")
    assert refused.value.sentence == said
    assert first.beat()
    silence(engine, "r1")
    join(name, "r2")
    assert not first.beat()


def test_a_host_never_ends_a_run_of_another_name_though_its_state_was_copied_from_there(
    engine: Engine, join: Join
) -> None:
    first = join("ada", "r1")
    SqlHosts(of_host(engine, "bob", RunId("r2")), LEASE).join(Role, RunId("r1"))
    assert first.standing() == {"r1", "r2"}


def test_a_host_notes_its_run_in_its_own_state_and_goes_on_at_once_after_a_death(
    engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path / "home", state=tmp_path, host="ada", ledger_url=SecretStr("postgresql://db/ledger")
    )
    ada = of_host(engine, "ada")
    first = membership_of(ada, settings, frozenset(Role))
    again = membership_of(ada, settings, frozenset(Role))
    assert first is not None
    assert again is not None
    assert again.hosts.standing() == {again.hosts.run}
    assert not first.hosts.beat()
    twin = settings.model_copy(update={"state": tmp_path / "twin"})
    with pytest.raises(errors.HomeLocked):
        membership_of(ada, twin, frozenset(Role))


@pytest.mark.parametrize(("first", "second"), [("ada", ""), ("", "ada")], ids=["alone", "shared"])
def test_who_is_set_to_work_alone_and_who_shares_the_home_never_work_beside_each_other(
    engine: Engine, join: Join, first: str, second: str
) -> None:
    there = join(first, "r1")
    with pytest.raises(errors.HomeLocked, match="set to work alone"):
        join(second, "r2")
    assert there.standing() == {"r1"}
    silence(engine, "r1")
    join(second, "r2")


def test_who_counts_on_another_lease_than_those_at_work_is_refused(engine: Engine, join: Join) -> None:
    join("ada", "r1")
    other = SqlHosts(of_host(engine, "bob", RunId("r2")), 20.0)
    with pytest.raises(errors.HomeLocked, match=r"\(ada\) have DOSSIERD_LEASE_SECONDS=60, this one 20\."):
        other.join(Role)
    silence(engine, "r1")
    other.join(Role)


def test_a_run_is_fenced_off_after_its_own_lease_whoever_looks(engine: Engine, join: Join) -> None:
    join("ada", "r1")
    looker = SqlHosts(of_host(engine, "bob"), 5.0)
    silence(engine, "r1", 30.0)
    assert looker.standing() == {"r1"}
    silence(engine, "r1", LEASE + 1)
    assert looker.standing() == frozenset()


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


WRITES: dict[str, Callable[[Engine], object]] = {
    "open_claim": lambda it: SqlLedger(it).open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON),
    "confirm_claim": lambda it: SqlLedger(it).confirm_claim(HELD, "there", NOON),
    "withdraw": lambda it: SqlLedger(it).withdraw(HELD, NOON),
    "relocate": lambda it: SqlLedger(it).relocate(HELD, "there"),
    "take": lambda it: SqlLedger(it).take(HELD),
    "release": lambda it: SqlLedger(it).release(row_of(SqlLedger(it), HELD)),
    "interrupt": lambda it: SqlLedger(it).interrupt(HELD),
    "start": lambda it: SqlLedger(it).start(HELD, HASH, 3, NOON),
    "hand_back": lambda it: SqlLedger(it).hand_back(HELD, Event.STOPPED, NOON),
    "settle": lambda it: SqlLedger(it).settle(HELD, a_settlement(HELD, FILED), NOON),
    "retarget": lambda it: SqlLedger(it).retarget(HELD, "there"),
    "complete": lambda it: SqlLedger(it).complete(HELD, NOON),
    "miss": lambda it: SqlLedger(it).miss(row_of(SqlLedger(it), HELD), [], NOON),
    "restore": lambda it: SqlLedger(it).restore(HELD, NOON),
    "retry": lambda it: SqlLedger(it).retry(HELD, Event.RETRIED, "cli:anna", NOON),
    "redecide": lambda it: SqlLedger(it).redecide(HELD, NOON),
    "save_turn": lambda it: SqlLedger(it).save_turn(HELD, HASH, turn_of(text_of_plain("a")), NOON),
    "forget_text": lambda it: SqlLedger(it).forget_text(HELD),
    "judge_lesson": lambda it: SqlLedger(it).judge_lesson(
        LessonNumber(1), LessonState.ACTIVE, "cli:anna", NOON
    ),
    "number_above": lambda it: SqlLedger(it).number_above(9),
    "erase": lambda it: SqlErasing(it).erase(row_of(SqlLedger(it), HELD), a_told(HELD), NOON),
    "is_gone": lambda it: SqlErasing(it).is_gone(HELD),
    "mark_sent": lambda it: SqlOutbox(it).mark_sent(ParcelId(1), "7", NOON),
    "announce": lambda it: SqlOutbox(it).announce([("anna", a_told(HELD))], NOON),
    "pause": lambda it: SqlPauses(it).begin(Pause(begun_at=NOON, begun_by="cli:anna")),
    "hear": lambda it: SqlInbox(it).keep("bot", [({"update_id": 1}, NOON)]),
    "canary": lambda it: SqlCanaries(it).keep(CanaryRun(at=NOON, duration_ms=1)),
    "anchor": lambda it: SqlDigests(it).anchors.note(Anchor(entry=1, hash="0" * 64), NOON),
    "queue": lambda it: SqlJobs(it).queue([HELD]),
    "hold": lambda it: SqlHosts(it, LEASE).hold(Duty.TALKER),
}


def test_who_was_fenced_off_writes_nothing_of_any_kind(engine: Engine, join: Join) -> None:
    fenced, other = join("ada", "r1"), join("bob", "r2")
    its = of_host(engine, "ada", RunId("r1"))
    assert a_begun(SqlLedger(its)) == HELD
    silence(engine, "r1")
    assert other.standing() == {"r2"}
    before = tables(engine)
    let_through = []
    for name, write in WRITES.items():
        with contextlib.suppress(errors.LeaseLost):
            write(its)
            let_through.append(name)
    assert let_through == []
    assert not fenced.beat()
    assert tables(engine) == before


def test_a_person_s_command_has_no_run_and_is_let_through(engine: Engine) -> None:
    SqlPauses(engine).begin(Pause(begun_at=NOON, begun_by="cli:anna"))
    assert SqlPauses(engine).standing(NOON) is not None


def test_who_holds_the_writers_lock_when_it_is_fenced_off_has_written_before_the_fence(
    engine: Engine, join: Join
) -> None:
    join("ada", "r1")
    other = join("bob", "r2")
    fences: list[Future[frozenset[RunId]]] = []
    with ThreadPoolExecutor(1) as pool:
        with writing(of_host(engine, "ada", RunId("r1"))) as connection:
            with beating(engine) as apart:
                apart.execute(text("UPDATE hosts SET beat_at = to_timestamp(0) WHERE run = 'r1'"))
            fences.append(pool.submit(other.standing))
            wait_until(lambda: waits_for_the_lock(engine))
            connection.execute(insert(homes).values(home_id="written"))
        assert fences[0].result(10) == {"r2"}
    assert SqlLedger(engine).home_id() == "written"


def tables(engine: Engine) -> dict[str, int]:
    """How many rows each table holds, and which they are, as a number."""
    with reading(engine) as connection:
        return {
            table.name: hash(frozenset(map(repr, connection.execute(select(table)))))
            for table in metadata.sorted_tables
        }


def test_who_took_a_document_again_keeps_it_though_an_earlier_look_lets_it_go(
    engine: Engine, join: Join
) -> None:
    join("ada", "r1")
    ledger = SqlLedger(of_host(engine, "ada", RunId("r1")))
    number = a_claimed(ledger)
    first, again = ledger.take(number), ledger.take(number)
    assert first is not None
    assert again is not None
    ledger.release(first)
    assert (row_of(ledger, number).run, row_of(ledger, number).take) == ("r1", 2)
    ledger.release(again)
    assert row_of(ledger, number).run is None


def test_tables_are_not_changed_under_daemons_of_another_version(
    join: Join, engine: Engine, place: URL
) -> None:
    older = "0033"

    def be_of(revision: str) -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})

    join("ada", "r1")
    be_of(older)
    try:
        with pytest.raises(
            errors.LedgerUnavailable, match="Daemons of another version work with this ledger: ada"
        ):
            open_engine(place, may_upgrade=True)
    finally:
        be_of(REVISION)
