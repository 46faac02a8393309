"""What raises while it is put into the chats takes no other question's place, and is tried again an hour later."""

import pytest
from structlog.testing import capture_logs

from agent.domain.life import Review
from agent.domain.message import Message
from agent.domain.question import Question
from agent.workflow.asking import Asking
from agent.workflow.intake import take_in
from agent.workflow.process import process_document
from tests.builders import text_of
from tests.custody_builders import NAMES_ANNA_ONLY
from tests.integration.test_conversation import OFFICE, Chat, chat, office

__all__ = ("chat", "office")
pytestmark = pytest.mark.reliability


class Failing(Asking):
    """Raises for some documents, as a mistake of ours would."""

    cannot: frozenset[int] = frozenset()

    def card(self, question: Question, review: Review) -> Message:
        if question.document_id in self.cannot:
            raise KeyError("a mistake of ours")
        return super().card(question, review)


def wait_in_review(chat: Chat, count: int) -> None:
    """Take in so many documents that nobody can be told of for sure; nobody is asked yet."""
    for number in range(count):
        chat.office.text_source.script = [text_of(*NAMES_ANNA_ONLY.split("\n"))]
        document_id = take_in(chat.office.drop(f"%PDF-1.7 {number}".encode(), f"{number}.pdf"), chat.ports)
        assert document_id is not None
        process_document(document_id, chat.ports)


@pytest.fixture
def failing(chat: Chat) -> Failing:
    asking = Failing(chat.ports, chat.questions, (OFFICE,))
    chat.asking = asking
    return asking


def asked(chat: Chat) -> list[int]:
    return [question.document_id for question in chat.questions.standing()]


def test_reviews_whose_cards_raise_keep_no_other_from_being_asked(chat: Chat, failing: Failing) -> None:
    failing.cannot = frozenset({1, 2, 3, 4, 5})
    wait_in_review(chat, 8)

    with capture_logs() as lines:
        for _ in range(30):
            failing.turn()
            chat.office.clock.advance(seconds=2)

    assert asked(chat) == [6, 7, 8]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["asking_raised"] * 5


def test_what_raised_is_tried_again_an_hour_later(chat: Chat, failing: Failing) -> None:
    failing.cannot = frozenset({1})
    wait_in_review(chat, 1)
    assert failing.turn()
    failing.cannot = frozenset()
    chat.office.clock.advance(minutes=59)
    assert not failing.turn()
    chat.office.clock.advance(minutes=1)
    assert failing.turn()
    assert asked(chat) == [1]


def test_a_clock_that_was_ahead_sets_nothing_aside_for_longer(chat: Chat, failing: Failing) -> None:
    failing.cannot = frozenset({1})
    wait_in_review(chat, 1)
    chat.office.clock.advance(days=30)
    failing.turn()
    failing.cannot = frozenset()
    chat.office.clock.advance(days=-30)
    failing.turn()
    assert asked(chat) == [1]


def test_a_question_whose_step_raises_stands_and_is_not_closed(chat: Chat, failing: Failing) -> None:
    wait_in_review(chat, 1)
    failing.turn()
    chat.deliver()
    failing.cannot = frozenset({1})
    chat.office.clock.advance(hours=2)
    heard_again_at = chat.office.clock.now()
    failing.turn(heard_again_at)
    failing.turn(heard_again_at)
    assert asked(chat) == [1]
