"""One suite for the registry in memory and for the real index."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.search import MOST_TYPED
from agent.asked import People
from agent.core.extract import extract
from agent.domain.evidence import Evidence
from agent.domain.identity import Person, RecordId
from agent.ports import Registry
from tests.builders import person, text_of
from tests.fakes_registry import FakeRegistry


class Known(Registry, People, Protocol):
    """What both are."""


Build = Callable[[Sequence[Person]], Known]


@pytest.fixture(params=["fake", "index"])
def registry_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Build]:
    with ExitStack() as stack:

        def build(people: Sequence[Person]) -> Known:
            if request.param == "fake":
                return FakeRegistry(people)
            index = RegistryIndex(tmp_path / "registry.sqlite")
            stack.callback(index.close)
            if people:
                index.replace(people)
            return index

        yield build


def evidence_of(*lines: str) -> Evidence:
    return extract(text_of(*lines))


def ids(people: Sequence[Person]) -> list[str]:
    return [one.record_id for one in people]


def test_an_empty_registry_is_not_trustworthy(registry_of: Build) -> None:
    people = registry_of([]).candidates(evidence_of("Patient : VIDAL Hind"))
    assert (people.named, people.is_trustworthy, people.version) == ((), False, 0)


def test_people_are_counted_and_a_registry_that_was_never_loaded_has_none(registry_of: Build) -> None:
    assert registry_of([]).count() == 0
    assert registry_of([person(record_id="1"), person(record_id="2")]).count() == 2


def test_candidates_of_a_filled_registry_are_trustworthy_and_of_its_version(registry_of: Build) -> None:
    registry = registry_of([person()])
    people = registry.candidates(evidence_of(""))
    assert (people.named, people.is_trustworthy, people.version) == ((), True, registry.version())


@pytest.mark.parametrize(
    "one",
    [
        person("Vidal", "Hind"),
        person("VIDAL", "HIND"),
        person("Hind", "Vidal"),
        person("El Vidal", "Hind"),
        person("Vidal", "Hind Amina"),
        person("Hind Vidal", "Amina"),
        person("Viddal", "Hynd"),
        person("Tazi", "Hind", birth_name="Vidal"),
    ],
)
def test_candidates_hold_everybody_who_may_bear_the_name(registry_of: Build, one: Person) -> None:
    registry = registry_of([one, person("Clark", "Karim", birth_date=None)])
    assert registry.candidates(evidence_of("Patient : VIDAL Hind")).named == (one,)


@pytest.mark.parametrize(
    "lines",
    [
        ("Patient : V1DAL", "Né(e) le 16/08/1977"),
        ("CIN : L882253",),
        ("N° assuré : 216 103 255",),
        ("Tél. +212 585 49 98 91",),
        ("Nom : VIDAL", *["Texte"] * 30, "Prénom : Hind"),
    ],
)
def test_candidates_hold_whom_a_date_a_number_or_labels_point_at(
    registry_of: Build, lines: tuple[str, ...]
) -> None:
    one = person(cin="L882253", insurance="216103255", phone="05 85 49 98 91")
    registry = registry_of([one, person("Clark", "Karim", birth_date=None)])
    assert registry.candidates(evidence_of(*lines)).named == (one,)


def test_candidates_hold_namesakes_of_whom_a_number_points_at(registry_of: Build) -> None:
    one, namesake = person(record_id="A", cin="L882253"), person(record_id="B", birth_date=None)
    registry = registry_of([one, namesake])
    far = evidence_of("CIN : L882253", "Vidal", *["texte"] * 40, "Hind")
    assert registry.candidates(far).named == (one, namesake)


@pytest.mark.parametrize(
    ("printed", "namesake"),
    [
        ("BEN ALI Hind", person("BENALI", "Hind")),
        ("BENALI Hind", person("BEN ALI", "Hind")),
        ("EL VIDAL Hind", person("ELVIDAL", "Hind")),
        ("TAZI Abdel Karim", person("TAZI", "Abdelkarim")),
        ("VIDAL Hind", person("VIDAL", "")),
    ],
)
def test_candidates_hold_namesakes_written_joined_apart_or_in_one_word(
    registry_of: Build, printed: str, namesake: Person
) -> None:
    last, first = printed.rsplit(" ", 1) if "Abdel" not in printed else ("TAZI", "Abdel Karim")
    one = person(last, first)
    registry = registry_of([one, namesake, person("Clark", "Omar", birth_date=None)])
    named = registry.candidates(evidence_of(f"Patient : {printed}")).named
    assert {person.record_id for person in named} == {one.record_id, namesake.record_id}


def test_candidates_find_names_of_many_parts(registry_of: Build) -> None:
    many = [
        person("Fassi Fihri", "Nawal Rayane", record_id="1"),
        person("O'Connor", "Jean-Luc", record_id="2"),
        person("Aït Taleb", "Hicham", record_id="3"),
        person("EL", "Noémie", record_id="4"),
        person("Hassan", "Hassan", record_id="5"),
    ]
    registry = registry_of(many)
    for one in many:
        found = registry.candidates(evidence_of(f"Patient : {one.first_name} {one.last_name.upper()}")).named
        assert one in found


def test_candidates_come_in_the_order_of_their_ids(registry_of: Build) -> None:
    registry = registry_of([person(record_id="C"), person(record_id="A"), person(record_id="B")])
    assert ids(registry.candidates(evidence_of("VIDAL Hind")).named) == ["A", "B", "C"]


def test_person_gives_back_the_whole_record(registry_of: Build) -> None:
    one = Person(
        record_id=RecordId("7"),
        last_name="Côté",
        first_name="Agnès",
        birth_name="O'Connor",
        birth_date=datetime.date(1958, 10, 5),
        sex="F",
        identifiers=person(cin="M710997", insurance="284816682").identifiers,
        phone="07 90 17 76 46",
    )
    registry = registry_of([one, person(record_id="8")])
    assert registry.person(RecordId("7")) == one
    assert registry.person(RecordId("9")) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("vidal", ["1", "2", "3"]),
        ("hind VIDAL", ["1", "3"]),
        ("vid hin", ["1", "3"]),
        ("Hind Vidal 16/08/1977", ["1"]),
        ("16 août 1977", ["1", "2"]),
        ("l882253", ["2"]),
        ("0585499891", ["1"]),
        ("martin", ["2"]),
        ("' OR 1=1 --", []),
        ("personne", []),
        ("", []),
        ("l-882253", ["2"]),
        ("05.85.49.98.91", ["1"]),
        ("vidal-l 882253", []),
        ("vidal 16-08-1977", ["1", "2"]),
        ("16/8/77", ["1", "2"]),
        ("vidal 16.08.77", ["1", "2"]),
        ("vidal 1977", ["1", "2"]),
        ("vidal né en 1977", ["1", "2"]),
        ("vidal 1978", []),
        ("Mme Hind Vidal née le 16/08/1977", ["1"]),
        ("Hind Vidal, née Martin, le 16/08/1977", []),
        ("Omar Vidal né Martin", ["2"]),
        ("born on 16/08/1977", ["1", "2"]),
        ("M. Vidal", ["1", "2", "3"]),
        ("05 85 49 98 91", ["1"]),
        ("tel 05 85 49 98 91", ["1"]),
        ("+33 5 85 49 98 91", ["1"]),
        ("vidal 05 85 49 98 91", ["1"]),
        ("4", ["4"]),
        ("file 4", ["4"]),
        ("Dossier n° 4", ["4"]),
        ("dossier no 4", ["4"]),
        ("file no. 4", ["4"]),
        ("clark 4", ["4"]),
        ("vidal 4", []),
        ("ab-12/7", ["AB-12/7"]),
        ("dossier AB-12/7", ["AB-12/7"]),
        ("1977", ["1", "2"]),
        ("née en 1977", ["1", "2"]),
        ("né(e) en 1977", ["1", "2"]),
        ("born in 1977", ["1", "2"]),
        ("1978", []),
    ],
)
def test_find_takes_what_a_human_types(registry_of: Build, words: str, expected: list[str]) -> None:
    registry = registry_of(
        [
            person(record_id="1", phone="0585499891"),
            person(first_name="Omar", record_id="2", birth_name="Martin", cin="L882253"),
            person(first_name="Hindou", record_id="3", birth_date=None),
            person("Clark", "Karim", record_id="4", birth_date=None),
            person("Other", "Ines", record_id="AB-12/7", birth_date=None),
        ]
    )
    assert sorted(ids(registry.find(words))) == expected


def test_find_shows_the_record_whose_number_was_typed_first(registry_of: Build) -> None:
    registry = registry_of(
        [person("Abbas", record_id="1", cin="AB1234"), person("Zidane", record_id="AB1234", birth_date=None)]
    )
    assert ids(registry.find("AB1234")) == ["AB1234", "1"]


def test_a_year_that_is_also_a_number_finds_both_the_number_first(registry_of: Build) -> None:
    registry = registry_of(
        [person("Abbas", record_id="1"), person("Zidane", record_id="1977", birth_date=None), person("Clark")]
    )
    assert ids(registry.find("1977"))[0] == "1977"
    assert "1" in ids(registry.find("1977"))


def test_a_record_whose_number_is_the_year_of_very_many_is_found_first(registry_of: Build) -> None:
    many = [person("Abbas", record_id=f"A{number}") for number in range(MOST_TYPED)]
    registry = registry_of([*many, person("Zidane", record_id="1977", birth_date=None)])
    assert ids(registry.find("1977", limit=2)) == ["1977", "A0"]


def test_find_shows_the_closest_first_and_no_more_than_asked(registry_of: Build) -> None:
    registry = registry_of(
        [person("Vidalin", record_id="1"), person(record_id="2"), person("Vidalou", record_id="3")]
    )
    assert ids(registry.find("vidal", limit=2)) == ["2", "1"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Patient : TAZRI Amine",),
        ("Nom : TAZZI", "Prénom : Amime"),
        ("Patient : TAZI", "Né le 05/03/1980"),
        ("Patient : TAZI", "Né le 03/05/1980"),
        ("Patient : TAZI", "Né le 05/03/1930"),
        ("CIN : L882258",),
        ("Patient : Benslimame Amine",),
    ],
)
def test_proposals_hold_whom_a_slip_keeps_from_being_found(
    registry_of: Build, lines: tuple[str, ...]
) -> None:
    one = person(
        "Tazi", "Amine", birth_date=datetime.date(1980, 3, 5), birth_name="Benslimane", cin="L882253"
    )
    registry = registry_of([one, person("Clark", "Karim"), person("Vidal", "Omar", birth_date=None)])
    assert registry.proposals(evidence_of(*lines), 8) == [one]


def test_proposals_come_nearest_first_then_by_id_and_no_more_than_asked(registry_of: Build) -> None:
    registry = registry_of(
        [
            person("Tazi", "Amine", record_id="D"),
            person("Tazi", "Amine", record_id="B", birth_date=None),
            person("Tazi", "Amine", record_id="A", birth_date=None),
            person("Tazrit", "Amine", record_id="C"),
        ]
    )
    evidence = evidence_of("Patient : TAZRI Amine", "Né(e) le 16/08/1977")
    assert ids(registry.proposals(evidence, 4)) == ["C", "D", "A", "B"]
    assert ids(registry.proposals(evidence, 2)) == ["C", "D"]


def test_nothing_is_proposed_where_nothing_is_said(registry_of: Build) -> None:
    registry = registry_of([person("Tension", "Grand"), person()])
    assert registry.proposals(evidence_of("la tension est normale"), 8) == []


def test_an_empty_registry_proposes_nobody(registry_of: Build) -> None:
    assert registry_of([]).proposals(evidence_of("Patient : VIDAL Hind"), 8) == []


def test_find_among_gives_all_of_these_records_that_fit(registry_of: Build) -> None:
    people = [person("Vidal", f"Hind {letter}", record_id=f"V{letter}") for letter in "abc"]
    registry = registry_of([*people, person("Clark", "Karim", record_id="C")])
    assert registry.find_among("vida", {RecordId("Va"), RecordId("Vc"), RecordId("C")}) == {"Va", "Vc"}
    assert registry.find_among("hind vidal", {RecordId("Vb"), RecordId("gone")}) == {"Vb"}
    assert registry.find_among("vidal", ()) == frozenset()
    assert registry.find_among("…", {RecordId("Va")}) == frozenset()
