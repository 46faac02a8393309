"""What is meant as a one-time code, and whether it is the one."""

import pytest

from agent.core.pairing import code_in, is_same, shown


@pytest.mark.parametrize(
    "text",
    [
        "12345678",
        " 1234 5678 ",
        "1234-5678",
        "/start 12345678",
        "/start@front_desk_bot 12345678",
        "@front_desk_bot 1234 5678",
    ],
)
def test_a_code_is_found_however_it_is_sent(text: str) -> None:
    assert code_in(text) == "12345678"


@pytest.mark.parametrize(
    "text", ["", "/start", "hello", "1234567", "123456789", "١٢٣٤٥٦٧٨", "my code: 12345678"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert code_in(text) is None


def test_only_the_same_code_is_the_same() -> None:
    assert is_same("12345678", "12345678")
    assert not is_same("12345679", "12345678")


def test_a_code_is_shown_in_two_halves() -> None:
    assert shown("12345678") == "1234 5678"
