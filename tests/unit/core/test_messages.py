"""What a human is told, word by word, and what never leaves the office."""

import datetime
import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import decide, reasons
from agent.core.messages import REASONS, WHY_ASKED, message_for, missing_message
from agent.core.telling_apart import told_apart
from agent.core.voice import ENGLISH, Voice
from agent.domain.decision import (
    CANDIDATES_SHOWN,
    Ambiguous,
    Candidate,
    Decision,
    Match,
    Policy,
    Reason,
    Unmatched,
)
from agent.domain.document import DocumentId
from agent.domain.identity import Identifier, Person, RecordId
from agent.domain.message import Button, Message, MessageKind
from agent.domain.outcome import FAILURES, Archived, Duplicate, Failed, FailureReason, InReview, Outcome


def person(record_id: str, first: str, last: str, born: str | None = "1961-03-02", **more: object) -> Person:
    date = datetime.date.fromisoformat(born) if born else None
    names = {"first_name": first, "last_name": last, "birth_date": date}
    return Person(record_id=RecordId(record_id), **names, **more)  # type: ignore[arg-type] # a test's shorthand


def reason(code: str, *, page: int | None = None, supports: bool = True) -> Reason:
    return Reason(code=code, supports=supports, sentence="Mounir KABBAJ was born on 02/03/1961.", page=page)


def tell(
    outcome: Outcome,
    *,
    number: int = 7,
    pages: int | None = 3,
    kind: str | None = None,
    voice: Voice = ENGLISH,
) -> Message:
    return message_for(
        DocumentId(number),
        outcome,
        epoch=2,
        original_name="Kabbaj Mounir.pdf",
        pages=pages,
        document_kind=kind,
        voice=voice,
    )


def shown(message: Message) -> str:
    return "\n".join((message.title, *message.whole))


MOUNIR = person("20817", "Mounir", "Kabbaj")
NAMED = (reason("name_printed", page=1), reason("name_as_subject", page=1))
PROVEN = (*NAMED, reason("birth_date_same", page=2))
CANDIDATE = Candidate(person=MOUNIR, reasons=PROVEN)
MATCH = Match(candidate=CANDIDATE, policy=Policy.TWO_IDENTIFIERS)
TWO = Ambiguous(
    candidates=(
        Candidate(person=MOUNIR, reasons=NAMED),
        Candidate(
            person=person("33102", "Mounir", "Kabbaj", "1961-07-14"),
            reasons=(*NAMED, reason("identifier_differs", page=2, supports=False)),
            is_vetoed=True,
        ),
    ),
    reason=reason("no_second_identifier", supports=False),
)
NOBODY = Unmatched(reason=reason("nobody_named", supports=False))

SAMPLES = {
    "filed": tell(
        Archived(record_id=RecordId("20817"), decided_by="rule", decision=MATCH), kind="discharge_letter"
    ),
    "filed by a human": tell(
        Archived(record_id=RecordId("33102"), decided_by="cli:anna", decision=TWO),
        kind="discharge_letter",
        pages=None,
    ),
    "question": tell(InReview(decision=TWO), kind="discharge_letter"),
    "nobody named": tell(InReview(decision=NOBODY), number=8, pages=1),
    "proposal": tell(InReview(decision=MATCH), number=9),
    "failed": tell(Failed(reason=FailureReason.ENCRYPTED), number=10, pages=None),
    "over a limit": tell(
        Failed(reason=FailureReason.TOO_MANY_PAGES, detail="1200 pages, limit 1000"), number=11
    ),
    "rejected": tell(Failed(reason=FailureReason.REJECTED, decided_by="cli:anna"), number=12),
    "duplicate": tell(Duplicate(original=DocumentId(7)), number=13),
}
"""Every layout; docs/telegram.md shows them as they are here."""


def test_filed() -> None:
    assert shown(SAMPLES["filed"]).splitlines() == [
        "Filed under file 20817",
        "D-7 · Discharge letter · 3 pages",
        "M. K. · born 1961",
        "for: full name, named as the one it is about (page 1); same birth date (page 2)",
        "Not right? Within a day, type: dossierd undo D-7",
    ]


def test_filed_by_a_human_says_who_chose_and_nothing_of_the_person() -> None:
    assert shown(SAMPLES["filed by a human"]).splitlines() == [
        "Filed under file 33102",
        "D-7 · Discharge letter",
        "Chosen by anna.",
        "Not right? Within a day, type: dossierd undo D-7",
    ]


def test_filed_under_a_record_that_was_no_candidate_names_the_record_only() -> None:
    message = tell(Archived(record_id=RecordId("5"), decided_by="cli:anna", decision=TWO), pages=None)
    assert message.lines[:2] == ("D-7", "Chosen by anna.")


def test_filed_without_a_decision_names_the_record_only() -> None:
    message = tell(Archived(record_id=RecordId("5"), decided_by="rule"), pages=1)
    assert message.whole == ("D-7 · 1 page", "Not right? Within a day, type: dossierd undo D-7")


def test_question_numbers_the_candidates_and_shows_what_tells_them_apart() -> None:
    assert shown(SAMPLES["question"]).splitlines() == [
        "Whose document is this?",
        "D-7 · Discharge letter · 3 pages",
        "The name alone is no proof: no birth date or number confirms it.",
        "1.  M. K. · born 1961 · 2 Mar · file 20817",
        "     for: full name, named as the one it is about (page 1)",
        "2.  M. K. · born 1961 · 14 Jul · file 33102 · contradicted by the document",
        "     for: full name, named as the one it is about (page 1)",
        "     against: another personal number is printed (page 2)",
        "Type the right one's number: dossierd answer D-7 NUMBER",
        "None of these? Type: dossierd answer D-7 none",
    ]


def test_question_about_nobody() -> None:
    assert shown(SAMPLES["nobody named"]).splitlines() == [
        "Whose document is this?",
        "D-8 · 1 page",
        "Nobody in the registry is named in full in it.",
        "It belongs to nobody in the registry? Type: dossierd answer D-8 none",
    ]


def test_a_match_that_waits_for_a_human_is_a_question_with_one_choice() -> None:
    assert shown(SAMPLES["proposal"]).splitlines() == [
        "Is this right?",
        "D-9 · 3 pages",
        "The rules would file it here; nothing is filed before you say so.",
        "1.  M. K. · born 1961 · file 20817",
        "     for: full name, named as the one it is about (page 1); same birth date (page 2)",
        "Right? Type: dossierd answer D-9 1",
        "None of these? Type: dossierd answer D-9 none",
    ]


UNFILED = "Alert unfiled (failure; within the day): docs/operations.md#alert-unfiled"


def test_failed_says_what_to_do_and_that_the_file_is_safe() -> None:
    assert shown(SAMPLES["failed"]).splitlines() == [
        "D-10 could not be filed",
        "The PDF is protected by a password.",
        "Send it again without its password, or ask whoever looks after dossierd to enter the password there.",
        "It lies untouched in failed/.",
        UNFILED,
    ]


def test_what_failed_again_says_when_it_was_tried_again() -> None:
    told = message_for(
        DocumentId(7),
        Failed(reason=FailureReason.ENCRYPTED),
        epoch=2,
        original_name="a.pdf",
        pages=None,
        document_kind=None,
        voice=ENGLISH,
        again_at=datetime.datetime(2026, 3, 1, 12, 5, tzinfo=datetime.UTC),
    )
    assert told.lines[:2] == ("Tried again: 2026-03-01 12:05", "The PDF is protected by a password.")


def test_failed_at_a_limit_names_the_limit_and_the_whole_command() -> None:
    assert shown(SAMPLES["over a limit"]).splitlines() == [
        "D-11 could not be filed",
        "The file has more pages than the limit.",
        "Detail: 1200 pages, limit 1000",
        "Raise DOSSIERD_MAX_PAGES, or split the file; then: dossierd retry D-11.",
        "It lies untouched in failed/.",
        UNFILED,
    ]


def test_rejected_says_who_said_so() -> None:
    assert shown(SAMPLES["rejected"]).splitlines()[:3] == [
        "D-12 was set aside",
        "A human said that it belongs to none of the people in the registry.",
        "Said by anna.",
    ]


def test_duplicate() -> None:
    assert shown(SAMPLES["duplicate"]).splitlines() == [
        "D-13 is the same file as D-7",
        "Nothing to do. The copy lies in archive/_duplicates/.",
    ]


def test_what_was_filed_or_failed_bears_one_button_for_that_epoch() -> None:
    buttons = {name: message.buttons for name, message in SAMPLES.items() if message.buttons}
    assert buttons == {
        "filed": ((Button(label="Undo", data="v1:d:7:undo:2"),),),
        "filed by a human": ((Button(label="Undo", data="v1:d:7:undo:2"),),),
        "failed": ((Button(label="Retry", data="v1:d:10:retry:2"),),),
        "over a limit": ((Button(label="Retry", data="v1:d:11:retry:2"),),),
        "rejected": ((Button(label="Ask again", data="v1:d:12:retry:2"),),),
    }


@pytest.mark.parametrize(
    "failure",
    [
        FailureReason.EMPTY_FILE,
        FailureReason.UNKNOWN_FORMAT,
        FailureReason.DAMAGED,
        FailureReason.NO_PAGES,
        FailureReason.READER_CRASHED,
        FailureReason.SPLIT,
    ],
)
def test_what_would_only_fail_again_bears_no_button(failure: FailureReason) -> None:
    assert tell(Failed(reason=failure)).buttons == ()


@pytest.mark.parametrize(
    "failure",
    [
        FailureReason.ENCRYPTED,
        FailureReason.TOO_LARGE,
        FailureReason.TOO_MANY_PAGES,
        FailureReason.TIMED_OUT,
        FailureReason.OUT_OF_MEMORY,
        FailureReason.POISON,
        FailureReason.REJECTED,
        FailureReason.INTERNAL_ERROR,
    ],
)
def test_what_may_end_otherwise_can_be_tried_again_by_a_button(failure: FailureReason) -> None:
    assert len(tell(Failed(reason=failure)).buttons) == 1


@pytest.mark.parametrize("failure", FailureReason)
def test_every_failure_has_its_sentence_and_hint(failure: FailureReason) -> None:
    message = tell(Failed(reason=failure))
    assert message.kind is MessageKind.FAILED
    assert FAILURES[failure].sentence in message.lines
    is_chosen = failure in {FailureReason.REJECTED, FailureReason.SPLIT}
    safe = "It lies untouched in failed/."
    assert message.lines[-1] == (safe if is_chosen else UNFILED)
    assert message.lines.count(safe) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_every_message_carries_its_reference_and_no_button_in_its_words(name: str) -> None:
    message = SAMPLES[name]
    assert f"D-{message.document_id}" in shown(message)
    assert "[" not in shown(message)


def test_as_many_candidates_as_are_shown_are_numbered_in_their_order() -> None:
    people = [person(str(number), "Mounir", "Kabbaj") for number in range(1, CANDIDATES_SHOWN + 1)]
    candidates = tuple(Candidate(person=one, reasons=()) for one in people)
    message = tell(InReview(decision=Ambiguous(candidates=candidates, reason=reason("several_fit"))))
    assert message.lines[2:-2] == tuple(f"{n}.  M. K. · born 1961 · file {n}" for n in range(1, 9))


# Words for reasons


def test_every_reason_of_the_matcher_and_of_the_decision_has_words() -> None:
    source = inspect.getsource(reasons)
    assert set(reasons.WEIGHTS) <= set(REASONS)
    assert {found[1] for found in re.finditer(r'passage, "(\w+)"', source)} <= set(REASONS)
    refusals = re.findall(r'_against\(\s*"(\w+)"', inspect.getsource(decide))
    assert refusals
    assert set(refusals) - {"document_incomplete"} <= set(WHY_ASKED)


def test_an_unknown_reason_is_told_by_its_code_and_never_by_its_sentence() -> None:
    candidate = Candidate(person=MOUNIR, reasons=(reason("shoe_size_same"),))
    decision = Ambiguous(candidates=(candidate,), reason=reason("moon_is_full"))
    message = tell(InReview(decision=decision))
    assert "     for: shoe size same" in message.lines
    assert "The document does not say clearly whose it is." in message.lines


def test_what_is_printed_twice_on_a_page_is_told_once() -> None:
    twice = tuple(reason("name_printed") for _ in range(2))
    decision = Ambiguous(candidates=(Candidate(person=MOUNIR, reasons=twice),), reason=reason("several_fit"))
    told = "\n".join(tell(InReview(decision=decision)).lines)
    assert told.count("full name") == 1


def test_people_are_told_apart_by_the_first_kind_of_number_in_which_they_differ() -> None:
    same = Identifier(kind="cin", value="ZA104728")
    pair = [
        person(number, "Mounir", "Kabbaj", identifiers=(same, Identifier(kind="insurance", value=value)))
        for number, value in (("1", "290114507"), ("2", "290118832"))
    ]
    candidates = tuple(Candidate(person=one, reasons=()) for one in pair)
    told = "\n".join(
        tell(InReview(decision=Ambiguous(candidates=candidates, reason=reason("several_fit")))).lines
    )
    assert "insurance number …7 · file 1" in told
    assert "insurance number …2 · file 2" in told
    assert "ZA104728" not in told


def test_a_missing_document_is_told_with_how_to_make_it_good() -> None:
    message = missing_message(DocumentId(7), voice=ENGLISH)
    assert (message.kind, message.title) == (MessageKind.MISSING, "D-7 is no longer where it was put")
    assert "dossierd show D-7" in shown(message)
    assert "dossierd retry D-7" in shown(message)


# Privacy


NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=20)


@pytest.mark.security
@given(first=NAMES, last=NAMES, number=st.from_regex(r"[0-9]{12}", fullmatch=True), document=NAMES)
def test_no_full_name_number_birthday_or_file_name_is_told(
    first: str, last: str, number: str, document: str
) -> None:
    someone = person("20817", first, last, identifiers=(Identifier(kind="cin", value=number),), phone=number)
    told = Reason(code="name_printed", supports=True, sentence=f"{first} {last} {number}")
    candidate = Candidate(person=someone, reasons=(told,))
    decisions: list[Decision] = [
        Match(candidate=candidate, policy=Policy.NAME),
        Ambiguous(candidates=(candidate,), reason=told),
        Unmatched(candidates=(candidate,), reason=told),
    ]
    outcomes: list[Outcome] = [InReview(decision=decision) for decision in decisions]
    outcomes.append(Archived(record_id=RecordId("20817"), decided_by="rule", decision=decisions[0]))
    for outcome in outcomes:
        text = shown(
            message_for(
                DocumentId(7),
                outcome,
                epoch=0,
                original_name=f"{document}.pdf",
                pages=1,
                document_kind=None,
                voice=ENGLISH,
            )
        ).upper()
        assert not [secret for secret in (first, last, number, document, "2 MAR") if secret in text]


# Telling people apart


def test_people_of_other_initials_or_years_need_nothing_more() -> None:
    people = [
        person("1", "Mounir", "Kabbaj"),
        person("2", "Amal", "Kabbaj"),
        person("3", "Mounir", "Kabbaj", "1970-01-01"),
        person("4", "Mounir", "Kabbaj", None),
    ]
    assert told_apart(people, voice=ENGLISH) == [
        "M. K. · born 1961",
        "A. K. · born 1961",
        "M. K. · born 1970",
        "M. K. · birth date not on file",
    ]


def test_first_names_are_told_only_as_far_as_they_differ() -> None:
    people = [person("1", "Mohamed", "Kabbaj"), person("2", "MOUNIR", "Kabbaj"), person("3", "Mo", "Kabbaj")]
    assert told_apart(people, voice=ENGLISH) == [
        "M. K. · born 1961 · first name Moh…",
        "M. K. · born 1961 · first name Mou…",
        "M. K. · born 1961 · first name Mo",
    ]


def test_numbers_are_told_only_by_the_digits_that_differ() -> None:
    people = [
        person(str(number), "Mounir", "Kabbaj", identifiers=(Identifier(kind="cin", value=value),))
        for number, value in enumerate(("BE123456", "BE123466"))
    ]
    assert told_apart(people, voice=ENGLISH) == [
        "M. K. · born 1961 · national card number …56",
        "M. K. · born 1961 · national card number …66",
    ]


@pytest.mark.parametrize(
    ("field", "one", "other", "told"),
    [
        ("sex", "F", None, ["sex F", "sex not on file"]),
        ("birth_name", "Tazi", None, ["birth name T…", "birth name not on file"]),
        ("phone", "0611", "0612", ["phone …1", "phone …2"]),
    ],
)
def test_a_field_that_differs_is_told(field: str, one: str, other: str | None, told: list[str]) -> None:
    people = [
        person("1", "Mounir", "Kabbaj", **{field: one}),
        person("2", "Mounir", "Kabbaj", **{field: other}),
    ]
    assert told_apart(people, voice=ENGLISH) == [f"M. K. · born 1961 · {words}" for words in told]


def test_people_who_differ_in_nothing_read_the_same() -> None:
    assert told_apart([person("1", "Mounir", "Kabbaj")] * 2, voice=ENGLISH) == ["M. K. · born 1961"] * 2


def test_initials_are_letters_of_any_script() -> None:
    people = [person("1", "'Émile", "d'Arc"), person("2", "منير", "قباج"), person("3", "", "123")]
    assert told_apart(people, voice=ENGLISH) == [
        "É. D. · born 1961",
        "م. ق. · born 1961",
        "?. ?. · born 1961",
    ]


def test_a_question_about_an_incomplete_document_says_which_page_and_why() -> None:
    """That sentence holds numbers of pages and names of settings alone, so it may leave the office."""
    missing = "Not everything could be read. Page 3: can't be read, damaged or cut off."
    incomplete = Reason(code="document_incomplete", supports=False, sentence=missing)
    assert missing in shown(tell(InReview(decision=Unmatched(reason=incomplete)))).splitlines()
