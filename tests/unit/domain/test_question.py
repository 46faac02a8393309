"""A question's messages are found by its card."""

from agent.domain.question import QuestionId, card_of
from tests.unit.core.test_asking import a_question


def test_a_question_has_the_card_of_its_number() -> None:
    assert a_question(12).reminder_card == "reminder:12"
    assert a_question(12).card == card_of(QuestionId(12)) == "question:12"
