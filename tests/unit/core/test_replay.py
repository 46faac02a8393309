"""The same text and the same inputs give the same decision."""

import re

from agent.core import replay, rules
from agent.core.identifiers import BY_NAME, IDENTIFIERS, IdentifierKind
from agent.core.labels import phrases_of
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


def test_the_program_s_own_kinds_keep_their_checksums() -> None:
    judged = judge(LETTER, FakeRegistry(), Rules())
    assert replay.vocabulary_of(judged.inputs).kinds == IDENTIFIERS
    assert replay.vocabulary_of(judged.inputs) == STANDARD
