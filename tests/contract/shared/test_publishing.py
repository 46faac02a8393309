"""The people of hosts that share a home: what one publishes, the others follow, and nobody decides with older ones."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from agent import errors
from agent.adapters.ledger.published import SqlPublished
from agent.adapters.registry import RegistryIndex, by_hand
from agent.adapters.registry.shared import SharedCopies
from agent.core.extract import extract
from agent.publishing import UNPUBLISHED, AgreedRegistry, SharedPeople, is_the_published
from tests.builders import person, text_of
from tests.custody_builders import NOON

pytestmark = pytest.mark.reliability

ANNA, BERTA = person("Aubert", record_id="1"), person("Blanc", record_id="2")

LETTER = extract(text_of("Patient : AUBERT Hind"))


class Host:
    def __init__(self, home: Path, engine: Engine, name: str) -> None:
        state = home.with_name(name)
        state.mkdir()
        self.index = RegistryIndex(state / "registry.sqlite")
        self.published = SqlPublished(engine)
        self.people = SharedPeople(self.index, self.published, SharedCopies(home, state))
        self.agreed = AgreedRegistry(self.index, self.published)

    def publish(self) -> None:
        with self.people.changing() as since:
            self.people.publish(since)


Make = Callable[[str], Host]


@pytest.fixture
def make(tmp_path: Path, engine: Engine) -> Iterator[Make]:
    (tmp_path / "home").mkdir()
    made: list[Host] = []

    def host(name: str) -> Host:
        made.append(Host(tmp_path / "home", engine, name))
        return made[-1]

    yield host
    for one in made:
        one.index.close()


def test_people_that_were_there_before_are_published_and_followed_by_a_host_that_comes(make: Make) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    assert south.people.follow() is None
    assert north.people.follow() is None
    assert south.people.follow() == 1
    assert south.index.person(ANNA.record_id) == ANNA
    assert (south.people.follow(), north.people.follow()) == (None, None)


def test_what_was_decided_with_older_people_does_not_hold_until_the_newer_ones_are_followed(
    make: Make,
) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    assert north.agreed.version() == 1
    north.publish()
    south.people.follow()
    north.index.replace([ANNA, BERTA])
    north.publish()
    assert (south.index.version(), south.agreed.version()) == (1, 2)
    south.people.follow()
    assert (south.index.version(), south.agreed.version(), south.agreed.count()) == (2, 2, 2)


def test_of_two_who_change_the_people_at_once_the_second_is_refused_and_follows_the_first(make: Make) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    north.publish()
    south.people.follow()
    north.index.replace([BERTA], confirm_deletions=True)
    south.index.replace([ANNA, BERTA])
    south.publish()
    with pytest.raises(errors.RequestRefused, match="changed on another host"):
        north.publish()
    assert list(north.index.ids()) == [ANNA.record_id, BERTA.record_id]


def test_what_the_journal_says_already_is_not_told_again_for_a_host_that_does_not_know(make: Make) -> None:
    north, south = make("north"), make("south")
    for number in (1, 2):
        south.people.follow()
        imported = south.index.replace([person(record_id=str(it)) for it in range(number)])
        by_hand.keep(south.index, "registry_imported", imported, "cli:anna", NOON)
        south.publish()
        north.people.follow()
        assert [it["version"] for it in by_hand.untold(north.index)] == [number]
        by_hand.are_told(north.index, number)


def test_who_searches_while_other_people_are_taken_over_sees_the_ones_or_the_others(make: Make) -> None:
    north, south = make("north"), make("south")
    south.index.replace([ANNA])
    north.index.replace([BERTA])
    north.publish()
    everybody = south.index.everybody()
    assert next(everybody) == ANNA
    south.people.follow()
    assert list(everybody) == []
    assert list(south.index.everybody()) == [BERTA]


def test_a_copy_that_was_changed_is_not_taken_over(make: Make, tmp_path: Path) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    north.publish()
    (copy,) = (tmp_path / "home" / "registry").iterdir()
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    with pytest.raises(errors.RegistryUnavailable, match="not as it was published"):
        south.people.follow()
    assert south.index.count() == 0
    copy.unlink()
    with pytest.raises(errors.StorageUnavailable):
        south.people.follow()


def test_the_last_two_copies_stay_and_older_ones_go(make: Make, tmp_path: Path) -> None:
    north = make("north")
    for count in range(1, 5):
        north.index.replace([person(record_id=str(number)) for number in range(count)])
        north.publish()
    assert sorted(it.name[0] for it in (tmp_path / "home" / "registry").iterdir()) == ["3", "4"]
    north.index.note("trusted_until", "2026-11-27T12:00:00+00:00")
    north.publish()
    assert north.published.latest() is not None
    assert sorted(it.name[0] for it in (tmp_path / "home" / "registry").iterdir()) == ["3", "4"]


def test_people_who_can_not_be_published_give_way_to_those_that_all_follow(
    make: Make, tmp_path: Path
) -> None:
    north, copies = make("north"), tmp_path / "home" / "registry"
    north.index.replace([ANNA])
    north.publish()
    copies.rename(tmp_path / "away")
    copies.touch()
    with north.people.changing() as since:
        north.index.replace([ANNA, BERTA])
        with pytest.raises(errors.StorageUnavailable):
            north.people.publish(since)
    by_hand.are_told(north.index, 2)
    with pytest.raises(errors.StorageUnavailable):
        north.people.follow()
    copies.unlink()
    (tmp_path / "away").rename(copies)
    assert (north.people.follow(), north.people.follow()) == (1, None)
    assert (list(north.index.ids()), by_hand.told_until(north.index)) == ([ANNA.record_id], 1)


def test_a_change_that_ends_in_an_error_is_undone_at_once(make: Make) -> None:
    north = make("north")
    north.index.replace([ANNA])
    north.publish()

    def give_up() -> None:
        with north.people.changing():
            north.index.replace([ANNA, BERTA])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert (north.index.version(), north.index.count()) == (1, 1)


def test_nobody_goes_back_while_somebody_on_this_host_is_about_to_publish(make: Make, tmp_path: Path) -> None:
    north = make("north")
    north.index.replace([ANNA])
    north.publish()
    daemon = SharedPeople(north.index, north.published, SharedCopies(tmp_path / "home", tmp_path / "north"))
    with north.people.changing() as since:
        north.index.replace([ANNA, BERTA])
        assert (daemon.follow(), north.index.count()) == (None, 2)
        north.people.publish(since)
    assert (daemon.follow(), north.index.version()) == (None, 2)


def test_a_change_that_this_host_has_lost_to_others_meanwhile_is_not_told_as_published(make: Make) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    north.publish()
    south.people.follow()
    with north.people.changing() as since:
        north.index.replace([BERTA], confirm_deletions=True)
        south.index.replace([ANNA, BERTA])
        south.publish()
        assert north.people.follow() == 2
        with pytest.raises(errors.RequestRefused, match="changed on another host"):
            north.people.publish(since)
    assert list(north.index.ids()) == [ANNA.record_id, BERTA.record_id]


def test_people_whom_another_host_got_ahead_of_settle_nothing_though_they_have_the_same_number(
    make: Make,
) -> None:
    north, south = make("north"), make("south")
    north.index.replace([ANNA])
    assert north.agreed.candidates(LETTER).version == UNPUBLISHED
    north.publish()
    south.people.follow()
    with north.people.changing():
        north.index.replace([ANNA, BERTA])
        south.index.replace([BERTA], confirm_deletions=True)
        south.publish()
        decided = north.agreed.candidates(LETTER)
        assert (decided.named, north.index.version(), north.agreed.version()) == ((ANNA,), 2, 2)
        assert decided.version == UNPUBLISHED
        north.people.follow()
        decided = north.agreed.candidates(LETTER)
        assert (decided.named, decided.version, north.agreed.version()) == ((), 2, 2)


def test_an_office_without_anybody_has_its_letters_asked_about(make: Make) -> None:
    north = make("north")
    assert north.agreed.candidates(LETTER).version == north.agreed.version() == 0


def test_an_update_that_finds_people_otherwise_keeps_the_version_that_hosts_agree_on(
    make: Make, engine: Engine, tmp_path: Path
) -> None:
    north = make("north")
    north.index.replace([ANNA])
    north.publish()
    north.index.note("redecided_version", "1")
    north.index.close()
    of_another_form(tmp_path / "north" / "registry.sqlite")
    (copy,) = (tmp_path / "home" / "registry").iterdir()
    updated = RegistryIndex(tmp_path / "north" / "registry.sqlite")
    assert (updated.version(), updated.noted("redecided_version")) == (1, None)
    assert is_the_published(updated, SqlPublished(engine).latest())
    assert list(updated.find("Aubert")) == [ANNA]
    updated.close()
    other = RegistryIndex(tmp_path / "north" / "other.sqlite")
    of_another_form(copy)
    other.take_over(copy)
    assert (other.version(), list(other.find("Aubert"))) == (1, [ANNA])
    other.close()


def of_another_form(path: Path) -> None:
    """Have an index as another version of this program has filled it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
