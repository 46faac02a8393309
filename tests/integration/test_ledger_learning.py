"""What decisions were made of, and what answers teach, on a real SQLite file."""

import datetime
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from agent.adapters.ledger import SqlLedger, open_engine
from agent.core.rules import Rules
from agent.domain.document import CorrelationId, DocumentId, SeenFile, Sha256, text_of_plain
from agent.domain.evidence import MarkKind
from agent.domain.inputs import Inputs
from agent.domain.lesson import Alias, Label, LessonNumber, LessonState, Teaching, Unreadable
from agent.domain.life import Document
from agent.domain.outcome import Archived, Event, InReview, Outcome
from agent.domain.settlement import Settlement
from agent.workflow.deciding import judge
from tests.custody_builders import ABOUT_ANNA, ANNA, NOON, a_match, ambiguous, hash_of, new_ledger
from tests.fakes import FakeRegistry
from tests.integration.test_ledger import _migrate

pytestmark = pytest.mark.reliability

LATER = NOON + datetime.timedelta(minutes=1)
ALIAS = Alias(record_id=ANNA.record_id, last_name="MÜLLER Änne")
LABEL = Label(words="versicherter", announces=MarkKind.NAME)
ASKED = InReview(decision=ambiguous(), document_kind=None)
FILED = Archived(record_id=ANNA.record_id, decided_by="cli:anna", decision=ambiguous())
ANY = frozenset(LessonState)
ACTIVE = frozenset({LessonState.ACTIVE})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(new_ledger())
    made = SqlLedger(open_engine(path, may_upgrade=True))
    yield made
    made.close()


def _inputs() -> Inputs:
    judged = judge(text_of_plain(ABOUT_ANNA), FakeRegistry([ANNA]), Rules())
    return judged.inputs


def _reading(ledger: SqlLedger, number: int = 1) -> DocumentId:
    seen = SeenFile(name=f"{number}.pdf", device=1, inode=number, size=3, modified_ns=4)
    document = ledger.open_claim(seen, "scan.pdf", CorrelationId("c"), NOON)
    ledger.confirm_claim(document.document_id, f"claimed/{number}", NOON)
    started = ledger.start(document.document_id, _hash(number), 3, NOON)
    assert isinstance(started, Document)
    return document.document_id


def _hash(number: int) -> Sha256:
    return hash_of(str(number).encode())


def _settle(
    ledger: SqlLedger,
    document_id: DocumentId,
    outcome: Outcome = ASKED,
    event: Event = Event.SETTLED,
    inputs: Inputs | None = None,
    teachings: Sequence[Teaching] = (),
) -> Document | None:
    is_answer = event is Event.ANSWERED
    settlement = Settlement(
        event=event,
        outcome=outcome,
        target="there.pdf",
        opens_epoch=event is not Event.SETTLED,
        answered_by="cli:anna" if is_answer else None,
        answer="1" if is_answer else None,
        inputs=inputs,
        teachings=teachings,
    )
    settled = ledger.settle(document_id, settlement, NOON)
    if settled is not None:
        ledger.complete(document_id, NOON)
    return settled


def _taught(ledger: SqlLedger, *teachings: Teaching, number: int = 1) -> None:
    document_id = _reading(ledger, number)
    _settle(ledger, document_id)
    _settle(ledger, document_id, FILED, Event.ANSWERED, teachings=teachings)


def test_what_a_decision_was_made_of_is_kept_with_it(ledger: SqlLedger) -> None:
    document_id, inputs = _reading(ledger), _inputs()
    assert ledger.inputs(document_id) is None
    _settle(ledger, document_id, inputs=inputs)
    assert ledger.inputs(document_id) == inputs
    _settle(ledger, document_id, FILED, Event.ANSWERED)
    assert ledger.inputs(document_id) == inputs


def test_what_a_void_outcome_was_made_of_goes_with_it(ledger: SqlLedger) -> None:
    document_id, inputs = _reading(ledger), _inputs()
    settlement = Settlement(event=Event.SETTLED, outcome=ASKED, target="there.pdf", inputs=inputs)
    ledger.settle(document_id, settlement, NOON)
    ledger.hand_back(document_id, Event.CHANGED, NOON)
    assert ledger.inputs(document_id) is None
    ledger.start(document_id, _hash(2), 3, NOON)
    filed = Archived(record_id=ANNA.record_id, decided_by="rule", decision=a_match())
    _settle(ledger, document_id, filed, inputs=inputs)
    assert ledger.inputs(document_id) == inputs


def test_an_answer_proposes_what_it_may_teach(ledger: SqlLedger) -> None:
    _taught(ledger, ALIAS, LABEL)
    first, second = ledger.lessons(ANY)
    assert (first.number, first.teaching, first.state) == (1, ALIAS, LessonState.PROPOSED)
    assert (first.document_id, first.taught_by, first.taught_at) == (1, "cli:anna", NOON)
    assert (first.judged_by, first.judged_at) == (None, None)
    assert (second.number, second.teaching) == (2, LABEL)
    assert ledger.lessons(ACTIVE) == []


def test_what_was_proposed_once_is_not_proposed_again_whatever_became_of_it(ledger: SqlLedger) -> None:
    _taught(ledger, ALIAS)
    ledger.judge_lesson(LessonNumber(1), LessonState.REVOKED, "cli:bert", LATER)
    _taught(ledger, ALIAS, LABEL, number=2)
    assert [(it.number, it.state) for it in ledger.lessons(ANY)] == [
        (1, LessonState.REVOKED),
        (2, LessonState.PROPOSED),
    ]


def test_only_a_human_s_word_makes_a_lesson_count(ledger: SqlLedger) -> None:
    _taught(ledger, ALIAS)
    ledger.judge_lesson(LessonNumber(1), LessonState.ACTIVE, "cli:bert", LATER)
    (active,) = ledger.lessons(ACTIVE)
    assert (active.judged_by, active.judged_at) == ("cli:bert", LATER)
    assert ledger.lesson(LessonNumber(1)) == active
    assert ledger.lesson(LessonNumber(2)) is None
    ledger.judge_lesson(LessonNumber(1), LessonState.REVOKED, "cli:bert", LATER)
    assert ledger.lessons(ACTIVE) == []


def test_nothing_is_settled_by_a_lesson_that_was_revoked_meanwhile(ledger: SqlLedger) -> None:
    _taught(ledger, ALIAS)
    ledger.judge_lesson(LessonNumber(1), LessonState.ACTIVE, "cli:bert", LATER)
    judged = judge(text_of_plain(ABOUT_ANNA), FakeRegistry([ANNA]), Rules(), ledger.lessons(ACTIVE))
    assert [it.number for it in judged.inputs.lessons] == [1]
    document_id = _reading(ledger, 2)
    ledger.judge_lesson(LessonNumber(1), LessonState.REVOKED, "cli:bert", LATER)
    assert _settle(ledger, document_id, inputs=judged.inputs) is None
    ledger.judge_lesson(LessonNumber(1), LessonState.ACTIVE, "cli:bert", LATER)
    assert _settle(ledger, document_id, inputs=judged.inputs) is not None
    assert ledger.inputs(document_id) == judged.inputs


def test_rows_of_before_are_kept_and_have_no_inputs(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    _migrate(engine, "0003")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO documents (document_id, correlation_id, state, epoch, attempts, original_name, seen_name,"
                " seen_device, seen_inode, seen_size, seen_modified_ns, seen_at, sha256, size)"
                " VALUES (7, 'c', 'in_review', 1, 0, 'a.pdf', 'a.pdf', '1', '2', 3, '4', :at, :sha256, 3)"
            ),
            {"at": "2026-03-01 12:00:00.000000", "sha256": _hash(7)},
        )
    engine.dispose()
    ledger = SqlLedger(open_engine(tmp_path / "ledger.sqlite", may_upgrade=True))
    try:
        assert ledger.document(DocumentId(7)) is not None
        assert ledger.inputs(DocumentId(7)) is None
        assert ledger.lessons(ANY) == []
    finally:
        ledger.close()


WRITTEN_BY_0004 = """{
  "people": [{"record_id": "R1", "last_name": "Muller", "first_name": "Anna", "birth_name": null,
    "birth_date": "1980-03-12", "sex": "F", "identifiers": [{"kind": "cin", "value": "AB123456"}], "phone": null,
    "spellings": [{"last_name": "MULER Anna", "first_name": "", "lesson": 1, "is_shared": false}]}],
  "registry_version": 4, "is_trustworthy": true, "policy": "two-identifiers", "mode": "auto", "confidence_floor": 80,
  "missing": "",
  "numbers": [{"name": "cin", "title": "national card number", "form": "[A-Z]{1,2}[0-9]{4,7}", "stands_alone": true,
    "proves": true, "is_of_insured": false, "printed": []}],
  "near": [],
  "labels": [{"tokens": ["geboren"], "announces": "birth_date", "identifier": null, "is_mirrored": false}],
  "lessons": [{"number": 1,
    "teaching": {"record_id": "R1", "last_name": "MULER Anna", "first_name": "", "what": "alias"},
    "state": "active", "document_id": 7, "taught_by": "cli:anna", "taught_at": "2026-03-01T12:00:00Z",
    "judged_by": "cli:bert", "judged_at": "2026-03-01T12:00:00Z"}],
  "rules_version": 3
}"""
"""Never to be edited: homes hold such rows. What comes later has a default."""
ALIAS_OF_0004 = '{"record_id":"R1","last_name":"MÜLLER Änne","first_name":"","what":"alias"}'
LABEL_OF_0004 = '{"words":"versicherter","announces":"name","identifier":null,"what":"label"}'


def _overwrite_inputs(tmp_path: Path, body: bytes) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE inputs SET body = :body"), {"body": body})
    engine.dispose()


def _overwrite_lesson(tmp_path: Path, number: int, teaching: str) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE lessons SET teaching = :teaching WHERE number = :number"),
            {"teaching": teaching, "number": number},
        )
    engine.dispose()


def test_what_revision_0004_wrote_can_be_read(ledger: SqlLedger, tmp_path: Path) -> None:
    document_id = _reading(ledger, 2)
    _settle(ledger, document_id, inputs=_inputs())
    _overwrite_inputs(tmp_path, zlib.compress(WRITTEN_BY_0004.encode()))
    inputs = ledger.inputs(document_id)
    assert inputs is not None
    (muller,), (lesson,), (label,) = inputs.people, inputs.lessons, inputs.labels
    assert (muller.birth_date, muller.spellings[0].lesson) == (datetime.date(1980, 3, 12), 1)
    assert (lesson.teaching, label.tokens) == (
        Alias(record_id=ANNA.record_id, last_name="MULER Anna"),
        ("geboren",),
    )
    _taught(ledger, LABEL, ALIAS)
    _overwrite_lesson(tmp_path, 1, ALIAS_OF_0004)
    _overwrite_lesson(tmp_path, 2, LABEL_OF_0004)
    assert [it.teaching for it in ledger.lessons(ANY)] == [ALIAS, LABEL]


@pytest.mark.parametrize(
    "body", [b"no zlib", zlib.compress(b"no json"), zlib.compress(b'{"people": [{"last_name": "Muller"}]}')]
)
def test_inputs_that_can_not_be_read_count_as_not_kept(
    ledger: SqlLedger, tmp_path: Path, body: bytes
) -> None:
    document_id = _reading(ledger)
    _settle(ledger, document_id, inputs=_inputs())
    _overwrite_inputs(tmp_path, body)
    assert ledger.inputs(document_id) is None


def test_a_lesson_that_can_not_be_read_hides_no_other(ledger: SqlLedger, tmp_path: Path) -> None:
    _taught(ledger, ALIAS, LABEL)
    for number in (1, 2):
        ledger.judge_lesson(LessonNumber(number), LessonState.ACTIVE, "cli:bert", LATER)
    _overwrite_lesson(tmp_path, 1, '{"what": "stamp", "last_name": "Muller"}')
    assert [it.teaching for it in ledger.lessons(ACTIVE)] == [Unreadable(), LABEL]
    assert getattr(ledger.lesson(LessonNumber(1)), "teaching", None) == Unreadable()


@pytest.mark.security
def test_a_row_that_can_not_be_read_raises_without_its_words(ledger: SqlLedger, tmp_path: Path) -> None:
    document_id = _reading(ledger)
    _settle(ledger, document_id)
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.begin() as connection:
        connection.execute(
            text("""UPDATE documents SET outcome = '{"state": "archived", "record_id": ["Muller"]}'""")
        )
    engine.dispose()
    with pytest.raises(ValidationError) as raised:
        ledger.document(document_id)
    assert "Muller" not in str(raised.value)
