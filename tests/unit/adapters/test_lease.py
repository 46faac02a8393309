"""A lease on the host's own clock."""

import pytest

from agent import errors
from agent.adapters.lease import BeatenLease

pytestmark = pytest.mark.reliability


class Office:
    """A clock to set, and a ledger that answers beats."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stands = True
        self.takes_seconds = 0.0
        self.trouble: errors.LedgerUnavailable | None = None
        self.lease = BeatenLease(self.send, 60.0, lambda: self.now)

    def send(self) -> bool:
        self.now += self.takes_seconds
        if self.trouble is not None:
            raise self.trouble
        return self.stands


@pytest.fixture
def office() -> Office:
    return Office()


def test_before_the_first_beat_it_lets_nothing_happen(office: Office) -> None:
    with pytest.raises(errors.LeaseLost):
        office.lease.check()


def test_it_lets_its_holder_act_for_two_thirds_of_the_time_in_which_others_wait(office: Office) -> None:
    office.lease.beat()
    office.now = 1039.9
    office.lease.check()
    office.now = 1040.0
    with pytest.raises(errors.LeaseLost):
        office.lease.check()
    assert not office.lease.is_lost


def test_it_counts_from_when_the_beat_was_sent_and_not_from_its_answer(office: Office) -> None:
    office.takes_seconds = 39.0
    office.lease.beat()
    office.now = 1040.0
    with pytest.raises(errors.LeaseLost):
        office.lease.check()


def test_a_ledger_that_is_away_ends_it_in_time_and_the_next_beat_brings_it_back(office: Office) -> None:
    office.lease.beat()
    office.trouble = errors.LedgerUnavailable("away")
    office.now = 1039.0
    with pytest.raises(errors.LedgerUnavailable):
        office.lease.beat()
    office.lease.check()
    office.now = 1041.0
    with pytest.raises(errors.LeaseLost):
        office.lease.check()
    office.trouble = None
    office.lease.beat()
    office.lease.check()


def test_who_was_fenced_off_never_acts_again(office: Office) -> None:
    office.lease.beat()
    office.stands = False
    with pytest.raises(errors.LeaseLost) as lost:
        office.lease.beat()
    assert lost.value.retryable
    assert lost.value.hint == "Another host took over; this one restarts by itself."
    assert office.lease.is_lost
    with pytest.raises(errors.LeaseLost):
        office.lease.check()


def test_it_is_beaten_six_times_as_often_as_others_wait() -> None:
    lease = BeatenLease(lambda: True, 60.0)
    lease.beat()
    lease.check()
    assert lease.interval_seconds == 10.0
