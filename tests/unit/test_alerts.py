"""Each alert has a class, a severity and an anchor in docs/operations.md, and says so to people."""

import re
from pathlib import Path

import pytest

from agent.core.alerts import ALERT_KINDS, URGENCIES, alert_line
from agent.core.notices import left_notice, unwell_notice
from agent.core.voice import ENGLISH
from agent.core.watching import PART
from agent.domain.alert import ALERTS, AlertClass, Severity, code_of
from agent.domain.message import Topic
from agent.domain.trend import Measure
from agent.health import WATCHED

pytestmark = pytest.mark.observability

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_page_has_an_anchor_for_each_code_with_its_class_and_severity_and_no_other() -> None:
    rows = re.findall(
        r'^\| <a id="alert-(\w+)"></a>`(\w+)` \| (\w+) \| (\w+) \| .{20,} \|$', PAGE, re.MULTILINE
    )
    assert [anchor for anchor, *_ in rows] == [code for _, code, *_ in rows]
    assert {code: (kind, severity) for _, code, kind, severity in rows} == {
        code: (alert.kind, alert.severity) for code, alert in ALERTS.items()
    }


def test_all_that_people_are_told_of_without_asking_has_a_code() -> None:
    parts = {*WATCHED, *Measure, PART, "canary", "telegram", "chat 2", "address 1"}
    assert {part for part in parts if code_of(part) is None} == set()
    notices = {*Topic} - {Topic.HEALTH, Topic.PAUSE}  # of a part; of what somebody wanted
    assert notices <= set(ALERTS)


def test_one_of_each_class_gives_four_messages_that_can_be_told_apart() -> None:
    told = [
        unwell_notice("canary: x", "", part="canary"),
        left_notice({"a.docx": "no PDF"}, voice=ENGLISH),
        unwell_notice("pace: x", "", part="pace"),
        unwell_notice("spending: x", "", part="spending"),
    ]
    assert [message.lines[-1] for message in told] == [
        "Alert canary (failure; somebody is needed now): docs/operations.md#alert-canary",
        "Alert leftovers (people are waited for; within the day): docs/operations.md#alert-leftovers",
        "Alert pace (unlike the week before; within the day): docs/operations.md#alert-pace",
        "Alert spending (cost; somebody is needed now): docs/operations.md#alert-spending",
    ]
    assert {ALERTS[code].kind for code in ("canary", "leftovers", "pace", "spending")} == set(AlertClass)


def test_what_is_no_alert_has_no_such_line() -> None:
    assert alert_line("disk", ENGLISH) == ""
    assert unwell_notice("x", "y").lines == ("x", "y", "More: dossierd check")


def test_each_class_and_severity_has_its_words() -> None:
    assert set(ALERT_KINDS) == set(AlertClass)
    assert set(URGENCIES) == set(Severity)
