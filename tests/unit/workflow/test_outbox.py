"""The relay: order for each recipient, patience, and at least once."""

import datetime
from dataclasses import replace

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from agent.domain.document import DocumentId
from agent.domain.message import Blame, LoneFailures, Message, MessageKind, ParcelId
from agent.errors import DossierdError, LeaseLost, LedgerUnavailable, MessageRefused, NotifierUnavailable
from agent.workflow.outbox import BATCH, MOST_SUSPECTS, pause_seconds, relay
from tests.fakes_outbox import NOON, FakeNotifier, FakeOutbox, StandingClock, a_message

pytestmark = pytest.mark.reliability


def after(seconds: float) -> datetime.datetime:
    return NOON + datetime.timedelta(seconds=seconds)


def relay_now(outbox: FakeOutbox, notifier: FakeNotifier, clock: StandingClock) -> datetime.datetime | None:
    return relay(outbox, notifier, clock, jitter=lambda: 1.0)


def test_relay_sends_in_order_and_has_nothing_more_to_do() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    for number in (1, 2, 3):
        outbox.add("anna", number)
    assert relay_now(outbox, notifier, StandingClock()) is None
    assert notifier.sent == [("anna", 1), ("anna", 2), ("anna", 3)]
    assert [row.receipt for row in outbox.rows] == ["receipt 1", "receipt 2", "receipt 3"]


def test_relay_puts_a_message_in_the_place_of_an_earlier_one() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    outbox.put("question:12", "anna", a_message(7), NOON)
    assert relay_now(outbox, notifier, StandingClock()) is None
    outbox.put("question:12", "anna", a_message(7), NOON)
    assert relay_now(outbox, notifier, StandingClock()) is None
    assert notifier.replaced == ["receipt 1"]


def test_relay_brings_a_card_to_every_copy_that_is_known() -> None:
    outbox, notifier, clock = _shown_as("41", "42", "43"), FakeNotifier(), StandingClock()
    assert relay_now(outbox, notifier, clock) is None
    assert (notifier.replaced, notifier.amended) == (["43"], ["41", "42"])


def test_a_copy_that_can_not_be_changed_now_is_tried_again_with_its_card() -> None:
    outbox, notifier, clock = _shown_as("41", "42", "43"), WithCopies(), StandingClock()
    notifier.copies["41"] = [NotifierUnavailable("down")]
    assert relay_now(outbox, notifier, clock) == after(2)
    assert (notifier.replaced, notifier.amended) == (["43"], ["42"])
    clock.advance(2)
    assert relay_now(outbox, notifier, clock) is None
    assert (notifier.replaced, notifier.amended) == (["43", "43"], ["42", "41", "42"])


@pytest.mark.parametrize(
    "error", [NotifierUnavailable("down"), MessageRefused("no")], ids=["away", "refused"]
)
def test_what_had_to_be_said_anew_is_not_said_again_for_a_copy_that_fails(error: DossierdError) -> None:
    outbox, notifier, clock = _shown_as("41", "42"), WithCopies(is_gone=True), StandingClock()
    notifier.copies["41"] = [error]
    with capture_logs() as lines:
        assert relay_now(outbox, notifier, clock) is None
    assert outbox.rows[-1].receipt == "receipt 1"
    assert [line["event"] for line in lines] == ["copy_left_behind", "message_sent"]


def test_a_copy_that_refuses_keeps_its_card_from_nobody() -> None:
    outbox, notifier, clock = _shown_as("41", "42", "43"), WithCopies(), StandingClock()
    notifier.copies["41"] = [MessageRefused("no")]
    assert relay_now(outbox, notifier, clock) is None
    assert (notifier.replaced, notifier.amended) == (["43"], ["42"])
    assert not outbox.rows[-1].is_dead


class WithCopies(FakeNotifier):
    """One whose copies have troubles of their own, and whose newest message may be gone."""

    def __init__(self, *, is_gone: bool = False) -> None:
        super().__init__()
        self.copies: dict[str, list[DossierdError]] = {}
        self._is_gone = is_gone

    def replace(self, receipt: str, message: Message, recipient: str) -> str:
        if self._is_gone:
            return self.send(message, recipient)
        return super().replace(receipt, message, recipient)

    def amend(self, receipt: str, message: Message, recipient: str) -> None:
        if self.copies.get(receipt):
            raise self.copies[receipt].pop(0)
        super().amend(receipt, message, recipient)


def _shown_as(*receipts: str) -> FakeOutbox:
    """A card that stands in these messages, and is to be changed."""
    outbox = FakeOutbox()
    for receipt in receipts:
        outbox.put("question:12", "anna", a_message(7), NOON)
        outbox.mark_sent(outbox.due(NOON, 1)[0].parcel_id, receipt, NOON)
    outbox.put("question:12", "anna", a_message(7), NOON)
    return outbox


def test_relay_sends_without_a_sound_while_people_are_not_to_be_disturbed() -> None:
    outbox, notifier, clock = FakeOutbox(), FakeNotifier(), StandingClock()
    sounds = []
    for seconds in (0, 60):
        clock.moment = after(seconds)
        outbox.add("anna", 1)
        relay(outbox, notifier, clock, is_quiet=lambda moment: moment == NOON)
        sounds.append(list(notifier.silent))
    assert sounds == [[True], [True, False]]


def test_relay_leaves_out_what_another_message_tells() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    gathered, _ = outbox.add("anna", 1), outbox.add("anna", 2)
    relay(outbox, notifier, StandingClock(), gather=lambda: {gathered})
    assert notifier.sent == [("anna", 2)]


def test_relay_leaves_what_is_not_due_and_says_when_to_look_again() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    outbox.add("anna", 1, due_at=after(60))
    outbox.add("anna", 2, due_at=None)
    assert relay_now(outbox, notifier, StandingClock()) == after(60)
    assert notifier.tries == []


def test_an_unreachable_recipient_keeps_the_order_and_holds_up_nobody_else() -> None:
    outbox, notifier, clock = FakeOutbox(), FakeNotifier(), StandingClock()
    notifier.troubles["anna"] = [NotifierUnavailable("down")]
    for recipient, number in (("anna", 1), ("anna", 2), ("bert", 1), ("bert", 2)):
        outbox.add(recipient, number)

    assert relay_now(outbox, notifier, clock) == after(2)
    assert notifier.sent == [("bert", 1), ("bert", 2)]
    assert [number for recipient, number in notifier.tries if recipient == "anna"] == [1]

    clock.advance(1.9)
    assert relay_now(outbox, notifier, clock) == after(2)
    assert len(notifier.sent) == 2

    clock.advance(0.1)
    assert relay_now(outbox, notifier, clock) is None
    assert notifier.sent[2:] == [("anna", 1), ("anna", 2)]


def test_a_new_message_waits_behind_a_postponed_one() -> None:
    outbox, notifier, clock = FakeOutbox(), FakeNotifier(), StandingClock()
    notifier.troubles["anna"] = [NotifierUnavailable("down", retry_after_seconds=30)]
    outbox.add("anna", 1)
    relay_now(outbox, notifier, clock)
    clock.advance(10)
    outbox.add("anna", 2, due_at=clock.now())
    assert relay_now(outbox, notifier, clock) == after(30)
    assert notifier.sent == []
    clock.advance(20)
    relay_now(outbox, notifier, clock)
    assert notifier.sent == [("anna", 1), ("anna", 2)]


def test_a_refused_message_is_dead_and_the_next_one_goes_on() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    notifier.troubles["anna"] = [MessageRefused("Telegram refused the message: chat not found.")]
    dead, alive = outbox.add("anna", 1), outbox.add("anna", 2)
    assert relay_now(outbox, notifier, StandingClock()) is None
    assert outbox.row(dead).is_dead
    assert outbox.row(dead).error == "Telegram refused the message: chat not found."
    assert outbox.row(alive).receipt == "receipt 1"


def test_each_failure_is_counted_and_lengthens_the_pause() -> None:
    outbox, notifier, clock = FakeOutbox(), FakeNotifier(), StandingClock()
    notifier.troubles["anna"] = [NotifierUnavailable("down") for _ in range(3)]
    parcel_id = outbox.add("anna", 1)
    pauses = []
    for _ in range(3):
        again = relay_now(outbox, notifier, clock)
        assert again is not None
        pauses.append((again - clock.now()).total_seconds())
        clock.moment = again
    assert pauses == [2, 4, 8]
    assert outbox.row(parcel_id).parcel.attempts == 3
    assert outbox.row(parcel_id).error == "down"


def test_a_death_between_send_and_mark_sends_again() -> None:
    class Dying(FakeOutbox):
        def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
            raise LedgerUnavailable("the power went")

    notifier, dying = FakeNotifier(), Dying()
    dying.add("anna", 1)
    dying.add("anna", 2)
    with pytest.raises(LedgerUnavailable):
        relay_now(dying, notifier, StandingClock())
    relay_now(FakeOutbox(rows=dying.rows), notifier, StandingClock())
    assert notifier.sent == [("anna", 1), ("anna", 1), ("anna", 2)]


def test_a_stop_leaves_the_rest_due() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    for number in (1, 2, 3):
        outbox.add("anna", number)
    again = relay(outbox, notifier, StandingClock(), should_stop=lambda: len(notifier.sent) == 2)
    assert notifier.sent == [("anna", 1), ("anna", 2)]
    assert again == NOON


def test_who_was_paused_between_looking_and_sending_sends_no_more() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    for number in (1, 2):
        outbox.add("anna", number)

    def check() -> None:
        if notifier.sent:
            raise LeaseLost

    with pytest.raises(LeaseLost):
        relay(outbox, notifier, StandingClock(), may_act=check)
    assert notifier.sent == [("anna", 1)]
    assert relay_now(outbox, notifier, StandingClock()) is None
    assert notifier.sent == [("anna", 1), ("anna", 2)]


def test_more_than_a_batch_asks_to_be_called_again_at_once() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    for number in range(BATCH + 1):
        outbox.add("anna", number)
    assert relay_now(outbox, notifier, StandingClock()) == NOON
    assert len(notifier.sent) == BATCH
    assert relay_now(outbox, notifier, StandingClock()) is None


def test_relay_is_back_soon_for_whom_it_may_not_wait_long() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    for name in ("anna", "bert"):
        parcel_id = outbox.add(name, 1)
        outbox.row(parcel_id).parcel = replace(outbox.row(parcel_id).parcel, attempts=100)
        notifier.troubles[name] = [NotifierUnavailable("down")]
    relay(
        outbox,
        notifier,
        StandingClock(),
        jitter=lambda: 1.0,
        longest_pause_seconds=lambda recipient: 40.0 if recipient == "anna" else 600.0,
    )
    assert [row.due_at for row in outbox.rows] == [after(40), after(600)]


class Failing(FakeNotifier):
    """One that fails with messages of some numbers, or at everything of a sort, and answers other questions."""

    def __init__(self, *numbers: int, blame: Blame | None = Blame.MESSAGE, is_away: bool = False) -> None:
        super().__init__(is_away=is_away)
        self.numbers = set(numbers)
        self._error = NotifierUnavailable("no answer", blame=blame)

    def send(self, message: Message, recipient: str) -> str:
        if message.document_id in self.numbers:
            self.tries.append((recipient, message.document_id))
            raise self._error
        return super().send(message, recipient)


class Minutes:
    """Lets minutes go by, one look at the outbox in each; the pauses are as long."""

    def __init__(self, outbox: FakeOutbox, notifier: FakeNotifier) -> None:
        self.outbox, self.notifier, self.clock = outbox, notifier, StandingClock()

    def go_by(self, minutes: int) -> None:
        for _ in range(minutes):
            relay(
                self.outbox,
                self.notifier,
                self.clock,
                longest_pause_seconds=lambda _: 60.0,
                jitter=lambda: 1.0,
            )
            self.clock.advance(60)

    @property
    def dead(self) -> list[DocumentId | None]:
        return [row.parcel.message.document_id for row in self.outbox.rows if row.is_dead]


def _three_wait(notifier: FakeNotifier) -> Minutes:
    outbox = FakeOutbox()
    for number in (1, 2, 3):
        outbox.add("anna", number)
    return Minutes(outbox, notifier)


def test_a_message_that_alone_fails_is_given_up_and_the_next_one_goes_on() -> None:
    time = _three_wait(Failing(1))
    time.go_by(15)
    assert (time.dead, time.notifier.sent) == ([], [])
    time.go_by(1)
    assert (time.dead, time.notifier.sent) == ([1], [("anna", 2), ("anna", 3)])
    assert time.outbox.rows[0].blame is Blame.MESSAGE


def test_a_message_that_alone_fails_and_has_none_behind_it_waits_for_one() -> None:
    outbox = FakeOutbox()
    outbox.add("anna", 1)
    time = Minutes(outbox, Failing(1))
    time.go_by(120)
    assert time.dead == []
    tried = len(time.notifier.tries)
    time.go_by(20)
    assert len(time.notifier.tries) - tried == 4  # each five minutes, where an outage is tried each minute
    outbox.add("anna", 2, due_at=time.clock.now())
    time.go_by(5)
    assert (time.dead, time.notifier.sent) == ([1], [("anna", 2)])


def test_two_messages_that_fail_are_given_up_by_the_one_behind_them() -> None:
    time = _three_wait(Failing(1, 2))
    time.go_by(30)
    assert (time.dead, time.notifier.sent) == ([], [])
    time.go_by(2)
    assert (time.dead, time.notifier.sent) == ([1, 2], [("anna", 3)])


def test_an_outage_in_which_the_channel_answers_all_but_messages_gives_up_nothing() -> None:
    notifier = Failing(*range(1, 13))
    outbox = FakeOutbox()
    for number in range(1, 13):
        outbox.add("anna", number)
    time = Minutes(outbox, notifier)
    time.go_by(300)
    assert time.dead == []
    tries = len(notifier.tries)
    time.go_by(1)
    assert len(notifier.tries) - tries == MOST_SUSPECTS
    notifier.numbers.clear()
    time.go_by(2)
    assert notifier.sent == [("anna", number) for number in range(1, 13)]


def test_an_outage_that_ends_between_two_messages_gives_up_neither() -> None:
    class Returning(Failing):
        def send(self, message: Message, recipient: str) -> str:
            if message.document_id == 2:
                self.numbers.clear()
            return super().send(message, recipient)

    time = _three_wait(Returning(1, 2, 3))
    time.go_by(16)
    assert time.dead == []
    assert time.notifier.sent == [("anna", 2), ("anna", 1), ("anna", 3)]


def test_an_edit_that_gets_through_proves_nothing_of_a_new_message() -> None:
    class OnlyEdits(Failing):
        def replace(self, receipt: str, message: Message, recipient: str) -> str:
            self.replaced.append(receipt)
            return receipt

    outbox = FakeOutbox()
    outbox.put("question:12", "anna", a_message(7), NOON)
    outbox.mark_sent(outbox.due(NOON, 1)[0].parcel_id, "41", NOON)
    outbox.add("anna", 1)
    outbox.put("question:12", "anna", a_message(7), NOON)
    notifier = OnlyEdits(1)
    time = Minutes(outbox, notifier)
    time.go_by(60)
    assert (time.dead, notifier.replaced) == ([], ["41"])


def test_what_one_recipient_takes_proves_nothing_of_another() -> None:
    outbox = FakeOutbox()
    outbox.add("anna", 1)
    time = Minutes(outbox, Failing(1))
    for _ in range(30):
        outbox.add("bert", 2, due_at=time.clock.now())
        time.go_by(1)
    assert time.dead == []
    assert len(time.notifier.sent) == 30


def test_a_recipient_who_takes_nothing_is_given_up_without_a_proof() -> None:
    time = _three_wait(Failing(1, 2, 3, blame=Blame.RECIPIENT))
    time.go_by(16)
    assert time.dead == [1]
    assert time.outbox.rows[0].blame is Blame.RECIPIENT


def test_what_gets_a_last_chance_at_night_makes_no_sound() -> None:
    class Returning(Failing):
        def send(self, message: Message, recipient: str) -> str:
            if message.document_id == 2:
                self.numbers.clear()
            return super().send(message, recipient)

    outbox, notifier = FakeOutbox(), Returning(1)
    for number in (1, 2):
        outbox.postpone(
            outbox.add("anna", number),
            NOON,
            "no answer",
            LoneFailures(count=20, since=after(-3600)),
            now=NOON,
        )
    relay(outbox, notifier, StandingClock(), is_quiet=lambda _: True)
    assert (notifier.sent, notifier.silent) == ([("anna", 2), ("anna", 1)], [True, True])


@pytest.mark.parametrize(
    ("blame", "is_away"), [(Blame.MESSAGE, True), (None, False)], ids=["outage", "patience"]
)
def test_what_can_not_be_the_messages_fault_gives_nothing_up(blame: Blame | None, is_away: bool) -> None:
    time = _three_wait(Failing(1, blame=blame, is_away=is_away))
    time.go_by(60)
    assert (time.dead, time.notifier.sent) == ([], [])
    assert time.outbox.rows[0].parcel.alone is None


def test_a_failure_of_an_outage_gives_up_no_message_that_failed_alone_before() -> None:
    time = _three_wait(Failing(1, is_away=True))
    time.outbox.postpone(ParcelId(1), NOON, "no answer", LoneFailures(count=20, since=after(-3600)), now=NOON)
    time.go_by(1)
    assert (time.dead, time.notifier.sent) == ([], [])
    assert time.outbox.rows[0].parcel.alone == LoneFailures(count=20, since=after(-3600))


@pytest.mark.parametrize(
    ("attempts", "requested", "jitter", "seconds"),
    [
        (0, None, 0.0, 1.0),
        (0, None, 1.0, 2.0),
        (3, None, 1.0, 16.0),
        (9, None, 1.0, 600.0),
        (10_000, None, 0.0, 300.0),
        (0, 37.0, 1.0, 37.0),
        (9, 37.0, 1.0, 600.0),
        (0, 3600.0, 1.0, 3600.0),
        (0, 1e300, 1.0, 86_400.0),
    ],
)
def test_pause(attempts: int, requested: float | None, jitter: float, seconds: float) -> None:
    assert pause_seconds(attempts, requested, jitter) == seconds


@pytest.mark.observability
def test_every_delivery_is_logged_by_reference() -> None:
    outbox, notifier = FakeOutbox(), FakeNotifier()
    notifier.troubles = {"anna": [NotifierUnavailable("down")], "bert": [MessageRefused("no such chat")]}
    outbox.add("anna", 1)
    outbox.add("bert", 1)
    outbox.add("bert", 2)
    with capture_logs() as lines:
        relay_now(outbox, notifier, StandingClock())
    assert [(line["event"], line["document"]) for line in lines] == [
        ("message_postponed", "D-1"),
        ("message_refused", "D-1"),
        ("message_sent", "D-2"),
    ]


@pytest.mark.observability
def test_each_line_has_the_id_of_its_own_document_also_where_one_is_tried_within_anothers_turn() -> None:
    time = _three_wait(Failing(1))
    time.outbox.put("notice", "anna", Message(kind=MessageKind.UNWELL, document_id=None, title="x"), NOON)
    with capture_logs(processors=[merge_contextvars]) as lines:
        time.go_by(20)
    assert [(line["event"], line["document"], line.get("correlation_id")) for line in lines[-4:]] == [
        ("message_sent", "D-2", "run-2"),
        ("message_given_up", "D-1", "run-1"),
        ("message_sent", "D-3", "run-3"),
        ("message_sent", None, None),
    ]


def test_what_was_sent_but_could_not_be_marked_is_marked_before_anything_is_sent_again() -> None:
    outbox, notifier, clock = FullOutbox(), FakeNotifier(), StandingClock()
    for number in (1, 2):
        outbox.add("anna", number)
    unmarked: dict[ParcelId, str] = {}
    for _ in range(3):
        with pytest.raises(LedgerUnavailable):
            relay(outbox, notifier, clock, unmarked=unmarked)
    assert notifier.sent == [("anna", 1)]
    outbox.is_full = False
    relay(outbox, notifier, clock, unmarked=unmarked)
    assert notifier.sent == [("anna", 1), ("anna", 2)]
    assert [row.receipt for row in outbox.rows] == ["receipt 1", "receipt 2"]
    assert unmarked == {}


class FullOutbox(FakeOutbox):
    """One whose disk is full: it can be read, not written."""

    is_full = True

    def mark_sent(self, parcel_id: ParcelId, receipt: str, now: datetime.datetime) -> None:
        if self.is_full:
            raise LedgerUnavailable("The ledger can't be used now (SQLITE_FULL).")
        super().mark_sent(parcel_id, receipt, now)
