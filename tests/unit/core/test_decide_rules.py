"""Each rule of the decision alone, over what `compare` could have written down; no text is read here."""

import datetime
from dataclasses import replace

import pytest

from agent.core.decide import decide, obstacle_of
from agent.core.match import Assessment, Naming, Proof
from agent.domain.decision import Ambiguous, Decision, Match, Policy, Reason, Unmatched
from agent.domain.identity import Person, RecordId

KARIM = Person(
    record_id=RecordId("1"), last_name="TAZI", first_name="Karim", birth_date=datetime.date(1980, 3, 12)
)
ADAM = Person(record_id=RecordId("2"), last_name="ALAOUI", first_name="Adam")
NAMESAKE = Person(record_id=RecordId("3"), last_name="TAZI", first_name="Karim")

PRINTED = Reason(code="name_printed", supports=True, sentence="printed")
NUMBERED = Reason(code="identifier_same", supports=True, sentence="number")
AGAINST = Reason(code="birth_date_differs", supports=False, sentence="another birth date")
ELSE = Reason(code="somebody_else", supports=False, sentence="The document also names Adam.")

LEAD = Assessment(
    person=KARIM,
    namings=(Naming(start=4, confidence=None, is_labelled=True),),
    is_mentioned=True,
    agreements=(Proof(confidence=None),),
    reasons=(PRINTED,),
    score=9,
)
UNLABELLED = replace(LEAD, namings=(Naming(start=4, confidence=None, is_labelled=False),))
RIVAL = Assessment(person=ADAM, reasons=(PRINTED,), score=5)
TWIN = Assessment(
    person=NAMESAKE,
    namings=(Naming(start=4, confidence=None, is_labelled=True),),
    is_mentioned=True,
    differences=(Proof(confidence=None),),
    contradictions=(AGAINST,),
    reasons=(PRINTED, AGAINST),
    score=3,
)


def decided(
    *assessments: Assessment,
    policy: Policy = Policy.TWO_IDENTIFIERS,
    missing: str = "",
    is_trustworthy: bool = True,
) -> Decision:
    return decide(
        assessments, policy=policy, confidence_floor=80, missing=missing, is_trustworthy=is_trustworthy
    )


def why(*assessments: Assessment) -> tuple[str, str]:
    """The reason why nobody is matched: its code and its sentence."""
    decision = decided(*assessments)
    assert not isinstance(decision, Match)
    assert decision.reason.supports is False
    return decision.reason.code, decision.reason.sentence


def test_one_person_with_name_and_birth_date_matches_and_the_namesake_is_told_as_excluded() -> None:
    decision = decided(TWIN, LEAD)
    assert isinstance(decision, Match)
    assert (decision.candidate.person, decision.policy) == (KARIM, Policy.TWO_IDENTIFIERS)
    assert [(rival.person, rival.is_vetoed) for rival in decision.rivals] == [(NAMESAKE, True)]


def test_a_rival_whom_the_document_does_not_point_at_is_not_told_of() -> None:
    decision = decided(LEAD, RIVAL)
    assert isinstance(decision, Match)
    assert decision.rivals == ()


def test_a_rival_with_a_number_of_his_own_is_told_of() -> None:
    decision = decided(LEAD, replace(RIVAL, reasons=(NUMBERED,)))
    assert isinstance(decision, Match)
    assert [rival.person for rival in decision.rivals] == [ADAM]


ALSO_NAMED = ("somebody_else", "The document also names Adam ALAOUI as its subject.")


def test_a_rival_in_the_subject_s_place_elsewhere_asks() -> None:
    rival = replace(RIVAL, namings=(Naming(start=9, confidence=None, is_labelled=True),))
    assert why(LEAD, rival) == ALSO_NAMED


def test_a_rival_in_the_very_same_place_is_no_second_subject() -> None:
    rival = replace(RIVAL, namings=(Naming(start=4, confidence=None, is_labelled=True),))
    assert isinstance(decided(LEAD, rival), Match)


def test_a_rival_whose_number_is_printed_asks() -> None:
    rival = replace(RIVAL, agreements=(Proof(confidence=None, is_number=True),))
    assert why(LEAD, rival) == ALSO_NAMED


def test_a_rival_whose_birth_date_alone_is_printed_does_not() -> None:
    rival = replace(RIVAL, agreements=(Proof(confidence=None),))
    assert isinstance(decided(LEAD, rival), Match)


def test_a_rival_who_is_mentioned_asks_where_no_label_names_the_lead() -> None:
    rival = replace(RIVAL, is_mentioned=True)
    assert why(UNLABELLED, rival) == ALSO_NAMED
    assert isinstance(decided(LEAD, rival), Match)


def test_a_rival_whom_ocr_read_asks_even_beside_a_label() -> None:
    rival = replace(RIVAL, is_mentioned=True, is_read_by_ocr=True)
    assert why(LEAD, rival) == ALSO_NAMED


def test_a_namesake_read_by_ocr_who_is_excluded_does_not() -> None:
    assert isinstance(decided(LEAD, replace(TWIN, is_read_by_ocr=True)), Match)


@pytest.mark.parametrize(
    "differences",
    [(), (Proof(confidence=79),), (Proof(confidence=None, is_weak=True),)],
    ids=["nothing differs", "unsurely read", "one slip away"],
)
def test_a_namesake_whom_nothing_sure_tells_apart_asks(differences: tuple[Proof, ...]) -> None:
    sentence = "Nothing printed tells Karim TAZI (record 3) apart."
    assert why(LEAD, replace(TWIN, differences=differences)) == ("homonym_not_excluded", sentence)


def test_a_namesake_who_is_named_nowhere_asks_as_well() -> None:
    assert why(LEAD, Assessment(person=NAMESAKE))[0] == "homonym_not_excluded"


def test_somebody_else_under_a_label_asks_with_his_own_reason() -> None:
    assert why(replace(LEAD, others=(ELSE,))) == (ELSE.code, ELSE.sentence)


def test_two_who_fit_equally_ask() -> None:
    other = replace(LEAD, person=ADAM)
    assert why(LEAD, other) == ("several_fit", "2 people in the registry fit equally well.")


def test_nobody_named_is_unmatched() -> None:
    decision = decided(RIVAL)
    assert isinstance(decision, Unmatched)
    assert decision.reason.code == "nobody_named"
    assert decision.reason.sentence == "Nobody in the registry is named as the one whom this is about."


def test_a_mention_outside_the_subject_s_place_is_ambiguous() -> None:
    rival = replace(RIVAL, is_mentioned=True)
    assert isinstance(decided(rival), Ambiguous)
    sentence = "Nobody is clearly named as the one whom this is about."
    assert why(rival) == ("not_the_subject", sentence)


def test_what_is_printed_against_the_only_one_named_is_the_reason() -> None:
    assert why(replace(LEAD, contradictions=(AGAINST,))) == (AGAINST.code, AGAINST.sentence)


def test_that_somebody_else_is_named_too_says_more_than_what_is_printed_against_the_best() -> None:
    assert why(replace(LEAD, contradictions=(AGAINST,), others=(ELSE,))) == (ELSE.code, ELSE.sentence)


def test_a_name_that_was_hardly_read_asks() -> None:
    lead = replace(LEAD, namings=(Naming(start=4, confidence=79, is_labelled=True),))
    assert why(lead) == ("unsure_reading", "The name was not read surely enough.")


def test_the_floor_itself_is_sure_enough() -> None:
    lead = replace(
        LEAD,
        namings=(Naming(start=4, confidence=80, is_labelled=True),),
        agreements=(Proof(confidence=80),),
    )
    assert isinstance(decided(lead), Match)


def test_a_birth_date_that_was_hardly_read_asks() -> None:
    lead = replace(LEAD, agreements=(Proof(confidence=79),))
    assert why(lead) == ("unsure_reading", "The birth date or number was not read surely enough.")


@pytest.mark.parametrize("agreements", [(), (Proof(confidence=None, is_weak=True),)], ids=["none", "weak"])
def test_a_name_without_a_sure_second_identifier_asks(agreements: tuple[Proof, ...]) -> None:
    sentence = "The name alone is no proof: no birth date or number confirms it."
    assert why(replace(LEAD, agreements=agreements)) == ("no_second_identifier", sentence)


def test_the_name_alone_is_enough_for_who_has_chosen_so() -> None:
    decision = decided(replace(LEAD, agreements=()), policy=Policy.NAME)
    assert isinstance(decision, Match)
    assert decision.policy is Policy.NAME


def test_an_untrusted_registry_comes_before_all_else() -> None:
    decision = decided(LEAD, missing="Page 2: no.", is_trustworthy=False)
    assert isinstance(decision, Ambiguous)
    assert decision.reason.code == "registry_untrusted"
    sentence = "The registry is empty, outdated or incomplete: nothing is filed by itself."
    assert decision.reason.sentence == sentence


def test_an_incomplete_document_asks_in_the_words_that_were_given() -> None:
    decision = decided(LEAD, missing="Page 2: no.")
    assert isinstance(decision, Ambiguous)
    assert (decision.reason.code, decision.reason.sentence) == ("document_incomplete", "Page 2: no.")


def test_the_best_come_first_equals_by_record_and_who_nothing_supports_not_at_all() -> None:
    people = [
        Assessment(person=replace(ADAM, record_id=RecordId(record)), reasons=(reason,), score=score)
        for record, score, reason in (
            ("b", 1, PRINTED),
            ("a", 1, PRINTED),
            ("c", 7, PRINTED),
            ("d", 9, AGAINST),
        )
    ]
    decision = decided(*people)
    assert not isinstance(decision, Match)
    assert [candidate.person.record_id for candidate in decision.candidates] == ["c", "a", "b"]


def test_no_more_candidates_are_shown_than_a_person_can_compare() -> None:
    people = [replace(RIVAL, person=replace(ADAM, record_id=RecordId(str(n)))) for n in range(12)]
    decision = decided(*people)
    assert not isinstance(decision, Match)
    assert len(decision.candidates) == 8


def obstacle(one: Assessment, *others: Assessment, policy: Policy = Policy.TWO_IDENTIFIERS) -> str | None:
    """What keeps one person from being the match, as `explain` says it."""
    found = obstacle_of(
        one, (one, *others), policy=policy, confidence_floor=80, missing="", is_trustworthy=True
    )
    return None if found is None else found.sentence


def test_nothing_keeps_the_match_from_being_it() -> None:
    assert obstacle(LEAD, TWIN) is None


def test_explaining_holds_everybody_to_the_same_policy_and_floor() -> None:
    unproven = replace(LEAD, agreements=())
    assert obstacle(unproven) == "The name alone is no proof: no birth date or number confirms it."
    assert obstacle(unproven, policy=Policy.NAME) is None
    unsure = replace(LEAD, namings=(Naming(start=4, confidence=79, is_labelled=True),))
    assert obstacle(unsure) == "The name was not read surely enough."
    assert obstacle(replace(LEAD, agreements=(Proof(confidence=80),))) is None


def test_somebody_else_who_fits_is_said() -> None:
    other = replace(LEAD, person=ADAM)
    assert obstacle(LEAD, other) == "Somebody else in the registry fits equally well."
    hardly = replace(other, agreements=(Proof(confidence=79),))
    assert obstacle(LEAD, hardly) != "Somebody else in the registry fits equally well."
    by_name = replace(other, agreements=())
    assert obstacle(LEAD, by_name, policy=Policy.NAME) == "Somebody else in the registry fits equally well."


def test_a_namesake_who_is_hardly_excluded_is_said() -> None:
    twin = replace(TWIN, differences=(Proof(confidence=79),))
    assert obstacle(LEAD, twin) == "Nothing printed tells Karim TAZI (record 3) apart."
    assert obstacle(LEAD, replace(TWIN, differences=(Proof(confidence=80),))) is None


def test_who_is_not_the_subject_is_told_so_in_the_words_that_fit() -> None:
    assert obstacle(RIVAL) == "The exact name is not printed as that of the one whom it is about."
    mentioned = replace(RIVAL, is_mentioned=True)
    assert obstacle(mentioned) == "The name is printed, but nothing says that it is about them."
    assert obstacle(replace(mentioned, contradictions=(AGAINST,))) == AGAINST.sentence
