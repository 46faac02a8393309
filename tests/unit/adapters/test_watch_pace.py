"""How often to rescan."""

import pytest

from agent.adapters.watch.pace import pause_seconds, urgent_seconds

pytestmark = pytest.mark.reliability


@pytest.mark.parametrize(
    ("cost_seconds", "is_polling", "expected"),
    [
        (0.0003, False, 30.0),
        (0.0003, True, 2.0),
        (0.02, True, 10.0),
        (0.5, True, 30.0),
    ],
    ids=["announced", "few_files", "many_files", "very_many_files"],
)
def test_pause_between_rescans(cost_seconds: float, is_polling: bool, expected: float) -> None:
    assert pause_seconds(30.0, cost_seconds, is_polling=is_polling) == expected


def test_rescans_that_are_set_to_come_often_do() -> None:
    assert pause_seconds(0.5, 0.0001, is_polling=True) == 0.5


def test_what_asks_for_a_rescan_gets_it_soon_but_not_all_the_time() -> None:
    assert urgent_seconds(0.01) == pytest.approx(0.2)
