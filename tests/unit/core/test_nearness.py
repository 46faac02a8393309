import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.dates import are_near, near_days
from agent.core.extract import extract
from agent.core.nearness import MOST_WORDS, Sought, likeness, near_words, number_slips, sought_in
from agent.domain.identity import Person
from tests.builders import HIND, person, text_of


def sought(*lines: str) -> Sought:
    return sought_in(extract(text_of(*lines)))


def points(one: Person, *lines: str) -> int | None:
    like = likeness(sought(*lines), one)
    return None if like is None else like.points


def test_words_behind_labels_and_before_a_birth_date_are_sought() -> None:
    assert [word.key for word in sought("Nom : TAZZI", "Prénom : Amine").words] == ["tazi", "amina"]
    assert [word.key for word in sought("TAZZI Amine né le 16/08/1977").words] == ["tazi", "amina"]
    assert sought("une personne est venue").words == ()


def test_labels_particles_numbers_and_short_words_are_not_sought() -> None:
    found = sought("Patient : Mme EL TAZI X 12 Amine", "Né(e) le 16/08/1977")
    assert [word.key for word in found.words] == ["tazi", "amina"]
    assert found.dates == (HIND,)


def test_no_more_words_are_sought_than_say_whom_it_is_about() -> None:
    lines = [f"Patient : Ba{'bcdfghjklm'[number % 10]}a{'nprstvz'[number // 10]}i" for number in range(50)]
    assert len(sought(*lines).words) == MOST_WORDS


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("tazi", [("tazi", 0), ("tazir", 1)]),
        ("tazir", [("tazir", 0), ("tazi", 1)]),
        ("atzi", [("tazi", 1)]),
        ("ali", [("ali", 0)]),
        ("banaslimana", [("banslimana", 1), ("banslimna", 2)]),
    ],
)
def test_near_words_allow_the_slips_that_a_length_bears(word: str, near: list[tuple[str, int]]) -> None:
    assert near_words(word, ["tazi", "ali", "tazir", "alim", "banslimana", "banslimna"]) == near


def test_near_words_gives_the_nearest_first_and_no_more_than_asked() -> None:
    assert near_words("tazir", ["tazi", "tazid", "tazir"], 2) == [("tazir", 0), ("tazi", 1)]


def test_number_slips_are_one_wrong_digit_or_two_that_changed_places() -> None:
    slips = set(number_slips("L12"))
    assert slips == {
        *(f"L{digit}2" for digit in "023456789"),
        *(f"L1{digit}" for digit in "013456789"),
        "1L2",
        "L21",
    }
    assert "11" not in set(number_slips("11"))


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (person("Tazi", "Amine", birth_date=None), ("Patient : TAZRI Amine",)),
        (person("Tazi", "Amine", birth_date=None), ("Patient : Amine TAZ1",)),
        (person("Clark", "Amine", birth_name="Tazi", birth_date=None), ("Patient : TAZRI Amine",)),
        (person("Tazi", "Amine"), ("Patient : XXXXX Amine", "Né le 16/08/1977")),
        (person("Tazi", "Amine"), ("Patient : XXXXX Amine", "Né le 08/16/1977", "Né le 16/08/1978")),
        (person("Tazi", "Amine"), ("Patient : XXXXX Amine", "Né le 16/03/1977")),
        (person(cin="L882253"), ("CIN : L882258",)),
        (person(cin="L882253"), ("CIN : L882235",)),
    ],
)
def test_a_slip_in_name_date_or_number_is_near(one: Person, lines: tuple[str, ...]) -> None:
    assert points(one, *lines) is not None


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (person("Tazi", "Amine"), ("Patient : XXXXX Amine",)),
        (person("Tazi", "Amine"), ("Patient : XXXXX Amine", "Né le 11/11/1940")),
        (person("Tazi", "Amine"), ("Né le 16/08/1977",)),
        (person("Amine", ""), ("Patient : Amine",)),
        (person("", "", birth_date=None), ("Patient : Amine",)),
        (person("Hassan", "Hassan"), ("Patient : Hassan",)),
        (person(cin="L882253"), ("CIN : L882253",)),
        (person(cin="L882253"), ("CIN : L882366",)),
    ],
)
def test_less_is_not_near(one: Person, lines: tuple[str, ...]) -> None:
    assert points(one, *lines) is None


def test_the_nearer_has_more_points() -> None:
    lines = ("Patient : TAZRI Amine", "Né le 16/08/1977")
    order = [
        person("Tazri", "Amine"),
        person("Tazi", "Amine"),
        person("Tazi", "Amine", birth_date=HIND.replace(day=15)),
        person("Tazi", "Amine", birth_date=None),
    ]
    found = [points(one, *lines) for one in order]
    assert found == sorted((it for it in found if it is not None), reverse=True)
    assert len(set(found)) == 4


def test_the_words_that_differ_are_told() -> None:
    like = likeness(sought("Patient : TAZRI Amine"), person("Tazi", "Amine", birth_date=None))
    assert like is not None
    assert [(word.sought.key, word.key, word.distance) for word in like.words] == [
        ("amina", "amina", 0),
        ("tazri", "tazi", 1),
    ]


_days = st.dates(datetime.date(1930, 1, 1), datetime.date(2030, 12, 31))


@given(one=_days, other=_days, slip=st.integers(0, 9), place=st.integers(0, 7))
def test_near_days_are_those_that_are_near(
    one: datetime.date, other: datetime.date, slip: int, place: int
) -> None:
    assert (other in set(near_days(one))) is are_near(one, other)
    digits = list(f"{one:%Y%m%d}")
    digits[place] = str(slip)
    try:
        slipped = datetime.datetime.strptime("".join(digits), "%Y%m%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        return
    assert slipped in set(near_days(one))


@given(day=_days)
def test_every_near_day_is_near(day: datetime.date) -> None:
    assert all(are_near(day, near) for near in near_days(day))
    assert day in near_days(day)


def test_in_what_ocr_has_read_a_name_is_sought_in_the_letters() -> None:
    found = sought_in(extract(text_of("Patient : TAZRIAmimne", confidence=90)))
    near = likeness(found, person("Tazi", "Amine", birth_date=None))
    assert near is not None
    assert [word.key for word in near.words] == ["tazi", "amina"]
    assert near.is_in_letters
    assert likeness(found, person("Clark", "Ruth", birth_date=None)) is None


def test_in_what_ocr_has_read_a_number_with_a_slip_is_enough() -> None:
    found = sought_in(extract(text_of("CIN : L882258", confidence=90)))
    near = likeness(found, person("Clark", "Ruth", birth_date=None, cin="L882253"))
    assert near is not None
    assert near.words == ()
    assert near.number is not None
