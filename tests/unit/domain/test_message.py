"""Text that a channel can take: every character shows as itself, on one line. And what may go one way."""

from dataclasses import replace

import pytest

from agent.domain.document import DocumentId
from agent.domain.message import Button, Message, MessageKind, addressed, one_way, recipient_of, visible

pytestmark = pytest.mark.security


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Amélie القاسمي", "Amélie القاسمي"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("right\u202eleft", "right<U+202E>left"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("broken\udce9", "broken<U+DCE9>"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_every_character_shows_as_itself(text: str, shown: str) -> None:
    assert visible(text) == shown


def a_message(kind: MessageKind) -> Message:
    return Message(
        kind=kind,
        document_id=DocumentId(7),
        title="Something",
        lines=("about scan of A. N. Other.pdf",),
        buttons=((Button(label="Retry", data="v1:7"),),),
    )


@pytest.mark.parametrize(
    "kind",
    [
        MessageKind.FILED,
        MessageKind.QUESTION,
        MessageKind.DUPLICATE,
        MessageKind.UNDONE,
        MessageKind.REMINDER,
        MessageKind.REPLY,
        MessageKind.TEST,
        MessageKind.RESULTS,
    ],
)
def test_what_asks_or_answers_or_tells_of_people_never_goes_one_way(kind: MessageKind) -> None:
    assert one_way(a_message(kind)) is None
    assert addressed(a_message(kind), ("anna",), ("mail",)) == [("anna", a_message(kind))]


@pytest.mark.parametrize(
    "kind",
    [
        MessageKind.FAILED,
        MessageKind.MISSING,
        MessageKind.INTAKE_PAUSED,
        MessageKind.INTAKE_RESUMED,
        MessageKind.FILING_STUCK,
        MessageKind.FILING_RESUMED,
        MessageKind.NOTHING_LEFT,
        MessageKind.UNWELL,
        MessageKind.WELL_AGAIN,
        MessageKind.PAUSED,
        MessageKind.UNPAUSED,
        MessageKind.STORM,
        MessageKind.STORM_OVER,
        MessageKind.DIGEST,
    ],
)
def test_trouble_its_end_and_the_digest_go_one_way_without_buttons(kind: MessageKind) -> None:
    told = replace(a_message(kind), buttons=())
    assert addressed(a_message(kind), ("anna",), ("mail",)) == [("anna", a_message(kind)), ("mail", told)]


def test_names_of_files_that_were_left_lying_do_not_go_one_way() -> None:
    told = one_way(a_message(MessageKind.LEFT_LYING))
    assert told is not None
    assert (told.title, told.lines, told.buttons) == ("Something", (), ())


def test_a_chat_is_a_recipient_by_its_number() -> None:
    assert recipient_of(-100123) == "telegram:-100123"
