"""A button holds 64 bytes that name nobody, and anybody may send anything in their place."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.core.presses import (
    DocumentPress,
    Option,
    QuestionPress,
    Verb,
    document_data,
    likeness_of,
    only_looking,
    question_data,
    read,
    revision_of,
)
from agent.domain.document import DocumentId
from agent.domain.identity import Person, RecordId
from agent.domain.message import Button, Message, MessageKind
from agent.domain.question import QuestionId
from tests.custody_builders import hash_of

LARGEST = 10**18 - 1
BYTES_OF_A_BUTTON = 64

ids = st.integers(min_value=1, max_value=LARGEST)
epochs = st.integers(min_value=0, max_value=10**9 - 1)
numbers = st.none() | st.integers(min_value=0, max_value=99)
revisions = st.text("0123456789abcdef", min_size=8, max_size=8)
almost = st.lists(
    st.sampled_from(
        ["v1", "v2", "q", "d", "c", "y", "undo", "12", "0", "-1", "c3", "9f3c2a11", "", "٣", "\n"]
    )
).map(":".join)


def test_a_button_of_a_question_looks_so() -> None:
    assert question_data(QuestionId(12), Option.CHOOSE, "9f3c2a11", 3) == "v1:q:12:c3:9f3c2a11"
    assert question_data(QuestionId(12), Option.NONE, "9f3c2a11") == "v1:q:12:n:9f3c2a11"


def test_a_button_of_a_document_looks_so() -> None:
    assert document_data(DocumentId(7), Verb.UNDO, 2) == "v1:d:7:undo:2"


@given(ids, st.sampled_from(Option), revisions, numbers)
@example(LARGEST, Option.CONFIRM, "ffffffff", 99)
def test_what_is_written_on_a_question_is_read_back_and_fits(
    number: int, option: Option, revision: str, choice: int | None
) -> None:
    data = question_data(QuestionId(number), option, revision, choice)
    assert len(data.encode()) <= BYTES_OF_A_BUTTON
    assert read(data) == QuestionPress(
        question_id=QuestionId(number), option=option, number=choice, revision=revision
    )


@given(ids, st.sampled_from(Verb), epochs)
@example(LARGEST, Verb.RETRY, 10**9 - 1)
def test_what_is_written_on_a_document_is_read_back_and_fits(number: int, verb: Verb, epoch: int) -> None:
    data = document_data(DocumentId(number), verb, epoch)
    assert len(data.encode()) <= BYTES_OF_A_BUTTON
    assert read(data) == DocumentPress(document_id=DocumentId(number), verb=verb, epoch=epoch)


@given(st.text() | almost)
def test_whatever_is_sent_is_a_press_or_nothing(data: str) -> None:
    pressed = read(data)
    assert pressed is None or isinstance(pressed, QuestionPress | DocumentPress)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "v1",
        "v2:q:12:n:9f3c2a11",
        "v1:q:0:n:9f3c2a11",
        "v1:q:-1:n:9f3c2a11",
        "v1:q:12:z:9f3c2a11",
        "v1:q:12:c100:9f3c2a11",
        "v1:q:12:n:9F3C2A11",
        "v1:q:12:n:9f3c2a1",
        "v1:q:12:n:9f3c2a11\n",
        "v1:q:1234567890123456789:n:9f3c2a11",
        "v1:q:١٢:n:9f3c2a11",
        "v1:d:7:burn:2",
        "v1:d:7:undo:",
        "v1:d:7:undo:1234567890",
    ],
)
def test_what_none_of_our_buttons_holds_is_nothing(data: str) -> None:
    assert read(data) is None


def test_a_revision_changes_with_whatever_a_button_could_mean() -> None:
    sha256, other = hash_of(b"abc"), hash_of(b"abd")
    first = Person(
        record_id=RecordId("R1"),
        last_name="MULLER",
        first_name="Anna",
        birth_date=datetime.date(1951, 11, 24),
    )
    second = replace(first, record_id=RecordId("R2"))
    revisions = [
        revision_of(sha256, 1, [first, second]),
        revision_of(other, 1, [first, second]),
        revision_of(sha256, 2, [first, second]),
        revision_of(sha256, 1, [second, first]),
        revision_of(sha256, 1, [first]),
        revision_of(sha256, 1, []),
        revision_of(sha256, 1, [replace(first, last_name="MULLERA", first_name="nna"), second]),
        revision_of(sha256, 1, [replace(first, last_name="HUBER"), second]),
        revision_of(sha256, 1, [replace(first, first_name="Berta"), second]),
        revision_of(sha256, 1, [replace(first, birth_name="HUBER"), second]),
        revision_of(sha256, 1, [replace(first, birth_date=datetime.date(1951, 11, 25)), second]),
        revision_of(sha256, 1, [replace(first, birth_date=None), second]),
    ]
    assert len(set(revisions)) == 12
    assert revisions[0] == revision_of(sha256, 1, [first, second])


def test_a_likeness_changes_with_whom_people_see_and_with_nothing_else() -> None:
    anna = Person(record_id=RecordId("R1"), last_name="MULLER", first_name="Anna")
    assert likeness_of(anna) == likeness_of(replace(anna, phone="0123"))
    assert likeness_of(anna) != likeness_of(replace(anna, first_name="Berta"))


def test_a_revision_names_nobody() -> None:
    revision = revision_of(
        hash_of(b"abc"), 1, [Person(record_id=RecordId("R1"), last_name="MULLER", first_name="Anna")]
    )
    assert len(revision) == 8
    assert set(revision) <= set("0123456789abcdef")


def test_where_nobody_may_decide_only_what_shows_can_be_pressed() -> None:
    question = QuestionId(12)
    snippet = Button(label="Show snippet", data=question_data(question, Option.SNIPPET, "9f3c2a11"))
    message = Message(
        kind=MessageKind.QUESTION,
        document_id=DocumentId(7),
        title="Whose document is this?",
        lines=("D-7",),
        buttons=(
            (Button(label="1", data=question_data(question, Option.CHOOSE, "9f3c2a11", 0)),),
            (Button(label="Search", data=question_data(question, Option.SEARCH, "9f3c2a11")), snippet),
            (Button(label="Undo", data=document_data(DocumentId(7), Verb.UNDO, 1)),),
        ),
    )
    assert only_looking(message) == replace(message, buttons=((snippet,),))
