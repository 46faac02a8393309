"""Why each person was or was not the one, and whether the same comes out again."""

from dataclasses import replace

import pytest

from agent.core import rules
from agent.core.explaining import Explanation, explain_decision, held_against, subjects_read, why
from agent.core.rules import Rules
from agent.domain.decision import Ambiguous, Match, Policy, Reason
from agent.domain.document import DocumentText
from agent.domain.evidence import MarkKind
from agent.domain.identity import Person, RecordId
from agent.domain.lesson import Alias, Label, Lesson, Registered
from agent.workflow.deciding import Judgement, judge
from tests.builders import cut_short, lesson, person, text_of
from tests.fakes import FakeRegistry

VIDAL = person(record_id="R1", cin="JK374321")
BORN = "Née le : 16/08/1977"
NAMED = "Patient : Hind VIDAL"


def _judged(
    text: str, *people: Person, lessons: tuple[Lesson, ...] = (), office: Rules | None = None
) -> Judgement:
    return judge(text_of(text), FakeRegistry(people), office or Rules(), lessons)


def _explained(text: str, *people: Person, lessons: tuple[Lesson, ...] = ()) -> Explanation:
    judged = _judged(text, *people, lessons=lessons)
    return explain_decision(text_of(text), judged.inputs, judged.decision)


def _obstacles(told: Explanation) -> dict[str, str]:
    return {it.person.record_id: it.obstacle.code if it.obstacle else "" for it in told.considered}


def test_a_match_is_explained_and_comes_out_again() -> None:
    told = _explained(f"{NAMED}\n{BORN}", VIDAL)
    assert told.why == (
        "Hind Vidal is named as the one whom it is about, the birth date confirms it, and nobody else may be meant."
    )
    assert _obstacles(told) == {"R1": ""}
    assert (told.considered[0].rule, told.considered[0].is_named) == ("", True)
    assert told.differences == ()


def test_a_document_without_a_word_is_explained_and_comes_out_again() -> None:
    told = _explained("", VIDAL)
    assert (told.why, told.differences) == ("No text could be read in it.", ())


def test_two_proofs_and_none_are_told_in_plain_words() -> None:
    both = _judged(f"{NAMED}\n{BORN}\nCIN : JK374321", VIDAL).decision
    assert "the birth date and the personal number confirm it" in why(both)
    alone = _judged(NAMED, VIDAL, office=Rules(policy=Policy.NAME)).decision
    assert "which policy “name” takes for proof" in why(alone)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{NAMED}\nNée le : 17/08/1977", "birth_date_differs"),
        (NAMED, "no_second_identifier"),
        (f"Dr Hind VIDAL\n{BORN}", "not_the_subject"),
        (f"Bonjour Hind VIDAL\n{BORN}", "not_the_subject"),
        (f"{NAMED}\nPatient : Omar TAZI\n{BORN}", "somebody_else"),
    ],
)
def test_each_person_is_told_with_the_rule_that_failed(text: str, code: str) -> None:
    told = _explained(text, VIDAL)
    assert _obstacles(told) == {"R1": code}
    assert told.considered[0].rule
    assert told.differences == ()


def test_a_namesake_that_nothing_tells_apart_keeps_a_person_from_being_it() -> None:
    blank = person(record_id="R2", birth_date=None)
    told = _explained(f"{NAMED}\n{BORN}", VIDAL, blank)
    assert _obstacles(told) == {"R1": "homonym_not_excluded", "R2": "no_second_identifier"}


def test_two_who_fit_equally_keep_each_other_from_being_it() -> None:
    assert _obstacles(_explained(f"{NAMED}\n{BORN}", VIDAL, person(record_id="R2"))) == {
        "R1": "several_fit",
        "R2": "several_fit",
    }


def test_what_keeps_everybody_is_told_of_the_one_who_would_fit() -> None:
    text = cut_short(text_of(f"{NAMED}\n{BORN}"))
    judged = judge(text, FakeRegistry([VIDAL]), Rules())
    told = explain_decision(text, judged.inputs, judged.decision)
    assert _obstacles(told) == {"R1": "document_incomplete"}


def test_the_lessons_that_had_a_part_are_told_and_no_others() -> None:
    registered = Registered(last_name="Vidal", first_name="Hind")
    alias = lesson(Alias(record_id=RecordId("R1"), last_name="VIDALE Hinde", registered=registered), 1)
    unused = lesson(Alias(record_id=RecordId("R1"), last_name="VYDAL Hind", registered=registered), 2)
    label = lesson(Label(words="geboren", announces=MarkKind.BIRTH_DATE), 3)
    told = _explained("Patient : VIDALE Hinde\nGeboren : 16/08/1977", VIDAL, lessons=(alias, unused, label))
    assert [it.number for it in told.used] == [1, 3]
    assert told.outlived == ()
    assert _obstacles(told) == {"R1": ""}


def test_a_lesson_whose_record_has_another_name_by_now_is_told_apart() -> None:
    registered = Registered(last_name="Tazi", first_name="Karim")
    alias = lesson(Alias(record_id=RecordId("R1"), last_name="TAZZI Karim", registered=registered), 1)
    told = _explained("Patient : TAZZI Karim\nDate de naissance : 16/08/1977", VIDAL, lessons=(alias,))
    assert (told.used, [it.number for it in told.outlived]) == ((), [1])


def test_another_decision_is_told_with_how_it_differs() -> None:
    judged = _judged(f"{NAMED}\n{BORN}", VIDAL)
    older = replace(judged.inputs, rules_version=rules.VERSION - 1, confidence_floor=0)
    stored = Ambiguous(candidates=(), reason=Reason(code="several_fit", supports=False, sentence="Two fit."))
    told = explain_decision(text_of(f"{NAMED}\n{BORN}"), older, stored)
    assert told.differences == (
        f"The rules have changed since: version {rules.VERSION - 1} then, {rules.VERSION} now.",
        "The verdict was ambiguous, now it is match.",
        "Shown were nobody; now R1.",
        f"Then: Two fit. Now: {why(judged.decision)}",
    )
    gone = replace(judged.inputs, people=())
    assert (
        "Shown were R1; now nobody."
        in explain_decision(text_of(f"{NAMED}\n{BORN}"), gone, judged.decision).differences
    )


def test_other_reasons_for_the_same_people_are_a_difference_too() -> None:
    judged = _judged(f"{NAMED}\n{BORN}", VIDAL)
    assert isinstance(judged.decision, Match)
    stored = replace(judged.decision, candidate=replace(judged.decision.candidate, is_vetoed=True))
    told = explain_decision(text_of(f"{NAMED}\n{BORN}"), judged.inputs, stored)
    assert told.differences == ("The same verdict and people, but other reasons for or against them.",)


def test_anybody_can_be_held_against_a_stored_text() -> None:
    text = text_of(f"{NAMED}\n{BORN}")
    inputs = _judged(f"{NAMED}\n{BORN}", VIDAL).inputs
    namesake = person(record_id="R7", birth_date=None)
    assert not held_against(text, inputs, namesake).is_vetoed
    assert [it.code for it in held_against(text, inputs, namesake).reasons] == [
        "name_printed",
        "name_as_subject",
    ]
    other = person("Tazi", "Omar", record_id="R8", cin="AB123456")
    found = held_against(text_of(f"{NAMED}\nCIN : JK374321"), inputs, other)
    assert (found.is_vetoed, [it.code for it in found.reasons]) == (True, ["identifier_differs"])


def test_who_was_only_near_is_explained_too_and_comes_out_again() -> None:
    near = person("VIDALE", "Hind", record_id="R2", birth_date=None)
    text = text_of(NAMED)
    judged = judge(text, FakeRegistry([VIDAL], near=[near]), Rules())
    told = explain_decision(text, judged.inputs, judged.decision)
    assert _obstacles(told) == {"R1": "no_second_identifier", "R2": "no_second_identifier"}
    assert told.considered[1].reasons[0].code == "name_near"
    assert (told.considered[1].is_named, told.differences) == (False, ())


def test_whom_a_letter_names_is_read_whoever_it_may_be_and_nobody_in_another_role() -> None:
    text = "Patient : QUINTERO Zora\nMédecin : Dr Odile MARCHAND\nNée le : 16/08/1977"
    inputs = _judged(text, VIDAL).inputs
    assert subjects_read(text_of(text), inputs) == ("Patient: QUINTERO Zora",)


def test_whom_later_pages_name_is_not_looked_for() -> None:
    (page,) = text_of("Patient : QUINTERO Zora").pages
    (empty,) = text_of("Compte rendu").pages
    text = DocumentText(pages=(empty, replace(empty, number=2), replace(page, number=3)))
    assert subjects_read(text, _judged("Compte rendu", VIDAL).inputs) == ()
