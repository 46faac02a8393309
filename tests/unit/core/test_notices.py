"""What people are told of the house."""

from agent.core.notices import paused_notice, resumed_notice, stuck_notice, unstuck_notice
from agent.domain.document import DocumentId
from agent.domain.message import NOTICES, OVER, Topic


def test_a_pause_says_why_what_to_do_and_that_nothing_is_lost() -> None:
    notice = paused_notice("archive/: 1 MB free.", "Free some space.")
    assert notice.lines[:2] == ("archive/: 1 MB free.", "Free some space.")
    assert "safe" in notice.lines[2]
    assert notice.reference is None


def test_stuck_documents_are_named_up_to_three() -> None:
    ids = [DocumentId(number) for number in (7, 8, 9, 10)]
    assert stuck_notice(ids[:1], "The disk refuses (EACCES).", "").title == "1 document can't go on: D-7"
    several = stuck_notice(ids, "The disk refuses (EACCES).", "Look at the owner.")
    assert several.title == "4 documents can't go on: D-7, D-8, D-9, ..."
    assert several.lines[:2] == ("The disk refuses (EACCES).", "Look at the owner.")


def test_each_topic_has_a_notice_for_its_end() -> None:
    begins = {paused_notice("", "").kind, stuck_notice([DocumentId(1)], "", "").kind}
    ends = {resumed_notice().kind, unstuck_notice().kind}
    assert ends == OVER
    assert begins | ends == set(NOTICES)
    assert {NOTICES[kind] for kind in begins} == {NOTICES[kind] for kind in ends} == set(Topic)
