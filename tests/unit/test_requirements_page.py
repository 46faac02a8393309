"""docs/requirements.md counts its own rows rightly, and names only tests that are there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")


def test_the_sum_above_the_table_is_that_of_its_rows() -> None:
    statuses = Counter(re.findall(r"^\| \d+ \|[^|]*\| (\w+) \|", PAGE, re.MULTILINE))
    summed = f"{statuses['done']} done, {statuses['part']} in part, {statuses['missing']} missing."
    assert statuses.total() == 95
    assert summed in PAGE.splitlines()


def test_every_test_that_a_row_names_is_there() -> None:
    named = re.findall(r"tests/[\w/.]+", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
