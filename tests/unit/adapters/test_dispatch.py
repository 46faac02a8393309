"""Local dispatch: who runs when, alone or beside others, and what is tried again."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from agent import errors
from agent.adapters.dispatch import LocalDispatcher
from agent.adapters.dispatch import local as dispatch
from agent.domain.document import DocumentId

pytestmark = pytest.mark.reliability

DEADLINE = 10.0
ONE, TWO, THREE, FOUR = map(DocumentId, (1, 2, 3, 4))


class Desk:
    """Work that waits until the test lets it go on, and remembers what ran beside what."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._held: set[DocumentId] = set()
        self.busy: list[DocumentId] = []
        self.begun: list[DocumentId] = []
        self.together: list[tuple[DocumentId, ...]] = []
        self.troubles: dict[DocumentId, list[BaseException]] = {}

    def work(self, document_id: DocumentId) -> None:
        with self._change:
            self.busy.append(document_id)
            self.begun.append(document_id)
            self.together.append(tuple(sorted(self.busy)))
            self._change.notify_all()
            assert self._change.wait_for(lambda: document_id not in self._held, DEADLINE)
            self.busy.remove(document_id)
            self._change.notify_all()
        if self.troubles.get(document_id):
            raise self.troubles[document_id].pop(0)

    def hold(self, *document_ids: DocumentId) -> None:
        with self._change:
            self._held |= set(document_ids)

    def release(self, *document_ids: DocumentId) -> None:
        with self._change:
            self._held -= set(document_ids)
            self._change.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._change:
            assert self._change.wait_for(condition, DEADLINE), (self.begun, self.busy)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def make(desk: Desk) -> Iterator[Callable[[int], LocalDispatcher]]:
    made: list[LocalDispatcher] = []

    def build(workers: int) -> LocalDispatcher:
        made.append(LocalDispatcher(desk.work, workers))
        return made[-1]

    yield build
    desk.release(ONE, TWO, THREE, FOUR)
    stopped = [dispatcher.stop(DEADLINE) for dispatcher in made]
    assert all(stopped)


Make = Callable[[int], LocalDispatcher]


def _idle(dispatcher: LocalDispatcher) -> None:
    deadline = time.monotonic() + DEADLINE
    while not dispatcher.is_idle:
        assert time.monotonic() < deadline
        dispatcher.wait_for_room(0, 0.005)


def test_one_worker_takes_documents_in_their_order(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    for document_id in (TWO, ONE, THREE):
        dispatcher.submit(document_id)
    assert dispatcher.waiting == 3
    dispatcher.start()
    _idle(dispatcher)
    assert desk.begun == [TWO, ONE, THREE]
    assert dispatcher.waiting == 0


def test_a_document_that_is_queued_is_not_queued_twice(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    for _ in range(2):
        dispatcher.submit(ONE)
        dispatcher.submit(TWO, alone=True)
        dispatcher.submit(TWO)
    assert dispatcher.waiting == 2
    dispatcher.start()
    _idle(dispatcher)
    assert desk.begun == [TWO, ONE]


def test_workers_run_beside_each_other(desk: Desk, make: Make) -> None:
    dispatcher = make(2)
    desk.hold(ONE, TWO)
    for document_id in (ONE, TWO, THREE):
        dispatcher.submit(document_id)
    dispatcher.start()
    desk.until(lambda: len(desk.busy) == 2)
    assert dispatcher.known() == {ONE, TWO, THREE}
    assert dispatcher.waiting == 1
    assert not dispatcher.is_idle
    desk.release(ONE, TWO)
    _idle(dispatcher)
    assert dispatcher.known() == frozenset()
    assert (ONE, TWO) in desk.together


def test_suspects_run_first_and_each_alone(desk: Desk, make: Make) -> None:
    dispatcher = make(4)
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.submit(THREE, alone=True)
    dispatcher.submit(FOUR, alone=True)
    desk.hold(THREE, FOUR)
    dispatcher.start()
    desk.until(lambda: desk.busy == [THREE])
    desk.release(THREE)
    desk.until(lambda: desk.busy == [FOUR])
    assert desk.begun == [THREE, FOUR]
    desk.release(FOUR)
    _idle(dispatcher)
    assert set(desk.together[:2]) == {(THREE,), (FOUR,)}
    assert Counter(desk.begun) == {ONE: 1, TWO: 1, THREE: 1, FOUR: 1}


def test_a_suspect_waits_until_the_others_are_done_and_nobody_overtakes_it(desk: Desk, make: Make) -> None:
    dispatcher = make(3)
    desk.hold(ONE, TWO)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    dispatcher.submit(TWO, alone=True)
    dispatcher.submit(THREE)
    assert desk.begun == [ONE]
    desk.release(ONE)
    desk.until(lambda: desk.busy == [TWO])
    desk.release(TWO)
    _idle(dispatcher)
    assert desk.begun == [ONE, TWO, THREE]
    assert (TWO,) in desk.together


def test_a_suspect_that_is_put_off_runs_alone_again(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(dispatch, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(dispatch, "FIRST_RETRY_SECONDS", 0.01)
    dispatcher = make(2)
    desk.troubles[ONE] = [errors.ReaderUnavailable("No tesseract.")]
    desk.hold(TWO)
    dispatcher.submit(ONE, alone=True)
    dispatcher.submit(TWO)
    dispatcher.start()
    desk.until(lambda: desk.busy == [TWO])
    now += 1  # it may be tried again, and must wait for the other
    desk.release(TWO)
    _idle(dispatcher)
    assert desk.begun == [ONE, TWO, ONE]
    assert (ONE, TWO) not in desk.together


def test_what_is_well_again_is_tried_at_once_and_other_troubles_wait(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "time", SimpleNamespace(monotonic=lambda: 100.0))
    dispatcher = make(1)
    desk.troubles[ONE] = [errors.LedgerUnavailable("Away.")]
    desk.troubles[TWO] = [errors.ReaderUnavailable("No tesseract.")]
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.start()
    desk.until(lambda: desk.begun == [ONE, TWO])
    _until(lambda: dispatcher.left() == {ONE, TWO})
    dispatcher.try_now("ledger_unavailable")
    desk.until(lambda: desk.begun == [ONE, TWO, ONE])
    _until(lambda: dispatcher.known() == {TWO})


def test_a_suspect_that_came_to_an_end_is_none_any_more(desk: Desk, make: Make) -> None:
    dispatcher = make(2)
    dispatcher.submit(ONE, alone=True)
    dispatcher.start()
    _idle(dispatcher)
    desk.hold(ONE, TWO)
    dispatcher.submit(TWO)
    dispatcher.submit(ONE)
    desk.until(lambda: len(desk.busy) == 2)
    assert desk.together[-1] == (ONE, TWO)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def test_a_document_is_never_with_two_workers(desk: Desk, make: Make) -> None:
    dispatcher = make(3)
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    desk.until(lambda: TWO in desk.begun)
    assert desk.begun == [ONE, TWO]
    desk.release(ONE)
    _idle(dispatcher)
    assert desk.begun == [ONE, TWO, ONE]
    assert (ONE, ONE) not in desk.together


@pytest.mark.parametrize(
    "trouble",
    [errors.StorageUnavailable("full"), errors.LedgerUnavailable("locked"), ZeroDivisionError("a bug")],
)
def test_what_raises_is_tried_again_and_the_worker_lives(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(dispatch, "FIRST_RETRY_SECONDS", 0.01)
    dispatcher = make(1)
    desk.troubles[ONE] = [trouble]
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.start()
    _idle(dispatcher)
    assert sorted(desk.begun) == [ONE, ONE, TWO]
    assert dispatcher.alive() == 1


class Heap:
    """In place of `heapq`: writes down how long each document is put off, and lets nothing wait."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def heappush(self, later: list[tuple[float, DocumentId]], entry: tuple[float, DocumentId]) -> None:
        self.delays.append(entry[0] - time.monotonic())
        later.append((0.0, entry[1]))

    def heappop(self, later: list[tuple[float, DocumentId]]) -> tuple[float, DocumentId]:
        return later.pop(0)


def test_patience_grows_to_a_minute_and_is_forgotten_by_success(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = Heap()
    monkeypatch.setattr(dispatch, "heapq", heap)
    desk.troubles[ONE] = [errors.StorageUnavailable("full") for _ in range(8)]
    dispatcher = make(1)
    dispatcher.submit(ONE)
    dispatcher.start()
    _idle(dispatcher)
    desk.troubles[ONE] = [errors.StorageUnavailable("full")]
    dispatcher.submit(ONE)
    _until(lambda: len(heap.delays) == 9)
    _idle(dispatcher)
    assert [round(delay) for delay in heap.delays] == [1, 2, 4, 8, 16, 32, 60, 60, 1]


def test_who_fails_again_and_again_is_stuck_with_what_it_met_until_it_succeeds(
    desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    heap = Heap()
    monkeypatch.setattr(dispatch, "heapq", heap)
    desk.troubles[ONE] = [
        *(errors.StorageUnavailable("full") for _ in range(4)),
        errors.StorageUnavailable("The disk refuses (EACCES).", hint="Look at the owner."),
    ]
    desk.troubles[TWO] = [ZeroDivisionError() for _ in range(5)]
    seen: list[list[dispatch.Stuck]] = []
    dispatcher = make(1)
    for each in (ONE, TWO):
        dispatcher.submit(each)
    forget = dispatcher._forget

    def look_first(document_id: DocumentId) -> None:
        seen.append(dispatcher.stuck())
        forget(document_id)

    monkeypatch.setattr(dispatcher, "_forget", look_first)
    dispatcher.start()
    _idle(dispatcher)
    assert {it.document_id: (str(it.sentence), str(it.hint)) for stuck in seen for it in stuck} == {
        ONE: ("The disk refuses (EACCES).", "Look at the owner."),
        TWO: ("An error of our own (ZeroDivisionError).", ""),
    }
    assert dispatcher.stuck() == []


def test_what_is_put_off_is_known(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.troubles[ONE] = [errors.StorageUnavailable("full")]
    dispatcher.submit(ONE)
    dispatcher.start()
    _until(lambda: dispatcher.waiting == 1 and desk.begun == [ONE])
    assert dispatcher.known() == {ONE}
    assert not dispatcher.is_idle


def test_a_stop_takes_nothing_new_and_waits_for_what_is_under_way(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    assert dispatcher.stop(0.01) is False
    desk.release(ONE)
    assert dispatcher.stop(DEADLINE) is True
    assert desk.begun == [ONE]
    assert dispatcher.alive() == 0
    assert dispatcher.known() == {TWO}


def test_a_stop_before_the_start_is_at_once(make: Make) -> None:
    assert make(2).stop(0) is True


def test_room_is_where_few_wait(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    assert dispatcher.wait_for_room(1, 0)
    dispatcher.submit(ONE)
    dispatcher.submit(TWO, alone=True)
    assert dispatcher.wait_for_room(3, 0)
    assert not dispatcher.wait_for_room(2, 0.01)


def test_room_is_waited_for(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    dispatcher.submit(ONE)
    found: list[bool] = []
    waiter = threading.Thread(target=lambda: found.append(dispatcher.wait_for_room(1, DEADLINE)))
    waiter.start()
    dispatcher.start()
    waiter.join(DEADLINE)
    assert found == [True]


def test_who_waits_for_room_is_let_go_by_a_stop(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    dispatcher.submit(ONE)
    found: list[bool] = []
    waiter = threading.Thread(target=lambda: found.append(dispatcher.wait_for_room(1, DEADLINE)))
    waiter.start()
    dispatcher.stop(0)
    waiter.join(DEADLINE)
    assert found == [True]


def test_the_oldest_work_has_an_age(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    assert dispatcher.oldest_busy_seconds() == 0.0
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    _until(lambda: dispatcher.oldest_busy_seconds() > 0.01)
    desk.release(ONE)
    _idle(dispatcher)
    assert dispatcher.oldest_busy_seconds() == 0.0


def test_who_yields_is_no_failure_and_others_go_first(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.troubles[ONE] = [
        errors.ReadingYielded("Others go first.") for _ in range(dispatch.STUCK_FAILURES + 1)
    ]
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    assert not dispatcher.should_yield(ONE)
    dispatcher.submit(TWO)
    assert dispatcher.should_yield(ONE)
    desk.release(ONE)
    _idle(dispatcher)
    assert desk.begun[:2] == [ONE, TWO]
    assert desk.begun.count(ONE) == dispatch.STUCK_FAILURES + 2
    assert dispatcher.stuck() == []


def test_a_document_that_has_had_a_turn_keeps_no_letter_out(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.troubles[ONE] = [errors.ReadingYielded("Others go first.")]
    desk.hold(TWO)
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    assert not dispatcher.wait_for_room(2, 0)
    dispatcher.start()
    desk.until(lambda: desk.busy == [TWO])
    assert dispatcher.waiting == 1
    assert dispatcher.wait_for_room(1, 0)


def test_documents_begun_before_a_restart_keep_no_letter_out_and_let_it_go_first(
    desk: Desk, make: Make
) -> None:
    dispatcher = make(1)
    dispatcher.submit(ONE, was_begun=True)
    dispatcher.submit(TWO, was_begun=True)
    assert dispatcher.wait_for_room(1, 0)
    dispatcher.submit(THREE)
    dispatcher.start()
    _idle(dispatcher)
    assert desk.begun == [THREE, ONE, TWO]


def test_a_suspect_that_yields_lets_others_run_and_runs_alone_again(desk: Desk, make: Make) -> None:
    dispatcher = make(2)
    desk.troubles[ONE] = [errors.ReadingYielded("Others go first.")]
    dispatcher.submit(ONE, alone=True)
    dispatcher.submit(TWO)
    dispatcher.submit(THREE)
    dispatcher.start()
    _idle(dispatcher)
    assert desk.begun[0] == ONE
    assert desk.begun[-1] == ONE
    assert all(together == (ONE,) for together in desk.together if ONE in together)


def test_a_stop_lets_who_is_under_way_end_after_its_turn(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    assert not dispatcher.should_yield(ONE)
    dispatcher.stop(0)
    assert dispatcher.should_yield(ONE)


def test_to_ask_whether_to_make_way_is_a_sign_of_life(desk: Desk, make: Make) -> None:
    dispatcher = make(1)
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    dispatcher._busy[ONE] -= 100.0
    assert dispatcher.oldest_busy_seconds() >= 100.0
    dispatcher.should_yield(ONE)
    assert dispatcher.oldest_busy_seconds() < 100.0


# --- What others hear of it


def test_each_turn_is_told_of_whatever_came_of_it(desk: Desk) -> None:
    told: list[DocumentId] = []
    dispatcher = LocalDispatcher(desk.work, 1, on_turn=told.append)
    desk.troubles[ONE] = [errors.ReadingYielded("Others go first.")]
    desk.troubles[TWO] = [errors.StorageUnavailable("Full.")]
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.start()
    desk.until(lambda: len(desk.begun) == 4)
    assert dispatcher.stop(DEADLINE)
    assert Counter(told) == Counter({ONE: 2, TWO: 2})


def test_what_is_put_off_with_many_others_is_not_told_of_until_the_machine_does_better(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "MOST_PUT_OFF", 1)
    monkeypatch.setattr(dispatch, "FIRST_RETRY_SECONDS", 0.05)
    told: list[int] = []
    dispatcher = LocalDispatcher(desk.work, 1, on_turn=lambda _: told.append(len(desk.begun)))
    desk.troubles[ONE] = [errors.StorageUnavailable("Full.")]
    dispatcher.submit(ONE)
    dispatcher.start()
    desk.until(lambda: len(desk.begun) == 2)
    assert dispatcher.stop(DEADLINE)
    assert told == [2]


def test_what_no_worker_has_in_hands_is_left(make: Make, desk: Desk) -> None:
    dispatcher = make(1)
    desk.hold(ONE)
    dispatcher.submit(ONE)
    dispatcher.submit(TWO)
    dispatcher.start()
    desk.until(lambda: desk.busy == [ONE])
    assert dispatcher.left() == {TWO}
    assert dispatcher.known() == {ONE, TWO}
