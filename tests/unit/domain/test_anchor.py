"""A place in the audit trail, as people are told of it and type it."""

import pytest

from agent.domain.anchor import Anchor, parse_anchor

HASH = "9f3c2a7b11de" + "0" * 52


def test_an_anchor_is_shown_with_the_first_digits_of_its_hash() -> None:
    assert Anchor(entry=812, hash=HASH).shown == "812:9f3c2a7b11de"


@pytest.mark.parametrize(
    ("text", "hash_"),
    [("812:9f3c2a7b11de", "9f3c2a7b11de"), (" 812:9F3C2A7B11DE\n", "9f3c2a7b11de"), (f"812:{HASH}", HASH)],
    ids=["shown", "typed", "whole"],
)
def test_an_anchor_is_read_as_it_is_shown(text: str, hash_: str) -> None:
    assert parse_anchor(text) == Anchor(entry=812, hash=hash_)


@pytest.mark.parametrize(
    "text",
    ["", "812", "812:", "812:9f3c", "0:9f3c2a7b11de", "-1:9f3c2a7b11de", "812:9f3c2a7b11dg", f"812:{HASH}0"],
)
def test_too_few_digits_or_no_anchor_at_all_is_refused(text: str) -> None:
    assert parse_anchor(text) is None
