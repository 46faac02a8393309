"""Nothing that a French chat is told holds English: every kind of message, reason and failure."""

import dataclasses
import datetime

import pytest

from agent.core import cards, notices, pairing, pauses, replies
from agent.core.messages import KINDS, REASONS, WHY_ASKED, message_for, missing_message
from agent.core.voice import Privacy
from agent.domain.decision import Reason, Unmatched
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.message import Message
from agent.domain.outcome import STATES, Archived, Duplicate, Failed, FailureReason, InReview, State
from agent.domain.pause import Pause
from tests.french import FRENCH, english_in
from tests.integration.chat_samples import ANNA, DECISION, MARTHE, QUESTION
from tests.unit.core.test_desk import DOCUMENT
from tests.unit.core.test_messages import MATCH

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
FULL = dataclasses.replace(FRENCH, privacy=Privacy.FULL)
SEVEN = DocumentId(7)


def _english(*messages: Message) -> list[str]:
    """Those texts of messages that hold English."""
    told = [
        text
        for message in messages
        for text in (
            message.title,
            *message.lines,
            *(button.label for row in message.buttons for button in row),
        )
    ]
    assert told
    return [text for text in told if english_in(text)]


def _told(outcome: Archived | InReview | Failed | Duplicate, kind: str | None = None) -> Message:
    return message_for(
        SEVEN, outcome, epoch=1, original_name="scan.pdf", pages=3, document_kind=kind, voice=FULL
    )


@pytest.mark.parametrize("reason", FailureReason)
def test_no_failure_holds_english(reason: FailureReason) -> None:
    assert _english(_told(Failed(reason=reason, detail="page 3", decided_by="cli:anna"))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_result_holds_english(kind: str) -> None:
    by_rule = Archived(record_id=RecordId("20817"), decided_by="rule", decision=MATCH)
    by_anna = dataclasses.replace(by_rule, decided_by="telegram:anna")
    assert (
        _english(_told(by_rule, kind), _told(by_anna, kind), _told(Duplicate(original=DocumentId(3)))) == []
    )


@pytest.mark.parametrize("code", [*WHY_ASKED, "a_code_of_another_version"])
def test_no_question_holds_english(code: str) -> None:
    reasons = tuple(Reason(code=it, supports=True, sentence="", page=1) for it in REASONS)
    chosen = dataclasses.replace(MARTHE, reasons=reasons)
    decision = Unmatched(
        reason=Reason(code=code, supports=False, sentence="In English."), candidates=(chosen,)
    )
    assert _english(_told(InReview(decision=decision))) == []


def test_no_card_holds_english() -> None:
    asked = [
        cards.question_card(
            question, DECISION, (MARTHE, MARTHE), FRENCH, original_name="scan.pdf", can_split=True
        )
        for question in (QUESTION, dataclasses.replace(QUESTION, confirming=1))
    ]
    further = [
        cards.skipped_card(QUESTION, "anna", FRENCH),
        cards.closed_card(QUESTION, FRENCH),
        cards.moved_card(QUESTION, FRENCH),
        cards.taken_back(SEVEN, "anna", FRENCH, asked=0),
        cards.taken_back(SEVEN, "anna", FRENCH, asked=5),
        cards.reminder(QUESTION, FRENCH),
        cards.escalated(asked[0], QUESTION, NOON, FRENCH),
        missing_message(SEVEN, voice=FRENCH),
    ]
    assert _english(*asked, *further) == []


@pytest.mark.parametrize("state", State)
def test_no_state_of_a_document_holds_english(state: State) -> None:
    document = dataclasses.replace(DOCUMENT, state=state)
    assert state in STATES
    assert _english(replies.shown(document, (), (), FRENCH)) == []


def test_no_notice_of_the_house_holds_english() -> None:
    pause = Pause(begun_at=NOON, begun_by="telegram:anna", ends_at=NOON)
    told = [
        notices.paused_notice("", "", voice=FRENCH),
        notices.resumed_notice(voice=FRENCH),
        notices.stuck_notice([SEVEN, SEVEN], "", "", voice=FRENCH),
        notices.unstuck_notice(voice=FRENCH),
        notices.nothing_left_notice(voice=FRENCH),
        notices.unwell_notice("", "", FRENCH),
        notices.well_notice("ocr", FRENCH),
        pauses.pause_notice(pause, FRENCH),
        pauses.pause_over_notice(FRENCH),
        replies.help_text(ANNA, FRENCH),
        pairing.trial(FRENCH),
        pairing.welcome(FRENCH),
    ]
    assert _english(*told) == []
    assert english_in(pairing.refusal(FRENCH) + pairing.wrong_code(FRENCH)) == []
