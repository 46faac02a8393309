"""What must hold of every letter that the generator makes, whichever class, noise and neighbours it has."""

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.core.names import normalise, tokens
from agent.domain.decision import Decision, Match, Policy, candidates_of
from agent.domain.document import DocumentText
from agent.domain.evidence import Evidence
from agent.domain.identity import Identifier, Person, RecordId
from tests.builders import decided, text_of
from tests.generator.corpus import CASES
from tests.generator.letters import Letter
from tests.generator.noise import scanned
from tests.generator.town import Resident, Town
from tests.generator.wording import Pen


def person_of(one: Resident) -> Person:
    return Person(
        record_id=RecordId(one.id),
        last_name=one.last_name,
        first_name=one.first_name,
        birth_name=one.birth_name or None,
        birth_date=one.dob,
        identifiers=(Identifier(kind="cin", value=one.cin),) if one.cin else (),
    )


def made(case: int, seed: int, noise: int) -> tuple[DocumentText, list[Person]]:
    """A letter of a class as it is read, and the people of its town, with few others."""
    town = Town(seed, background=5)
    chance = random.Random(seed)
    printed: Letter = CASES[case](town, Pen(chance, chance.choice(("fr", "en"))))
    people = [person_of(one) for one in town.residents.values()]
    if not noise:
        return text_of(*printed.text.split("\n")), people
    read = scanned(printed, noise / 100, chance)
    return text_of(*read.text.split("\n"), confidence=95), people


letters = st.builds(
    made, st.integers(0, len(CASES) - 1), st.integers(0, 10**6), st.sampled_from((0, 0, 1, 3, 10))
)
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(decision: Decision) -> tuple[str, list[str]]:
    return decision.verdict, [it.person.record_id for it in candidates_of(decision)]


@often
@given(letters, st.sampled_from(("CIN : QX000001", "Né(e) le 05/05/1905", "Patient : Zyx Wvutsrq")))
def test_a_conflicting_line_never_creates_a_match(
    letter: tuple[DocumentText, list[Person]], line: str
) -> None:
    text, people = letter
    with_line = replace(text, pages=(*text.pages, *text_of(line).pages))
    after = decided(with_line, people)
    if isinstance(after, Match):  # then the line contradicts nothing that is registered
        person = after.candidate.person
        assert not line.startswith("Patient")
        assert not line.startswith("CIN") or all(number.kind != "cin" for number in person.identifiers)
        assert not line.startswith("Né") or person.birth_date is None


@often
@given(letters)
def test_two_equal_records_never_match(letter: tuple[DocumentText, list[Person]]) -> None:
    text, people = letter
    twins = [replace(one, record_id=RecordId(f"{one.record_id}-twin")) for one in people]
    assert not isinstance(decided(text, [*people, *twins]), Match)


@often
@given(letters)
def test_a_match_rests_on_a_name_and_a_second_identifier(letter: tuple[DocumentText, list[Person]]) -> None:
    decision = decided(*letter)
    if isinstance(decision, Match):
        codes = {reason.code for reason in decision.candidate.reasons}
        assert {"name_printed", "name_as_subject"} <= codes
        assert codes & {"birth_date_same", "identifier_same"}
        assert all(reason.supports for reason in decision.candidate.reasons)


@often
@given(letters, st.randoms(use_true_random=False))
def test_the_order_of_people_and_of_evidence_changes_nothing(
    letter: tuple[DocumentText, list[Person]], chance: random.Random
) -> None:
    text, people = letter
    evidence = extract(text)
    shuffled = replace(
        evidence,
        fields=tuple(chance.sample(evidence.fields, len(evidence.fields))),
        birth_dates=tuple(chance.sample(evidence.birth_dates, len(evidence.birth_dates))),
        identifiers=tuple(chance.sample(evidence.identifiers, len(evidence.identifiers))),
        ages=tuple(chance.sample(evidence.ages, len(evidence.ages))),
        doubts=tuple(chance.sample(evidence.doubts, len(evidence.doubts))),
    )
    assert told(_decided(shuffled, chance.sample(people, len(people)))) == told(_decided(evidence, people))


def _decided(evidence: Evidence, people: list[Person]) -> Decision:
    return decide(
        compare(evidence, people),
        policy=Policy.TWO_IDENTIFIERS,
        confidence_floor=80,
        missing="",
        is_trustworthy=True,
    )


@often
@given(letters)
def test_normalising_again_changes_nothing(letter: tuple[DocumentText, list[Person]]) -> None:
    text, people = letter
    for words in (text.text, *(f"{one.first_name} {one.last_name}" for one in people)):
        assert normalise(normalise(words)) == normalise(words)
        assert tokens(" ".join(tokens(words))) == tokens(words)
