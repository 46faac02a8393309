"""The invented people of the registry's benchmark: as unequal as real ones, and the same in each run."""

import itertools
from collections import Counter

import pytest

from benchmarks.registry.crowd import crowd, letters

pytestmark = pytest.mark.observability


def test_a_longer_crowd_begins_with_the_shorter_one() -> None:
    assert list(crowd(50)) == list(itertools.islice(crowd(2_000), 50))


def test_names_are_heavy_tailed_and_homonyms_share_birthdays() -> None:
    people = list(crowd(5_000))
    names = Counter((one.last_name, one.first_name) for one in people)
    born = Counter((one.last_name, one.first_name, one.birth_date) for one in people)
    assert len({one.record_id for one in people}) == len(people)
    assert 0.03 < sum(count for count in names.values() if count > 1) / len(people) < 0.2
    assert sum(count > 1 for count in born.values()) > 20
    assert any(one.birth_date is None for one in people)


def test_a_letter_has_as_many_words_as_asked_for_and_names_its_person() -> None:
    people = list(crowd(500))
    written = list(letters(people, 6, 500))
    assert all(490 <= len(letter.split()) <= 500 for letter in written)
    known = {f"{one.first_name} {one.last_name.upper()}" for one in people}
    subjects = [letter.split("Patient : ")[1].split("\n")[0] for letter in written]
    assert sum(subject in known for subject in subjects) >= 4
