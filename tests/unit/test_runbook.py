"""docs/operations.md has a section for everything that can be told of, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from agent.domain.message import Topic
from agent.domain.trend import Measure
from agent.health import DEEP_PARTS, PARTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
RUNBOOK = PAGE.split("\n## Alerts, one by one\n")[1].split("\n## ")[0]

NOTICES = frozenset(Topic) - {Topic.HEALTH}
"""A notice about health bears the name of its part."""
OF_DOCUMENTS = ("unfiled", "missing", "storm", "escalation")
ALERTS = [*(name for name, _ in (*PARTS, *DEEP_PARTS)), *Measure, *NOTICES, *OF_DOCUMENTS]


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading: small letters, signs left out, blanks as hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


ANCHORS = [anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)]


def test_every_part_of_health_measure_and_notice_has_its_section_and_no_other_has() -> None:
    told = re.findall(r"^### `(.*)`$", RUNBOOK, re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == set(map(str, ALERTS))


@pytest.mark.parametrize("alert", sorted(set(map(str, ALERTS))))
def test_the_section_of_each_says_something(alert: str) -> None:
    section = RUNBOOK.split(f"### `{alert}`\n")[1].split("\n### ")[0]
    assert len(section.split()) >= 5


def test_every_anchor_is_one_of_a_kind_and_every_link_leads_to_one() -> None:
    assert len(ANCHORS) == len(set(ANCHORS))
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    for link in links:
        page, _, anchor = link.partition("#")
        if page.startswith("http"):
            continue
        if page:
            assert (DOCS / page).is_file(), link
        else:
            assert anchor in ANCHORS, link
