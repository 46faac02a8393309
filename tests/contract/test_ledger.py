"""What holds of any ledger: one transaction per change, one holder per hash, one message per epoch."""

import dataclasses
import datetime
import os
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import StatementError

from agent import errors
from agent.adapters.ledger import SqlLedger, SqlOutbox, SqlRequests, schema
from agent.adapters.ledger.engine import reading, writing
from agent.core.notices import paused_notice, resumed_notice
from agent.core.voice import ENGLISH
from agent.domain.document import (
    CorrelationId,
    DocumentId,
    DocumentText,
    PageProblem,
    SeenFile,
    Sha256,
    TextOrigin,
    text_of_plain,
)
from agent.domain.life import Action, Document, Reply, Request, Step
from agent.domain.message import Message, MessageKind, Topic
from agent.domain.outcome import (
    Archived,
    Duplicate,
    Event,
    InReview,
    Outcome,
    State,
)
from agent.domain.reading import Progress, Reading, Turn
from tests.custody_builders import ANNA, BERTA, NOON, a_match, ambiguous, hash_of, unmatched
from tests.fakes import turn_of
from tests.ledger_builders import (
    ABSENT,
    ASKED,
    BROKEN,
    FILED,
    HASH,
    LATER,
    SEEN,
    a_begun,
    a_claimed,
    a_moving,
    a_resting,
    a_settlement,
    a_told,
    row_of,
)

pytestmark = pytest.mark.reliability


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine)


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine)


@pytest.fixture
def requests(engine: Engine) -> SqlRequests:
    return SqlRequests(engine)


def _key(engine: Engine, document_id: DocumentId) -> str | None:
    with reading(engine) as connection:
        found: str | None = connection.execute(
            text("SELECT content_key FROM documents WHERE document_id = :id"), {"id": document_id}
        ).scalar()
    return found


def _count(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _request(key: str = "k1", document_id: DocumentId = ABSENT) -> Request:
    return Request(
        key=key,
        action=Action.REFILE,
        document_id=document_id,
        argument="R2",
        actor="cli:anna",
        requested_at=NOON,
    )


def _refuse(requests: SqlRequests, key: str, *, done: bool = False) -> None:
    words = Message(kind=MessageKind.REPLY, document_id=ABSENT, title="D-7", lines=("No.",))
    requests.close_request(key, Reply(done=done, sentence="No."), LATER, in_words=words)


# --- Claim


def test_a_row_is_opened_with_everything_that_was_seen(ledger: SqlLedger) -> None:
    seen = SeenFile(
        name=os.fsdecode(b"caf\xe9.pdf"), device=2**64 - 1, inode=2**64 - 2, size=2**40, modified_ns=2**63 + 9
    )
    opened = ledger.open_claim(seen, "caf\\xe9.pdf", CorrelationId("c0ffee"), NOON)
    assert opened == Document(
        document_id=DocumentId(1),
        correlation_id=CorrelationId("c0ffee"),
        state=State.CLAIMING,
        epoch=1,
        attempts=0,
        original_name="caf\\xe9.pdf",
        seen=seen,
        seen_at=NOON,
        size=2**40,
    )
    assert ledger.document(opened.document_id) == opened


def test_a_confirmed_claim_has_its_place_and_time(ledger: SqlLedger) -> None:
    row = row_of(ledger, a_claimed(ledger))
    assert (row.state, row.location, row.claimed_at) == (State.CLAIMED, "claimed/1", NOON)


def test_a_withdrawn_claim_ends(ledger: SqlLedger) -> None:
    document = ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON)
    ledger.withdraw(document.document_id, LATER)
    row = row_of(ledger, document.document_id)
    assert (row.state, row.rested_at) == (State.WITHDRAWN, LATER)


def test_only_a_claimed_document_is_relocated(ledger: SqlLedger) -> None:
    document_id = a_claimed(ledger)
    ledger.relocate(document_id, "elsewhere")
    assert row_of(ledger, document_id).location == "elsewhere"
    ledger.start(document_id, HASH, 3, NOON)
    ledger.relocate(document_id, "nowhere")
    assert row_of(ledger, document_id).location == "elsewhere"


# --- Work


def test_the_start_counts_the_attempt_and_takes_the_hash(ledger: SqlLedger, engine: Engine) -> None:
    document_id = a_claimed(ledger)
    started = ledger.start(document_id, HASH, 12, NOON)
    assert isinstance(started, Document)
    assert (started.state, started.attempts, started.sha256, started.size) == (State.READING, 1, HASH, 12)
    assert started == ledger.document(document_id)
    assert _key(engine, document_id) == HASH


@pytest.mark.parametrize(
    ("event", "attempts"), [(Event.STOPPED, 0), (Event.CHANGED, 0), (Event.INTERRUPTED, 1)]
)
def test_only_an_interruption_keeps_the_attempt_counted(
    ledger: SqlLedger, event: Event, attempts: int
) -> None:
    document_id = a_begun(ledger)
    ledger.hand_back(document_id, event, NOON)
    row = row_of(ledger, document_id)
    assert (row.state, row.attempts) == (State.CLAIMED, attempts)


@pytest.mark.parametrize("outcome", [FILED, ASKED])
def test_a_twin_is_told_who_holds_its_bytes(ledger: SqlLedger, outcome: Outcome) -> None:
    holder, twin = a_begun(ledger), a_claimed(ledger)
    assert ledger.start(twin, HASH, 3, NOON) == holder
    ledger.settle(holder, a_settlement(holder, outcome), NOON)
    ledger.complete(holder, NOON)
    assert ledger.start(twin, HASH, 3, NOON) == holder
    row = row_of(ledger, twin)
    assert (row.state, row.attempts, row.sha256) == (State.CLAIMED, 0, HASH)


@pytest.mark.parametrize("outcome", [BROKEN, Duplicate(original=DocumentId(99))])
def test_what_failed_or_was_a_duplicate_holds_nothing(ledger: SqlLedger, outcome: Outcome) -> None:
    a_resting(ledger, outcome)
    assert isinstance(ledger.start(a_claimed(ledger), HASH, 3, NOON), Document)


def test_what_went_missing_holds_nothing(ledger: SqlLedger) -> None:
    ledger.miss(row_of(ledger, a_resting(ledger)), [], NOON)
    assert isinstance(ledger.start(a_claimed(ledger), HASH, 3, NOON), Document)


def test_of_two_twins_that_start_at_once_one_holds_the_hash(ledger: SqlLedger) -> None:
    for number in range(10):
        sha256 = hash_of(bytes([number]))
        twins = [a_claimed(ledger), a_claimed(ledger)]
        results: dict[DocumentId, Document | DocumentId] = {}
        barrier = threading.Barrier(2)

        def start(
            document_id: DocumentId,
            sha256: Sha256 = sha256,
            results: dict[DocumentId, Document | DocumentId] = results,
            barrier: threading.Barrier = barrier,
        ) -> None:
            barrier.wait(10)
            results[document_id] = ledger.start(document_id, sha256, 3, NOON)

        threads = [threading.Thread(target=start, args=(twin,)) for twin in twins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        holders = [twin for twin in twins if isinstance(results[twin], Document)]
        assert len(holders) == 1
        (other,) = set(twins) - set(holders)
        assert results[other] == holders[0]


def test_the_database_itself_allows_one_holder(ledger: SqlLedger, engine: Engine) -> None:
    a_begun(ledger)
    other = a_claimed(ledger)
    with pytest.raises(Exception, match=r"(?i)unique"), engine.begin() as connection:
        connection.execute(
            text("UPDATE documents SET content_key = :key WHERE document_id = :id"),
            {"key": HASH, "id": other},
        )


# --- Settle and complete


@pytest.mark.parametrize(
    "outcome",
    [
        FILED,
        Archived(record_id=ANNA.record_id, decided_by="cli:anna", decision=ambiguous(ANNA, BERTA)),
        ASKED,
        InReview(decision=a_match(ANNA, BERTA)),
        InReview(decision=unmatched()),
        BROKEN,
        Duplicate(original=DocumentId(99)),
    ],
)
def test_an_outcome_is_kept_as_it_was_and_rests_when_the_move_is_done(
    ledger: SqlLedger, outcome: Outcome
) -> None:
    document_id = a_moving(ledger, outcome)
    settled = row_of(ledger, document_id)
    assert (settled.state, settled.epoch, settled.outcome) == (State.MOVING, 1, outcome)
    assert (settled.target, settled.settled_at, settled.rested_at) == ("there.pdf", NOON, None)
    done = ledger.complete(document_id, LATER)
    assert (done.state, done.location, done.target) == (State(outcome.state), "there.pdf", None)
    assert (done.attempts, done.rested_at, done.outcome) == (0, LATER, outcome)
    assert done == ledger.document(document_id)


def test_messages_are_due_once_per_recipient_and_not_before_the_move_is_done(
    ledger: SqlLedger, outbox: SqlOutbox
) -> None:
    document_id = a_moving(ledger)
    assert outbox.due(LATER, 10) == []
    assert outbox.next_due() is None
    ledger.complete(document_id, LATER)
    assert outbox.due(NOON, 10) == []
    assert outbox.next_due() == LATER
    due = outbox.due(LATER, 10)
    assert [(it.recipient, it.epoch, it.attempts, it.message) for it in due] == [
        ("anna", 1, 0, a_told(document_id)),
        ("bert", 1, 0, a_told(document_id)),
    ]


def test_each_epoch_has_its_own_messages_which_take_the_place_of_the_filing_before(
    ledger: SqlLedger, outbox: SqlOutbox
) -> None:
    document_id = a_resting(ledger)
    for parcel in outbox.due(LATER, 10):
        assert (parcel.epoch, parcel.replaces) == (1, None)
        outbox.mark_sent(parcel.parcel_id, f"to {parcel.recipient}", LATER)
    undone = ledger.settle(document_id, a_settlement(document_id, ASKED, Event.UNDONE), LATER)
    assert undone
    assert undone.epoch == 2
    assert outbox.due(LATER, 10) == []
    ledger.complete(document_id, LATER)
    assert [(it.recipient, it.epoch, it.replaces) for it in outbox.due(LATER, 10)] == [
        ("anna", 2, "to anna"),
        ("bert", 2, "to bert"),
    ]


def test_a_filing_that_was_undone_before_anybody_was_told_is_not_told(
    ledger: SqlLedger, outbox: SqlOutbox
) -> None:
    document_id = a_resting(ledger)
    ledger.settle(document_id, a_settlement(document_id, ASKED, Event.UNDONE), LATER)
    assert outbox.due(LATER, 10) == []
    ledger.complete(document_id, LATER)
    assert [(it.recipient, it.epoch, it.replaces) for it in outbox.due(LATER, 10)] == [
        ("anna", 2, None),
        ("bert", 2, None),
    ]


def test_a_settlement_that_no_longer_holds_commits_nothing(
    ledger: SqlLedger, outbox: SqlOutbox, engine: Engine
) -> None:
    document_id = a_begun(ledger)
    before = row_of(ledger, document_id)
    settlement = a_settlement(document_id, ASKED)
    assert ledger.settle(document_id, settlement, NOON, still_holds=lambda: False) is None
    assert row_of(ledger, document_id) == before
    assert ledger.review(document_id) is None
    assert ledger.steps(document_id) == []
    assert _count(engine, "outbox") == 0


def test_an_error_while_it_is_asked_commits_nothing(ledger: SqlLedger, engine: Engine) -> None:
    document_id = a_begun(ledger)

    def raise_unavailable() -> bool:
        raise errors.RegistryUnavailable("The registry can't be searched.")

    with pytest.raises(errors.RegistryUnavailable):
        ledger.settle(document_id, a_settlement(document_id, ASKED), NOON, still_holds=raise_unavailable)
    assert row_of(ledger, document_id).state is State.READING
    assert _count(engine, "outbox") == 0


def test_a_move_under_way_is_given_another_target(ledger: SqlLedger) -> None:
    document_id = a_moving(ledger)
    assert ledger.retarget(document_id, "there~2.pdf").target == "there~2.pdf"
    assert ledger.complete(document_id, LATER).location == "there~2.pdf"
    assert ledger.retarget(document_id, "there~3.pdf").target is None


def test_steps_are_kept_with_their_epoch(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger)
    ledger.settle(document_id, a_settlement(document_id, ASKED, Event.UNDONE), LATER)
    step = Step(name="read", started_at=NOON, duration_ms=5)
    assert ledger.steps(document_id) == [(1, step), (2, step)]


def test_a_missing_document_keeps_its_row_and_people_are_told(ledger: SqlLedger, outbox: SqlOutbox) -> None:
    document_id = a_resting(ledger)
    told = Message(kind=MessageKind.MISSING, document_id=document_id, title="gone")
    ledger.miss(row_of(ledger, document_id), [("anna", told)], LATER)
    row = row_of(ledger, document_id)
    assert (row.state, row.outcome, row.target, row.epoch) == (State.MISSING, FILED, None, 2)
    assert [(it.epoch, it.message) for it in outbox.due(LATER, 9)][-1:] == [(2, told)]


def test_a_missing_question_is_closed_and_open_again_when_it_is_back(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, ASKED)
    ledger.miss(row_of(ledger, document_id), [], LATER)
    assert ledger.review(document_id) is None
    restored = ledger.restore(document_id, LATER)
    assert restored is not None
    assert (restored.state, restored.epoch) == (State.IN_REVIEW, 3)
    review = ledger.review(document_id)
    assert review is not None
    assert review.decision == ASKED.decision
    assert ledger.start(a_claimed(ledger), HASH, 3, NOON) == document_id


def test_what_is_back_gives_way_to_a_document_that_took_its_bytes(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger)
    ledger.miss(row_of(ledger, document_id), [], NOON)
    a_begun(ledger)
    assert ledger.restore(document_id, LATER) is None
    assert row_of(ledger, document_id).state is State.MISSING


def test_a_failed_document_that_is_back_holds_no_bytes(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, BROKEN)
    ledger.miss(row_of(ledger, document_id), [], NOON)
    restored = ledger.restore(document_id, LATER)
    assert restored is not None
    assert restored.state is State.FAILED
    assert isinstance(ledger.start(a_claimed(ledger), HASH, 3, NOON), Document)


def test_an_outcome_that_is_void_leaves_no_question_and_no_message(
    ledger: SqlLedger, outbox: SqlOutbox
) -> None:
    document_id = a_moving(ledger, ASKED)
    assert len(ledger.settled(document_id)) == 1
    ledger.hand_back(document_id, Event.CHANGED, LATER)
    assert ledger.settled(document_id) == []
    row = row_of(ledger, document_id)
    assert (row.state, row.target, row.attempts, row.epoch) == (State.CLAIMED, None, 0, 1)
    assert ledger.review(document_id) is None
    assert outbox.next_due() is None


def test_a_question_asked_again_is_closed_first(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, ASKED)
    retried = ledger.retry(document_id, Event.REDECIDED, "cli:anna", LATER)
    assert (retried.state, retried.epoch) == (State.CLAIMED, 2)
    closed = ledger.reviews_of(document_id)
    assert [(it.answer, it.answered_by) for it in closed] == [("retry", "cli:anna")]


@pytest.mark.parametrize("outcome", [BROKEN, Duplicate(original=DocumentId(99))])
def test_a_retry_opens_the_next_epoch(ledger: SqlLedger, outcome: Outcome) -> None:
    document_id = a_resting(ledger, outcome)
    retried = ledger.retry(document_id, Event.RETRIED, "cli:anna", LATER)
    assert (retried.state, retried.epoch, retried.attempts) == (State.CLAIMED, 2, 0)
    assert (retried.claimed_at, retried.location) == (LATER, "there.pdf")


def test_a_retry_asks_for_the_pages_once_more_that_had_a_problem_and_for_no_others(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, ASKED)
    good, slow, torn = text_of_plain("one\ftwo\fthree").pages
    slow, torn = (
        dataclasses.replace(slow, problem=PageProblem.TIMED_OUT),
        dataclasses.replace(torn, problem=PageProblem.ENGINE_FAILED),
    )
    turn = Turn(pages=(good, slow, torn), page_count=3, seconds=60.0, bytes=7, lost=1)
    ledger.save_turn(document_id, HASH, turn, NOON)
    ledger.retry(document_id, Event.REDECIDED, "cli:anna", LATER)
    assert ledger.reading(document_id, HASH) == Reading(
        read=frozenset({1}), page_count=3, seconds=0.0, bytes=7, lost=0, begun_at=LATER
    )


def test_what_was_read_well_is_not_read_again(ledger: SqlLedger) -> None:
    document_id, whole = a_resting(ledger, BROKEN), text_of_plain("one\ftwo")
    ledger.save_turn(document_id, HASH, turn_of(whole), NOON)
    ledger.retry(document_id, Event.RETRIED, "cli:anna", LATER)
    assert ledger.text(document_id, HASH) == whole


# --- Questions


def test_what_is_not_there_is_none(ledger: SqlLedger) -> None:
    assert ledger.document(ABSENT) is None
    assert ledger.text(ABSENT, HASH) is None
    assert ledger.review(ABSENT) is None
    assert ledger.home_id() is None
    assert ledger.counts() == {}


def test_documents_are_found_by_state_oldest_first_and_counted(ledger: SqlLedger) -> None:
    ids = [a_claimed(ledger) for _ in range(3)]
    broken = a_resting(ledger, BROKEN)
    assert [it.document_id for it in ledger.in_states(frozenset({State.CLAIMED}))] == ids
    assert ledger.in_states(frozenset()) == []
    assert [it.document_id for it in ledger.latest(2)] == [broken, ids[-1]]
    assert ledger.counts() == {State.CLAIMED: 3, State.FAILED: 1}


def test_a_text_is_that_of_the_same_bytes_only(ledger: SqlLedger) -> None:
    document_id = a_begun(ledger)
    first, second = text_of_plain("première page\fالصفحة الثانية"), text_of_plain("read again")
    ledger.save_turn(document_id, HASH, turn_of(first), NOON)
    assert ledger.text(document_id, HASH) == first
    assert ledger.text(document_id, hash_of(b"other")) is None
    ledger.save_turn(document_id, hash_of(b"other"), turn_of(second), NOON)
    assert ledger.text(document_id, HASH) is None
    assert ledger.text(document_id, hash_of(b"other")) == second


def test_pages_come_turn_by_turn_and_a_text_is_whole_or_none(ledger: SqlLedger) -> None:
    document_id = a_begun(ledger)
    text = text_of_plain("one\ftwo\fthree")
    one, two, three = text.pages
    first = ledger.save_turn(document_id, HASH, Turn(pages=(one, three), page_count=3, seconds=4.0), NOON)
    assert first == Progress(pages_read=2, page_count=3, seconds=4.0)
    assert ledger.text(document_id, HASH) is None
    assert ledger.readings_under_way() == {document_id: first}
    last = Turn(pages=(two,), page_count=3, seconds=2.5, bytes=7, lost=1)
    assert ledger.save_turn(document_id, HASH, last, NOON) == Progress(
        pages_read=3, page_count=3, seconds=6.5
    )
    assert ledger.text(document_id, HASH) == text
    assert ledger.readings_under_way() == {}
    assert ledger.reading(document_id, HASH) == Reading(
        read=frozenset({1, 2, 3}),
        page_count=3,
        seconds=6.5,
        bytes=7,
        lost=1,
        begun_at=NOON - datetime.timedelta(seconds=4),
    )


def test_a_page_that_is_read_once_more_is_replaced(ledger: SqlLedger) -> None:
    document_id = a_begun(ledger)
    poor, good = text_of_plain("p00r\ftwo"), text_of_plain("poor\ftwo")
    ledger.save_turn(document_id, HASH, turn_of(poor), NOON)
    ledger.save_turn(document_id, HASH, Turn(pages=good.pages[:1], page_count=2), NOON)
    assert ledger.text(document_id, HASH) == good


def test_a_text_is_recognised_if_a_page_of_it_has_words_from_ocr(ledger: SqlLedger) -> None:
    printed, saying_so = text_of_plain("a letter\fits end"), text_of_plain('"ocr" says the letter')
    scanned = DocumentText(
        pages=(printed.pages[0], dataclasses.replace(printed.pages[1], origin=TextOrigin.OCR))
    )
    bare = DocumentText(pages=(dataclasses.replace(printed.pages[0], origin=TextOrigin.OCR, lines=()),))
    document_id = a_begun(ledger)
    for read, recognised in ((printed, None), (saying_so, None), (bare, None), (scanned, scanned)):
        of_this = hash_of(repr(read).encode())
        ledger.save_turn(document_id, of_this, turn_of(read), NOON)
        assert ledger.recognised_text(document_id, of_this) == recognised
        assert ledger.recognised_text(document_id, HASH) is None


def test_what_was_read_can_be_forgotten(ledger: SqlLedger) -> None:
    document_id = a_begun(ledger)
    ledger.save_turn(document_id, HASH, turn_of(text_of_plain("one")), NOON)
    ledger.forget_text(document_id)
    assert ledger.text(document_id, HASH) is None
    assert ledger.reading(document_id, HASH) is None


def test_a_question_is_open_until_it_is_answered(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, ASKED)
    review = ledger.review(document_id)
    assert review
    assert (review.epoch, review.decision, review.opened_at, review.answered_at) == (
        1,
        ASKED.decision,
        NOON,
        None,
    )
    answer = dataclasses.replace(
        a_settlement(document_id, FILED, Event.ANSWERED), answered_by="cli:anna", answer="2"
    )
    ledger.settle(document_id, answer, LATER)
    assert ledger.review(document_id) is None
    (closed,) = ledger.reviews_of(document_id)
    assert (closed.answered_at, closed.answered_by, closed.answer) == (LATER, "cli:anna", "2")


def test_an_undone_filing_asks_anew(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger, ASKED)
    answer = dataclasses.replace(
        a_settlement(document_id, FILED, Event.ANSWERED), answered_by="cli:anna", answer="2"
    )
    ledger.settle(document_id, answer, LATER)
    ledger.complete(document_id, LATER)
    ledger.settle(document_id, a_settlement(document_id, ASKED, Event.UNDONE), LATER)
    assert [(it.epoch, it.answer) for it in ledger.reviews_of(document_id)] == [(1, "2"), (3, None)]
    review = ledger.review(document_id)
    assert review
    assert review.epoch == 3


def test_a_request_waits_until_it_is_closed(requests: SqlRequests) -> None:
    requests.submit(_request("k1"))
    requests.submit(_request("k2"))
    assert requests.open_requests() == [_request("k1"), _request("k2")]
    assert requests.reply("k1") is None
    requests.close_request("k1", Reply(done=True, sentence="Done."), LATER)
    assert requests.open_requests() == [_request("k2")]
    assert requests.reply("k1") == Reply(done=True, sentence="Done.")


def test_one_key_is_kept_once_and_replied_to_once(requests: SqlRequests) -> None:
    requests.submit(_request())
    requests.submit(dataclasses.replace(_request(), argument="R1"))
    assert requests.open_requests() == [_request()]
    requests.close_request("k1", Reply(done=False, sentence="No."), LATER)
    requests.close_request("k1", Reply(done=True, sentence="Yes."), LATER)
    requests.submit(_request())
    assert requests.open_requests() == []
    assert requests.reply("k1") == Reply(done=False, sentence="No.")


def test_a_refusal_that_nobody_waits_for_any_more_is_told_once_in_its_chat(
    requests: SqlRequests, outbox: SqlOutbox
) -> None:
    requests.submit(dataclasses.replace(_request(), asked_in="telegram:1"))
    assert requests.leave("k1", NOON) is None
    _refuse(requests, "k1")
    _refuse(requests, "k1")
    (parcel,) = outbox.due(LATER, 10)
    assert (parcel.recipient, parcel.message.lines) == ("telegram:1", ("No.",))


@pytest.mark.parametrize(
    ("asked_in", "is_left", "done"),
    [("telegram:1", False, False), ("telegram:1", True, True), (None, True, False)],
)
def test_a_reply_that_somebody_has_waited_for_or_that_shows_by_itself_is_not_told_again(
    requests: SqlRequests, outbox: SqlOutbox, asked_in: str | None, is_left: bool, done: bool
) -> None:
    requests.submit(dataclasses.replace(_request(), asked_in=asked_in))
    if is_left:
        requests.leave("k1", NOON)
    _refuse(requests, "k1", done=done)
    assert outbox.due(LATER, 10) == []


def test_a_reply_that_comes_in_the_last_moment_is_given_to_who_leaves(
    requests: SqlRequests, outbox: SqlOutbox
) -> None:
    requests.submit(dataclasses.replace(_request(), asked_in="telegram:1"))
    _refuse(requests, "k1")
    assert requests.leave("k1", NOON) == Reply(done=False, sentence="No.")
    assert outbox.due(LATER, 10) == []


# --- The outbox


def test_a_postponed_message_holds_up_its_own_recipient_only(ledger: SqlLedger, outbox: SqlOutbox) -> None:
    a_resting(ledger)
    a_resting(ledger, FILED, hash_of(b"second"))
    first = outbox.due(LATER, 10)[0]
    until = LATER + datetime.timedelta(minutes=5)
    outbox.postpone(first.parcel_id, until, "The channel is down; a sentence may be long." * 4, now=NOON)
    assert [it.recipient for it in outbox.due(LATER, 10)] == ["bert", "bert"]
    for parcel in outbox.due(LATER, 10):
        outbox.mark_sent(parcel.parcel_id, "receipt", LATER)
    assert outbox.next_due() == until
    again = outbox.due(until, 10)
    assert [(it.recipient, it.attempts) for it in again] == [("anna", 1), ("anna", 0)]
    outbox.mark_dead(first.parcel_id, "no such chat", until)
    assert [it.parcel_id for it in outbox.due(LATER, 10)] == [again[1].parcel_id]


def test_a_message_whose_document_still_moves_holds_up_nobody(ledger: SqlLedger, outbox: SqlOutbox) -> None:
    a_moving(ledger)
    resting = a_resting(ledger, FILED, hash_of(b"second"))
    assert {it.document_id for it in outbox.due(LATER, 10)} == {resting}
    assert outbox.next_due() == LATER
    assert len(outbox.due(LATER, 1)) == 1


# --- The home


def test_the_home_is_written_once_and_numbers_go_on_above_the_highest(ledger: SqlLedger) -> None:
    ledger.found_home("home1")
    ledger.number_above(1041)
    assert ledger.home_id() == "home1"
    assert a_claimed(ledger) == 1042
    ledger.number_above(1050)
    ledger.number_above(1049)
    assert a_claimed(ledger) == 1051


def test_a_new_home_counts_from_one_and_never_gives_a_number_twice(ledger: SqlLedger, engine: Engine) -> None:
    ledger.found_home("home1")
    ledger.number_above(0)
    assert [a_claimed(ledger), a_claimed(ledger)] == [1, 2]
    with writing(engine) as connection:
        for table in ("file_names", "documents"):
            connection.execute(text(f"DELETE FROM {table} WHERE document_id = 2"))
    assert a_claimed(ledger) == 3


# --- Moments


def test_a_moment_without_a_time_zone_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(StatementError, match="a moment without a time zone"):
        ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON.replace(tzinfo=None))
    assert ledger.counts() == {}


def test_a_moment_comes_back_in_utc(ledger: SqlLedger) -> None:
    paris = datetime.timezone(datetime.timedelta(hours=2))
    moment = datetime.datetime(2026, 7, 1, 1, 30, 0, 1, tzinfo=paris)
    opened = ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), moment)
    assert opened.seen_at == moment
    assert opened.seen_at.tzinfo is datetime.UTC


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    def is_ours(name: str | None, *_: object) -> bool:
        return not f"{name}".startswith(("page_words", "procrastinate_"))

    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, schema.metadata) == []


def test_a_row_that_has_changed_since_it_was_seen_is_not_missed(ledger: SqlLedger) -> None:
    document_id = a_resting(ledger)
    seen = row_of(ledger, document_id)
    ledger.settle(document_id, a_settlement(document_id, FILED, Event.REFILED), LATER)
    moving = row_of(ledger, document_id)
    assert not ledger.miss(seen, [], LATER)
    assert row_of(ledger, document_id) == moving


def test_bytes_that_have_changed_are_held_by_nobody(ledger: SqlLedger) -> None:
    ledger.hand_back(a_begun(ledger), Event.CHANGED, LATER)
    assert isinstance(ledger.start(a_claimed(ledger), HASH, 3, LATER), Document)


# --- Full disks, and notices


def test_a_claim_that_came_to_nothing_is_gone_on_with_not_begun_again(ledger: SqlLedger) -> None:
    first = ledger.open_claim(SEEN, "scan.pdf", CorrelationId("c"), NOON)
    assert ledger.open_claim(SEEN, "scan.pdf", CorrelationId("d"), NOON) == first
    changed = dataclasses.replace(SEEN, size=SEEN.size + 1)
    assert ledger.open_claim(changed, "scan.pdf", CorrelationId("e"), NOON).document_id != first.document_id
    ledger.withdraw(first.document_id, NOON)
    assert ledger.open_claim(SEEN, "scan.pdf", CorrelationId("f"), NOON).document_id != first.document_id


def test_a_notice_is_due_at_once_and_remembered(outbox: SqlOutbox) -> None:
    assert outbox.last_notice(Topic.INTAKE) is None
    for notice in (
        paused_notice("archive/: full.", "", voice=ENGLISH),
        resumed_notice(voice=ENGLISH),
        paused_notice("archive/: full.", "", voice=ENGLISH),
    ):
        outbox.announce([("anna", notice), ("bert", notice)], NOON)
    assert outbox.last_notice(Topic.INTAKE) is MessageKind.INTAKE_PAUSED
    assert outbox.last_notice(Topic.FILING) is None
    due = outbox.due(NOON, 10)
    assert [(parcel.recipient, parcel.document_id) for parcel in due] == [("anna", None), ("bert", None)] * 3
    assert due[0].message == paused_notice("archive/: full.", "", voice=ENGLISH)
