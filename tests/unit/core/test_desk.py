"""What the desk says when something can't be done, on the command line and in a chat of a French office."""

import dataclasses
import datetime

import pytest

from agent.core import desk
from agent.core.completeness import WHOLE
from agent.core.completeness import WHY as WHY_INCOMPLETE
from agent.core.page_ranges import ranges_of
from agent.core.voice import ENGLISH
from agent.domain.document import CorrelationId, DocumentId, SeenFile
from agent.domain.identity import RecordId
from agent.domain.life import Document
from agent.domain.outcome import STATES, WHY_NOT, Event, Refused, State, next_state, no_document
from agent.domain.phrase import Phrase
from agent.domain.searchable import WHY as WHY_UNSEARCHABLE
from agent.domain.splitting import WHY_UNSPLIT
from tests.french import FRENCH, english_in

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
DOCUMENT = Document(
    document_id=DocumentId(7),
    correlation_id=CorrelationId("c"),
    state=State.ARCHIVED,
    epoch=1,
    attempts=1,
    original_name="scan.pdf",
    seen=SeenFile(name="scan.pdf", device=1, inode=1, size=1, modified_ns=1),
    seen_at=NOON,
)


def _in(state: State) -> Document:
    return dataclasses.replace(DOCUMENT, state=state)


def _english(*phrases: Phrase) -> str:
    return ENGLISH.tell(*phrases, in_chat=False)


def test_who_was_quicker_is_said_with_what_can_be_done() -> None:
    told = desk.decided(DOCUMENT, "telegram:anna", NOON)
    assert _english(*told) == (
        "D-7 was already decided by anna on 2026-03-01 12:00 UTC. To change that: dossierd undo D-7 or dossierd refile "
        "D-7 RECORD"
    )
    assert FRENCH.tell(*told).replace("\N{NO-BREAK SPACE}", " ") == (
        "anna a déjà décidé pour D-7 le 01/03/2026 à 12:00. Pour changer cela : /undo D-7 ou /refile D-7 DOSSIER"
    )
    told = desk.decided(_in(State.FAILED), "rule", NOON)
    assert _english(*told) == "D-7 was already decided by rule on 2026-03-01 12:00 UTC."


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            State.FAILED,
            "D-7 is failed: no question is open. Why: dossierd show D-7. To try again: dossierd retry D-7",
        ),
        (State.DUPLICATE, "D-7 is duplicate: no question is open."),
    ],
)
def test_a_document_without_a_question_is_told_with_its_state(state: State, told: str) -> None:
    assert _english(*desk.no_question(_in(state))) == told


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        (State.IN_REVIEW, " Its question is open: dossierd pending"),
        (State.FAILED, " To decide it again: dossierd retry D-7"),
        (State.DUPLICATE, " To decide it again: dossierd retry D-7"),
        (State.READING, ""),
    ],
)
def test_what_is_not_filed_can_neither_be_undone_nor_refiled(state: State, hint: str) -> None:
    start = f"D-7 is {STATES[state]}: only an archived document can be "
    assert _english(*desk.not_undone(_in(state))) == f"{start}undone.{hint}"
    assert _english(*desk.not_refiled(_in(state))) == f"{start}refiled.{hint}"


def test_what_was_filed_anew_is_told_with_where_to_look() -> None:
    assert _english(*desk.filed_anew(DOCUMENT)) == (
        "D-7 has been filed anew since. How it stands: dossierd show D-7"
    )
    assert FRENCH.tell(*desk.filed_anew(DOCUMENT)).endswith("/show D-7")


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("undo D-7", "the button of its message, or dossierd undo D-7"),
        ("refile D-7 R2", "dossierd refile D-7 R2"),
    ],
)
def test_what_can_not_be_done_in_the_chat_is_done_by_the_button_or_on_the_machine(
    words: str, way: str
) -> None:
    assert ENGLISH.tell(desk.insisting(words), in_chat=True) == f"(to do it all the same: {way})"


def test_a_lesson_is_for_the_machine_alone() -> None:
    told = (desk.filed(DOCUMENT, RecordId("20817")), desk.MAY_TEACH)
    assert _english(*told).endswith("The answer may teach something for later documents: dossierd lessons")
    assert FRENCH.tell(*told) == "D-7 est classé dans le dossier 20817."


def _refusals() -> list[Phrase]:
    """Everything that is said of a document that stands in the way, in each state."""
    refused = [next_state(state, event) for state in State for event in Event if event in WHY_NOT]
    ranges = [
        ranges_of(typed, 6) for typed in ("1-2,4-6", "1,4-6", "1-3,3-6", "1-4,2-6", "6-1", "1-7", "1-6", "x")
    ]
    return [
        *(it.phrase for it in (*refused, *ranges, ranges_of("1", 1)) if isinstance(it, Refused)),
        *(
            phrase
            for state in State
            for phrase in (
                *desk.decided(_in(state), "cli:anna", NOON),
                *desk.decided(_in(state), "rule", NOON),
                *desk.no_question(_in(state)),
                *desk.not_undone(_in(state)),
                *desk.not_refiled(_in(state)),
                desk.filed(_in(state), RecordId("20817")),
                *desk.filed_anew(_in(state)),
                no_document(DocumentId(9)),
                desk.refiling(_in(state)),
            )
        ),
        *map(Phrase, (*WHY_UNSPLIT.values(), *WHY_UNSEARCHABLE.values(), *WHY_INCOMPLETE.values(), *WHOLE)),
    ]


def test_no_refusal_holds_english_in_a_french_office() -> None:
    told = [FRENCH.tell(phrase) for phrase in _refusals()]
    assert len(told) > 100
    assert [text for text in told if english_in(text)] == []


def test_english_would_be_found() -> None:
    assert [text for phrase in _refusals() if not english_in(text := ENGLISH.tell(phrase))] == []
