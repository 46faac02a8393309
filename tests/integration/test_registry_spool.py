"""Where people lie between a foreign database and the index: their order, the disk's room, and nothing left."""

import errno
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent import errors
from agent.adapters.registry.spool import Spool
from tests.builders import person

pytestmark = pytest.mark.reliability


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path)) as opened:
        yield opened


def test_people_come_out_as_they_went_in(spool: Spool) -> None:
    people = [
        person(record_id="B", cin="L882253", phone="0585499891"),
        person("الفاسي", "هند", record_id="A", birth_date=None),
        person("Line\nbreak", record_id="C", birth_name="Tazi"),
    ]
    for one in people:
        spool.add(one)
    assert list(spool.people()) == people


@pytest.mark.security
def test_nothing_of_it_can_be_seen_in_the_folder(spool: Spool, tmp_path: Path) -> None:
    for number in range(2_000):
        spool.add(person(record_id=f"R{number}"))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_left_its_last_room(tmp_path: Path) -> None:
    with closing(Spool(tmp_path, least_free_bytes=2**62)) as spool:
        for number in range(999):
            spool.add(person(record_id=f"R{number}"))
        with pytest.raises(errors.RegistryUnavailable) as raised:
            spool.add(person(record_id="R999"))
    assert raised.value.sentence == "The disk has too little room for a copy of the people."
    assert raised.value.hint.startswith("Make room on the disk")


def test_a_folder_that_cannot_be_written_into_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(errors.RegistryUnavailable) as raised:
        Spool(tmp_path / "none")
    assert isinstance(raised.value.__cause__, OSError)
    assert raised.value.__cause__.errno == errno.ENOENT
