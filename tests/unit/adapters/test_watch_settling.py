"""Settling: who waits how long, by a clock that the test owns."""

import pytest

from agent.adapters.watch.settling import Fingerprint, Settling

pytestmark = pytest.mark.reliability

SETTLE, GRACE = 2.0, 30.0


def fingerprint(*, inode: int = 1, size: int = 100, modified_ns: int = 5) -> Fingerprint:
    return Fingerprint(device=7, inode=inode, size=size, modified_ns=modified_ns)


@pytest.fixture
def settling() -> Settling:
    return Settling(settle_seconds=SETTLE, damaged_grace_seconds=GRACE)


def test_file_that_stands_still_is_due_after_the_settle_time(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 10.0)
    assert settling.take_due(11.99) is None
    assert settling.next_due_at() == 12.0
    assert settling.take_due(12.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), 12.0, is_finished=True)
    assert len(settling) == 0
    assert settling.next_due_at() is None


def test_seeing_the_same_again_does_not_prolong_the_wait(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 10.0)
    settling.observe("a.pdf", fingerprint(), 11.5)
    assert settling.take_due(12.0) == "a.pdf"


@pytest.mark.parametrize(
    "changed",
    [fingerprint(size=101), fingerprint(modified_ns=6), fingerprint(inode=2)],
    ids=["size", "mtime", "inode"],
)
def test_a_change_seen_by_an_event_restarts_the_settle_time(settling: Settling, changed: Fingerprint) -> None:
    settling.observe("a.pdf", fingerprint(), 10.0)
    settling.observe("a.pdf", changed, 11.0)
    assert settling.take_due(12.0) is None
    assert settling.next_due_at() == 13.0
    assert settling.take_due(13.0) == "a.pdf"


def test_a_change_seen_by_the_look_restarts_the_settle_time(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(size=1), 10.0)
    settling.take_due(12.0)
    assert not settling.judge("a.pdf", fingerprint(size=2), 12.0, is_finished=True)
    assert settling.next_due_at() == 14.0


def test_file_without_its_end_is_handed_out_after_the_grace_time(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 10.0)
    settling.take_due(12.0)
    assert not settling.judge("a.pdf", fingerprint(), 12.0, is_finished=False)
    assert settling.next_due_at() == 40.0
    assert settling.take_due(40.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), 40.0, is_finished=False)


def test_file_that_gets_its_end_within_the_grace_time_settles_from_there(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(size=1), 10.0)
    settling.take_due(12.0)
    settling.judge("a.pdf", fingerprint(size=1), 12.0, is_finished=False)
    settling.observe("a.pdf", fingerprint(size=2), 15.0)
    assert settling.next_due_at() == 17.0
    assert settling.take_due(17.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(size=2), 17.0, is_finished=True)
    assert settling.take_due(1000.0) is None


def test_grace_shorter_than_the_settle_time_does_not_shorten_it() -> None:
    settling = Settling(settle_seconds=SETTLE, damaged_grace_seconds=0.0)
    settling.observe("a.pdf", fingerprint(), 10.0)
    assert settling.take_due(11.0) is None
    settling.take_due(12.0)
    assert settling.judge("a.pdf", fingerprint(), 12.0, is_finished=False)


def test_handed_out_file_is_not_handed_out_again_by_a_rescan(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.take_due(2.0)
    settling.judge("a.pdf", fingerprint(), 2.0, is_finished=True)
    assert settling.knows("a.pdf", 1, is_announced=True)
    settling.observe("a.pdf", fingerprint(), 3.0)
    assert settling.take_due(100.0) is None


def test_another_file_under_a_handed_out_name_is_new(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(inode=1), 0.0)
    settling.take_due(2.0)
    settling.judge("a.pdf", fingerprint(inode=1), 2.0, is_finished=True)
    assert not settling.knows("a.pdf", 2, is_announced=True)
    settling.observe("a.pdf", fingerprint(inode=2), 3.0)
    assert settling.take_due(5.0) == "a.pdf"


def test_forgotten_file_is_new_when_it_is_seen_again(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.take_due(2.0)
    settling.judge("a.pdf", fingerprint(), 2.0, is_finished=True)
    settling.forget("a.pdf")
    settling.observe("a.pdf", fingerprint(), 3.0)
    assert settling.take_due(5.0) == "a.pdf"


def test_file_that_nobody_claimed_is_new_when_it_is_seen_again(settling: Settling) -> None:
    for name, now in (("old.pdf", 0.0), ("young.pdf", 50.0)):
        settling.observe(name, fingerprint(), now)
        settling.take_due(now + 2.0)
        settling.judge(name, fingerprint(), now + 2.0, is_finished=True)
    settling.forget_unclaimed(40.0)
    assert not settling.knows("old.pdf", 1, is_announced=True)
    assert settling.knows("young.pdf", 1, is_announced=True)
    settling.observe("old.pdf", fingerprint(), 60.0)
    assert settling.take_due(62.0) == "old.pdf"


def test_file_missing_from_a_rescan_is_dropped(settling: Settling) -> None:
    settling.observe("gone.pdf", fingerprint(inode=1), 0.0)
    settling.observe("here.pdf", fingerprint(inode=2), 0.5)
    settling.retain({"here.pdf"})
    assert len(settling) == 1
    assert settling.take_due(100.0) == "here.pdf"
    assert settling.take_due(100.0) is None


def test_file_seen_again_after_it_was_dropped_waits_anew(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.forget("a.pdf")
    settling.observe("a.pdf", fingerprint(), 1.5)
    assert settling.take_due(2.0) is None
    assert settling.take_due(3.5) == "a.pdf"


def test_due_files_come_in_the_order_of_their_arrival(settling: Settling) -> None:
    for number, name in enumerate(["c.pdf", "a.pdf", "b.pdf"]):
        settling.observe(name, fingerprint(inode=number), number * 0.1)
    assert [settling.take_due(10.0) for _ in range(3)] == ["c.pdf", "a.pdf", "b.pdf"]


def test_file_that_changes_a_thousand_times_keeps_one_entry(settling: Settling) -> None:
    for size in range(1000):
        settling.observe("a.pdf", fingerprint(size=size), size * 0.001)
    assert len(settling._fresh) == 1
    assert settling.take_due(2.5) is None
    assert settling.take_due(2.999) == "a.pdf"


def _hand_out(settling: Settling, now: float) -> None:
    assert settling.take_due(now) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), now, is_finished=True)


def test_a_file_given_back_is_due_again_after_a_pause_that_doubles(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    now, pauses = 2.0, []
    for _ in range(10):
        _hand_out(settling, now)
        settling.give_back("a.pdf", now)
        due_at = settling.next_due_at()
        assert due_at is not None
        pauses.append(due_at - now)
        now = due_at
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_a_file_that_was_given_back_four_times_counts_as_refused(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    refused = []
    for now in (2.0, 10.0, 20.0, 40.0):
        _hand_out(settling, now)
        settling.give_back("a.pdf", now)
        refused.append(settling.refused())
    assert refused == [[], [], [], ["a.pdf"]]


def test_a_damaged_file_given_back_does_not_wait_for_its_grace_time_again(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    assert settling.take_due(31.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), 31.0, is_finished=False)
    settling.give_back("a.pdf", 31.0)
    assert settling.take_due(32.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), 32.0, is_finished=False)


def test_a_file_given_back_that_changes_is_a_new_one(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    for now in (2.0, 3.0, 5.0, 9.0):
        _hand_out(settling, now)
        settling.give_back("a.pdf", now)
    settling.observe("a.pdf", fingerprint(size=101), 10.0)
    assert settling.take_due(12.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(size=101), 12.0, is_finished=True)
    settling.give_back("a.pdf", 12.0)
    assert settling.next_due_at() == 13.0


def test_giving_back_what_was_not_handed_out_changes_nothing(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.give_back("a.pdf", 1.0)
    settling.give_back("b.pdf", 1.0)
    assert settling.next_due_at() == 2.0
    assert len(settling) == 1


def test_a_file_that_waits_where_nothing_is_announced_must_be_looked_at(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    assert settling.knows("a.pdf", 1, is_announced=True)
    assert not settling.knows("a.pdf", 1, is_announced=False)
    _hand_out(settling, 2.0)
    assert settling.knows("a.pdf", 1, is_announced=False)


def test_a_file_that_a_program_has_open_is_due_again_and_again(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 10.0)
    for now in (12.0, 14.0, 3608.0):
        assert settling.take_due(now) == "a.pdf"
        assert not settling.judge("a.pdf", fingerprint(), now, is_finished=True, is_open=True)
    assert settling.take_due(3610.0) == "a.pdf"
    assert settling.judge("a.pdf", fingerprint(), 3610.0, is_finished=True, is_open=True)


def test_files_that_can_not_be_claimed_hold_no_other_up(settling: Settling) -> None:
    """Somebody copies a folder of a thousand files that belong to them: each is tried again and again."""
    settling.observe("a.pdf", fingerprint(), 0.0)
    _hand_out(settling, 2.0)
    settling.give_back("a.pdf", 2.0)
    settling.observe("b.pdf", fingerprint(inode=2), 10.0)
    assert settling.next_due_at() == 3.0
    assert [settling.take_due(12.0), settling.take_due(12.0), settling.take_due(12.0)] == [
        "b.pdf",
        "a.pdf",
        None,
    ]


def test_of_many_that_are_due_senders_take_turns(settling: Settling) -> None:
    for number in range(1000):
        settling.observe(f"scanner/{number}.pdf", fingerprint(), 0.0)
    settling.observe("anna/letter.pdf", fingerprint(), 1.0)
    assert [settling.take_due(3.0) for _ in range(4)] == [
        "scanner/0.pdf",
        "anna/letter.pdf",
        "scanner/1.pdf",
        "scanner/2.pdf",
    ]


def test_a_file_that_is_gone_or_changed_while_it_waits_for_its_turn_costs_its_sender_none(
    settling: Settling,
) -> None:
    for name in ("x/1.pdf", "y/gone.pdf", "y/changed.pdf", "y/2.pdf", "x/2.pdf"):
        settling.observe(name, fingerprint(), 0.0)
    assert settling.take_due(2.0) == "x/1.pdf"
    settling.judge("x/1.pdf", fingerprint(), 2.0, is_finished=True)
    settling.forget("y/gone.pdf")
    settling.observe("y/changed.pdf", fingerprint(size=2), 2.0)
    assert settling.take_due(3.0) == "y/2.pdf"
    assert settling.take_due(3.0) == "x/2.pdf"
    assert settling.take_due(3.9) is None
    assert settling.take_due(4.0) == "y/changed.pdf"


def test_what_waits_for_its_turn_is_due_though_nothing_else_is(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.observe("b.pdf", fingerprint(), 0.5)
    assert settling.take_due(2.5) == "a.pdf"
    assert settling.next_due_at() == 2.5
    settling.forget("b.pdf")
    settling.forget("a.pdf")
    assert settling.next_due_at() is None


def test_a_file_that_changes_after_its_claim_was_refused_settles_anew(settling: Settling) -> None:
    settling.observe("a.pdf", fingerprint(), 0.0)
    settling.take_due(2.0)
    settling.judge("a.pdf", fingerprint(), 2.0, is_finished=True)
    settling.give_back("a.pdf", 2.0)
    settling.observe("a.pdf", fingerprint(size=2), 2.5)
    assert settling.take_due(3.0) is None
    assert settling.take_due(4.5) == "a.pdf"
