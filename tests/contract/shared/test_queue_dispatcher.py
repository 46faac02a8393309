"""Several hosts that share a ledger: each document is worked on once, whoever dies, stops or loses the database."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL
from structlog.testing import capture_logs

from agent import errors
from agent.adapters.dispatch import QueueDispatcher, listening, local, queue
from agent.adapters.ledger import SqlHosts, SqlJobs, SqlLedger
from agent.adapters.ledger.engine import of_host
from agent.domain.document import DocumentId
from agent.domain.host import Role, RunId
from agent.domain.outcome import State
from tests.custody_builders import NOON
from tests.ledger_builders import FILED, HASH, SEEN, a_claimed, a_settlement
from tests.ledgers import LedgerDatabases

pytestmark = pytest.mark.reliability

DEADLINE, LEASE = 20.0, 1.5
OTHER = RunId("other")
ONE, TWO, THREE = map(DocumentId, (1, 2, 3))


class Office:
    """What is worked on, and who stands in the way."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._held: set[DocumentId] = set()
        self.begun: list[DocumentId] = []
        self.done: list[tuple[str, DocumentId]] = []
        self.together: list[tuple[DocumentId, ...]] = []
        self.busy: list[DocumentId] = []
        self.troubles: dict[DocumentId, errors.DossierdError] = {}
        self.troubled_until = 0
        self.probed = 0
        self.storage: errors.StorageUnavailable | None = None

    def probe(self) -> None:
        with self._change:
            self.probed += 1
            self._change.notify_all()
            if self.storage is not None:
                raise self.storage

    def work_of(self, host: str) -> Callable[[DocumentId], None]:
        def work(document_id: DocumentId) -> None:
            with self._change:
                self.begun.append(document_id)
                self.busy.append(document_id)
                self.together.append(tuple(self.busy))
                self._change.notify_all()
                assert self._change.wait_for(lambda: document_id not in self._held, DEADLINE)
                self.busy.remove(document_id)
                if document_id in self.troubles and len(self.done) < self.troubled_until:
                    raise self.troubles[document_id]
                self.done.append((host, document_id))
                self._change.notify_all()

        return work

    def hold(self, *document_ids: DocumentId) -> None:
        with self._change:
            self._held |= set(document_ids)

    def release(self) -> None:
        with self._change:
            self._held.clear()
            self._change.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._change:
            assert self._change.wait_for(condition, DEADLINE), (self.begun, self.done)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


Make = Callable[..., QueueDispatcher]


@pytest.fixture
def jobs(engine: Engine) -> SqlJobs:
    return SqlJobs(engine)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def make(office: Office, jobs: SqlJobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.3)
    made: list[QueueDispatcher] = []

    def build(
        host: str = "a",
        workers: int = 1,
        suspects: frozenset[DocumentId] = frozenset(),
        begun: frozenset[DocumentId] = frozenset(),
        lease: float = 60.0,
    ) -> QueueDispatcher:
        dispatcher = QueueDispatcher(
            office.work_of(host),
            workers,
            jobs=jobs,
            address=jobs.address(),
            is_suspect=suspects.__contains__,
            was_begun=begun.__contains__,
            probe=office.probe,
            lease_seconds=lease,
        )
        made.append(dispatcher)
        return dispatcher

    yield build
    office.release()
    for dispatcher in made:
        dispatcher.stop(DEADLINE)


def claim(ledger: SqlLedger, count: int) -> list[DocumentId]:
    return [a_claimed(ledger, replace(SEEN, inode=number)) for number in range(1, count + 1)]


def test_each_document_is_worked_on_once_though_three_hosts_listen(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs
) -> None:
    hosts = [make(host) for host in ("a", "b", "c")]
    for host in hosts:
        host.start()
    wanted = claim(ledger, 30)
    office.until(lambda: len(office.done) == 30)
    until(lambda: not jobs.known())
    assert Counter(document_id for _, document_id in office.done) == Counter(wanted)
    assert all(host.is_idle for host in hosts)


def test_no_document_is_with_two_hosts_at_once(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs
) -> None:
    for host in ("a", "b"):
        make(host).start()
    office.hold(ONE)
    claim(ledger, 1)
    office.until(lambda: office.begun == [ONE])
    jobs.put_back([ONE])
    claim(ledger, 2)
    office.until(lambda: bool(office.done))
    assert office.begun.count(ONE) == 1
    office.release()
    office.until(lambda: len(office.done) == 4)
    assert Counter(document_id for _, document_id in office.done) == Counter([1, 1, 2, 3])
    assert all(len(set(together)) == len(together) for together in office.together)


def test_a_suspect_runs_alone(make: Make, office: Office, ledger: SqlLedger) -> None:
    office.hold(ONE)
    claim(ledger, 3)
    make(workers=2, suspects=frozenset({TWO})).start()
    office.until(lambda: bool(office.begun))
    office.release()
    office.until(lambda: len(office.done) == 3)
    assert (TWO,) in office.together
    assert not any(TWO in together and len(together) > 1 for together in office.together)


def test_what_the_ledger_does_not_tell_runs_alone(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs
) -> None:
    def refuse(_: DocumentId) -> bool:
        raise errors.LedgerUnavailable("The ledger can't be used now.")

    dispatcher = make(workers=2)
    dispatcher._is_suspect = refuse
    claim(ledger, 3)
    dispatcher.start()
    office.until(lambda: len(office.done) == 3)
    assert max(map(len, office.together)) == 1


def test_a_long_document_makes_way_and_keeps_no_letter_in_the_queue(
    make: Make, office: Office, ledger: SqlLedger
) -> None:
    """Two long documents would fill all that one worker asks for."""
    office.troubles = dict.fromkeys((ONE, TWO), errors.ReadingYielded("Others go first."))
    office.troubled_until = 4
    make(workers=1).start()
    claim(ledger, 2)
    office.until(lambda: office.begun.count(ONE) > 1 and office.begun.count(TWO) > 1)
    claim(ledger, 4)
    office.until(lambda: len(office.done) == 6)
    assert sorted(document_id for _, document_id in office.done[4:]) == [ONE, TWO]


def test_what_was_put_off_is_tried_again_here_and_keeps_no_other_out(
    make: Make, office: Office, ledger: SqlLedger
) -> None:
    office.troubles = dict.fromkeys((ONE, TWO), errors.StorageUnavailable("Full."))
    office.troubled_until = 2
    make(workers=1).start()
    claim(ledger, 4)
    office.until(lambda: len(office.done) == 4)
    assert sorted(document_id for _, document_id in office.done[2:]) == [ONE, TWO]


def test_a_host_whose_storage_refuses_asks_for_no_job_until_it_is_well(
    make: Make, office: Office, ledger: SqlLedger
) -> None:
    office.storage = errors.StorageUnavailable("The home is away.")
    office.troubles, office.troubled_until = {ONE: office.storage}, 1
    make(workers=1).start()
    claim(ledger, 1)
    office.until(lambda: office.begun == [ONE])
    office.until(lambda: office.probed > 0)
    assert a_claimed(ledger, replace(SEEN, inode=2)) == TWO
    probed = office.probed
    office.until(lambda: office.probed > probed + 1)
    assert TWO not in office.begun
    office.storage, office.troubles = None, {}
    office.until(lambda: sorted(document_id for _, document_id in office.done) == [ONE, TWO])


def test_what_waits_for_the_ledger_goes_on_as_soon_as_anybody_reaches_it_again(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def known(self) -> frozenset[DocumentId]:
            raise errors.LedgerUnavailable("The ledger can't be used now.")

    monkeypatch.setattr(local, "FIRST_RETRY_SECONDS", 3600.0)
    monkeypatch.setattr(local, "LAST_RETRY_SECONDS", 3600.0)
    office.troubles = {ONE: errors.LedgerUnavailable("The ledger can't be used now.")}
    office.troubled_until = 1
    dispatcher = make()
    dispatcher.start()
    claim(ledger, 2)
    office.until(lambda: [number for _, number in office.done] == [TWO])
    until(lambda: dispatcher.known() == {ONE})
    assert office.begun == [ONE, TWO]  # it was reached all the time: nobody hurries
    dispatcher._jobs = Away()  # type: ignore[assignment]
    with pytest.raises(errors.LedgerUnavailable):
        dispatcher.known()
    dispatcher._jobs = jobs
    dispatcher.known()
    office.until(lambda: [number for _, number in office.done] == [TWO, ONE])


def test_a_stop_puts_back_what_waits_and_another_host_goes_on(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs
) -> None:
    first = make("a")
    first.start()
    office.hold(ONE)
    claim(ledger, 4)
    office.until(lambda: office.begun == [ONE])
    assert not first.stop(0.05)  # it has one in hands, and one beside it
    assert jobs.known() >= {TWO, THREE, 4}
    office.release()
    assert first.stop(DEADLINE)
    make("b").start()
    office.until(lambda: len(office.done) == 4)
    assert Counter(office.done) == Counter([("a", 1), ("b", 2), ("b", 3), ("b", 4)])


def test_a_stop_without_a_database_says_what_it_could_not_put_back(
    make: Make,
) -> None:
    class Away:
        def put_back(self, _: object) -> None:
            raise errors.LedgerUnavailable("The ledger can't be used now.")

    dispatcher = make()
    dispatcher._jobs = Away()  # type: ignore[assignment]
    with capture_logs() as logged:
        assert dispatcher.stop(1)
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("jobs_not_put_back", "ledger_unavailable")
    ]


def test_who_only_takes_in_asks_for_no_job_and_finds_room_again(
    make: Make, office: Office, ledger: SqlLedger
) -> None:
    intake = make("intake", workers=0)
    intake.start()
    assert intake.wait_for_room(2, 0)
    claim(ledger, 2)
    assert not intake.wait_for_room(2, 0)
    assert intake.waiting == 2
    assert intake.known() == {ONE, TWO}
    assert intake.alive() == 0
    worker = make("worker")
    worker.start()
    assert intake.wait_for_room(2, DEADLINE)
    office.until(lambda: len(office.done) == 2)
    assert worker.alive() == 1


def test_there_is_room_for_each_host_that_asks(
    make: Make, office: Office, ledger: SqlLedger, engine: Engine
) -> None:
    office.hold(*map(DocumentId, range(1, 5)))
    hosts = [make(host) for host in ("a", "b")]
    for host in hosts:
        host.start()
    claim(ledger, 3)
    until(lambda: len(office.begun) == 2)
    assert hosts[0].wait_for_room(2, 0)
    claim(ledger, 1)
    assert not hosts[0].wait_for_room(2, 0)


def test_the_server_is_gone_and_back_and_the_worker_goes_on(
    make: Make,
    office: Office,
    ledger: SqlLedger,
    ledger_databases: LedgerDatabases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "POOL_SECONDS", 0.3)
    dispatcher = make()
    dispatcher.start()
    claim(ledger, 1)
    office.until(lambda: len(office.done) == 1)
    ledger_databases.shut(ledger_databases.place)
    listener = dispatcher._listener
    assert listener is not None
    until(lambda: listener._loop is None)
    assert dispatcher.alive() == 1
    ledger_databases.let_in(ledger_databases.place)
    claim(ledger, 2)
    office.until(lambda: len(office.done) == 3)
    assert Counter(document_id for _, document_id in office.done) == Counter([1, 2, 3])


def test_a_worker_whose_beats_are_refused_is_begun_anew(
    make: Make, office: Office, ledger: SqlLedger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would go on without them, and the others take each of its jobs for a dead host's."""
    monkeypatch.setattr(listening, "FIRST_PAUSE_SECONDS", 0.1)

    def rename(name: str, other: str) -> None:
        with engine.begin() as connection:
            connection.execute(
                text(f"ALTER FUNCTION procrastinate_{name}_v1 RENAME TO procrastinate_{other}_v1")
            )

    rename("update_heartbeat", "gone")
    try:
        with capture_logs() as logged:
            make(lease=LEASE).start()
            until(lambda: any(line["event"] == "jobs_not_heard" for line in logged))
    finally:
        rename("gone", "update_heartbeat")
    assert logged[0]["reason"] == "ConnectorException"
    claim(ledger, 1)
    office.until(lambda: len(office.done) == 1)


# --- A process of another host, with a lease of its own


@contextmanager
def another(place: URL) -> Iterator[subprocess.Popen[str]]:
    """A worker process that has begun the first document, and reads it."""
    address = place.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.queue_worker", str(LEASE), OTHER],
        env={"LEDGER": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun 1\n"
            yield process
        finally:
            process.kill()


class South:
    """A host that files what it begins, and sweeps when it is told to."""

    def __init__(self, engine: Engine) -> None:
        ours = of_host(engine, "south", RunId("south"))
        self.hosts, self.jobs, self._ledger = SqlHosts(ours, LEASE), SqlJobs(ours), SqlLedger(ours)
        self.filed: list[DocumentId] = []
        self.hosts.join([Role.WORKER])
        self.dispatcher = QueueDispatcher(
            self._work,
            1,
            jobs=self.jobs,
            address=self.jobs.address(),
            is_suspect=lambda _: False,
            was_begun=lambda _: False,
            probe=lambda: None,
            lease_seconds=LEASE,
        )
        self.dispatcher.start()

    def _work(self, document_id: DocumentId) -> None:
        if self._ledger.take(document_id) is not None:
            self._ledger.start(document_id, HASH, 3, NOON)
            self._ledger.settle(document_id, a_settlement(document_id, FILED), NOON)
            self._ledger.complete(document_id, NOON)
            self.filed.append(document_id)

    def sweep(self) -> None:
        """Do with the first document what a sweep does with each."""
        self.hosts.beat()
        if OTHER not in self.hosts.standing():
            self._ledger.interrupt(ONE)
        if ONE not in self.dispatcher.known():
            self.dispatcher.submit(ONE)

    def has_filed(self) -> bool:
        self.sweep()
        return bool(self.filed)


@pytest.fixture
def start_south(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], South]]:
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.3)
    made: list[South] = []

    def start() -> South:
        made.append(South(engine))
        return made[-1]

    yield start
    for south in made:
        south.dispatcher.stop(DEADLINE)


def test_what_a_killed_host_was_reading_is_done_by_another_after_its_lease(
    ledger: SqlLedger, place: URL, start_south: Callable[[], South]
) -> None:
    claim(ledger, 1)
    with another(place) as other:
        other.kill()
    died = time.monotonic()
    south = start_south()
    south.sweep()
    assert south.dispatcher.known() == {ONE}  # the dead one's, which counts as under way
    until(south.has_filed)
    assert time.monotonic() - died > LEASE / 2
    assert south.filed == [ONE]
    document = ledger.document(ONE)
    assert document is not None
    assert (document.state, document.attempts) == (State.ARCHIVED, 0)


def test_what_a_paused_host_goes_on_with_late_is_refused_and_written_once(
    ledger: SqlLedger, place: URL, engine: Engine, start_south: Callable[[], South]
) -> None:
    claim(ledger, 1)
    with another(place) as other:
        other.send_signal(signal.SIGSTOP)
        south = start_south()
        until(south.has_filed)
        other.send_signal(signal.SIGCONT)
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write("go on\n")
        other.stdin.flush()
        assert other.stdout.readline() == "lease_lost\n"
    assert south.filed == [ONE]
    assert [it.state for it in ledger.settled(ONE)] == [State.ARCHIVED]
    until(lambda: not south.jobs.known())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar() == 2


def test_a_worker_that_lost_its_place_goes_on_with_a_new_one(
    make: Make, office: Office, ledger: SqlLedger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was paused for longer than a lease, and the others have removed it and its job."""
    monkeypatch.setattr(listening, "FIRST_PAUSE_SECONDS", 0.1)
    make(lease=LEASE).start()
    office.hold(ONE)
    claim(ledger, 1)
    office.until(lambda: office.begun == [ONE])
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.execute(text("DELETE FROM procrastinate_workers"))
    office.release()
    claim(ledger, 1)
    office.until(lambda: len(office.done) == 2)
    assert [document_id for _, document_id in office.done] == [ONE, TWO]


def test_a_document_that_comes_while_it_stops_is_put_back(
    make: Make, office: Office, ledger: SqlLedger, jobs: SqlJobs
) -> None:
    dispatcher = make()
    dispatcher._closing.set()
    dispatcher._take(ONE)
    assert dispatcher.stop(queue.JOIN_SECONDS)
    assert jobs.known() == {ONE}
    assert office.begun == []
