"""What must hold whatever is printed and whoever is registered."""

import datetime
import random

from hypothesis import given
from hypothesis import strategies as st

from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.domain.decision import Decision, Match, Policy
from agent.domain.identity import Identifier, Person, RecordId
from tests.builders import decided, text_of

LAST_NAMES = ("Vidal", "El Tazi", "Tazi", "Fassi Fihri", "O'Connor")
FIRST_NAMES = ("Hind", "Mohamed", "Mohammed", "Mohamed Amine", "Jean-Luc")
DATES = tuple(datetime.date(1977, month, day) for month in (5, 8) for day in (5, 8, 16, 18))
CARDS = ("L882253", "L882254", "KB12345")

people = st.lists(
    st.builds(
        lambda last, first, born, card: (last, first, born, card),
        st.sampled_from(LAST_NAMES),
        st.sampled_from(FIRST_NAMES),
        st.none() | st.sampled_from(DATES),
        st.none() | st.sampled_from(CARDS),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda rows: [
        Person(
            record_id=RecordId(f"R{number}"),
            last_name=last,
            first_name=first,
            birth_date=born,
            identifiers=(Identifier(kind="cin", value=card),) if card else (),
        )
        for number, (last, first, born, card) in enumerate(rows)
    ]
)
subject_lines = st.builds(
    "{} {} {}".format,
    st.sampled_from(("Patient :", "Nom & prénom :", "Suivi de", "Dr", "Mère :")),
    st.sampled_from(LAST_NAMES),
    st.sampled_from(FIRST_NAMES),
)
date_lines = st.sampled_from(DATES).map(lambda date: f"Né(e) le {date:%d/%m/%Y}")
card_lines = st.sampled_from(CARDS).map(lambda card: f"CIN : {card}")
documents = st.lists(subject_lines | date_lines | card_lines, min_size=1, max_size=5).map("\n".join)
policies = st.sampled_from(Policy)


def verdict(decision: Decision) -> tuple[str, str | None]:
    return decision.verdict, decision.candidate.person.record_id if isinstance(decision, Match) else None


@given(documents, people, policies, st.randoms(use_true_random=False))
def test_order_of_people_and_of_assessments_changes_nothing(
    text: str, known: list[Person], policy: Policy, shuffle: random.Random
) -> None:
    shuffled = shuffle.sample(known, len(known))
    decision = decided(text, known, policy=policy)
    assert decided(text, shuffled, policy=policy) == decision
    assessments = list(compare(extract(text_of(text)), known))
    shuffle.shuffle(assessments)
    again = decide(assessments, policy=policy, confidence_floor=80, missing="", is_trustworthy=True)
    assert again == decision


@given(documents, people, policies)
def test_two_equal_candidates_never_match(text: str, known: list[Person], policy: Policy) -> None:
    twins = [
        Person(
            record_id=RecordId(f"{one.record_id}-twin"),
            last_name=one.last_name,
            first_name=one.first_name,
            birth_date=one.birth_date,
            identifiers=one.identifiers,
        )
        for one in known
    ]
    assert decided(text, [*known, *twins], policy=policy).verdict != "match"


@given(documents, people, date_lines | card_lines, policies)
def test_adding_a_conflicting_identifier_never_creates_a_match(
    text: str, known: list[Person], line: str, policy: Policy
) -> None:
    before = decided(text, known, policy=policy)
    after = decided(f"{text}\n{line}", known, policy=policy)
    if isinstance(after, Match):
        printed = line.split()[-1]
        chosen = after.candidate.person
        born = chosen.birth_date and chosen.birth_date.strftime("%d/%m/%Y")
        registered = {born, *(identifier.value for identifier in chosen.identifiers)} - {None}
        is_same_kind_registered = bool(born) if "/" in printed else bool(chosen.identifiers)
        assert not is_same_kind_registered or printed in registered
        assert not isinstance(before, Match) or chosen == before.candidate.person


@given(documents, people)
def test_a_match_rests_on_a_name_and_a_second_identifier(text: str, known: list[Person]) -> None:
    decision = decided(text, known)
    if isinstance(decision, Match):
        codes = {reason.code for reason in decision.candidate.reasons}
        assert {"name_printed", "name_as_subject"} <= codes
        assert codes & {"birth_date_same", "identifier_same"}
        assert all(reason.supports for reason in decision.candidate.reasons)


@given(documents, people)
def test_what_two_identifiers_match_the_name_alone_matches_or_asks(text: str, known: list[Person]) -> None:
    strict, loose = decided(text, known), decided(text, known, policy=Policy.NAME)
    if isinstance(strict, Match) and isinstance(loose, Match):
        assert verdict(strict) == verdict(loose)


@given(documents, people, policies)
def test_nothing_matches_without_a_complete_reading_and_a_trusted_registry(
    text: str, known: list[Person], policy: Policy
) -> None:
    assessments = compare(extract(text_of(text)), known)
    for is_complete, is_trustworthy in ((False, True), (True, False), (False, False)):
        decision = decide(
            assessments,
            policy=policy,
            confidence_floor=80,
            missing="" if is_complete else "Page 1: no.",
            is_trustworthy=is_trustworthy,
        )
        assert decision.verdict != "match"
