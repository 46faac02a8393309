"""A record that is another person's by the time somebody presses: asked anew, never filed under."""

import dataclasses
import datetime

import pytest

from agent.core.presses import Option
from agent.domain.identity import Person, RecordId
from agent.domain.outcome import State
from tests.custody_builders import ANNA
from tests.integration.test_conversation import (
    CHANGED,
    CONTRADICTS_ANNA,
    FILED,
    Chat,
    chat,
    office,
)

__all__ = ("chat", "office")
pytestmark = pytest.mark.security

ZORA = Person(
    record_id=RecordId("R1"), last_name="Quintero", first_name="Zora", birth_date=datetime.date(1950, 2, 1)
)


@pytest.mark.parametrize(
    "now",
    [
        ZORA,
        dataclasses.replace(ANNA, first_name="Berta"),
        dataclasses.replace(ANNA, birth_name="Huber"),
        dataclasses.replace(ANNA, birth_date=datetime.date(1981, 3, 12)),
        dataclasses.replace(ANNA, birth_date=None),
    ],
    ids=["person", "first name", "birth name", "birth date", "no birth date"],
)
def test_a_press_for_a_record_that_bears_another_name_or_birth_date_asks_anew(
    chat: Chat, now: Person
) -> None:
    before = chat.ask()
    chat.office.registry.people = (now,)

    assert chat.press(Option.CHOOSE, 0, of=before) == CHANGED

    assert chat.state is State.IN_REVIEW
    assert chat.refused == [("press_refused", "stale")]
    assert chat.now().revision != before.revision
    assert chat.press(Option.CHOOSE, 0, of=before) == CHANGED


def test_what_is_asked_anew_shows_whose_record_it_is_now_and_looks_twice(chat: Chat) -> None:
    chat.ask()
    chat.office.registry.people = (ZORA,)
    chat.press(Option.CHOOSE, 0)

    (card,) = chat.deliver()
    assert [line for line in card.lines if line.startswith("1.")] == ["1.  Z. Q. · born 1950 · file R1"]
    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)
    assert chat.press(Option.CONFIRM, 0) == FILED


def test_a_confirmation_of_somebody_whose_record_is_anothers_by_now_files_nothing(chat: Chat) -> None:
    chat.ask(CONTRADICTS_ANNA)
    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)
    chat.office.registry.people = (ZORA,)

    assert chat.press(Option.CONFIRM, 0) == CHANGED

    assert chat.state is State.IN_REVIEW
    assert chat.now().confirming is None


def test_another_number_or_telephone_is_no_other_person(chat: Chat) -> None:
    chat.ask()
    chat.office.registry.people = (dataclasses.replace(ANNA, phone="0123"),)

    assert chat.press(Option.CHOOSE, 0) == FILED


def test_turning_the_page_shows_whose_records_they_are_now(chat: Chat) -> None:
    chat.ask()
    chat.office.registry.people = (dataclasses.replace(ANNA, first_name="Anne"),)

    chat.press(Option.PAGE, 0)

    assert chat.press(Option.CHOOSE, 0) == ("Please look twice.", False)


def test_an_answer_that_waited_until_its_record_was_anothers_files_nothing(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True
    assert chat.press(Option.CHOOSE, 0) == ("Noted. It is done as soon as possible.", False)
    chat.office.registry.people = (ZORA,)

    assert chat.take_up() == [
        "D-1 is not filed: R1 bears another name or birth date by now. What is asked now: /show D-1"
    ]
    assert chat.state is State.IN_REVIEW
    chat.desk_is_slow = False
    assert chat.press(Option.CHOOSE, 0) == CHANGED


def test_an_answer_that_waited_while_its_record_stayed_is_carried_out(chat: Chat) -> None:
    chat.ask()
    chat.desk_is_slow = True
    chat.press(Option.CHOOSE, 0)
    chat.take_up()
    assert chat.state is State.ARCHIVED
