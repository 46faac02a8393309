"""What people are told of the weekly sample."""

import dataclasses
import datetime

import pytest

from agent.core import desk
from agent.core.cards import as_looked_at
from agent.core.sample_cards import digest_line, judged_card, most_percent, sample_card
from agent.core.voice import ENGLISH
from agent.domain.document import DocumentId
from agent.domain.identity import RecordId
from agent.domain.outcome import Archived, Failed, FailureReason, State
from agent.domain.phrase import Command
from agent.domain.sampling import Counts, Judged, Sampled, SampledId, SampleWeek, Verdict
from tests.custody_builders import a_document
from tests.unit.core.test_messages import MATCH, shown

MONDAY = datetime.date(2026, 11, 23)
NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
SAMPLED = Sampled(
    sampled_id=SampledId(3), document_id=DocumentId(7), epoch=2, monday=MONDAY, chosen_at=NOON, posted_at=NOON
)
FILED = Archived(
    record_id=RecordId("20817"), decided_by="rule", decision=MATCH, document_kind="discharge_letter"
)
DOCUMENT = dataclasses.replace(
    a_document(outcome=FILED), rested_at=datetime.datetime(2026, 11, 19, 9, 41, tzinfo=datetime.UTC)
)


def judged(verdict: Verdict) -> Judged:
    return Judged(verdict=verdict, by="telegram:anna", at=NOON)


SAMPLE_CARDS = {
    "asked": sample_card(SAMPLED, DOCUMENT, pages=3, voice=ENGLISH),
    "right": judged_card(SAMPLED, judged(Verdict.RIGHT), ENGLISH),
    "wrong": judged_card(SAMPLED, judged(Verdict.WRONG), ENGLISH),
    "unanswered": judged_card(SAMPLED, judged(Verdict.UNANSWERED), ENGLISH),
}


def test_the_question_says_which_document_under_whom_since_when_and_why() -> None:
    assert shown(SAMPLE_CARDS["asked"]).splitlines() == [
        "Sample of the week: is D-7 filed rightly?",
        "D-7 · Discharge letter · 3 pages",
        "Filed under file 20817, 2026-11-19 09:41, without anybody having been asked.",
        "M. K. · born 1961",
        "for: full name, named as the one it is about (page 1); same birth date (page 2)",
        "Please look at the document itself before you press.",
        "Type: dossierd sample D-7 right, or wrong",
    ]
    assert [[button.data for button in row] for row in SAMPLE_CARDS["asked"].buttons] == [
        ["v1:d:7:right:2", "v1:d:7:wrong:2"]
    ]


def test_whoever_may_only_look_is_not_asked_to_press() -> None:
    told = as_looked_at(SAMPLE_CARDS["asked"], ENGLISH)
    assert told.lines == SAMPLE_CARDS["asked"].lines[:-1]
    assert told.buttons == ()


def test_without_what_it_was_decided_from_it_says_what_is_left() -> None:
    filed = Archived(record_id=RecordId("20817"), decided_by="rule")
    document = dataclasses.replace(DOCUMENT, outcome=filed, rested_at=None)
    assert sample_card(SAMPLED, document, pages=None, voice=ENGLISH).lines == (
        "D-7",
        "Filed under file 20817, 2026-11-23 12:00, without anybody having been asked.",
        "Please look at the document itself before you press.",
    )


def test_no_message_of_a_sample_makes_a_sound_and_none_but_the_question_has_buttons() -> None:
    assert all(card.is_silent for card in SAMPLE_CARDS.values())
    assert [name for name, card in SAMPLE_CARDS.items() if card.buttons] == ["asked"]


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (Verdict.RIGHT, "anna has said already that D-7 is filed rightly."),
        (Verdict.WRONG, "anna has said already that D-7 was filed wrongly."),
        (Verdict.UNANSWERED, "The sample asks about D-7 no longer."),
    ],
    ids=str,
)
def test_whoever_is_late_is_told_what_came_of_it_and_what_can_be_done(verdict: Verdict, told: str) -> None:
    of = dataclasses.replace(SAMPLED, verdict=verdict, judged_by="telegram:anna", judged_at=NOON)
    said = ENGLISH.tell(*desk.judged(DOCUMENT, of))
    assert said == f"{told} To file it under another record: /refile D-7 RECORD"
    failed = a_document(state=State.FAILED, outcome=Failed(reason=FailureReason.REJECTED))
    assert desk.judged(failed, of)[1].values == {"command": Command("show D-7")}


def test_what_is_in_no_sample_or_was_changed_since_can_be_looked_at() -> None:
    assert ENGLISH.tell(*desk.not_sampled(DOCUMENT)) == "D-7 is in no sample. How it stands: /show D-7"
    assert ENGLISH.tell(*desk.changed(DOCUMENT)) == "D-7 has changed since. How it stands: /show D-7"


def test_what_is_said_of_a_filing_has_one_card() -> None:
    assert SAMPLED.card == "sample:3"


def week(**counts: int) -> SampleWeek:
    return SampleWeek(monday=MONDAY, counts=Counts(**counts))


def test_the_digest_tells_of_the_last_sample_that_had_anything_in_it_and_of_all() -> None:
    weeks = [week(), week(right=3, unanswered=1, waiting=1), week(right=57)]
    (line,) = digest_line(weeks, ENGLISH)
    assert line.split(" · ") == [
        "Sample of automatic filings: 5 chosen last, 3 right, 0 wrong, 1 unanswered, 1 waiting",
        "in all 0 of 60 wrong (with 95 % certainty at most 4.9 %)",
    ]


def test_where_nobody_has_said_anything_no_rate_is_told() -> None:
    assert digest_line([week(waiting=2)], ENGLISH) == (
        "Sample of automatic filings: 2 chosen last, 0 right, 0 wrong, 0 unanswered, 2 waiting",
    )
    assert digest_line([week()], ENGLISH) == digest_line((), ENGLISH) == ()


@pytest.mark.parametrize(
    ("counts", "most"),
    [(Counts(), "100.0"), (Counts(right=60), "4.9"), (Counts(right=1000), "0.3"), (Counts(wrong=2), "100.0")],
    ids=["none", "sixty", "a thousand", "all wrong"],
)
def test_the_bound_is_rounded_up(counts: Counts, most: str) -> None:
    assert most_percent(counts) == most
