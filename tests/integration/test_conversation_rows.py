"""What the chats stand on, in a real SQLite file: updates that came in, questions, and the messages that show them."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from agent.adapters.ledger import SqlLedger, SqlOutbox, SqlUndelivered, open_engine, schema
from agent.adapters.ledger.engine import reading
from agent.adapters.ledger.inbox import SqlInbox
from agent.adapters.ledger.questions import SqlQuestions
from agent.domain.document import CorrelationId, DocumentId, SeenFile
from agent.domain.hearing import Silence
from agent.domain.identity import RecordId
from agent.domain.life import Document, Review
from agent.domain.message import Message, MessageKind
from agent.domain.outcome import Archived, Event, Failed, FailureReason, InReview
from agent.domain.question import Question, QuestionId
from agent.domain.settlement import Settlement
from tests.custody_builders import ANNA, NOON, ambiguous, hash_of, new_ledger

pytestmark = pytest.mark.reliability

MINUTE, HOUR, DAY = datetime.timedelta(minutes=1), datetime.timedelta(hours=1), datetime.timedelta(days=1)
OFFERED = (RecordId("R1"), RecordId("R2"))
OFFICE, SURGERY, HEAD = "telegram:1", "telegram:2", "telegram:3"
FILED = Archived(
    record_id=ANNA.record_id, decided_by="telegram:anna", document_kind=None, decision=ambiguous()
)
REJECTED = Failed(reason=FailureReason.REJECTED, decided_by="telegram:anna")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(new_ledger())
    made = open_engine(path, may_upgrade=True)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine)


@pytest.fixture
def inbox(engine: Engine) -> SqlInbox:
    return SqlInbox(engine)


@pytest.fixture
def questions(engine: Engine) -> SqlQuestions:
    return SqlQuestions(engine)


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine)


# --- Updates that came in


def test_an_update_that_comes_twice_is_kept_once(inbox: SqlInbox) -> None:
    assert inbox.keep("bot", [({"update_id": 7, "a": 1}, NOON)]) == 7
    assert (
        inbox.keep("bot", [({"update_id": 7, "a": 2}, NOON + MINUTE), ({"update_id": 8}, NOON + MINUTE)]) == 8
    )

    assert inbox.waiting() == [
        ("bot", 7, {"update_id": 7, "a": 1}, NOON),
        ("bot", 8, {"update_id": 8}, NOON + MINUTE),
    ]


def test_an_update_that_is_in_one_poll_twice_is_kept_once(inbox: SqlInbox) -> None:
    assert inbox.keep("bot", [({"update_id": 7}, NOON), ({"update_id": 7}, NOON)]) == 7

    assert [number for _, number, _, _ in inbox.waiting()] == [7]


def test_an_empty_poll_keeps_nothing(inbox: SqlInbox) -> None:
    assert inbox.keep("bot", []) is None
    assert inbox.waiting() == []


def test_updates_wait_in_the_order_of_their_numbers_and_each_bot_counts_by_itself(inbox: SqlInbox) -> None:
    inbox.keep("one", [({"update_id": 9}, NOON), ({"update_id": 8}, NOON)])
    inbox.keep("another", [({"update_id": 9}, NOON)])

    assert [(bot, number) for bot, number, _, _ in inbox.waiting()] == [
        ("another", 9),
        ("one", 8),
        ("one", 9),
    ]


def test_what_was_handled_waits_no_longer_and_its_words_are_gone(engine: Engine, inbox: SqlInbox) -> None:
    inbox.keep("bot", [({"update_id": 7, "text": "Paula"}, NOON), ({"update_id": 8}, NOON)])

    inbox.mark_handled("bot", 7, NOON + MINUTE)

    assert [number for _, number, _, _ in inbox.waiting()] == [8]
    with reading(engine) as connection:
        kept = connection.execute(select(schema.inbox).where(schema.inbox.c.update_id == 7)).one()
    assert (kept.body, kept.handled_at) == (None, NOON + MINUTE)


def test_what_was_handled_does_not_wait_again_when_it_comes_again(inbox: SqlInbox) -> None:
    inbox.keep("bot", [({"update_id": 7}, NOON)])
    inbox.mark_handled("bot", 7, NOON)

    assert inbox.keep("bot", [({"update_id": 7}, NOON + MINUTE)]) == 7
    assert inbox.waiting() == []


def test_a_channel_that_was_never_heard_has_no_silence_behind_it(inbox: SqlInbox) -> None:
    assert (inbox.polled_at(), inbox.heard_again_at()) == (None, None)

    inbox.polled("bot", NOON, DAY)

    assert (inbox.polled_at(), inbox.heard_again_at()) == (NOON, None)


def test_of_several_polls_in_vain_the_first_moment_and_the_last_reason_are_kept(inbox: SqlInbox) -> None:
    assert inbox.silence("bot") is None
    inbox.unanswered("bot", "Away.", "Wait.", NOON)
    inbox.unanswered("bot", "Wrong token.", "Look.", NOON + MINUTE)
    assert inbox.silence("bot") == Silence(since=NOON, sentence="Wrong token.", hint="Look.")
    assert inbox.silence("other") is None
    inbox.polled("bot", NOON + 2 * MINUTE, DAY)
    assert inbox.silence("bot") is None


def test_only_a_longer_silence_than_the_channel_remembers_counts(inbox: SqlInbox) -> None:
    inbox.polled("bot", NOON, DAY)
    inbox.polled("bot", NOON + DAY, DAY)
    assert inbox.heard_again_at() is None

    again = NOON + 2 * DAY + MINUTE
    inbox.polled("bot", again, DAY)
    assert (inbox.polled_at(), inbox.heard_again_at()) == (again, again)


def test_the_end_of_a_silence_is_remembered_through_the_polls_after_it(inbox: SqlInbox) -> None:
    inbox.polled("bot", NOON, DAY)
    inbox.polled("bot", NOON + 2 * DAY, DAY)
    inbox.polled("bot", NOON + 2 * DAY + MINUTE, DAY)

    assert inbox.polled_at() == NOON + 2 * DAY + MINUTE
    assert inbox.heard_again_at() == NOON + 2 * DAY


# --- Which reviews are asked about


def test_a_review_is_open_once_its_document_lies_in_review(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    document_id = _settled(ledger)
    assert questions.open_reviews() == questions.askable(5) == []

    ledger.complete(document_id, NOON)

    assert [review.document_id for review in questions.open_reviews()] == [document_id]
    assert [review.document_id for review in questions.askable(5)] == [document_id]


def test_a_review_is_open_no_longer_once_its_document_is_missing(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    review = _in_review(ledger)

    assert ledger.miss(_row(ledger, review.document_id), [], NOON)

    assert questions.open_reviews() == questions.askable(5) == []


def test_all_that_is_asked_about_is_askable_and_the_oldest_of_the_others(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    first, second, third, fourth = (_in_review(ledger, at=NOON + n * MINUTE) for n in range(4))
    _posted(questions, fourth)

    assert questions.askable(2) == [first, second, fourth]
    assert questions.open_reviews() == [first, second, third, fourth]


def test_a_review_whose_question_was_closed_counts_as_not_asked_about(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    first, second = (_in_review(ledger, at=NOON + n * MINUTE) for n in range(2))
    question = _posted(questions, second)
    questions.change(question, [], NOON, is_closed=True)

    assert questions.askable(1) == [first]


# --- Questions


def test_a_question_is_posted_with_its_messages(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    review = _in_review(ledger)

    question = _posted(questions, review, (OFFICE, SURGERY), at=NOON + MINUTE)

    assert question == Question(
        question_id=QuestionId(1),
        document_id=review.document_id,
        epoch=review.epoch,
        revision="0123abcd",
        offered=OFFERED,
        posted_at=NOON + MINUTE,
    )
    assert questions.question(QuestionId(1)) == (question, True)
    assert _due(outbox) == [(OFFICE, "Q1", None), (SURGERY, "Q1", None)]


def test_a_question_is_shown_since_the_first_chat_has_it(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger), (OFFICE, SURGERY))
    _posted(questions, _in_review(ledger))
    assert questions.standing()[0].shown_at is None
    first, second, _ = outbox.due(NOON, 10)
    outbox.mark_sent(second.parcel_id, "r2", NOON + HOUR)
    outbox.mark_sent(first.parcel_id, "r1", NOON + 2 * HOUR)
    assert [it.shown_at for it in questions.standing()] == [NOON + HOUR, None]
    assert questions.question(question.question_id) == (question, True)


def test_nothing_is_posted_about_a_review_that_was_answered_meanwhile(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    review = _in_review(ledger)
    _answered(ledger, review.document_id)

    is_posted = questions.post(review, OFFERED, "0123abcd", _Writer(OFFICE), NOON)

    assert not is_posted
    assert questions.standing() == []
    assert _due(outbox) == [(OFFICE, "answered", None)]


def test_nothing_is_posted_about_a_document_that_has_gone_on_and_is_asked_about_anew(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    before = _in_review(ledger)
    ledger.redecide(before.document_id, NOON)
    again = _settle_for_review(ledger, before.document_id)

    assert not questions.post(before, OFFERED, "0123abcd", _Writer(OFFICE), NOON)
    assert questions.post(again, OFFERED, "0123abcd", _Writer(OFFICE), NOON)


def test_a_question_that_is_asked_anew_closes_the_one_before_and_says_so_in_its_place(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    review = _in_review(ledger)
    first = _posted(questions, review)
    _deliver(outbox)

    questions.post(
        review,
        OFFERED,
        "0123abcd",
        _Writer(OFFICE),
        NOON + DAY,
        instead_of=first,
        moved=[(OFFICE, _message("further down"))],
    )

    assert questions.question(first.question_id) == (first, False)
    assert [question.question_id for question in questions.standing()] == [QuestionId(2)]
    assert _due(outbox, NOON + DAY) == [(OFFICE, "further down", "r1"), (OFFICE, "Q2", None)]


def test_nothing_is_moved_when_the_review_of_what_is_asked_anew_was_answered_meanwhile(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    review = _in_review(ledger)
    first = _posted(questions, review)
    _deliver(outbox)
    _answered(ledger, review.document_id)

    is_posted = questions.post(
        review,
        OFFERED,
        "0123abcd",
        _Writer(OFFICE),
        NOON,
        instead_of=first,
        moved=[(OFFICE, _message("further down"))],
    )

    assert not is_posted
    assert _due(outbox) == [(OFFICE, "answered", "r1")]


def test_a_change_is_written_with_the_messages_that_show_it(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    changed = Question(
        question_id=question.question_id,
        document_id=question.document_id,
        epoch=question.epoch,
        revision="fedc4567",
        offered=(RecordId("R9"),),
        posted_at=question.posted_at,
        is_search=True,
        page=1,
        confirming=0,
        repeated_at=NOON + HOUR,
        escalated_at=NOON + 2 * HOUR,
        skipped_at=NOON + 3 * HOUR,
    )

    assert questions.change(
        changed, [(OFFICE, _message("changed"))], NOON, reminders=[(OFFICE, _message("beside"))]
    )

    assert questions.question(question.question_id) == (changed, True)
    assert _due(outbox) == [(OFFICE, "changed", "r1"), (OFFICE, "beside", None)]


def test_nothing_is_changed_after_a_question_was_closed(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    assert questions.change(question, [], NOON, is_closed=True)

    is_changed = questions.change(question, [(OFFICE, _message("too late"))], NOON)

    assert not is_changed
    assert questions.question(question.question_id) == (question, False)
    assert _due(outbox) == []


def test_nothing_is_changed_after_the_document_was_answered(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    _answered(ledger, question.document_id)

    assert not questions.change(question, [(OFFICE, _message("too late"))], NOON)
    assert _due(outbox) == [(OFFICE, "answered", "r1")]


def test_a_question_that_nobody_was_ever_asked_is_not_found(questions: SqlQuestions) -> None:
    assert questions.question(QuestionId(999_999_999_999_999_999)) is None


def test_what_is_said_without_a_card_takes_nothings_place(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    _posted(questions, _in_review(ledger))
    _deliver(outbox)

    questions.add(None, [(OFFICE, _message("by the way"))], NOON)

    assert _due(outbox) == [(OFFICE, "by the way", None)]


# --- An answer takes the question's place


@pytest.mark.parametrize("outcome", [FILED, REJECTED])
def test_an_answer_closes_the_question_and_takes_its_place(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox, outcome: Archived | Failed
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)

    _answered(ledger, question.document_id, outcome)

    assert questions.question(question.question_id) == (question, False)
    assert _due(outbox) == [(OFFICE, "answered", "r1")]


def test_an_answer_is_told_only_when_the_file_is_at_its_place(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)

    assert ledger.settle(question.document_id, _answer(question.document_id, FILED), NOON)
    assert _due(outbox) == []

    ledger.complete(question.document_id, NOON)
    assert _due(outbox) == [(OFFICE, "answered", "r1")]


def test_whoever_was_only_escalated_to_is_told_the_answer_too(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    questions.change(question, [(HEAD, _message("escalated"))], NOON)
    _deliver(outbox)

    _answered(ledger, question.document_id)

    assert _due(outbox) == [(OFFICE, "answered", "r1"), (HEAD, "answered", "r2")]


def test_a_question_that_was_answered_before_it_was_sent_is_never_shown(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))

    _answered(ledger, question.document_id)

    assert _due(outbox) == [(OFFICE, "answered", None)]


def test_a_question_that_was_answered_before_it_was_sent_is_no_refusal_of_the_channel(
    engine: Engine, ledger: SqlLedger, questions: SqlQuestions
) -> None:
    question = _posted(questions, _in_review(ledger))

    assert ledger.settle(question.document_id, _answer(question.document_id, FILED), NOON)

    assert SqlUndelivered(engine).refusing([OFFICE]) == {OFFICE: None}


def test_a_question_that_changes_before_it_was_sent_is_shown_once_as_it_is_now(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))

    assert questions.change(question, [(OFFICE, _message("changed"))], NOON)

    assert _due(outbox) == [(OFFICE, "changed", None)]


def test_an_answer_to_a_document_that_nobody_was_asked_about_is_a_message_of_its_own(
    ledger: SqlLedger, outbox: SqlOutbox
) -> None:
    _answered(ledger, _in_review(ledger).document_id)

    assert _due(outbox) == [(OFFICE, "answered", None)]


def test_an_answer_leaves_the_questions_about_other_documents(
    ledger: SqlLedger, questions: SqlQuestions
) -> None:
    answered, other = (_posted(questions, _in_review(ledger, at=NOON + n * MINUTE)) for n in range(2))

    _answered(ledger, answered.document_id)

    assert questions.standing() == [other]


# --- Messages that make themselves known


def test_a_message_leads_to_the_question_that_it_shows(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger), (OFFICE, SURGERY))
    _deliver(outbox)

    assert questions.of_card(OFFICE, "r1") == question.question_id
    assert questions.of_card(SURGERY, "r2") == question.question_id
    assert questions.of_card(SURGERY, "r1") is None  # another chat's message of that number
    assert questions.of_card(OFFICE, "r9") is None


def test_a_message_about_something_else_leads_to_no_question(
    questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    questions.add(None, [(OFFICE, _message("by the way"))], NOON)
    questions.add("document:1:2", [(OFFICE, _message("filed"))], NOON)
    questions.add("question:", [(OFFICE, _message("nonsense"))], NOON)
    _deliver(outbox)

    assert [questions.of_card(OFFICE, receipt) for receipt in ("r1", "r2", "r3")] == [None, None, None]


def test_a_press_on_a_message_whose_sending_was_not_confirmed_keeps_it_from_being_sent_again(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))

    questions.learn(question.card, OFFICE, "r7", NOON)

    assert _due(outbox) == []
    assert questions.of_card(OFFICE, "r7") == question.question_id
    _answered(ledger, question.document_id)
    assert _due(outbox) == [(OFFICE, "answered", "r7")]


def test_a_message_that_is_known_teaches_nothing(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    questions.change(question, [(OFFICE, _message("changed"))], NOON)

    questions.learn(question.card, OFFICE, "r1", NOON)

    assert _due(outbox) == [(OFFICE, "changed", "r1")]


def test_of_a_message_that_was_sent_twice_both_are_changed(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)

    questions.learn(question.card, OFFICE, "r8", NOON)

    assert questions.of_card(OFFICE, "r8") == question.question_id
    assert _due_everywhere(outbox) == [("Q1", "r8", ("r1",))]
    _answered(ledger, question.document_id)
    assert _due_everywhere(outbox) == [("answered", "r8", ("r1",))]


def test_a_lost_copy_of_a_question_that_was_answered_becomes_the_answer(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    _answered(ledger, question.document_id)
    _deliver(outbox)
    assert _due(outbox) == []

    questions.learn(question.card, OFFICE, "r8", NOON)

    assert _due_everywhere(outbox) == [("answered", "r8", ("r1",))]


def test_a_lost_copy_that_changes_already_is_changed_once(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    _answered(ledger, question.document_id)

    questions.learn(question.card, OFFICE, "r8", NOON)

    assert _due_everywhere(outbox) == [("answered", "r8", ("r1",))]
    _deliver(outbox)
    assert _due(outbox) == []


def test_a_lost_copy_of_a_question_whose_document_is_being_moved_waits_for_that(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    assert ledger.settle(question.document_id, _answer(question.document_id, FILED), NOON)

    questions.learn(question.card, OFFICE, "r8", NOON)

    assert _due(outbox) == []
    ledger.complete(question.document_id, NOON)
    assert _due_everywhere(outbox) == [("answered", "r1", ("r8",))]


def test_the_only_copy_of_a_question_that_was_answered_before_it_was_known_becomes_the_answer(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    outbox.postpone(outbox.due(NOON, 1)[0].parcel_id, NOON, "no answer", now=NOON)
    _answered(ledger, question.document_id)
    assert _due(outbox) == [(OFFICE, "answered", None)]

    questions.learn(question.card, OFFICE, "r7", NOON)

    assert _due(outbox) == [(OFFICE, "answered", "r7")]


def test_a_question_that_was_sent_unmarked_and_answered_becomes_the_answer_once_somebody_presses_on_it(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _answered(ledger, question.document_id)
    _deliver(outbox)

    questions.learn(question.card, OFFICE, "r9", NOON)

    assert _due_everywhere(outbox) == [("answered", "r9", ("r2",))]


@pytest.mark.parametrize("by_hand", [True, False], ids=["settled", "changed"])
def test_patience_that_was_asked_for_is_kept_when_another_message_takes_the_place(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox, by_hand: bool
) -> None:
    question = _posted(questions, _in_review(ledger), (OFFICE, SURGERY))
    outbox.postpone(outbox.due(NOON, 1)[0].parcel_id, NOON + MINUTE, "patience", now=NOON)
    questions.add(None, [(OFFICE, _message("by the way"))], NOON)
    if by_hand:
        _answered(ledger, question.document_id)
    else:
        changed = [(OFFICE, _message("answered")), (SURGERY, _message("answered"))]
        assert questions.change(question, changed, NOON)

    assert _due(outbox, NOON) == [(SURGERY, "answered", None)]
    assert [one for one in _due(outbox, NOON + MINUTE) if one[0] == OFFICE] == [
        (OFFICE, "by the way", None),
        (OFFICE, "answered", None),
    ]


def test_a_question_is_lost_once_every_chat_has_refused_it(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger), (OFFICE, SURGERY))
    lost = []
    for parcel in outbox.due(NOON, 2):
        outbox.mark_dead(parcel.parcel_id, "blocked", NOON)
        lost += [it.is_lost for it in questions.standing()]
    assert lost == [False, True]

    questions.learn(question.card, OFFICE, "r7", NOON)

    assert [it.is_lost for it in questions.standing()] == [False]


def test_a_question_that_somebody_has_is_not_lost(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    _posted(questions, _in_review(ledger), (OFFICE, SURGERY))
    first, second = outbox.due(NOON, 2)
    outbox.mark_sent(first.parcel_id, "r1", NOON)
    outbox.mark_dead(second.parcel_id, "blocked", NOON)
    assert [it.is_lost for it in questions.standing()] == [False]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT card FROM outbox WHERE recipient = 'a' AND receipt = '1' ORDER BY parcel_id DESC LIMIT 1",
        "SELECT parcel_id FROM outbox WHERE recipient = 'a' AND receipt = '1' LIMIT 1",
    ],
)
def test_the_message_of_a_receipt_is_found_by_an_index(engine: Engine, statement: str) -> None:
    with reading(engine) as connection:
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    assert "ix_outbox_receipt" in str(found[0])


def test_a_message_that_shows_something_else_teaches_nothing(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    _deliver(outbox)
    questions.add(None, [(OFFICE, _message("by the way"))], NOON)
    _deliver(outbox)

    questions.learn(question.card, OFFICE, "r2", NOON)

    assert questions.of_card(OFFICE, "r2") is None
    assert _due(outbox) == []


def test_a_press_on_a_message_that_was_given_up_makes_it_known(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))
    outbox.mark_dead(outbox.due(NOON, 1)[0].parcel_id, "refused", NOON)

    questions.learn(question.card, OFFICE, "r7", NOON)

    _answered(ledger, question.document_id)
    assert _due(outbox) == [(OFFICE, "answered", "r7")]


def test_one_chat_learns_nothing_from_another(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger), (OFFICE, SURGERY))

    questions.learn(question.card, OFFICE, "r7", NOON)

    assert _due(outbox) == [(SURGERY, "Q1", None)]


def test_nothing_is_learned_of_a_card_that_a_chat_was_never_shown(
    ledger: SqlLedger, questions: SqlQuestions, outbox: SqlOutbox
) -> None:
    question = _posted(questions, _in_review(ledger))

    questions.learn(question.card, HEAD, "r7", NOON)

    assert questions.of_card(HEAD, "r7") is None
    assert _due(outbox) == [(OFFICE, "Q1", None)]


# --- Building rows


def _row(ledger: SqlLedger, document_id: DocumentId) -> Document:
    found = ledger.document(document_id)
    assert found is not None
    return found


def _settled(ledger: SqlLedger, at: datetime.datetime = NOON) -> DocumentId:
    """A document on its way into `review/`."""
    seen = SeenFile(name=f"{at}.pdf", device=1, inode=2, size=3, modified_ns=4)
    document_id = ledger.open_claim(seen, "scan.pdf", CorrelationId("c"), at).document_id
    ledger.confirm_claim(document_id, f"claimed/{document_id}", at)
    _settle_for_review(ledger, document_id, at, is_moved=False)
    return document_id


def _settle_for_review(
    ledger: SqlLedger, document_id: DocumentId, at: datetime.datetime = NOON, *, is_moved: bool = True
) -> Review:
    assert isinstance(ledger.start(document_id, hash_of(f"{document_id}".encode()), 3, at), Document)
    asked = InReview(decision=ambiguous(), document_kind=None)
    assert ledger.settle(
        document_id, Settlement(event=Event.SETTLED, outcome=asked, target="review/there.pdf"), at
    )
    if is_moved:
        ledger.complete(document_id, at)
    review = ledger.review(document_id)
    assert review is not None
    return review


def _in_review(ledger: SqlLedger, at: datetime.datetime = NOON) -> Review:
    document_id = _settled(ledger, at)
    ledger.complete(document_id, at)
    review = ledger.review(document_id)
    assert review is not None
    return review


def _answer(document_id: DocumentId, outcome: Archived | Failed) -> Settlement:
    answered = Message(kind=MessageKind.FILED, document_id=document_id, title="answered")
    return Settlement(
        event=Event.ANSWERED,
        outcome=outcome,
        target="elsewhere.pdf",
        messages=[(OFFICE, answered)],
        opens_epoch=True,
        answered_by="telegram:anna",
        answer="record:R1",
    )


def _answered(ledger: SqlLedger, document_id: DocumentId, outcome: Archived | Failed = FILED) -> None:
    assert ledger.settle(document_id, _answer(document_id, outcome), NOON)
    ledger.complete(document_id, NOON)


def _message(title: str) -> Message:
    return Message(kind=MessageKind.QUESTION, document_id=DocumentId(1), title=title)


class _Writer:
    """Writes a question to these."""

    def __init__(self, *recipients: str) -> None:
        self._recipients = recipients

    def __call__(self, question: Question) -> Sequence[tuple[str, Message]]:
        return [(recipient, _message(f"Q{question.question_id}")) for recipient in self._recipients]


def _posted(
    questions: SqlQuestions,
    review: Review,
    recipients: Sequence[str] = (OFFICE,),
    at: datetime.datetime = NOON,
) -> Question:
    assert questions.post(review, OFFERED, "0123abcd", _Writer(*recipients), at)
    return questions.standing()[-1]


def _due(outbox: SqlOutbox, now: datetime.datetime = NOON + HOUR) -> list[tuple[str, str, str | None]]:
    """To whom, what, and in the place of which message."""
    return [(it.recipient, it.message.title, it.replaces) for it in outbox.due(now, 100)]


def _due_everywhere(outbox: SqlOutbox) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """What, in the place of which message, and of which further copies."""
    return [(it.message.title, it.replaces, it.copies) for it in outbox.due(NOON + HOUR, 100)]


def _deliver(outbox: SqlOutbox) -> None:
    """Send what is due; the messages' numbers are `r` and those of their parcels, or of what they replace."""
    for parcel in outbox.due(NOON + HOUR, 100):
        outbox.mark_sent(parcel.parcel_id, parcel.replaces or f"r{parcel.parcel_id}", NOON)
