"""Both the chat and the person must be on a list."""

import pytest

from agent.core.allowed import Allowed, Role, User, users_of

ANNA = User(number=11, name="anna", role=Role.DECIDER)
BERT = User(number=12, name="bert", role=Role.VIEWER)
LISTED = Allowed(chats=frozenset({11, -100}), users={11: ANNA, 12: BERT})


@pytest.mark.parametrize(
    ("chat", "user", "expected"),
    [(11, 11, ANNA), (-100, 12, BERT), (-100, 13, None), (-200, 11, None), (-100, None, None)],
)
def test_a_speaker_is_a_listed_person_in_a_listed_chat(
    chat: int, user: int | None, expected: User | None
) -> None:
    assert LISTED.speaker(chat, user) == expected


def test_nobody_decides_in_the_private_chats_of_viewers_alone() -> None:
    listed = Allowed(chats=frozenset({11, 12, -100}), users={11: ANNA, 12: BERT})
    assert listed.viewing == {12}
    assert LISTED.viewing == frozenset()


def test_without_users_the_owner_of_a_listed_private_chat_decides() -> None:
    chats_only = Allowed(chats=frozenset({11, -100}), users={})
    assert chats_only.speaker(11, 11) == User(number=11, name="11", role=Role.DECIDER)
    assert chats_only.speaker(-100, 11) is None
    assert chats_only.speaker(11, 12) is None


def test_users_are_read_with_their_roles() -> None:
    assert users_of("anna=11, bert = 12:viewer\n") == (ANNA, BERT)
    assert users_of(" ") == ()


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "=11",
        "anna=x",
        "anna=-11",
        "anna=0",
        "anna=11:boss",
        "a:b=11",
        "anna=11,anna=12",
        "a=11,b=11",
        "a=²",
    ],
)
def test_other_lists_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be written like|a role is|stands in it twice"):
        users_of(text)


def test_who_asks_in_a_chat_is_named_by_the_channel_and_the_name() -> None:
    assert User(number=11, name="anna", role=Role.DECIDER).actor == "telegram:anna"
