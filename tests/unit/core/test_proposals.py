import pytest

from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.core.proposals import with_proposals
from agent.domain.decision import (
    CANDIDATES_SHOWN,
    Ambiguous,
    Candidate,
    Decision,
    Match,
    Policy,
    Unmatched,
    candidates_of,
)
from agent.domain.evidence import Evidence
from agent.domain.identity import Person
from tests.builders import HIND, person, text_of


def decided(evidence: Evidence, *people: Person) -> Decision:
    return decide(
        compare(evidence, people),
        policy=Policy.TWO_IDENTIFIERS,
        confidence_floor=80,
        missing="",
        is_trustworthy=True,
    )


def shown(decision: Decision) -> list[str]:
    return [one.person.record_id for one in candidates_of(decision)]


def sentences(candidate: Candidate) -> list[str]:
    return [reason.sentence for reason in candidate.reasons]


def test_a_near_name_is_proposed_and_what_differs_is_said() -> None:
    evidence = extract(text_of("Patient : TAZRI Amine"))
    decision = with_proposals(decided(evidence), evidence, [person("TAZI", "Amine", record_id="1")])
    assert isinstance(decision, Unmatched)
    assert shown(decision) == ["1"]
    assert sentences(decision.candidates[0])[0] == "A name much like Amine TAZI is printed: TAZRI for TAZI."
    assert not decision.candidates[0].is_vetoed


@pytest.mark.parametrize(
    ("one", "printed", "told"),
    [
        (person("BEN SLIMANE", "Omar"), "BENSLIMAME Omar", "BENSLIMAME for BEN SLIMANE"),
        (person("EL TAZI", "Amine"), "TAZRI Amine", "TAZRI for TAZI"),
        (person("Clark", "Amine", birth_name="TAZI"), "TAZRI Amine", "TAZRI for TAZI"),
        (person("Abdel Karim Fassi", "Amine"), "Abdelkarem Fassii Amimne", "Amimne for Amine"),
    ],
)
def test_a_near_name_is_told_as_the_office_wrote_it(one: Person, printed: str, told: str) -> None:
    evidence = extract(text_of(f"Patient : {printed}", "Né le 16/08/1977"))
    (candidate,) = candidates_of(with_proposals(decided(evidence), evidence, [one]))
    assert told in sentences(candidate)[0]


def test_a_number_with_a_digit_wrong_is_proposed_with_its_contradiction() -> None:
    evidence = extract(text_of("CIN : L882258"))
    (candidate,) = candidates_of(with_proposals(decided(evidence), evidence, [person(cin="L882253")]))
    assert sentences(candidate) == [
        "The printed national card number L882258 is very close to the registered one, L882253.",
        "The printed national card number L882258 is not the registered one.",
    ]
    assert candidate.is_vetoed


def test_proposals_stand_behind_those_who_are_named_and_the_verdict_stays() -> None:
    named = person("TAZI", "Amine", record_id="9", birth_date=None)
    near = person("TAZRI", "Amine", record_id="1", birth_date=HIND)
    evidence = extract(text_of("Patient : TAZI Amine", "Né le 16/08/1977"))
    before = decided(evidence, named)
    after = with_proposals(before, evidence, [near, named])
    assert isinstance(before, Ambiguous)
    assert isinstance(after, Ambiguous)
    assert (shown(after), after.reason) == (["9", "1"], before.reason)


def test_who_is_near_stands_before_those_who_merely_share_the_birthday() -> None:
    strangers = [person("Clark", "Omar", record_id=f"A{number}") for number in range(CANDIDATES_SHOWN)]
    evidence = extract(text_of("Patient : TAZRI Amine", "Né le 16/08/1977"))
    decision = with_proposals(
        decided(evidence, *strangers), evidence, [person("TAZI", "Amine", record_id="Z")]
    )
    assert shown(decision) == ["Z", *(f"A{number}" for number in range(CANDIDATES_SHOWN - 1))]


def test_no_more_are_shown_than_a_person_can_compare() -> None:
    evidence = extract(text_of("Patient : TAZRI Amine"))
    near = [person("TAZI", "Amine", record_id=f"A{number:02}", birth_date=None) for number in range(20)]
    decision = with_proposals(decided(evidence), evidence, list(reversed(near)))
    assert shown(decision) == [f"A{number:02}" for number in range(CANDIDATES_SHOWN)]


def test_who_is_not_near_is_not_proposed() -> None:
    evidence = extract(text_of("Patient : TAZRI Amine"))
    assert shown(with_proposals(decided(evidence), evidence, [person("Clark", "Omar")])) == []


def test_a_match_is_left_as_it_is() -> None:
    evidence = extract(text_of("Patient : VIDAL Hind", "Né(e) le 16/08/1977"))
    decision = decided(evidence, person())
    assert isinstance(decision, Match)
    assert with_proposals(decision, evidence, [person("VIDALE", "Hind")]) is decision


def test_of_whom_the_birthday_points_at_it_is_told_what_else_is_near() -> None:
    one = person("TAZI", "Amine", record_id="9", cin="L882253")
    stranger = person("Clark", "Omar", record_id="1")
    evidence = extract(text_of("Patient : TAZRI Amine", "Né le 16/08/1977", "CIN : L882258"))
    decision = with_proposals(decided(evidence, one, stranger), evidence, [])
    assert shown(decision) == ["9", "1"]
    assert [reason.code for reason in candidates_of(decision)[0].reasons] == [
        "name_near",
        "identifier_near",
        "birth_date_same",
        "identifier_differs",
    ]


def test_names_that_ocr_has_joined_are_proposed_and_told_once() -> None:
    evidence = extract(text_of("Patient : TAZIAmine", confidence=90))
    (candidate,) = candidates_of(with_proposals(decided(evidence), evidence, [person("TAZI", "Amine")]))
    assert sentences(candidate)[0] == "A name much like Amine TAZI is printed: TAZIAmine."
