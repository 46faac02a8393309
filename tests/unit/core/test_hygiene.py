import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.core.hygiene import ADVICE, Concern, Finding, flaws_of, look_together, shelves_of
from agent.core.own_kinds import office_vocabulary
from agent.core.vocabulary import STANDARD, Vocabulary
from agent.domain.identity import Identifier, Person
from tests.builders import person

TODAY = datetime.date(2026, 11, 26)
BORN = datetime.date(1980, 3, 12)
OFFICE = office_vocabulary("file | file number | 9{5}/99 | n° dossier", "")


def alone(one: Person, known: Vocabulary = STANDARD) -> list[tuple[Concern, str]]:
    return [(finding.concern, finding.reason) for finding in flaws_of(one, known, TODAY)]


def findings(people: Sequence[Person], known: Vocabulary = STANDARD) -> list[Finding]:
    """All that is found when these people stand on their shelves, each finding once."""
    shelves: dict[str, list[Person]] = {}
    for one in sorted(people, key=lambda one: one.record_id):
        for shelf in shelves_of(one, known):
            shelves.setdefault(shelf, []).append(one)
    found = {
        finding: None
        for shelf, together in sorted(shelves.items())
        if len(together) > 1
        for finding in look_together(shelf, together, known)
    }
    return list(found)


def told(people: Sequence[Person], known: Vocabulary = STANDARD) -> set[tuple[Concern, str, tuple[str, ...]]]:
    return {
        (found.concern, found.reason, tuple(one.record_id for one in found.people))
        for found in findings(people, known)
    }


def record(number: int, last: str, first: str, **more: object) -> Person:
    given: dict[str, object] = {"birth_date": BORN} | more
    return replace(person(last, first, record_id=f"R{number}"), **given)  # type: ignore[arg-type]


def cin(value: str) -> tuple[Identifier, ...]:
    return (Identifier(kind="cin", value=value),)


def test_every_concern_has_its_advice() -> None:
    assert set(ADVICE) == set(Concern)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (None, [(Concern.BIRTHDAY_MISSING, "no birth date")]),
        (datetime.date(2026, 11, 27), [(Concern.BIRTHDAY_IN_FUTURE, "a birth date in the future")]),
        (datetime.date(1899, 12, 31), [(Concern.BIRTHDAY_TOO_EARLY, "a birth date before 1900")]),
        (datetime.date(1960, 1, 1), [(Concern.BIRTHDAY_FIRST_OF_JANUARY, "born on the first of January")]),
        (TODAY, []),
        (datetime.date(1900, 1, 2), []),
    ],
)
def test_a_birth_date_that_can_not_be_relied_on_is_found(
    born: datetime.date | None, expected: list[tuple[Concern, str]]
) -> None:
    assert alone(person(birth_date=born)) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("cin", "AB123456", None),
        ("cin", "XX1", "XX1 is not written as a national card number is"),
        ("nir", "184127645108946", None),
        (
            "nir",
            "184127645108947",
            "184127645108947 is no social security number: its check digits are wrong",
        ),
        ("dni", "12345678A", "12345678A is no Spanish identity number: its check digits are wrong"),
        ("file", "1234524", None),
        ("file", "123", "123 is not written as a file number is"),
        ("old", "123", "a number of the kind old, which DOSSIERD_IDENTIFIERS no longer names"),
    ],
)
def test_a_number_that_can_not_be_right_is_found(kind: str, value: str, expected: str | None) -> None:
    one = replace(person(), identifiers=(Identifier(kind=kind, value=value),))
    assert alone(one, OFFICE) == ([(Concern.NUMBER_INVALID, expected)] if expected else [])


def test_same_name_and_birth_date_are_a_probable_duplicate() -> None:
    assert told([record(1, "Tazi", "Karim"), record(2, "TAZI", "Karim")]) == {
        (Concern.DUPLICATE, "same name", ("R1", "R2")),
        (Concern.DUPLICATE, "same birth date", ("R1", "R2")),
    }


@pytest.mark.parametrize(
    ("last", "first", "reason"),
    [
        ("Karim", "Tazi", "last and first name swapped"),
        ("Tazzi", "Karim", "one name in two spellings"),
        ("Tazi", "Karim Amine", "one name is a part of the other"),
        ("Tazi", "Karin", "names that differ by one letter"),
        ("Tazi", "Karmi", "names that differ by one letter"),
    ],
)
def test_names_that_are_alike_on_one_birth_date_are_probable_duplicates(
    last: str, first: str, reason: str
) -> None:
    assert (Concern.DUPLICATE, reason, ("R1", "R2")) in told(
        [record(1, "Tazi", "Karim"), record(2, last, first)]
    )


def test_a_name_before_and_after_a_marriage_is_a_probable_duplicate() -> None:
    people = [record(1, "Chraibi", "Nadia", birth_name="Lahlou"), record(2, "Lahlou", "Nadia")]
    assert (Concern.DUPLICATE, "one bears the other's name at birth", ("R1", "R2")) in told(people)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"sex": "F"}, {"sex": "M"}),
        ({"identifiers": cin("AB123456")}, {"identifiers": cin("AB123457")}),
    ],
)
def test_twins_whose_names_are_alike_are_told_apart_by_sex_or_number(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert told([record(1, "Tazi", "Amina", **one), record(2, "Tazi", "Amine", **other)]) == set()
    assert told([record(1, "Tazi", "Amina", **one), record(2, "Tazi", "Amina", **other)]) != set()


def test_a_sex_is_the_same_in_small_letters() -> None:
    people = [record(1, "Tazi", "Amina", sex="F"), record(2, "Tazi", "Amine", sex="f")]
    assert (Concern.DUPLICATE, "one name in two spellings", ("R1", "R2")) in told(people)


def test_a_number_that_can_not_be_right_tells_nobody_apart() -> None:
    people = [
        record(1, "Tazi", "Salma", identifiers=cin("AB123456")),
        record(2, "Tazi", "Selma", identifiers=cin("AB1")),
    ]
    assert (Concern.DUPLICATE, "one name in two spellings", ("R1", "R2")) in told(people)


def test_people_of_other_birth_dates_or_names_are_no_duplicates() -> None:
    assert (
        told(
            [
                record(1, "Tazi", "Karim"),
                record(2, "Tazi", "Karim", birth_date=datetime.date(1981, 3, 12)),
                record(3, "Fassi", "Omar"),
                record(4, "Tazi", "Nadia"),
            ]
        )
        == set()
    )


def test_on_a_first_of_january_only_the_whole_name_counts() -> None:
    new_year = datetime.date(1960, 1, 1)
    people = [
        record(number, "Tazi", first, birth_date=new_year) for number, first in enumerate(("Karim", "Karin"))
    ]
    assert told(people) == set()
    people = [record(number, "Tazi", "Karim", birth_date=new_year) for number in (1, 2)]
    assert (Concern.DUPLICATE, "same name", ("R1", "R2")) in told(people)


def test_one_number_under_names_that_are_alike_is_a_probable_duplicate() -> None:
    other_day = datetime.date(1999, 9, 9)
    people = [
        record(1, "Tazi", "Karim", identifiers=cin("AB123456")),
        record(2, "Tazi", "Karim", identifiers=cin("AB123456"), birth_date=other_day),
    ]
    assert told(people) == {
        (Concern.DUPLICATE, "same name", ("R1", "R2")),
        (Concern.DUPLICATE, "same national card number", ("R1", "R2")),
    }


def test_one_number_under_other_names_is_a_shared_number() -> None:
    people = [
        record(1, "Tazi", "Karim", identifiers=cin("AB123456")),
        record(2, "Tazi", "Karim Amine", identifiers=cin("AB123456"), birth_date=None),
        record(3, "Fassi", "Omar", identifiers=cin("AB123456")),
    ]
    found = told(people)
    assert (Concern.SHARED_NUMBER, "same national card number", ("R1", "R2", "R3")) in found
    assert (Concern.DUPLICATE, "same national card number", ("R1", "R2")) in found


def test_a_family_may_share_an_insurance_number_and_a_number_of_no_known_kind_says_nothing() -> None:
    for kind in ("insurance", "old"):
        shared = (Identifier(kind=kind, value="216103255"),)
        people = [
            record(1, "Tazi", "Karim", identifiers=shared),
            record(2, "Tazi", "Nadia", identifiers=shared),
        ]
        assert told(people) == set()


def test_an_own_number_belongs_to_one_person() -> None:
    file = (Identifier(kind="file", value="1234524"),)
    people = [record(1, "Tazi", "Karim", identifiers=file), record(2, "Fassi", "Omar", identifiers=file)]
    assert told(people, OFFICE) == {(Concern.SHARED_NUMBER, "same file number", ("R1", "R2"))}


def test_a_name_within_a_name_is_told_where_a_birth_date_is_missing() -> None:
    short, long = record(1, "Idrissi", "Omar", birth_date=None), record(2, "Idrissi", "Omar Amine")
    reason = "one name, or a part of it, and a birth date missing"
    assert told([short, long]) == {(Concern.NOT_TOLD_APART, reason, ("R1", "R2"))}
    assert told([replace(short, birth_date=datetime.date(1970, 1, 2)), long]) == set()
    assert told([replace(short, birth_date=BORN), replace(long, birth_date=None)]) == {
        (Concern.NOT_TOLD_APART, reason, ("R1", "R2"))
    }


def test_numbers_tell_people_apart_whose_birth_date_is_missing() -> None:
    people = [
        record(1, "Idrissi", "Omar", birth_date=None, identifiers=cin("AB123456")),
        record(2, "Idrissi", "Omar", identifiers=cin("AB123457")),
    ]
    assert told(people) == set()


def test_two_longer_names_are_told_apart_although_they_hold_the_same_shorter_one() -> None:
    people = [
        record(1, "Idrissi", "Omar Amine", birth_date=None),
        record(2, "Idrissi", "Omar Reda", birth_date=None),
    ]
    assert told(people) == set()


def test_a_very_long_name_stands_on_few_shelves() -> None:
    names = " ".join(f"Nom{letter}" for letter in "bcdfghjklmnp")
    assert len(shelves_of(record(1, names, "Karim"), STANDARD)) < 100


def test_the_order_of_people_changes_nothing() -> None:
    people = [
        record(1, "Tazi", "Karim"),
        record(2, "Karim", "Tazi"),
        record(3, "Tazzi", "Karim"),
        record(4, "Tazi", "Karin"),
    ]
    assert told(people) == told(people[::-1])
    pairs = {found.people for found in findings(people)}
    assert {tuple(one.record_id for one in pair) for pair in pairs} >= {
        ("R1", "R2"),
        ("R1", "R3"),
        ("R1", "R4"),
    }
