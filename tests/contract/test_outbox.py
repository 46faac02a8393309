"""What the relay needs of any outbox. A new one is added to `outbox` below."""

import datetime

import pytest

from tests.fakes_outbox import NOON, FakeOutbox

LATER = NOON + datetime.timedelta(minutes=1)


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


def test_what_is_due_comes_in_order_within_the_limit(outbox: FakeOutbox) -> None:
    ids = [outbox.add(recipient, number) for number, recipient in enumerate(("anna", "bert", "anna"))]
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 2)] == ids[:2]


def test_what_is_sent_or_dead_is_gone(outbox: FakeOutbox) -> None:
    outbox.mark_sent(outbox.add("anna", 1), "receipt", NOON)
    outbox.mark_dead(outbox.add("anna", 2), "no such chat", NOON)
    assert outbox.due(NOON, 10) == []
    assert outbox.next_due() is None


def test_a_postponed_parcel_holds_up_its_own_recipient_only(outbox: FakeOutbox) -> None:
    first, _, other = outbox.add("anna", 1), outbox.add("anna", 2), outbox.add("bert", 1)
    outbox.postpone(first, LATER, "down")
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 10)] == [other]
    outbox.mark_sent(other, "receipt", NOON)
    assert outbox.next_due() == LATER
    assert [(parcel.document_id, parcel.attempts) for parcel in outbox.due(LATER, 10)] == [(1, 1), (2, 0)]


def test_a_parcel_whose_document_is_still_moved_is_not_due_and_holds_up_nobody(outbox: FakeOutbox) -> None:
    outbox.add("anna", 1, due_at=None)
    second = outbox.add("anna", 2)
    assert [parcel.parcel_id for parcel in outbox.due(NOON, 10)] == [second]
    assert outbox.next_due() == NOON
