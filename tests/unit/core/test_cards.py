"""A question as people see it in a chat, word by word."""

import datetime
from dataclasses import replace

import pytest

from agent.core.cards import (
    LONGEST_LABEL,
    Choice,
    as_looked_at,
    closed_card,
    escalated,
    moved_card,
    question_card,
    reminder,
    skipped_card,
    taken_back,
)
from agent.core.voice import ENGLISH, Privacy, Voice
from agent.domain.decision import Ambiguous, Candidate, Decision, Match, Policy, Reason, Unmatched
from agent.domain.document import DocumentId
from agent.domain.identity import Person, RecordId
from agent.domain.message import Message, MessageKind
from agent.domain.question import Question, QuestionId
from tests.custody_builders import NOON, SENTENCE, unmatched
from tests.french import FRENCH


def someone(record_id: str, first: str, last: str, born: str) -> Person:
    return Person(
        record_id=RecordId(record_id),
        last_name=last,
        first_name=first,
        birth_date=datetime.date.fromisoformat(born),
    )


def considered(person: Person, *codes: str, against: str | None = None) -> Candidate:
    reasons = [Reason(code=code, supports=True, sentence=SENTENCE, page=1) for code in codes]
    if against is not None:
        reasons.append(Reason(code=against, supports=False, sentence=SENTENCE, page=2))
    return Candidate(person=person, reasons=tuple(reasons), is_vetoed=against is not None)


MARIA = someone("20817", "Maria", "Kunz", "1961-03-02")
MARTHE = someone("33102", "Marthe", "Kunz", "1961-07-09")
ROSA = someone("41007", "Rosa", "Weber", "1970-01-01")
FITS = considered(MARIA, "name_printed", "birth_date_same")
VETOED = considered(MARTHE, "name_near", against="birth_date_differs")
QUESTION = Question(
    question_id=QuestionId(12),
    document_id=DocumentId(7),
    epoch=1,
    revision="9f3c2a11",
    offered=(MARIA.record_id, MARTHE.record_id),
    posted_at=NOON,
)
GONE = Person(record_id=RecordId("50001"), last_name="", first_name="")


def tie(*candidates: Candidate) -> Ambiguous:
    return Ambiguous(
        candidates=candidates, reason=Reason(code="several_fit", supports=False, sentence=SENTENCE)
    )


def card(
    question: Question,
    choices: list[Choice],
    decision: Decision | None = None,
    voice: Voice = ENGLISH,
    *,
    can_split: bool = False,
    has_snippet: bool = False,
) -> Message:
    return question_card(
        question,
        decision or tie(FITS, VETOED),
        choices,
        voice,
        original_name="keller-maria.pdf",
        document_kind="discharge_letter",
        pages=3,
        can_split=can_split,
        has_snippet=has_snippet,
    )


def test_a_question_about_what_was_filed_before_says_who_took_it_back() -> None:
    message = question_card(
        QUESTION,
        Match(candidate=FITS, policy=Policy.TWO_IDENTIFIERS),
        [FITS],
        ENGLISH,
        original_name="a.pdf",
        taken_back_by="telegram:anna",
    )
    assert message.title == "Is this right?"
    assert message.lines[:3] == (
        "D-7",
        "It was filed, and taken back by anna.",
        "The rules would file it here; nothing is filed before you say so.",
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (4, "It is asked about again further down, at once."),
        (5, "It is asked about again when its turn comes: 5 questions wait here already."),
    ],
)
def test_an_undo_says_when_it_is_asked_about_again(asked: int, told: str) -> None:
    message = taken_back(DocumentId(7), "anna", ENGLISH, asked=asked)
    assert (message.title, message.lines) == ("D-7 was taken back by anna", (told,))


def labels(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


def pressed(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row]


def crowd(count: int) -> list[Choice]:
    return [
        considered(someone(f"R{number}", f"Ada{number}", "Kunz", f"19{60 + number}-01-01"), "name_in_part")
        for number in range(count)
    ]


def test_a_question_says_who_may_be_meant_and_what_speaks_for_and_against() -> None:
    message = card(QUESTION, [FITS, VETOED])
    assert (message.kind, message.document_id) == (MessageKind.QUESTION, DocumentId(7))
    assert message.title == "Whose document is this?"
    assert message.lines == (
        "D-7 · Discharge letter · 3 pages",
        "Several records fit equally well.",
        "1.  M. K. · born 1961 · first name Mari… · file 20817",
        "     for: full name, same birth date (page 1)",
        "2.  M. K. · born 1961 · first name Mart… · file 33102 · contradicted by the document",
        "     for: a name much like this one (page 1)",
        "     against: another birth date is printed (page 2)",
        "Somebody else? Reply to this message with a name, a birth date or a number.",
    )


def of_two(code: str, same: str, *pages: int) -> Candidate:
    return Candidate(
        person=MARIA,
        reasons=(
            Reason(code=same, supports=True, sentence=SENTENCE, page=1),
            *(Reason(code=code, supports=False, sentence=SENTENCE, page=page) for page in pages),
        ),
        is_vetoed=True,
    )


@pytest.mark.parametrize(
    ("code", "same", "told"),
    [
        (
            "several_birth_dates",
            "birth_date_same",
            "two different birth dates are printed, one of them this person's (pages 1, 3)",
        ),
        ("several_birth_dates", "name_printed", "two different birth dates are printed (pages 1, 3)"),
        (
            "several_identifiers",
            "identifier_same",
            "two different personal numbers are printed, one of them this person's (pages 1, 3)",
        ),
    ],
    ids=["born", "another date", "number"],
)
def test_of_two_birth_dates_or_numbers_it_is_told_whether_one_is_the_persons(
    code: str, same: str, told: str
) -> None:
    message = card(QUESTION, [of_two(code, same, 3, 1)])
    assert message.lines[4] == f"     against: {told}"


@pytest.mark.parametrize(
    ("candidate", "can_split", "is_told"),
    [
        (of_two("several_birth_dates", "birth_date_same", 1, 3), True, True),
        (of_two("somebody_else", "name_printed", 2), True, True),
        (of_two("somebody_else", "name_printed", 2), False, False),
        (of_two("several_birth_dates", "birth_date_same", 1), True, False),
        (of_two("birth_date_differs", "name_printed", 2), True, False),
        (considered(MARIA, against="somebody_else"), True, False),
    ],
    ids=["two dates", "two names", "one page", "same page", "other date", "nothing for it"],
)
def test_what_stands_on_pages_of_its_own_suggests_to_split(
    candidate: Candidate, can_split: bool, is_told: bool
) -> None:
    lines = card(QUESTION, [candidate], can_split=can_split).lines
    assert ("Papers of several people in one file? Press Split." in lines) is is_told


def test_an_empty_registry_is_told_with_who_can_fill_it() -> None:
    message = question_card(QUESTION, unmatched(), [], ENGLISH, original_name="a.pdf", is_registry_empty=True)
    assert message.lines[-1] == (
        "The registry is empty, so nobody can be found. "
        "Whoever looks after dossierd can fill it: see /health."
    )
    assert not any("Reply" in line for line in message.lines)
    assert labels(message) == [["Nobody in the registry", "Later"]]


@pytest.mark.parametrize("voice", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_whoever_may_only_look_is_told_of_no_way_to_answer(voice: Voice) -> None:
    candidate = of_two("several_birth_dates", "name_printed", 2)
    for choices, ways in (([candidate, VETOED], 2), ([], 1)):
        asked = card(QUESTION, list(choices), voice=voice, can_split=True, has_snippet=True)
        told = as_looked_at(asked, voice)
        assert told.lines == asked.lines[:-ways]
        assert labels(told) == [[voice.say("Show snippet")]]


def test_whoever_is_asked_after_days_sees_since_when_and_that_it_is_an_alert() -> None:
    asked = card(QUESTION, [FITS])
    told = escalated(asked, QUESTION, NOON, ENGLISH)
    assert told == replace(
        asked,
        lines=(
            *asked.lines,
            "Open since 2026-03-01 12:00, and not answered yet.",
            "Alert escalation (people are waited for; within the day): docs/operations.md#alert-escalation",
        ),
    )


def test_whoever_is_asked_once_more_for_a_yes_sees_that_alone() -> None:
    confirming = replace(QUESTION, confirming=1)
    asked = card(confirming, [FITS, VETOED])
    assert escalated(asked, confirming, NOON, ENGLISH) == asked


def test_each_candidate_has_a_row_and_the_other_ways_stand_below() -> None:
    message = card(QUESTION, [FITS, VETOED], can_split=True, has_snippet=True)
    assert labels(message) == [
        ["1 · M. K. · born 1961 · first name Mari… · file 20817"],
        ["2 · M. K. · born 1961 · first name Mart… · file 33102"],
        ["None of these", "Later"],
        ["Search", "Show snippet", "Split"],
    ]
    assert pressed(message) == [
        "v1:q:12:c0:9f3c2a11",
        "v1:q:12:c1:9f3c2a11",
        "v1:q:12:n:9f3c2a11",
        "v1:q:12:s:9f3c2a11",
        "v1:q:12:f:9f3c2a11",
        "v1:q:12:i:9f3c2a11",
        "v1:q:12:x:9f3c2a11",
    ]


def test_what_cannot_be_done_has_no_button() -> None:
    assert labels(card(QUESTION, [FITS]))[1:] == [["None of these", "Later"], ["Search"]]


def test_four_are_shown_at_a_time_with_their_own_numbers() -> None:
    first, second = card(QUESTION, crowd(6)), card(replace(QUESTION, page=1), crowd(6))
    assert [row[0][:3] for row in labels(first)] == ["1 ·", "2 ·", "3 ·", "4 ·", "Mor", "Non", "Sea"]
    assert [row[0][:3] for row in labels(second)] == ["5 ·", "6 ·", "Mor", "Non", "Sea"]
    assert labels(first)[4] == ["More people (2 of 2)"]
    assert labels(second)[2] == ["More people (1 of 2)"]
    assert pressed(first)[4] == "v1:q:12:p1:9f3c2a11"
    assert pressed(second)[:3] == ["v1:q:12:c4:9f3c2a11", "v1:q:12:c5:9f3c2a11", "v1:q:12:p0:9f3c2a11"]
    assert [line[:2] for line in second.lines[2:-1:2]] == ["5.", "6."]


def test_four_need_no_second_page() -> None:
    assert len(labels(card(QUESTION, crowd(4)))) == 6


def test_a_match_that_waits_for_a_word_is_asked_as_such() -> None:
    message = card(QUESTION, [FITS], Match(candidate=FITS, policy=Policy.TWO_IDENTIFIERS))
    assert message.title == "Is this right?"
    assert message.lines[1] == "The rules would file it here; nothing is filed before you say so."


def test_without_proposals_a_name_can_be_sent_or_nobody_be_chosen() -> None:
    message = card(replace(QUESTION, offered=()), [], unmatched())
    assert message.title == "Whose document is this?"
    assert message.lines == (
        "D-7 · Discharge letter · 3 pages",
        "Nobody in the registry is named in full in it.",
        "Who is it? Reply to this message with a name, a birth date or a number.",
    )
    assert labels(message) == [["Nobody in the registry", "Later"], ["Search"]]


def test_who_was_searched_for_is_shown_with_a_way_back() -> None:
    question = replace(QUESTION, is_search=True)
    message = card(question, [ROSA, FITS], Match(candidate=FITS, policy=Policy.NAME))
    assert message.title == "Whose document is this?"
    assert message.lines[1:4] == (
        "Found by your search:",
        "1.  R. W. · born 1970 · file 41007",
        "2.  M. K. · born 1961 · file 20817",
    )
    assert labels(message)[-3:] == [["None of these", "Later"], ["Search"], ["Back to the proposals"]]
    assert pressed(message)[-1] == "v1:q:12:o:9f3c2a11"


def test_a_search_that_finds_as_many_as_are_offered_says_how_to_narrow_it() -> None:
    message = card(replace(QUESTION, is_search=True), [ROSA] * 8)
    assert (
        message.lines[1] == "Up to 8 are shown; if yours is not among them, one more word narrows the search:"
    )


def test_somebody_who_has_left_the_registry_is_told_and_has_no_button() -> None:
    message = card(QUESTION, [FITS, GONE, ROSA])
    assert message.lines[4] == "2.  no longer in the registry · file 50001"
    assert [row[0][:3] for row in labels(message)] == ["1 ·", "3 ·", "Non", "Sea"]
    assert pressed(message)[:2] == ["v1:q:12:c0:9f3c2a11", "v1:q:12:c2:9f3c2a11"]


def test_whom_the_document_contradicts_is_asked_about_once_more_with_what_speaks_against() -> None:
    message = card(replace(QUESTION, confirming=1), [FITS, VETOED])
    assert message.title == "Really file D-7 here?"
    assert message.lines == (
        "2.  M. K. · born 1961 · first name Mart… · file 33102 · contradicted by the document",
        "for: a name much like this one (page 1)",
        "against: another birth date is printed (page 2)",
    )
    assert labels(message) == [["Yes, file it here", "Back"]]
    assert pressed(message) == ["v1:q:12:y1:9f3c2a11", "v1:q:12:b:9f3c2a11"]


def test_whom_nothing_names_is_asked_about_once_more() -> None:
    for choice in (ROSA, considered(ROSA)):
        message = card(replace(QUESTION, confirming=0, is_search=True), [choice])
        assert message.lines == (
            "1.  R. W. · born 1970 · file 41007",
            "Nothing printed in the document names this person.",
        )


def test_no_reason_quotes_the_document_at_any_level_and_no_name_stands_at_the_lowest() -> None:
    for privacy in Privacy:
        voice = Voice(privacy=privacy)
        for question in (QUESTION, replace(QUESTION, confirming=1)):
            message = card(question, [FITS, VETOED], voice=voice)
            told = "\n".join(
                (message.title, *message.lines, *(label for row in labels(message) for label in row))
            )
            assert SENTENCE not in told
            assert ("Kunz" in told) == (privacy is not Privacy.MINIMAL)


def test_the_name_of_the_file_is_told_at_the_highest_level_only() -> None:
    told = {
        privacy: [
            line for line in card(QUESTION, [FITS], voice=Voice(privacy=privacy)).lines if ".pdf" in line
        ]
        for privacy in Privacy
    }
    assert told == {
        Privacy.MINIMAL: [],
        Privacy.NORMAL: [],
        Privacy.FULL: ["File: keller-maria.pdf"],
    }


def test_a_document_of_unknown_kind_and_length_is_told_by_its_number() -> None:
    decision = Unmatched(reason=Reason(code="unheard_of", supports=False, sentence=SENTENCE))
    message = question_card(QUESTION, decision, [], ENGLISH, original_name="x.pdf")
    assert message.lines[:2] == ("D-7", "The document does not say clearly whose it is.")


def test_what_was_put_off_names_nobody_and_can_be_asked_now() -> None:
    message = skipped_card(QUESTION, "anna", ENGLISH)
    assert message.title == "D-7 was put off by anna"
    assert message.lines == ("It is asked again tomorrow. It waits in review/ until then.",)
    assert labels(message) == [["Ask now"]]
    assert pressed(message) == ["v1:q:12:b:9f3c2a11"]


def test_what_is_asked_no_longer_says_so_without_buttons() -> None:
    message = closed_card(QUESTION, ENGLISH)
    assert message.title == "D-7 is no longer asked about here"
    assert message.lines == ("It was changed meanwhile, or is asked about anew. More: /show D-7",)
    assert message.buttons == ()


def test_what_is_asked_further_down_says_so_without_buttons() -> None:
    message = moved_card(QUESTION, ENGLISH)
    assert (message.title, message.lines) == ("D-7 is asked about again further down", ())
    assert message.buttons == ()


def test_a_reminder_points_at_the_question_and_has_no_buttons_of_its_own() -> None:
    message = reminder(QUESTION, ENGLISH)
    assert (message.kind, message.document_id) == (MessageKind.REMINDER, DocumentId(7))
    assert message.title == "D-7 still waits for your answer"
    assert message.lines == ("Its question stands above. All that is open: /pending",)
    assert message.buttons == ()


LONG = someone("208171", "Jean-Luc-Emmanuel", "Petit-Grandjean", "1949-01-17")
SHORT = someone("20817", "Marie", "Moreau", "1949-01-17")


@pytest.mark.parametrize(
    ("voice", "shown"),
    [
        (Voice(privacy=Privacy.FULL), "1 · Jean…Grandjean · 17/01/1949 · 208171"),
        (replace(FRENCH, privacy=Privacy.FULL), "1 · Jean…Grandjean · 17/01/1949 · 208171"),
        (Voice(privacy=Privacy.NORMAL), "1 · Jean…djean · born 1949 · file 208171"),
        (ENGLISH, "1 · J. P. · born 1949 · file 208171"),
    ],
    ids=["full", "full in French", "normal", "minimal"],
)
def test_a_button_too_long_for_a_telephone_cuts_the_name_and_neither_the_birth_date_nor_the_number(
    voice: Voice, shown: str
) -> None:
    assert labels(card(QUESTION, [LONG, FITS], voice=voice))[0] == [shown]


def test_a_usual_name_fits_on_a_button_with_the_whole_birth_date() -> None:
    message = card(QUESTION, [SHORT, FITS], voice=Voice(privacy=Privacy.FULL))
    assert labels(message)[0] == ["1 · Marie Moreau · 17/01/1949 · 20817"]


def test_of_what_tells_namesakes_apart_a_button_cuts_what_there_is_no_room_for() -> None:
    other = replace(LONG, record_id=RecordId("208172"), first_name="Jean-Luc-Emanuele-Bernardino")
    first, _, second = (row[0] for row in labels(card(QUESTION, [LONG, FITS, other]))[:3])
    assert len(first) <= LONGEST_LABEL
    assert (first, second) == (
        "1 · J. P. · born 1949 · first name Jean…Emm… · file 208171",
        "3 · J. P. · born 1949 · first name Jean…Ema… · file 208172",
    )
