"""Text that a channel can take: every character shows as itself, on one line."""

import pytest

from agent.domain.message import visible

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
