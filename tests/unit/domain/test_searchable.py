"""What the searchable copy of a scan is called."""

import pytest

from agent.domain.searchable import searchable_name


@pytest.mark.parametrize("name", ["letter.pdf", "letter.jpg"])
def test_a_copy_is_named_after_its_original(name: str) -> None:
    assert searchable_name(name) == "letter.searchable.pdf"
