"""When a message may be to blame for its failures."""

import datetime

import pytest

from agent.core.patience import failed_alone, is_worth_a_proof, longest_alone_seconds
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


@pytest.mark.parametrize(
    ("count", "longest", "seconds"),
    [
        (8, 40.0, 40.0),
        (9, 40.0, 80.0),
        (10, 40.0, 160.0),
        (11, 40.0, 300.0),
        (10_000, 40.0, 300.0),
        (9, 600.0, 600.0),
    ],
)
def test_the_wait_of_a_message_that_alone_fails_grows_to_some_minutes(
    count: int, longest: float, seconds: float
) -> None:
    assert longest_alone_seconds(LoneFailures(count=count, since=NOON), longest) == seconds
