"""How much of a person each privacy level tells, in each language."""

import datetime

import pytest

from agent.core.messages import message_for
from agent.core.telling_apart import told_apart
from agent.core.voice import Privacy, Voice
from agent.domain.decision import Ambiguous, Candidate, Match, Policy, Reason, Unmatched
from agent.domain.document import DocumentId
from agent.domain.identity import Identifier, Person, RecordId
from agent.domain.message import Message
from agent.domain.outcome import Archived, Duplicate, Failed, FailureReason, InReview, Outcome
from agent.languages import catalogue, languages

pytestmark = pytest.mark.security

CANARY = Person(
    record_id=RecordId("20817"),
    first_name="Zephyrine",
    last_name="Quillfeather",
    birth_name="Marblethwaite",
    birth_date=datetime.date(1961, 11, 23),
    sex="F",
    identifiers=(Identifier(kind="cin", value="ZA104728"),),
    phone="0661234567",
)
TWIN = Person(
    record_id=RecordId("33102"),
    first_name="Zoraide",
    last_name="Quillfeather",
    birth_date=datetime.date(1961, 11, 24),
    identifiers=(Identifier(kind="cin", value="ZA104729"),),
    phone="0661234568",
)
FILE_NAME = "Quillfeather Zephyrine 23-11-1961.pdf"
QUOTED = "Zephyrine Quillfeather, born 23/11/1961, ZA104728"
NAMED = Reason(code="name_printed", supports=True, sentence=QUOTED, page=1)
AGAINST = Reason(code="birth_date_differs", supports=False, sentence=QUOTED, page=2)
ONE = Candidate(person=CANARY, reasons=(NAMED,))
OTHER = Candidate(person=TWIN, reasons=(NAMED, AGAINST), is_vetoed=True)
MATCH = Match(candidate=ONE, policy=Policy.NAME)
TWO = Ambiguous(candidates=(ONE, OTHER), reason=AGAINST)
UNSURE = Unmatched(candidates=(ONE,), reason=AGAINST)

OUTCOMES: dict[str, Outcome] = {
    "filed": Archived(record_id=RecordId("20817"), decided_by="rule", decision=MATCH),
    "filed by a human": Archived(record_id=RecordId("20817"), decided_by="telegram:anna", decision=TWO),
    "proposal": InReview(decision=MATCH),
    "one of two": InReview(decision=TWO),
    "nobody named": InReview(decision=UNSURE),
    "duplicate": Duplicate(original=DocumentId(3)),
    **{failure.value: Failed(reason=failure, decided_by="cli:anna") for failure in FailureReason},
}
BEFORE_THE_DECISION = ("filed", "proposal", "one of two", "nobody named")


def told(outcome: Outcome, privacy: Privacy, language: str = "en") -> str:
    message: Message = message_for(
        DocumentId(7),
        outcome,
        epoch=1,
        original_name=FILE_NAME,
        pages=2,
        document_kind="discharge_letter",
        voice=Voice(catalogue=catalogue(language), privacy=privacy),
    )
    labels = [button.label for row in message.buttons for button in row]
    return "\n".join((message.title, *message.lines, *labels))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", OUTCOMES)
def test_minimal_tells_no_name_birth_date_number_or_file_name(name: str, language: str) -> None:
    text = told(OUTCOMES[name], Privacy.MINIMAL, language).casefold()
    assert "d-7" in text
    canaries = ("zeph", "zora", "quill", "marble", "za10", "0661", "23 nov", "24 nov", "23/11", ".pdf")
    assert [canary for canary in canaries if canary in text.replace("-", "")] == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", BEFORE_THE_DECISION)
def test_normal_tells_the_full_name_and_the_year_but_no_file_name(name: str, language: str) -> None:
    text = told(OUTCOMES[name], Privacy.NORMAL, language)
    assert "Zephyrine Quillfeather" in text
    assert "1961" in text
    assert [canary for canary in ("23-11", ".pdf", QUOTED, "23 Nov", "23 nov") if canary in text] == []


@pytest.mark.parametrize("name", BEFORE_THE_DECISION)
def test_full_tells_the_whole_birth_date_and_the_file_name(name: str) -> None:
    text = told(OUTCOMES[name], Privacy.FULL)
    assert "Zephyrine Quillfeather · born 23 Nov 1961" in text
    assert f"File: {FILE_NAME}" in text
    assert QUOTED not in text


def test_full_tells_the_file_name_of_what_failed() -> None:
    lines = told(OUTCOMES["encrypted"], Privacy.FULL).splitlines()
    assert lines[:2] == ["D-7 could not be filed", f"File: {FILE_NAME}"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("privacy", Privacy)
def test_once_a_human_chose_nothing_of_the_person_is_told(privacy: Privacy, language: str) -> None:
    text = told(OUTCOMES["filed by a human"], privacy, language).replace(FILE_NAME, "")
    assert [canary for canary in ("Zeph", "Quill", "Z. Q.", "1961") if canary in text] == []


def namesakes(**more: object) -> list[Person]:
    born = {"first_name": "Mounir", "last_name": "Kabbaj", "birth_date": datetime.date(1961, 3, 2)}
    one = Person(record_id=RecordId("1"), **born)  # type: ignore[arg-type] # a test's shorthand
    other = Person(record_id=RecordId("2"), **{**born, **more})  # type: ignore[arg-type] # a test's shorthand
    return [one, other]


def test_normal_tells_namesakes_apart_by_whole_fields() -> None:
    voice = Voice(privacy=Privacy.NORMAL)
    assert told_apart(namesakes(birth_date=datetime.date(1961, 7, 14)), voice=voice) == [
        "Mounir Kabbaj · born 1961 · 2 Mar",
        "Mounir Kabbaj · born 1961 · 14 Jul",
    ]
    assert told_apart(namesakes(phone="0661234567"), voice=voice) == [
        "Mounir Kabbaj · born 1961 · phone not on file",
        "Mounir Kabbaj · born 1961 · phone 0661234567",
    ]


def test_full_tells_that_a_birth_date_is_not_on_file() -> None:
    voice = Voice(privacy=Privacy.FULL)
    assert told_apart(namesakes(birth_date=None), voice=voice) == [
        "Mounir Kabbaj · born 2 Mar 1961",
        "Mounir Kabbaj · birth date not on file",
    ]


def test_french_writes_dates_as_the_french_do() -> None:
    voice = Voice(catalogue=catalogue("fr"), privacy=Privacy.FULL)
    assert told_apart(namesakes()[:1], voice=voice) == ["Mounir Kabbaj · né(e) le 2 mars 1961"]
