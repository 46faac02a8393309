"""docs/telegram.md shows each message as the code writes it."""

import re
from pathlib import Path

from tests.unit.core.test_messages import SAMPLES, shown

PAGE = Path(__file__).parents[2] / "docs" / "telegram.md"


def test_the_page_shows_every_layout_as_it_is() -> None:
    blocks = re.findall(r"```text\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert blocks == [shown(message) for message in SAMPLES.values()]
