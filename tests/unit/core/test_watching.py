"""What somebody outside the daemon concludes from a few looks at it."""

import datetime

import pytest

from agent.core.watching import BEATS_WITHIN, DAEMON_TROUBLES, DaemonTrouble, Look, to_tell, trouble_of

pytestmark = pytest.mark.observability

UP, DOWN = Look(process=7), Look(process=None)
LATE = Look(process=7, beat_age=BEATS_WITHIN + datetime.timedelta(seconds=1))


@pytest.mark.parametrize(
    ("looks", "trouble"),
    [
        ([UP], None),
        ([DOWN, DOWN, DOWN], DaemonTrouble.DOWN),
        ([DOWN, DOWN, UP], None),
        ([DOWN, UP, DOWN], DaemonTrouble.DOWN),
        ([DOWN, UP, Look(process=8)], DaemonTrouble.FALLING),
        ([LATE, LATE, LATE], DaemonTrouble.HANGING),
        ([LATE, UP, UP], None),
        ([Look(process=7, beat_age=BEATS_WITHIN)], None),
        ([Look(process=7, can_tell=False)] * 3, DaemonTrouble.MUTE),
        ([Look(process=0), Look(process=0)], None),
    ],
    ids=[
        "well", "down", "restarted meanwhile", "up for a moment", "another process each time", "no progress",
        "a beat that came late", "a beat just in time", "no ledger", "a process that is not known",
    ],
)  # fmt: skip
def test_a_few_looks_make_a_verdict(looks: list[Look], trouble: DaemonTrouble | None) -> None:
    assert trouble_of(looks) is trouble


def test_each_trouble_has_its_sentence_and_hint() -> None:
    assert set(DAEMON_TROUBLES) == set(DaemonTrouble)


def test_those_are_told_of_trouble_who_do_not_know_and_of_its_end_those_who_do() -> None:
    known = frozenset({"anna", "gone"})
    assert to_tell(DaemonTrouble.DOWN, known, ("anna", "bert")) == ["bert"]
    assert to_tell(None, known, ("anna", "bert")) == ["anna"]
