"""What is said of documents that were filed, where it is said of many at once."""

import datetime

import pytest

from agent.core.results import batch_message, is_batch_whole
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.message import ParcelId
from agent.domain.result import UntoldResult
from tests.unit.core.test_messages import shown

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def result(number: int, record: str | None = "20817", minutes: float = 0) -> UntoldResult:
    return UntoldResult(
        parcel_id=ParcelId(number),
        recipient="anna",
        document_id=DocumentId(number),
        record_id=None if record is None else RecordId(record),
        since=NOON + datetime.timedelta(minutes=minutes),
    )


@pytest.mark.parametrize(("minutes", "expected"), [(0, False), (14.9, False), (15, True), (-1, True)])
def test_a_batch_is_whole_a_quarter_of_an_hour_after_its_first(minutes: float, expected: bool) -> None:
    now = NOON + datetime.timedelta(minutes=minutes)
    assert is_batch_whole([result(2, minutes=5), result(1)], now) is expected


BATCH = batch_message([result(7), result(8, "33102"), result(9, None)])


def test_a_batch_lists_what_was_filed_where_and_counts_what_came_again() -> None:
    assert shown(BATCH).splitlines() == [
        "2 documents were filed",
        "D-7 · file 20817",
        "D-8 · file 33102",
        "1 document came a second time",
        "Not right? Within a day, type: dossierd undo NUMBER",
    ]


def test_a_long_batch_is_listed_in_part() -> None:
    lines = batch_message([result(number) for number in range(1, 85)]).whole
    assert lines[19:] == (
        "D-20 · file 20817",
        "and 64 more",
        "Not right? Within a day, type: dossierd undo NUMBER",
        "To list them all: dossierd status --last 84",
    )


def test_a_batch_of_copies_says_that_nothing_is_to_do() -> None:
    assert shown(batch_message([result(7, None), result(8, None)])).splitlines() == [
        "2 documents came a second time",
        "Nothing to do. The copies lie in archive/_duplicates/.",
    ]
