"""The daily digest on a real ledger: its numbers, and one a day across deaths."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from agent import errors
from agent.adapters.ledger import SqlDigests, SqlOutbox, open_engine, schema
from agent.adapters.ledger.engine import writing
from agent.domain.anchor import Anchor
from agent.domain.digest import DigestDay, DigestNumbers
from agent.domain.message import MessageKind
from agent.workflow.digest import write_digest
from tests.contract.test_outbox import a_row
from tests.custody_builders import new_ledger
from tests.fakes_outbox import NOON, StandingClock

pytestmark = pytest.mark.observability

HOUR = datetime.timedelta(hours=1)
HEAD = Anchor(entry=7, hash="9f3c" * 16)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "ledger.sqlite").write_bytes(new_ledger())
    made = open_engine(tmp_path / "ledger.sqlite", may_upgrade=True)
    yield made
    made.dispose()


def add(
    engine: Engine,
    state: str,
    rested_at: datetime.datetime,
    decided_by: str | None = None,
    reason: str | None = None,
) -> None:
    with writing(engine) as connection:
        row = a_row() | {"state": state, "rested_at": rested_at, "decided_by": decided_by, "reason": reason}
        added = connection.execute(insert(schema.documents).values(row)).inserted_primary_key
        if state == "in_review":
            assert added is not None
            connection.execute(
                insert(schema.reviews).values(
                    document_id=added[0], epoch=1, decision="{}", opened_at=rested_at
                )
            )


def write(engine: Engine, clock: StandingClock, *, head: Anchor | errors.DossierdError = HEAD) -> bool:
    def audit_head() -> Anchor:
        if isinstance(head, errors.DossierdError):
            raise head
        return head

    return write_digest(
        SqlDigests(engine),
        datetime.time(8),
        datetime.UTC,
        recipients=("anna", "bert"),
        clock=clock,
        audit_head=audit_head,
    )


def told(engine: Engine) -> list[tuple[str, MessageKind]]:
    later = NOON + 1000 * HOUR
    return [(parcel.recipient, parcel.message.kind) for parcel in SqlOutbox(engine).due(later, 20)]


def test_the_numbers_are_those_between_two_digests(engine: Engine) -> None:
    add(engine, "archived", NOON - HOUR, "rule")
    add(engine, "archived", NOON, "rule")
    add(engine, "archived", NOON + HOUR, "rule")
    add(engine, "archived", NOON + HOUR, "rule")
    add(engine, "archived", NOON + HOUR, "cli:anna")
    add(engine, "failed", NOON + HOUR, "rule")
    add(engine, "failed", NOON + HOUR, "cli:anna", "rejected")
    add(engine, "failed", NOON + HOUR, "cli:anna", "split")
    add(engine, "failed", NOON - HOUR, "cli:anna", "split")
    add(engine, "duplicate", NOON + HOUR, "rule")
    add(engine, "archived", NOON + 3 * HOUR, "rule")
    add(engine, "in_review", NOON - 20 * HOUR)
    add(engine, "in_review", NOON + HOUR)
    add(engine, "missing", NOON - 90 * HOUR)
    assert SqlDigests(engine).numbers(NOON, NOON + 2 * HOUR) == DigestNumbers(
        by_rule=2,
        by_people=1,
        failed=1,
        rejected=1,
        split=1,
        duplicates=1,
        open=2,
        oldest_at=NOON - 20 * HOUR,
        missing=1,
        cost_micros=0,
    )


def test_the_first_look_tells_nothing_and_each_next_day_has_one(engine: Engine) -> None:
    clock = StandingClock()
    assert not write(engine, clock)
    clock.advance(19 * 3600)
    assert not write(engine, clock)
    clock.advance(3600)
    assert write(engine, clock)
    assert not write(engine, clock)
    assert told(engine) == [("anna", MessageKind.DIGEST), ("bert", MessageKind.DIGEST)]
    assert SqlDigests(engine).last(datetime.date(2026, 3, 31)) == DigestDay(
        day=datetime.date(2026, 3, 2), until=NOON + 20 * HOUR, audit=HEAD
    )


def test_the_newest_digest_that_told_of_the_audit_trail_is_kept_with_its_whole_hash(engine: Engine) -> None:
    clock = StandingClock()
    write(engine, clock)
    assert SqlDigests(engine).last_anchored() is None
    for head in (Anchor(entry=3, hash="a" * 64), HEAD):
        clock.advance(24 * 3600)
        assert write(engine, clock, head=head)
    kept = SqlDigests(engine).last_anchored()
    assert kept is not None
    assert kept.audit == HEAD


def test_a_digest_that_can_not_be_written_stays_due(engine: Engine) -> None:
    clock = StandingClock()
    write(engine, clock)
    clock.advance(24 * 3600)
    with pytest.raises(errors.StorageUnavailable):
        write(engine, clock, head=errors.StorageUnavailable("The journal can't be read."))
    assert told(engine) == []
    assert write(engine, clock)


def test_a_clock_that_was_ahead_for_a_year_keeps_no_later_day_from_its_digest(engine: Engine) -> None:
    clock = StandingClock()
    write(engine, clock)
    clock.advance(365 * 24 * 3600)
    assert write(engine, clock)
    clock.advance(-364 * 24 * 3600)
    assert write(engine, clock)
    assert not write(engine, clock)
    clock.advance(24 * 3600)
    assert write(engine, clock)


def test_a_day_that_has_had_its_digest_from_a_clock_that_was_ahead_gets_no_other(engine: Engine) -> None:
    clock = StandingClock()
    write(engine, clock)
    clock.advance(2 * 24 * 3600)
    assert write(engine, clock)
    clock.advance(-24 * 3600)
    assert write(engine, clock)
    clock.advance(24 * 3600)
    assert not write(engine, clock)
