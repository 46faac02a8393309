"""What stands beside a picture in a chat, and instead of one."""

import pytest

from agent.core import showing
from agent.core.voice import ENGLISH, Voice
from agent.domain.document import DocumentId
from agent.domain.message import MessageKind
from agent.domain.snippet import WHY_UNSHOWN, Undrawn, Unshown
from agent.languages import catalogue

D_7 = DocumentId(7)


def test_beside_a_picture_stand_number_page_and_how_long_it_is_shown() -> None:
    message = showing.caption(D_7, 2, ENGLISH)
    assert (message.kind, message.title, message.lines) == (
        MessageKind.SNIPPET,
        "D-7 · page 2",
        ("The printed lines that the question rests on. Shown until it is answered, a day at most.",),
    )


def test_its_place_says_that_it_comes_and_what_is_left_of_it_that_it_is_gone() -> None:
    assert showing.placeholder(D_7, 2, ENGLISH).lines == (
        "The picture comes here or further down, as long as the question is open.",
    )
    assert showing.taken_away(D_7, ENGLISH).lines == ("The picture was taken away.",)


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (Undrawn.DAMAGED, "The page is too damaged to be drawn."),
        (Unshown.GONE, "The file is not where it was put, or was changed by hand."),
    ],
)
def test_instead_of_a_picture_comes_the_reason_in_a_sentence(why: Undrawn | Unshown, sentence: str) -> None:
    message = showing.not_shown(D_7, why, ENGLISH)
    assert (message.kind, message.title, message.lines) == (
        MessageKind.REPLY,
        "D-7 can't be shown as a picture",
        (sentence,),
    )


def test_every_reason_has_a_sentence() -> None:
    assert set(WHY_UNSHOWN) == set(Unshown)


def test_it_speaks_the_chats_language() -> None:
    message = showing.not_shown(D_7, Unshown.REFUSED, Voice(catalogue=catalogue("fr")))
    assert (message.title, message.lines) == (
        "D-7 ne peut pas être montré en image",
        ("Telegram n'a pas accepté l'image.",),
    )
