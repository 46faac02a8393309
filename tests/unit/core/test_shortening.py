"""What is too long for a button keeps its beginning and its end, and what tells it from the others."""

import pytest

from agent.core.shortening import shortened

LONG = "Marie-Christine de Montmorency-Laval"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (36, LONG),
        (35, "Marie-Christine…Montmorency-Laval"),
        (30, "Marie…de Montmorency-Laval"),
        (24, "Marie-Christine de…Laval"),
        (23, "Marie…Montmorency-Laval"),
        (18, "Marie…Laval"),
        (10, "Mari…Laval"),
        (3, "M…l"),
        (2, ""),
        (0, ""),
    ],
)
def test_a_long_name_loses_its_middle(length: int, shown: str) -> None:
    assert shortened(LONG, length) == shown
    assert len(shown) <= length


def test_a_name_of_one_word_keeps_letters_of_both_ends() -> None:
    assert shortened("Wolfeschlegelsteinhausenberger", 15) == "Wolfesc…nberger"


def test_what_another_could_be_too_is_not_what_is_shown() -> None:
    other = "Marie-Claude de Montmorency-Laval"
    assert shortened(LONG, 18, [LONG, other]) == "Marie-Ch…ncy-Laval"
    assert shortened(other, 18, [LONG, other]) == "Marie-Claude…Laval"


def test_a_letter_that_tells_them_apart_is_kept() -> None:
    assert shortened("Anna Meyersberger", 9, ["Anna Xmeyersberger"]) == "Anna M…er"


def test_where_nothing_tells_them_apart_it_is_shortened_all_the_same() -> None:
    assert shortened("Anna Meyersberger", 9, ["Anna Meyexsberger"]) == "Anna…rger"
