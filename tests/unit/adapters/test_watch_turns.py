"""Turns: how long a sender's file waits, counted in files of others and never in time."""

import pytest

from agent.adapters.watch.turns import Turns, sender_of

pytestmark = pytest.mark.reliability


def joined(*names: str) -> Turns[str]:
    turns = Turns[str]()
    for name in names:
        turns.join(sender_of(name), name)
    return turns


def taken(turns: Turns[str]) -> list[str]:
    names = []
    while turns:
        names.append(turns.take())
    return names


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("a.pdf", ""),
        ("scanner/a.pdf", "scanner"),
        ("Dupont/2025/12/a.pdf", "Dupont"),
    ],
    ids=["incoming itself", "a folder", "deep below a folder"],
)
def test_a_sender_is_the_folder_directly_below(name: str, sender: str) -> None:
    assert sender_of(name) == sender


def test_of_one_sender_who_came_first_goes_first() -> None:
    assert taken(joined("b.pdf", "a.pdf", "c.pdf")) == ["b.pdf", "a.pdf", "c.pdf"]


def test_senders_take_turns_and_keep_the_order_of_their_own() -> None:
    turns = joined("x/1", "x/2", "x/3", "y/1", "z/1", "y/2")
    assert taken(turns) == ["x/1", "y/1", "z/1", "x/2", "y/2", "x/3"]


@pytest.mark.parametrize("taken_before", [0, 1, 500, 999])
def test_a_letter_waits_for_one_of_a_thousand_that_came_before_it(taken_before: int) -> None:
    turns = joined(*(f"scanner/{number}" for number in range(1000)))
    for _ in range(taken_before):
        turns.take()
    turns.join("", "letter")
    assert "letter" in {turns.take(), turns.take()}


def test_a_first_letter_waits_for_one_of_each_other_sender() -> None:
    turns = joined(*(f"{sender}/{number}" for number in range(100) for sender in range(10)))
    turns.join("anna", "anna/letter")
    assert taken(turns).index("anna/letter") == 10


def test_a_letter_behind_others_of_its_own_sender_waits_for_each_of_them_and_a_turn_of_the_others() -> None:
    turns = joined(*(f"scanner/{number}" for number in range(1000)), *(f"x/{n}" for n in range(2000)))
    turns.join("scanner", "scanner/last")
    assert taken(turns).index("scanner/last") == 2 * 1000


def test_a_tree_of_folders_has_one_share() -> None:
    turns = joined(*(f"Dupont/{number}/a" for number in range(100)), "anna/letter")
    assert taken(turns).index("anna/letter") == 1


def test_what_is_dropped_costs_its_sender_no_turn() -> None:
    turns = joined("x/gone", "x/1", "y/1", "y/2")
    turns.drop()
    assert turns.first() == "x/1"
    assert taken(turns) == ["x/1", "y/1", "y/2"]


def test_a_sender_whose_last_one_is_dropped_is_there_no_more() -> None:
    turns = joined("x/gone")
    turns.drop()
    assert not turns
