"""Two hosts, one ledger in PostgreSQL, one home: one stops in the middle, the other takes over, and the first goes on.

The first is stopped at a point by a hook, in which the database finds it silent for too long and the second does all
that is left. Then the first goes on: `asleep` knows by its clock that its time is over; `unaware` stands for a host
that was paused after it had asked its clock, and never asks in vain.
"""

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from agent import durable, errors
from agent.adapters import folders as folders_module
from agent.adapters.folders import HomeFolders
from agent.adapters.lease import BeatenLease
from agent.adapters.ledger import SqlHosts
from agent.adapters.ledger.engine import of_host, writing
from agent.domain.document import DocumentId, text_of_plain
from agent.domain.host import Role, RunId
from agent.domain.life import Action
from agent.domain.outcome import Event, FailureReason, State
from agent.ports import Ports
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from agent.workflow.recovery import recover, stranded
from agent.workflow.review import perform
from tests.custody_builders import ABOUT_ANNA, NOON, Office, make_ports
from tests.faults.points import Marked, MarkedFolders

pytestmark = pytest.mark.reliability

BYTES = b"%PDF-1.7 a letter"
ANNAS = text_of_plain(ABOUT_ANNA)
LEASE = 60.0
FILED = {"archive/R1/2026/2026-03-01_D-1.pdf", "archive/R1/2026/2026-03-01_D-1.json"}

LEDGER = {
    "open_claim": "row",
    "confirm_claim": "claim_confirmed",
    "take": "take",
    "relocate": "relocated",
    "start": "attempt",
    "save_turn": "turn",
    "settle": "settle",
    "complete": "done",
}
FOLDERS = {
    "claim": "claim",
    "hold": "hold",
    "fingerprint": "hash",
    "move": "move",
    "write_sidecar": "sidecar",
    "remove_sidecar": "sidecar_gone",
}


class Stop:
    """Lets something happen once, on one side of one point."""

    def __init__(self) -> None:
        self.at: tuple[str, str] | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def around(self, point: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*given: Any, **named: Any) -> Any:
            self._pass("before", point)
            found = call(*given, **named)
            self._pass("after", point)
            return found

        return stopped

    def _pass(self, side: str, point: str) -> None:
        if self.at == (side, point):
            self.at = None
            self.meanwhile()


@dataclass(frozen=True, kw_only=True)
class Host:
    """One host's view of the home."""

    office: Office
    ports: Ports
    hosts: SqlHosts
    lease: BeatenLease
    stop: Stop
    clock: list[float]

    def sweep(self) -> None:
        """Do what a rescan does, and all work that is left."""
        for document_id in stranded(self.ports, frozenset):
            process_document(document_id, self.ports)


class Pair:
    """Two hosts that share a home."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine, self.home = engine, home
        self.first, self.second = self._join("ada"), self._join("bob")

    def _join(self, name: str) -> Host:
        engine = of_host(self.engine, name, RunId(f"run-{name}"))
        hosts, clock, stop = SqlHosts(engine, LEASE), [0.0], Stop()
        hosts.join(Role)
        lease = BeatenLease(hosts.beat, LEASE, lambda: clock[0])
        lease.beat()

        def folders(root: Path, home_id: str) -> HomeFolders:
            made = MarkedFolders(root, home_id, lease.check, name)
            made.guard = stop
            return made

        office = make_ports(self.home, engine=engine, hosts=hosts, folders=folders)
        office.text_source.script = [ANNAS]
        ledger: Any = Marked(office.ledger, stop, LEDGER)
        marked: Any = Marked(office.folders, stop, FOLDERS)
        ports = replace(office.ports, ledger=ledger, folders=marked)
        return Host(office=office, ports=ports, hosts=hosts, lease=lease, stop=stop, clock=clock)

    def silence_first(self) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                text(
                    "UPDATE hosts SET beat_at = clock_timestamp() - interval '61 seconds' WHERE host = 'ada'"
                )
            )

    def stop_first(self, side: str, point: str, *, how: str) -> None:
        """Have the first stop there, be fenced off, and go on when the second has done what was left."""

        def taken_over() -> None:
            self.silence_first()
            if how == "asleep":
                self.first.clock[0] += LEASE
            self.second.sweep()

        self.first.stop.at, self.first.stop.meanwhile = (side, point), taken_over

    def drop(self) -> DocumentId:
        """Let the first claim a letter about Anna."""
        document_id = take_in(self.first.office.drop(BYTES), self.first.ports)
        assert document_id is not None
        return document_id


@pytest.fixture
def pair(engine: Engine, tmp_path: Path) -> Pair:
    return Pair(engine, tmp_path)


def assert_filed_once(pair: Pair, document_id: DocumentId) -> None:
    """The document is in one place with its bytes, was settled once, and is told of once; nothing else lies there."""
    office = pair.second.office
    row = office.row(document_id)
    assert (row.state, row.run) == (State.ARCHIVED, None)
    assert office.files() == FILED
    assert office.bytes_of(document_id) == BYTES
    assert [it.state for it in office.ledger.settled(document_id)] == [State.ARCHIVED]
    assert sorted(it.recipient for it in office.due()) == ["anna", "bert"]


@pytest.mark.parametrize(
    ("how", "side", "point"),
    [
        ("unaware", "after", "take"),
        ("unaware", "after", "hold"),
        ("unaware", "after", "attempt"),
        ("unaware", "after", "turn"),
        ("unaware", "before", "settle"),
        ("unaware", "after", "settle"),
        ("unaware", "before", "move"),
        ("unaware", "after", "move"),
        ("unaware", "before", "sidecar"),
        ("unaware", "before", "done"),
        ("asleep", "after", "take"),
        ("asleep", "before", "settle"),
        ("asleep", "before", "move"),
        ("asleep", "after", "move"),
    ],
)
def test_who_is_taken_over_files_nothing_and_the_other_files_once(
    pair: Pair, how: str, side: str, point: str
) -> None:
    document_id = pair.drop()
    pair.stop_first(side, point, how=how)
    with pytest.raises(errors.LeaseLost):
        process_document(document_id, pair.first.ports)
    assert pair.first.stop.at is None
    assert_filed_once(pair, document_id)


@pytest.mark.parametrize(
    ("how", "side", "point"),
    [
        ("unaware", "before", "copy"),
        ("unaware", "after", "copy"),
        ("unaware", "after", "publish"),
        ("asleep", "after", "copy"),
    ],
)
def test_a_move_across_file_systems_is_taken_over_and_leaves_no_half_of_it(
    pair: Pair, how: str, side: str, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = durable.rename_without_replacing

    def refuse(source: Path, target: Path) -> None:
        if source.parent != target.parent:
            raise OSError(errno.EXDEV, "another file system")
        rename(source, target)

    document_id = pair.drop()
    monkeypatch.setattr(folders_module, "rename_without_replacing", refuse)
    pair.stop_first(side, point, how=how)
    with pytest.raises(errors.LeaseLost):
        process_document(document_id, pair.first.ports)
    assert_filed_once(pair, document_id)


@pytest.mark.parametrize(
    ("how", "side", "point"),
    [
        ("unaware", "before", "claim"),
        ("asleep", "before", "claim"),
        ("unaware", "before", "claim_confirmed"),
    ],
)
def test_a_claim_is_taken_over_or_given_to_whoever_sees_the_file_next(
    pair: Pair, how: str, side: str, point: str
) -> None:
    seen = pair.first.office.drop(BYTES)

    def see_again() -> None:
        pair.silence_first()
        if how == "asleep":
            pair.first.clock[0] += LEASE
        assert pair.second.hosts.standing() == {"run-bob"}
        if pair.second.office.folders.is_unclaimed(seen):
            assert take_in(seen, pair.second.ports) == 1
        pair.second.sweep()

    pair.first.stop.at, pair.first.stop.meanwhile = (side, point), see_again
    with pytest.raises(errors.LeaseLost):
        take_in(seen, pair.first.ports)
    assert_filed_once(pair, DocumentId(1))


def test_the_claim_of_a_host_that_stands_is_left_to_it(pair: Pair) -> None:
    seen = pair.first.office.drop(BYTES)
    pair.first.stop.at = ("after", "row")

    def see_it_too() -> None:
        assert take_in(seen, pair.second.ports) is None
        assert stranded(pair.second.ports, frozenset) == []
        assert recover(pair.second.ports, []) == ([], [])

    pair.first.stop.meanwhile = see_it_too
    assert take_in(seen, pair.first.ports) == 1
    assert pair.second.office.row(DocumentId(1)).state is State.CLAIMED


@pytest.mark.parametrize("point", ["take", "attempt", "settle"])
def test_the_document_of_a_host_that_stands_is_left_to_it(pair: Pair, point: str) -> None:
    document_id = pair.drop()
    pair.first.stop.at = ("after", point)

    def try_it_too() -> None:
        assert stranded(pair.second.ports, frozenset) == []
        process_document(document_id, pair.second.ports)

    pair.first.stop.meanwhile = try_it_too
    process_document(document_id, pair.first.ports)
    assert_filed_once(pair, document_id)


def test_what_was_handed_back_is_anybodys(pair: Pair) -> None:
    document_id = pair.drop()
    pair.first.office.text_source.script = [errors.ReadingStopped("stop")]
    with pytest.raises(errors.ReadingStopped):
        process_document(document_id, pair.first.ports)
    row = pair.second.office.row(document_id)
    assert (row.state, row.run, row.take, row.attempts) == (State.CLAIMED, None, 1, 0)
    pair.second.sweep()
    assert_filed_once(pair, document_id)
    assert pair.second.office.row(document_id).take == 2


def test_what_can_not_be_moved_by_one_host_now_is_moved_by_another(pair: Pair) -> None:
    document_id = pair.drop()
    pair.first.stop.at, pair.first.stop.meanwhile = ("before", "move"), refuse
    with pytest.raises(errors.StorageUnavailable):
        process_document(document_id, pair.first.ports)
    row = pair.second.office.row(document_id)
    assert (row.state, row.run) == (State.MOVING, None)
    pair.second.sweep()
    assert_filed_once(pair, document_id)


def test_what_a_human_asked_for_and_could_not_be_moved_is_left_to_any_host_by_the_next_sweep(
    pair: Pair,
) -> None:
    document_id = pair.drop()
    process_document(document_id, pair.first.ports)
    request = pair.first.office.request(Action.UNDO, document_id)
    pair.first.stop.at, pair.first.stop.meanwhile = ("before", "move"), refuse
    with pytest.raises(errors.StorageUnavailable):
        perform(request, pair.first.ports, lambda _: None)
    pair.second.sweep()
    assert pair.second.office.row(document_id).state is State.MOVING
    assert stranded(pair.first.ports, lambda: frozenset({document_id})) == []
    pair.second.sweep()
    assert pair.second.office.row(document_id).state is State.MOVING
    assert stranded(pair.first.ports, frozenset) == [document_id]
    pair.second.sweep()
    row = pair.second.office.row(document_id)
    assert (row.state, row.epoch, row.run) == (State.IN_REVIEW, 2, None)
    assert pair.second.office.files() == {"review/D-1.pdf"}


def refuse() -> None:
    raise errors.StorageUnavailable("The disk refuses (ENOSPC).")


def test_the_attempt_of_a_host_that_fell_counts(pair: Pair) -> None:
    document_id = pair.drop()
    pair.stop_first("after", "attempt", how="asleep")
    seen: list[int] = []
    pair.second.stop.at = ("after", "take")
    pair.second.stop.meanwhile = lambda: seen.append(pair.second.office.row(document_id).attempts)
    with pytest.raises(errors.LeaseLost):
        process_document(document_id, pair.first.ports)
    assert seen == [1]


@pytest.mark.parametrize(
    ("how", "side", "point"),
    [
        ("unaware", "before", "settle"),
        ("unaware", "after", "settle"),
        ("asleep", "before", "move"),
        ("unaware", "before", "done"),
    ],
)
def test_what_a_human_asked_for_is_ended_by_the_other_host_and_never_twice(
    pair: Pair, how: str, side: str, point: str
) -> None:
    document_id = pair.drop()
    process_document(document_id, pair.first.ports)
    request = pair.first.office.request(Action.UNDO, document_id)
    pair.stop_first(side, point, how=how)
    with pytest.raises(errors.LeaseLost):
        perform(request, pair.first.ports, lambda _: None)
    if point == "settle" and side == "before":
        assert perform(request, pair.second.ports, lambda _: None).done
    office = pair.second.office
    row = office.row(document_id)
    assert (row.state, row.run, row.epoch) == (State.IN_REVIEW, None, 2)
    assert office.files() == {"review/D-1.pdf"}
    assert office.bytes_of(document_id) == BYTES
    assert [it.event for it in office.ledger.settled(document_id)] == [Event.SETTLED, Event.UNDONE]


@pytest.mark.parametrize(
    ("how", "side", "point"),
    [("unaware", "before", "move"), ("unaware", "after", "move"), ("asleep", "before", "move")],
)
def test_a_document_that_is_tried_again_is_fetched_by_the_other_host(
    pair: Pair, how: str, side: str, point: str
) -> None:
    pair.first.office.text_source.script = [errors.DocumentUnreadable(FailureReason.DAMAGED), ANNAS]
    document_id = pair.drop()
    process_document(document_id, pair.first.ports)
    pair.first.office.ledger.retry(document_id, Event.RETRIED, "cli:anna", NOON)
    pair.stop_first(side, point, how=how)
    with pytest.raises(errors.LeaseLost):
        process_document(document_id, pair.first.ports)
    office = pair.second.office
    assert (office.row(document_id).state, office.row(document_id).epoch) == (State.ARCHIVED, 2)
    assert office.files() == FILED
    assert office.bytes_of(document_id) == BYTES


def test_a_host_that_starts_adopts_no_file_that_another_has_in_hands(pair: Pair) -> None:
    document_id = pair.drop()
    pair.first.stop.at = ("after", "hold")
    lying: list[str] = []

    def look() -> None:
        known = frozenset(it.document_id for it in pair.second.office.ledger.in_states(frozenset(State)))
        lying.extend(pair.second.office.folders.orphans(lambda: known))

    pair.first.stop.meanwhile = look
    process_document(document_id, pair.first.ports)
    assert lying == []
    assert_filed_once(pair, document_id)
