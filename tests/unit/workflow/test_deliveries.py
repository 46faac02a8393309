"""What the audit trail says of messages: two lines each, and never a word of them."""

import datetime
from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from agent.errors import MessageRefused, NotifierUnavailable, StorageUnavailable
from agent.workflow.deliveries import Deliveries
from agent.workflow.outbox import relay
from tests.fakes import FakeJournal
from tests.fakes_outbox import NOON, FakeNotifier, FakeOutbox, StandingClock, a_message

pytestmark = pytest.mark.observability

NAMES = {"anna": "chat 1", "bert": "address 1"}


class Post:
    """An outbox, who delivers it, and the trail."""

    def __init__(self) -> None:
        self.outbox, self.notifier = FakeOutbox(), FakeNotifier()
        self.journal, self.clock = FakeJournal(), StandingClock()
        self.deliveries = Deliveries(self.journal, self.clock, NAMES)

    def turn(self) -> datetime.datetime | None:
        return relay(self.outbox, self.notifier, self.clock, jitter=lambda: 1.0, told=self.deliveries)

    @property
    def lines(self) -> list[tuple[str, Mapping[str, object]]]:
        return [(event, fields) for event, _, fields in self.journal.entries]


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_message_has_a_line_before_it_and_one_after(post: Post) -> None:
    post.outbox.add("anna", 7)
    post.turn()
    whose = {"message": 1, "kind": "filed", "to": "chat 1", "document": "D-7"}
    whose |= {"correlation_id": "run-7", "epoch": 1}
    assert post.lines == [
        ("sending_message", whose | {"takes_place": False}),
        ("message_sent", whose | {"receipt": "receipt 1", "attempt": 1}),
    ]


def test_where_a_group_has_become_another_its_number_is_not_told(post: Post) -> None:
    post.outbox.add("anna", 7)
    post.deliveries.sent(post.outbox.rows[0].parcel, "12@-1001234567890")
    assert post.lines[0][1]["receipt"] == "12"


def test_one_that_takes_anothers_place_says_so(post: Post) -> None:
    for _ in range(2):
        post.outbox.put("question:12", "anna", a_message(7), NOON)
        post.turn()
    begun = [fields["takes_place"] for event, fields in post.lines if event == "sending_message"]
    assert begun == [False, True]


def test_one_that_is_tried_again_and_again_has_two_lines_still(post: Post) -> None:
    post.notifier.troubles["anna"] = [NotifierUnavailable("down")] * 3
    post.outbox.add("anna", 7)
    while (again := post.turn()) is not None:
        post.clock.moment = again
    assert [(event, fields.get("attempt")) for event, fields in post.lines] == [
        ("sending_message", None),
        ("message_sent", 4),
    ]


def test_one_that_is_refused_says_why(post: Post) -> None:
    post.notifier.troubles["anna"] = [MessageRefused("The bot was blocked by Anna Muller.")]
    post.outbox.add("anna", 7)
    post.turn()
    assert [(event, fields.get("reason")) for event, fields in post.lines] == [
        ("sending_message", None),
        ("message_refused", "message_refused"),
    ]
    assert "Muller" not in str(post.journal.entries)


def test_who_is_no_longer_in_the_settings_is_called_by_a_hash(post: Post) -> None:
    post.notifier.names = ("telegram:4711",)
    post.outbox.add("telegram:4711", 7)
    post.turn()
    assert {fields["to"] for _, fields in post.lines} == {"former 316c771b5b05"}
    assert "4711" not in str(post.journal.entries)


def test_no_word_of_a_message_is_written(post: Post) -> None:
    post.outbox.put("question:12", "anna", a_message(7, "Anna Muller", "born on 1 May 1950"), NOON)
    post.turn()
    assert "Muller" not in str(post.journal.entries)
    assert "1950" not in str(post.journal.entries)


@pytest.mark.reliability
def test_a_trail_that_can_not_be_written_keeps_no_message_back(post: Post) -> None:
    post.journal.trouble = StorageUnavailable("The disk is full.")
    post.outbox.add("anna", 7)
    with capture_logs() as lines:
        assert post.turn() is None
    assert post.notifier.sent == [("anna", 7)]
    assert [line["event"] for line in lines] == ["message_untold", "message_untold", "message_sent"]
