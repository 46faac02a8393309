"""How people come into the index: whole passes, parts of it, notes, and what an interrupted pass leaves."""

import datetime
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import errors
from agent.adapters.registry import TRUSTED_UNTIL, RegistryIndex
from agent.adapters.registry.schema import form
from agent.core.extract import extract
from agent.domain.identity import Person
from tests.builders import HIND, person, text_of
from tests.fakes import FakeClock

_FIRST_SCHEMA = """
CREATE TABLE meta (version INTEGER NOT NULL);
CREATE TABLE person (rid INTEGER PRIMARY KEY, record_id TEXT NOT NULL UNIQUE, last_name TEXT NOT NULL,
    first_name TEXT NOT NULL, birth_name TEXT, birth_date TEXT, sex TEXT, identifiers TEXT NOT NULL, phone TEXT) STRICT;
CREATE TABLE vocab (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE pair (a INTEGER, b INTEGER, rid INTEGER, PRIMARY KEY (a, b, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE ident (value TEXT, rid INTEGER, PRIMARY KEY (value, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE dob (birth_date TEXT, rid INTEGER, PRIMARY KEY (birth_date, rid)) STRICT, WITHOUT ROWID;
CREATE INDEX pair_by_b ON pair (b);
INSERT INTO meta VALUES (7);
INSERT INTO person VALUES (0, 'A1', 'VIDAL', 'Hind', NULL, '1977-08-16', 'F', '[["cin", "L882253"]]', NULL);
INSERT INTO vocab VALUES (0, 'keys'), (1, 'of'), (2, 'old');
INSERT INTO pair VALUES (0, 1, 0);
"""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[RegistryIndex]:
    opened = RegistryIndex(tmp_path / "registry.sqlite")
    yield opened
    opened.close()


def found(index: RegistryIndex, *lines: str) -> list[str]:
    return [one.record_id for one in index.candidates(extract(text_of(*lines))).named]


def content(path: Path) -> list[object]:
    """All that can be searched, without the numbers that rows and words happen to have."""
    with sqlite3.connect(path) as connection:
        tables = [
            connection.execute(statement).fetchall()
            for statement in (
                "SELECT record_id, last_name, first_name, birth_date, identifiers, phone FROM person ORDER BY 1",
                "SELECT key FROM vocab ORDER BY 1",
                """SELECT min(one.key, other.key), max(one.key, other.key), record_id FROM pair
                    JOIN vocab AS one ON one.id = a JOIN vocab AS other ON other.id = b JOIN person USING (rid)
                    ORDER BY 1, 2, 3""",
                "SELECT value, record_id FROM ident JOIN person USING (rid) ORDER BY 1, 2",
                "SELECT dob.birth_date, record_id FROM dob JOIN person USING (rid) ORDER BY 1, 2",
                "SELECT count(*) FROM pair UNION ALL SELECT count(*) FROM ident UNION ALL SELECT count(*) FROM dob",
            )
        ]
    connection.close()
    return [*tables]


def changed(how: Callable[[Person], Person], count: int) -> list[Person]:
    return [how(one) if place < count else one for place, one in enumerate(PATIENTS)]


PATIENTS = [person(last, "Hind", record_id=f"{number}") for number, last in enumerate(["Vidal", "Tazi"] * 50)]


@pytest.mark.security
@pytest.mark.parametrize(
    "how",
    [
        lambda one: replace(one, last_name="Clark"),
        lambda one: replace(one, birth_date=datetime.date(1980, 1, 2)),
    ],
)
def test_more_than_twenty_ids_that_name_somebody_else_are_refused_until_that_is_confirmed(
    index: RegistryIndex, how: Callable[[Person], Person]
) -> None:
    index.replace(PATIENTS)
    index.replace(changed(how, 20))
    index.replace(PATIENTS)
    for take in (index.replace, index.apply):
        with pytest.raises(errors.IdentitiesChanged) as raised:
            take(changed(how, 21))
        assert raised.value.sentence == (
            "21 of 100 ids would name somebody else, by name or birth date; nothing was changed."
        )
        assert list(index.everybody()) == sorted(PATIENTS, key=lambda one: one.record_id)
    assert index.apply(changed(how, 21), confirm_changes=True).changed == 21
    assert index.replace(PATIENTS, confirm_changes=True).changed == 21


@pytest.mark.parametrize(
    "how",
    [
        lambda one: replace(one, last_name="Clark", birth_name=one.last_name),
        lambda one: replace(one, first_name="Hind Sara"),
        lambda one: replace(one, birth_date=None),
        lambda one: replace(one, phone="0600000000"),
    ],
)
def test_people_who_marry_or_are_told_more_of_stay_the_same(
    index: RegistryIndex, how: Callable[[Person], Person]
) -> None:
    index.replace(PATIENTS)
    assert index.replace(changed(how, 100)).changed == 100
    assert index.replace(PATIENTS).changed == 100


def test_apply_adds_and_changes_and_removes_nobody(index: RegistryIndex) -> None:
    index.replace([person(record_id="1"), person(record_id="2")])
    applied = index.apply([person("Tazi", record_id="2"), person("Clark", record_id="3")])
    assert (applied.version, applied.people, applied.added, applied.changed, applied.removed) == (
        2,
        3,
        1,
        1,
        0,
    )
    assert found(index, "VIDAL Hind") == ["1"]
    assert found(index, "TAZI Hind") == ["2"]


def test_apply_again_changes_nothing(index: RegistryIndex) -> None:
    people = [person(record_id="1"), person("Clark", record_id="2")]
    index.apply(people)
    again = index.apply(people)
    assert (again.version, again.added, again.changed) == (1, 0, 0)


def test_a_changed_person_is_no_longer_found_by_what_has_changed(index: RegistryIndex) -> None:
    index.replace([person(record_id="1", cin="L882253", phone="0585499891")])
    index.replace([person("Tazi", "Amine", record_id="1", cin="L882254", birth_date=None)])
    assert found(index, "VIDAL Hind") == []
    assert found(index, "CIN : L882253") == []
    assert found(index, "Né le 16/08/1977") == []
    assert found(index, "CIN : L882254") == ["1"]
    assert index.find("vidal") == []


def test_a_pass_takes_a_stream_that_can_be_read_once(index: RegistryIndex) -> None:
    assert index.replace(person(record_id=f"R{number}") for number in range(5_000)).added == 5_000
    assert index.replace(person(record_id=f"R{number}") for number in range(5_000)).changed == 0


@pytest.mark.parametrize("name", ["replace", "apply"])
@pytest.mark.parametrize("distance", [1, 3_000])
def test_a_record_that_comes_twice_refuses_the_pass(index: RegistryIndex, name: str, distance: int) -> None:
    index.replace([person(record_id="R0", first_name="Omar")])
    people = [person(record_id=f"R{number}") for number in range(distance)]
    with pytest.raises(errors.RegistryInvalid, match="one id"):
        getattr(index, name)([*people, person(record_id="R0")])
    assert (index.version(), index.count()) == (1, 1)


def test_a_source_that_fails_changes_nothing(index: RegistryIndex) -> None:
    index.replace([person(record_id="1")])

    def failing() -> Iterator[Person]:
        yield from (person(record_id=f"R{number}") for number in range(3_000))
        raise errors.RegistryUnavailable("The database went away.")

    with pytest.raises(errors.RegistryUnavailable, match="went away"):
        index.replace(failing())
    assert [one.record_id for one in index.everybody()] == ["1"]


def test_everybody_comes_in_the_order_of_ids_and_as_registered(index: RegistryIndex) -> None:
    people = [
        person(record_id="B", cin="L882253"),
        person(record_id="A", birth_name="Tazi"),
        person(record_id="C"),
    ]
    index.replace(people)
    assert list(index.everybody()) == [people[1], people[0], people[2]]


def test_everybody_is_one_snapshot_while_a_pass_is_under_way(index: RegistryIndex) -> None:
    index.replace([person(record_id="1"), person(record_id="2")])
    stream = index.everybody()
    first = next(stream)
    index.replace([person(record_id="1", first_name="Omar"), person(record_id="3")])
    assert [first.record_id, *(one.record_id for one in stream)] == ["1", "2"]
    assert [one.record_id for one in index.everybody()] == ["1", "3"]


def test_notes_are_kept(tmp_path: Path, index: RegistryIndex) -> None:
    assert index.noted("watermark") is None
    index.note("watermark", "1")
    index.note("watermark", "2")
    again = RegistryIndex(tmp_path / "registry.sqlite")
    assert (again.noted("watermark"), again.version()) == ("2", 0)
    again.close()


@pytest.mark.parametrize(("is_whole", "kept"), [(True, "2"), (False, "1")])
def test_what_is_noted_in_a_pass_is_kept_only_with_it(
    index: RegistryIndex, *, is_whole: bool, kept: str
) -> None:
    index.note("watermark", "1")

    def people() -> Iterator[Person]:
        yield person()
        index.note("watermark", "2")
        if not is_whole:
            raise errors.RegistryUnavailable("gone")

    try:
        index.apply(people())
    except errors.RegistryUnavailable:
        assert not is_whole
    assert index.noted("watermark") == kept


def test_a_copy_past_its_age_is_not_trustworthy_until_it_is_fresh_again(tmp_path: Path) -> None:
    clock = FakeClock(datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC))
    index = RegistryIndex(tmp_path / "registry.sqlite", clock)
    index.replace([person()])
    evidence = extract(text_of("VIDAL Hind"))
    assert index.candidates(evidence).is_trustworthy
    index.note(TRUSTED_UNTIL, (clock.now() + datetime.timedelta(seconds=1)).isoformat())
    assert index.candidates(evidence).is_trustworthy
    index.note(TRUSTED_UNTIL, (clock.now() - datetime.timedelta(seconds=1)).isoformat())
    assert not index.candidates(evidence).is_trustworthy
    index.close()


def test_an_index_of_the_first_version_is_filled_anew_from_its_people(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(_FIRST_SCHEMA)
    connection.close()
    index = RegistryIndex(path)
    assert (found(index, "VIDAL Hind"), found(index, "CIN : L882253")) == (["A1"], ["A1"])
    assert (index.version(), index.noted("watermark")) == (8, None)
    index.close()
    again = RegistryIndex(path)
    assert again.version() == 8
    again.close()


def test_an_index_that_another_program_fills_meanwhile_is_left_alone(
    tmp_path: Path, index: RegistryIndex
) -> None:
    index.replace([person(record_id="1")])
    with sqlite3.connect(tmp_path / "registry.sqlite") as connection:
        connection.execute(f"PRAGMA user_version = {form() ^ 1}")
    connection.close()
    with pytest.raises(errors.RegistryUnavailable, match="another version"):
        index.candidates(extract(text_of("VIDAL Hind")))
    after = RegistryIndex(tmp_path / "registry.sqlite")
    assert found(after, "VIDAL Hind") == ["1"]
    after.close()


def test_the_database_of_something_else_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE invoice (number)")
    connection.close()
    with pytest.raises(errors.RegistryUnavailable, match="something else"):
        RegistryIndex(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoice",)]
    connection.close()


def test_a_torn_file_is_unavailable_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    whole = RegistryIndex(path)
    whole.replace(person(record_id=f"R{number}") for number in range(2_000))
    whole.close()
    os.truncate(path, 8_192)
    with pytest.raises(errors.RegistryUnavailable) as raised:
        found(RegistryIndex(path), "VIDAL Hind")
    assert "Move registry.sqlite away. Import the registry again" in raised.value.hint


def test_a_full_disk_is_told_as_what_it_is(tmp_path: Path) -> None:
    index = RegistryIndex(tmp_path / "registry.sqlite")
    connection = index._connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(errors.RegistryUnavailable) as raised:
        index.replace(person(record_id=f"R{number}") for number in range(2_000))
    assert raised.value.hint == "The disk is full: free some space. Nothing is lost; it goes on by itself."
    connection.execute("PRAGMA max_page_count = 1000000")
    index.replace([person(record_id="R1")])
    assert index.count() == 1


_KILLED = """
import sys, time
from pathlib import Path
from agent.adapters.registry import RegistryIndex
from tests.builders import person

def people():
    yield from (person("Tazi", record_id=f"R{number}") for number in range(6_000))
    print("under way", flush=True)
    time.sleep(60)

RegistryIndex(Path(sys.argv[1])).replace(people(), confirm_deletions=True)
"""


def test_a_pass_that_is_killed_leaves_the_old_people(tmp_path: Path, index: RegistryIndex) -> None:
    index.replace([person(record_id="1")])
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path / "registry.sqlite")], stdout=subprocess.PIPE, text=True
    ) as importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == "under way\n"
        assert found(index, "VIDAL Hind") == ["1"]  # readers are not kept waiting meanwhile
        os.kill(importer.pid, signal.SIGKILL)
    after = RegistryIndex(tmp_path / "registry.sqlite")
    assert (after.version(), found(after, "VIDAL Hind"), found(after, "TAZI Hind")) == (1, ["1"], [])
    assert after.apply([person(record_id="2")]).people == 2
    after.close()


_PEOPLE = st.lists(
    st.builds(
        person,
        st.sampled_from(["Vidal", "Ben Ali", "Tazi", "EL"]),
        st.sampled_from(["Hind", "Omar", "Hind Amina"]),
        record_id=st.sampled_from("ABCDE"),
        birth_date=st.sampled_from([None, HIND, datetime.date(1980, 1, 1)]),
        cin=st.sampled_from([None, "L882253"]),
    ),
    unique_by=lambda one: one.record_id,
    max_size=5,
)


@settings(max_examples=25, deadline=None)
@given(before=_PEOPLE, after=_PEOPLE)
def test_replacing_leaves_what_a_fresh_index_would_hold(
    tmp_path_factory: pytest.TempPathFactory, before: Sequence[Person], after: Sequence[Person]
) -> None:
    folder = tmp_path_factory.mktemp("passes")
    _fill(folder / "used.sqlite", before, after)
    _fill(folder / "fresh.sqlite", list(reversed(after)))
    assert content(folder / "used.sqlite") == content(folder / "fresh.sqlite")


@settings(max_examples=15, deadline=None)
@given(people=_PEOPLE)
def test_whole_and_partial_passes_over_the_same_people_agree(
    tmp_path_factory: pytest.TempPathFactory, people: Sequence[Person]
) -> None:
    folder = tmp_path_factory.mktemp("passes")
    _fill(folder / "whole.sqlite", people)
    index = RegistryIndex(folder / "parts.sqlite")
    for one in people:
        index.apply([replace(one, first_name="Before")])
    index.apply(people)
    index.apply(people)
    index.close()
    assert content(folder / "whole.sqlite") == content(folder / "parts.sqlite")


def _fill(path: Path, *passes: Iterable[Person]) -> None:
    index = RegistryIndex(path)
    for people in passes:
        index.replace(people)
    index.close()
