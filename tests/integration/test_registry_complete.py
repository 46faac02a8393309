"""No veto is lost by searching: with the people that the index finds, all is decided as with everybody."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.query import MOST_IN_PART
from agent.adapters.registry.search import MOST_OF_ONE_BIRTHDAY
from agent.core.completeness import TOO_MANY
from agent.core.decide import decide
from agent.core.extract import extract
from agent.core.match import compare
from agent.core.rules import Rules
from agent.domain.decision import Ambiguous, Decision, Match, Policy
from agent.domain.evidence import Evidence
from agent.domain.identity import Person
from agent.workflow.deciding import judge
from tests.builders import HIND, person, text_of

_OTHER_DAY = datetime.date(1980, 1, 1)
_LAST = ("Vidal", "BEN ALI", "Benali", "El Vidal", "Ait Tazi", "EL", "Vidal Tazi", "Hind", "Tension")
_FIRST = ("Hind", "Omar", "Hind Amina", "Abdel Karim", "Abdelkarim", "Vidal", "El Hind")
_people = st.lists(
    st.builds(
        person,
        st.sampled_from(_LAST),
        st.sampled_from(_FIRST),
        birth_name=st.sampled_from([None, None, "Vidal", "Tazi"]),
        birth_date=st.sampled_from([HIND, HIND, _OTHER_DAY, None]),
        cin=st.sampled_from([None, "L882253", "L882254"]),
    ),
    min_size=1,
    max_size=12,
)
_name = st.builds(
    lambda last, first, order: f"{first} {last}" if order else f"{last} {first}",
    st.sampled_from(_LAST),
    st.sampled_from(_FIRST),
    st.booleans(),
)
_line = st.one_of(
    st.builds("Patient : {}".format, _name),
    st.builds("Nom : {}".format, st.sampled_from(_LAST)),
    st.builds("Prénom : {}".format, st.sampled_from(_FIRST)),
    st.builds("{} né le 16/08/1977".format, _name),
    st.builds("Mme {}, née le 01/01/1980".format, _name),
    st.builds("Dr {}".format, _name),
    st.builds("{}".format, _name),
    st.sampled_from(
        ["Né(e) le 16/08/1977", "Né(e) le 01/01/1980", "CIN : L882253", "la tension est bonne", "", "Nom :"]
    ),
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[RegistryIndex]:
    opened = RegistryIndex(tmp_path / "registry.sqlite")
    yield opened
    opened.close()


def decided(evidence: Evidence, people: Sequence[Person]) -> Decision:
    return decide(
        compare(evidence, people),
        policy=Policy.TWO_IDENTIFIERS,
        confidence_floor=80,
        missing="",
        is_trustworthy=True,
    )


@settings(max_examples=150, deadline=None)
@given(people=_people, lines=st.lists(_line, min_size=1, max_size=6))
def test_what_is_decided_with_those_found_is_decided_with_everybody(
    tmp_path_factory: pytest.TempPathFactory, people: Sequence[Person], lines: Sequence[str]
) -> None:
    index = RegistryIndex(tmp_path_factory.mktemp("complete") / "registry.sqlite")
    index.replace(people)
    evidence = extract(text_of(*lines))
    found = decided(evidence, index.candidates(evidence).named)
    index.close()
    everybody = decided(evidence, people)
    assert found.verdict == everybody.verdict
    if isinstance(found, Match) and isinstance(everybody, Match):
        assert found.candidate == everybody.candidate
    elif not isinstance(found, Match) and not isinstance(everybody, Match):
        assert found.reason == everybody.reason


def test_a_namesake_among_many_who_share_a_part_of_the_name_is_found(index: RegistryIndex) -> None:
    others = [
        person(f"Nom{number}", "Hind Amina", record_id=f"A{number}") for number in range(MOST_IN_PART + 1)
    ]
    namesake = person("Vidal", "Hind Amina", record_id="Z", birth_date=None)
    index.replace([*others, namesake, person(record_id="1")])
    evidence = extract(text_of("Patient : VIDAL Hind", "Né(e) le 01/01/1980", "Hind Amina"))
    assert [one.record_id for one in index.candidates(evidence).named] == ["1", "Z"]


def test_a_birthday_that_very_many_share_points_at_nobody_and_hides_no_namesake(index: RegistryIndex) -> None:
    others = [person("Clark", f"Omar{number}") for number in range(MOST_OF_ONE_BIRTHDAY + 1)]
    index.replace([person(record_id="1"), person(record_id="2"), *others])
    evidence = extract(text_of("Patient : VIDAL Hind", "Né(e) le 16/08/1977"))
    assert [one.record_id for one in index.candidates(evidence).named] == ["1", "2"]
    assert decided(evidence, index.candidates(evidence).named).verdict == "ambiguous"


@pytest.mark.parametrize(
    "lines",
    [
        ("Nom : VIDAL", "Nom de jeune fille :", "Prénom : Hind"),
        ("Mme VIDAL, Prénom : Hind",),
        ("la patiente vidal hind est venue",),
    ],
)
def test_a_name_is_found_across_labels_and_in_small_letters(
    index: RegistryIndex, lines: tuple[str, ...]
) -> None:
    index.replace([person(record_id="1")])
    assert [one.record_id for one in index.candidates(extract(text_of(*lines))).named] == ["1"]


def test_words_of_prose_that_stand_apart_are_no_name(index: RegistryIndex) -> None:
    index.replace([person("Grand", "Rose")])
    assert index.candidates(extract(text_of("le grand axe et la rose"))).named == ()


def test_a_list_of_a_thousand_names_stays_bounded(index: RegistryIndex) -> None:
    index.replace(person(f"Nom{number}", f"Pre{number}") for number in range(1_000))
    lines = (f"Nom : NOM{number} Prénom : Pre{number}" for number in range(1_000))
    evidence = extract(text_of(*lines))
    assert len(index.candidates(evidence).named) == 1_000


def test_a_document_that_touches_too_many_is_cut_to_whom_a_number_points_at_and_never_matched(
    index: RegistryIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.adapters.registry.search.MOST_TOUCHED", 3)
    numbered = person(record_id="0", cin="L882253")
    index.replace(
        [numbered, *(person(record_id=str(number), birth_date=_OTHER_DAY) for number in range(1, 4))]
    )
    text = text_of("Patient : VIDAL Hind", "Né(e) le 16/08/1977", "CIN : L882253")
    found = index.candidates(extract(text))
    assert (found.named, found.is_cut) == ((numbered,), True)
    judged = judge(text, index, Rules())
    assert isinstance(judged.decision, Ambiguous)
    assert judged.decision.reason.sentence == TOO_MANY
    monkeypatch.setattr("agent.adapters.registry.search.MOST_TOUCHED", 4)
    assert not index.candidates(extract(text)).is_cut
    assert isinstance(judge(text, index, Rules()).decision, Match)
