"""The sample people: what the demo's story rests on."""

from collections import Counter

from agent.demo.samples import COLUMNS, PEOPLE


def test_people_have_unique_ids_and_a_value_for_each_column() -> None:
    assert len({person[0] for person in PEOPLE}) == len(PEOPLE) == 12
    assert all(len(person) == len(COLUMNS) for person in PEOPLE)


def test_exactly_two_people_share_a_name_and_their_birth_dates_differ() -> None:
    shared = [name for name, count in Counter(person[1:3] for person in PEOPLE).items() if count > 1]
    assert shared == [("Tiznari", "Salma")]
    assert [person[3] for person in PEOPLE if person[1:3] == shared[0]] == ["1984-03-12", "1991-11-27"]


def test_no_identifier_belongs_to_two_people() -> None:
    for column in (COLUMNS.index("cin"), COLUMNS.index("insurance")):
        numbers = [person[column] for person in PEOPLE if person[column]]
        assert len(set(numbers)) == len(numbers)
