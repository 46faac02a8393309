import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.likeness import likeness, rests, slips_of
from tests.builders import person


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Tazi", "Karim"), ("TAZI", "karim"), "same name"),
        (("Tazi", "Karim"), ("Karim", "Tazi"), "last and first name swapped"),
        (("Tazi", "Karim Amine"), ("Tazi Karim", "Amine"), "same words in the name"),
        (("Tazi", "Mohamed"), ("Tazzi", "Mohammed"), "one name in two spellings"),
        (("Ben Ali", "Karim"), ("Benali", "Karim"), "one name in two spellings"),
        (("El Tazi", "Karim"), ("Tazi", "Karim"), "one name in two spellings"),
        (("Tazi", "Karim"), ("Tazi", "Karim Amine"), "one name is a part of the other"),
        (("Berrada", "Karim"), ("Berrado", "Karim"), "names that differ by one letter"),
        (("Berrada", "Karim"), ("Berada", "Nadia"), None),
        (("Berrada", "Karim"), ("Berradas", "Karim"), "names that differ by one letter"),
        (("Berradas", "Karim"), ("Berrada", "Karim"), "names that differ by one letter"),
        (("Bernada", "Karim"), ("Berdana", "Karim"), None),
        (("Bernada", "Karim"), ("Bernaad", "Karim"), "names that differ by one letter"),
        (("Tazi", "Ali"), ("Tazi", "Alia"), None),
        (("Tazi", "Karim"), ("Fassi", "Omar"), None),
    ],
)
def test_two_names_are_alike_by_a_rule_that_is_named(
    one: tuple[str, str], other: tuple[str, str], expected: str | None
) -> None:
    assert likeness(person(*one), person(*other)) == expected


def test_a_name_at_birth_is_told() -> None:
    married = person("Chraibi", "Nadia", birth_name="Lahlou")
    assert likeness(married, person("Lahlou", "Nadia")) == "one bears the other's name at birth"
    assert likeness(person("Lahlou", "Nadia"), married) == "one bears the other's name at birth"


words = st.text(alphabet="abcde", min_size=1, max_size=6)


@given(words, words, words, words)
def test_likeness_is_the_same_from_both_sides(one: str, two: str, three: str, four: str) -> None:
    mine, theirs = person(one, two), person(three, four)
    assert likeness(mine, theirs) == likeness(theirs, mine)


@given(st.text(alphabet="abcdefgh", min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("abcdefgh"))
def test_words_that_are_one_slip_apart_have_something_in_common(word: str, place: int, letter: str) -> None:
    at = place % len(word)
    for other in (
        word[:at] + letter + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ):
        assert slips_of(word) & slips_of(other)


def test_the_rest_of_a_name_is_all_but_one_word() -> None:
    assert list(rests(("amin", "karim", "tazi"))) == [
        (("karim", "tazi"), "amin"),
        (("amin", "tazi"), "karim"),
        (("amin", "karim"), "tazi"),
    ]


def test_a_short_word_has_no_slips() -> None:
    assert slips_of("ali") == {"ali"}
