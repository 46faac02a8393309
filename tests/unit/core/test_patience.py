"""When a message may be to blame for its failures."""

import datetime

import pytest

from agent.core.patience import failed_alone, is_worth_a_proof
from agent.domain.message import LoneFailures

pytestmark = pytest.mark.reliability

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def test_failures_are_counted_from_the_first_one() -> None:
    first = failed_alone(None, NOON)
    assert first == LoneFailures(count=1, since=NOON)
    assert failed_alone(first, NOON + MINUTE) == LoneFailures(count=2, since=NOON)


@pytest.mark.parametrize(
    ("count", "minutes", "is_worth_it"),
    [(8, 15, True), (7, 60, False), (8, 14, False), (50, 14, False), (9, 16, True)],
)
def test_a_message_may_be_to_blame_after_enough_failures_and_enough_time(
    count: int, minutes: int, is_worth_it: bool
) -> None:
    failures = LoneFailures(count=count, since=NOON)
    assert is_worth_a_proof(failures, NOON + minutes * MINUTE) is is_worth_it
