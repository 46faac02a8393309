import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.extract import extract
from agent.core.letters import MOST_LETTERS, Letters, Traces, alike, letters_of, traces
from agent.domain.evidence import Evidence
from agent.domain.identity import Person, Spelling
from tests.builders import HIND, person, text_of

UNBORN = person("Whitingby", "George", birth_date=None)


def read(*lines: str) -> Evidence:
    return extract(text_of(*lines, confidence=90))


def letters(*lines: str) -> Letters:
    found = letters_of(read(*lines), ())
    assert found is not None
    return found


def traced(one: Person, *lines: str) -> Traces:
    found = traces(letters(*lines), one)
    assert found is not None
    return found


def test_a_text_layer_is_searched_by_its_words() -> None:
    assert letters_of(extract(text_of("Patient : WhitingbyGeorge")), ()) is None


def test_words_that_may_be_names_are_joined_and_others_part_them() -> None:
    assert letters("WHIT INGBY est venu avec Luc").names == "uhltlngbl\nluc"


def test_a_small_letter_counts_where_the_word_is_unsure_or_behind_a_label() -> None:
    unsure = letters_of(extract(text_of("vu whitingby hier", confidence=90, unsure="ting")), ())
    assert unsure is not None
    assert unsure.names == "uhltlngbl\n"
    labelled = letters_of(read("vu whitingby hier"), (1,))
    assert labelled is not None
    assert labelled.names == "uhltlngbl\n"


def test_only_the_first_letters_of_a_long_document_count_but_for_what_a_label_announces() -> None:
    evidence = read(*["Abcdefghklm"] * 300, "Whitingby")
    early, labelled = letters_of(evidence, ()), letters_of(evidence, (300,))
    assert early is not None
    assert labelled is not None
    assert MOST_LETTERS <= len(early.names) < MOST_LETTERS + 20
    assert labelled.names.endswith("uhltlngbl")


@pytest.mark.parametrize(
    "line",
    [
        "Nom : WhitingbyGeorge",
        "Nom : George WHIT INGBY",
        "Nom : 6eorge Whitinqby",
        "Nom : Wh1tingby Ge0rge",
        "Nom : WhitingdyGeonge",
        "vu ce jourWhitinby Gecrge",
        "Whitingby vient avec son fils, George de même",
    ],
)
def test_a_name_is_found_split_joined_and_damaged(line: str) -> None:
    assert [trace.key for trace in traced(UNBORN, line).names] == ["uhitingbi", "gaurga"]


def test_it_is_told_where_and_how_much_differs() -> None:
    last, first = traced(UNBORN, "vu Whitimgby George").names
    assert (last.passage.start, last.passage.end, last.distance) == (1, 2, 1)
    assert (first.passage.start, first.passage.end, first.distance) == (2, 3, 0)


def test_a_name_at_birth_and_a_learned_spelling_are_found_too() -> None:
    born = person("Clark", "Ruth", birth_name="Whitingby", birth_date=None)
    learned = person("Clark", "Ruth", birth_date=None)
    taught = Spelling(last_name="Whitingby", first_name="", lesson=1, is_shared=False)
    with_lesson = Person(
        record_id=learned.record_id,
        last_name=learned.last_name,
        first_name=learned.first_name,
        birth_name=None,
        birth_date=None,
        sex=None,
        identifiers=(),
        phone=None,
        spellings=(taught,),
    )
    assert traced(born, "Nom : Ruth Whitinqby").names[0].key == "uhitingbi"
    assert traced(with_lesson, "Nom : Whitinqby").names[0].key == "uhitingbi"
    assert traces(letters("Nom : Whitinqby"), learned) is None


@pytest.mark.parametrize("line", ["Nom : Stanley", "Nom : Luc", "une page", "12/05/2024"])
def test_who_is_not_printed_leaves_no_trace(line: str) -> None:
    assert traces(letters(line), UNBORN) is None


def test_a_first_name_alone_is_too_little_and_enough_beside_the_birth_date() -> None:
    one = person("Whitingby", "Zoe", birth_date=HIND)
    assert traces(letters("Nom : Zoe"), one) is None
    assert traced(one, "Nom : Zoe", "16.08 I977").names[0].key == "zua"
    assert traced(one, "Nom : Zoe", "1977-O8-16").names[0].key == "zua"


def test_a_date_that_is_read_counts_as_a_whole() -> None:
    one = person("Whitingby", "Zoe", birth_date=HIND)
    found = letters("Nom : Zoe", "16 août 1977")
    assert traces(found, one) is None
    assert traces(found, one, [HIND]) is not None
    assert traces(found, one, [datetime.date(1950, 1, 1)]) is None


def test_a_number_counts_with_a_digit_wrong_and_a_short_one_never() -> None:
    one = person("Whitingby", "Zoe", birth_date=None, cin="WB427384")
    short = person("Whitingby", "Zoe", birth_date=None, cin="B42")
    assert traced(one, "Nom : Zoe", "CIN WB42738A").points > traced(UNBORN, "Nom : Whitingby").points - 9
    assert traces(letters("Nom : Zoe", "CIN B42"), short) is None


def test_words_of_a_vocabulary_come_by_how_much_of_them_is_printed() -> None:
    found = letters("Nom : WhitinqbyGeorge")
    assert alike(found, ["gaurga", "uhitingbi", "luc", "stanlai"], 5) == ["uhitingbi", "gaurga"]
    assert alike(found, ["gaurga", "uhitingbi"], 1) == ["uhitingbi"]


@given(st.lists(st.text(max_size=20), max_size=4))
def test_every_letter_has_its_place_in_the_document(lines: list[str]) -> None:
    evidence = read(*lines)
    found = letters_of(evidence, range(len(evidence.tokens)))
    if found is not None:
        assert len(found.names) == len(found.places)
        assert all(0 <= place < len(evidence.tokens) for place in found.places)
        assert found.places == sorted(found.places)


def test_a_long_name_is_not_found_in_a_few_letters() -> None:
    assert traces(letters("Nom : Adam"), person("Adamopoulos", "Konstantinos", birth_date=None)) is None
