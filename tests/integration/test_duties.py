"""What one host does for all: who has a duty turns its loops, who hasn't waits, and who may act no more stops."""

import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent import errors
from agent.adapters.lease import BeatenLease
from agent.cli.daemon import roles_of
from agent.config import Settings
from agent.daemon.beating import Beating
from agent.daemon.duties import OnDuty
from agent.domain.host import Duty, Role, RunId
from agent.hosts import ALONE, UnendingLease

pytestmark = pytest.mark.reliability


SHARED = Settings(
    home=Path("/home-of-all"), state=Path("/own"), ledger_url=SecretStr("postgresql://name:word@host/base")
)


def test_without_a_role_or_with_all_a_daemon_does_everything() -> None:
    alone = Settings(home=Path("/home-of-one"))
    assert roles_of((), alone) == roles_of(["all"], alone) == roles_of(["worker", "all"], SHARED) == set(Role)


def test_roles_are_those_that_are_named() -> None:
    assert roles_of(["intake", "worker"], SHARED) == {Role.INTAKE, Role.WORKER}


@pytest.mark.parametrize(
    ("named", "settings", "sentence"),
    [
        (["worker"], Settings(home=Path("/home-of-one")), "In a home that no other machine shares"),
        (["reader"], SHARED, "--role reader is none that there is."),
    ],
    ids=["alone", "unknown"],
)
def test_roles_that_nobody_could_complete_or_that_are_none_are_refused(
    named: list[str], settings: Settings, sentence: str
) -> None:
    with pytest.raises(errors.SettingInvalid, match=sentence):
        roles_of(named, settings)


class Shared:
    """Hosts of which another has the duty, until it falls."""

    run = RunId("ours")

    def __init__(self) -> None:
        self.has_fallen = False
        self.asked = 0

    def standing(self) -> frozenset[RunId]:
        return frozenset({self.run})

    def hold(self, duty: Duty) -> bool:
        assert duty is Duty.TALKER
        self.asked += 1
        return self.has_fallen


class Lease:
    is_over = False

    def check(self) -> None:
        if self.is_over:
            raise errors.LeaseLost


def test_alone_each_duty_is_ours_and_nobody_is_asked() -> None:
    duty = OnDuty(Duty.TALKER, ALONE, UnendingLease(), threading.Event(), 60)
    turns: list[int] = []
    duty.turning(lambda: turns.append(1))()
    assert turns == [1]


def test_who_has_not_the_duty_waits_and_takes_it_from_one_that_fell() -> None:
    hosts, turns = Shared(), list[int]()
    duty = OnDuty(Duty.TALKER, hosts, UnendingLease(), threading.Event(), 0)
    turn = duty.turning(lambda: turns.append(1))
    turn()
    assert (turns, duty.is_held) == ([], False)
    hosts.has_fallen = True
    turn()
    turn()
    assert (turns, duty.is_held) == ([1, 1], True)
    assert hosts.asked == 2  # once it is ours nobody is asked any more


def test_who_may_act_no_more_has_no_duty_and_takes_none() -> None:
    hosts, lease = Shared(), Lease()
    hosts.has_fallen = True
    duty = OnDuty(Duty.TALKER, hosts, lease, threading.Event(), 0)
    assert duty.look()
    lease.is_over = True
    assert not duty.is_held
    assert not duty.look()
    other = OnDuty(Duty.TALKER, hosts, lease, threading.Event(), 0)
    asked = hosts.asked
    assert not other.look()
    assert hosts.asked == asked


def test_a_run_that_is_fenced_off_is_told_once_and_beats_no_more() -> None:
    answers = iter([True, None, False])

    def send() -> bool:
        answer = next(answers)
        if answer is None:
            raise errors.LedgerUnavailable("The database is away.")
        return answer

    lost = list[errors.LeaseLost]()
    is_told = threading.Event()

    def tell(error: errors.LeaseLost) -> None:
        lost.append(error)
        is_told.set()

    beating = Beating(BeatenLease(send, 0.06), tell)
    beating.start()
    assert is_told.wait(10)
    beating.end()
    assert len(lost) == 1
    assert list(answers) == []
