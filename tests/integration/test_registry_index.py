"""What only the index on disk can show: versions, transactions, threads, damage."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.search import MOST_TYPED
from agent.core.extract import extract
from agent.domain.identity import Person, RecordId
from tests.builders import person, text_of


@pytest.fixture
def index(tmp_path: Path) -> Iterator[RegistryIndex]:
    opened = RegistryIndex(tmp_path / "registry.sqlite")
    yield opened
    opened.close()


def many(count: int) -> list[Person]:
    return [person(record_id=f"R{number:03}") for number in range(count)]


def test_replace_says_what_changed_and_counts_the_version(index: RegistryIndex) -> None:
    first = index.replace([person(record_id="1"), person(record_id="2")])
    second = index.replace([person(record_id="2", cin="L882253"), person(record_id="3")])
    assert (first.version, first.people, first.added, first.changed, first.removed) == (1, 2, 2, 0, 0)
    assert (second.version, second.people, second.added, second.changed, second.removed) == (2, 2, 1, 1, 1)
    assert (index.version(), index.count()) == (2, 2)
    assert index.person(RecordId("1")) is None


def test_replace_with_the_same_people_in_another_order_changes_nothing(index: RegistryIndex) -> None:
    people = many(3)
    index.replace(people)
    again = index.replace(reversed(people))
    assert (again.version, again.people, again.added, again.changed, again.removed) == (1, 3, 0, 0, 0)


def test_replace_refuses_to_remove_many_until_confirmed(index: RegistryIndex) -> None:
    index.replace(many(30))
    with pytest.raises(errors.RequestRefused, match="21 of 30"):
        index.replace(many(9))
    assert index.version() == 1
    assert index.person(RecordId("R029")) is not None
    assert index.replace(many(9), confirm_deletions=True).removed == 21


def test_replace_removes_twenty_without_asking(index: RegistryIndex) -> None:
    index.replace(many(30))
    assert index.replace(many(10)).removed == 20


def test_replace_of_a_record_twice_changes_nothing(index: RegistryIndex) -> None:
    index.replace(many(2))
    with pytest.raises(errors.RegistryInvalid):
        index.replace([person(record_id="1"), person(record_id="1")])
    assert index.version() == 1
    assert index.person(RecordId("R001")) is not None


def test_the_copy_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    before = RegistryIndex(path)
    before.replace([person(record_id="1")])
    before.close()
    after = RegistryIndex(path)
    assert (after.version(), after.person(RecordId("1")) is not None) == (1, True)
    after.close()


def test_several_threads_search_while_another_imports(index: RegistryIndex) -> None:
    evidence = extract(text_of("Patient : VIDAL Hind"))
    index.replace(many(5))
    start = threading.Barrier(5)

    def search() -> set[tuple[int, int]]:
        start.wait(10)
        return {
            (people.version, len(people.named)) for people in (index.candidates(evidence) for _ in range(30))
        }

    with ThreadPoolExecutor(5) as pool:
        searches = [pool.submit(search) for _ in range(4)]
        start.wait(10)
        for _ in range(5):
            index.replace(many(15))
            index.replace(many(5))
        seen = set().union(*(each.result(30) for each in searches))
    assert seen
    assert all(count == (15 if version % 2 == 0 else 5) for version, count in seen)


def test_a_closed_index_is_unavailable(index: RegistryIndex) -> None:
    index.close()
    with pytest.raises(errors.RegistryUnavailable):
        index.version()
    with ThreadPoolExecutor(1) as pool, pytest.raises(errors.RegistryUnavailable):
        pool.submit(index.version).result(10)


def test_a_file_that_is_no_index_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    path.write_text("this is no database, but long enough to look like a damaged one\n" * 100)
    with pytest.raises(errors.RegistryUnavailable):
        RegistryIndex(path)


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(errors.RegistryUnavailable):
        RegistryIndex(tmp_path / "nowhere" / "registry.sqlite")


def test_a_lost_table_is_unavailable_and_named_without_personal_data(
    index: RegistryIndex, tmp_path: Path
) -> None:
    index.replace(many(1))
    with sqlite3.connect(tmp_path / "registry.sqlite") as connection:
        connection.execute("DROP TABLE pair")
    connection.close()
    with pytest.raises(errors.RegistryUnavailable) as raised:
        index.candidates(extract(text_of("Patient : VIDAL Hind")))
    assert "VIDAL" not in str(raised.value)


def test_find_cuts_no_whole_word_for_those_that_only_begin_so(index: RegistryIndex) -> None:
    index.replace(
        [
            *(person("Vidaline", "Nora", record_id=f"R{number:03}") for number in range(MOST_TYPED)),
            person("Vidal", "Zoe", record_id="S1"),
            person("Vidal", "Anna", record_id="S2"),
        ]
    )
    found = [one.record_id for one in index.find("vidal", MOST_TYPED)]
    assert found == ["S2", "S1", *(f"R{number:03}" for number in range(MOST_TYPED - 2))]
    assert [one.record_id for one in index.find("vidal zoe", MOST_TYPED)] == ["S1"]


def test_find_cuts_in_the_order_of_names_and_not_of_arrival(index: RegistryIndex) -> None:
    index.replace(
        [
            *(person("Vidal", "Nora", record_id=f"R{number:03}") for number in range(MOST_TYPED)),
            person("Vidal", "Anna", record_id="S1"),
        ]
    )
    found = [one.record_id for one in index.find("vidal", MOST_TYPED)]
    assert (found[0], found[-1], len(found)) == ("S1", "R498", 500)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("vidaal", ["1", "2"]),
        ("vidla hind", ["1"]),
        ("Hynd Vidale 16/08/1976", ["1"]),
        ("L882258", ["2"]),
        ("vidal xxxxx", []),
        ("", []),
    ],
)
def test_find_near_takes_slips_in_all_that_was_typed(
    index: RegistryIndex, words: str, expected: list[str]
) -> None:
    index.replace(
        [
            person(record_id="1"),
            person(first_name="Omar", record_id="2", cin="L882253"),
            person("Clark", "Karim", record_id="3", birth_date=None),
        ]
    )
    assert [one.record_id for one in index.find_near(words)] == expected


def test_find_near_shows_the_nearest_first_and_no_more_than_asked(index: RegistryIndex) -> None:
    index.replace(
        [
            person("Benslimine", record_id="1"),
            person("Benslimane", record_id="2"),
            person("Bensliman", record_id="3"),
        ]
    )
    assert [one.record_id for one in index.find_near("benslimanne", limit=2)] == ["2", "3"]


def test_two_letters_of_another_script_find_whom_they_name(index: RegistryIndex) -> None:
    wang, wei = "\N{CJK UNIFIED IDEOGRAPH-738B}", "\N{CJK UNIFIED IDEOGRAPH-4F1F}"
    index.replace([person(wang, wei, record_id="W1"), person("Vidal", "Zoe", record_id="S1")])
    assert [one.record_id for one in index.find(f"{wang} {wei}")] == ["W1"]
