"""The same text and the same inputs give the same decision."""

import re

from agent.core import replay, rules
from agent.core.identifiers import BY_NAME, IDENTIFIERS, IdentifierKind
from agent.core.labels import phrases_of
from agent.core.own_kinds import office_vocabulary
from agent.core.rules import Rules
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.decision import Match, Mode, Policy
from agent.domain.evidence import MarkKind
from agent.domain.lesson import Label
from agent.workflow.deciding import judge
from tests.builders import cut_short, lesson, person, text_of
from tests.fakes import FakeRegistry

FILE = IdentifierKind(name="file", title="file number", pattern=re.compile(r"\d{5}FX"), stands_alone=True)
SHORT = IdentifierKind(
    name="insurance", title="insurance number", pattern=re.compile(r"\d{9}"), is_of_insured=True
)
OFFICE = Vocabulary(
    kinds=(BY_NAME["cin"], SHORT, FILE), labels=tuple(phrases_of("versicherter; المعني", MarkKind.NAME))
)
LETTER = text_of("Versicherter : Hind VIDAL", "Geboren : 16/08/1977")
GEBOREN = lesson(Label(words="geboren", announces=MarkKind.BIRTH_DATE))


def test_a_decision_is_made_again_from_what_was_kept() -> None:
    office = Rules(vocabulary=OFFICE, policy=Policy.NAME, mode=Mode.PROPOSE, confidence_floor=70)
    judged = judge(LETTER, FakeRegistry([person(record_id="R1")], number=9), office, [GEBOREN])
    assert isinstance(judged.decision, Match)
    inputs = judged.inputs
    assert (inputs.registry_version, inputs.policy, inputs.mode, inputs.confidence_floor) == (
        9,
        Policy.NAME,
        Mode.PROPOSE,
        70,
    )
    assert (inputs.rules_version, inputs.missing, inputs.lessons) == (rules.VERSION, "", (GEBOREN,))
    assert replay.vocabulary_of(inputs).kinds == OFFICE.kinds
    evidence = replay.evidence_of(LETTER, inputs)
    assert evidence == judged.evidence
    assert replay.decide_from(evidence, inputs) == judged.decision


def test_what_was_missing_and_an_untrusted_registry_are_kept() -> None:
    judged = judge(cut_short(LETTER), FakeRegistry([person()], is_trustworthy=False), Rules())
    assert not judged.inputs.is_trustworthy
    assert "Page 2" in judged.inputs.missing


def test_an_office_s_own_number_is_read_again_as_it_was_printed() -> None:
    office = Rules(vocabulary=office_vocabulary("file | file number | 9{5,7}/99 | n° dossier", "999-999-999"))
    letter = text_of("Patient : Hind VIDAL", "N° dossier : 123456/24", "N° assuré : 216-103-255")
    judged = judge(letter, FakeRegistry(), office)
    assert [number.value for number in judged.evidence.identifiers] == ["12345624", "216103255"]
    assert replay.vocabulary_of(judged.inputs).kinds == office.vocabulary.kinds
    assert replay.evidence_of(letter, judged.inputs) == judged.evidence


def test_the_program_s_own_kinds_keep_their_checksums() -> None:
    judged = judge(LETTER, FakeRegistry(), Rules())
    assert replay.vocabulary_of(judged.inputs).kinds == IDENTIFIERS
    assert replay.vocabulary_of(judged.inputs) == STANDARD
