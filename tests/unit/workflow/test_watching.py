"""The watcher outside the daemon: it looks again before it speaks, and tells each person once."""

from dataclasses import dataclass, field

import pytest

from agent.core.voice import ENGLISH
from agent.core.watching import DaemonTrouble, Look
from agent.errors import MessageRefused, NotifierUnavailable
from agent.workflow.watching import look_closely, tell
from tests.fakes_outbox import FakeNotifier

pytestmark = pytest.mark.observability


@dataclass
class Memory:
    known: frozenset[str] = frozenset()
    kept: list[frozenset[str]] = field(default_factory=list)

    def told(self) -> frozenset[str]:
        return self.known

    def keep(self, told: frozenset[str]) -> None:
        self.known = told
        self.kept.append(told)


def telling(
    trouble: DaemonTrouble | None,
    memory: Memory,
    notifier: FakeNotifier,
    recipients: tuple[str, ...] = ("anna",),
) -> bool:
    onlookers = tuple(it for it in notifier.names if it not in recipients)
    return tell(trouble, memory, notifier, recipients=recipients, onlookers=onlookers, voice=ENGLISH)


def looks(*seen: Look, is_doubted: bool = False) -> tuple[DaemonTrouble | None, list[float]]:
    waits: list[float] = []
    left = list(seen)
    return look_closely(lambda: left.pop(0), waits.append, is_doubted=is_doubted), waits


def test_one_look_is_enough_where_all_is_well() -> None:
    assert looks(Look(process=7)) == (None, [])


def test_what_is_not_well_is_looked_at_twice_more_before_anybody_is_told() -> None:
    down = Look(process=None)
    assert looks(down, down, down) == (DaemonTrouble.DOWN, [12.0, 12.0])
    assert looks(down, down, Look(process=8)) == (None, [12.0, 12.0])


def test_one_good_look_between_two_falls_does_not_say_that_it_is_over() -> None:
    seven = Look(process=7)
    assert looks(seven, Look(process=None), Look(process=8), is_doubted=True) == (
        DaemonTrouble.FALLING,
        [12.0, 12.0],
    )
    assert looks(seven, seven, seven, is_doubted=True) == (None, [12.0, 12.0])


def test_everybody_is_told_once_and_once_that_it_is_over() -> None:
    memory, notifier = Memory(), FakeNotifier()
    for trouble in (DaemonTrouble.DOWN, DaemonTrouble.DOWN, DaemonTrouble.HANGING, None, None):
        assert telling(trouble, memory, notifier)
    assert [name for name, _ in notifier.sent] == ["anna", "bert", "anna", "bert"]
    assert memory.known == frozenset()


def test_nobody_is_told_that_all_is_well_who_was_not_told_otherwise() -> None:
    notifier = FakeNotifier()
    memory = Memory()
    assert telling(None, memory, notifier)
    assert notifier.sent == []
    assert memory.kept == [frozenset()]  # it takes its room while there is some


@pytest.mark.parametrize(
    "error", [NotifierUnavailable("away"), MessageRefused("blocked")], ids=["away", "refused"]
)
def test_who_can_not_be_told_now_is_told_at_the_next_call_and_the_others_at_once(
    error: NotifierUnavailable | MessageRefused,
) -> None:
    memory, notifier = Memory(), FakeNotifier(troubles={"anna": [error]})
    assert not telling(DaemonTrouble.DOWN, memory, notifier)
    assert memory.known == {"bert"}
    assert telling(DaemonTrouble.DOWN, memory, notifier)
    assert [name for name, _ in notifier.sent] == ["bert", "anna"]


def test_those_who_are_told_nothing_any_more_are_forgotten_when_it_is_over() -> None:
    memory, notifier = Memory(frozenset({"gone"})), FakeNotifier()
    assert telling(None, memory, notifier)
    assert (notifier.sent, memory.known) == ([], frozenset())
