"""Whether there is room to take in more: a floor, and somewhat more than it to go on."""

import pytest

from agent.domain.room import MEGABYTE, Room, hint_for, shortage, told

FLOOR = 200 * MEGABYTE


def a_room(megabytes: int, inodes: int | None = 50_000, *folders: str) -> Room:
    return Room(folders=folders or ("archive",), free_bytes=megabytes * MEGABYTE, free_inodes=inodes)


@pytest.mark.parametrize(
    ("megabytes", "inodes", "is_paused", "is_short"),
    [
        (200, 50_000, False, False),
        (199, 50_000, False, True),
        (239, 50_000, True, True),
        (240, 50_000, True, False),
        (500, 999, False, True),
        (500, 1_000, False, False),
        (500, 1_199, True, True),
        (500, None, True, False),
    ],
)
def test_too_little_room_for_more(
    megabytes: int, inodes: int | None, is_paused: bool, is_short: bool
) -> None:
    room = a_room(megabytes, inodes)
    assert (shortage([room], FLOOR, is_paused=is_paused) == room) is is_short


def test_one_full_file_system_among_several_is_enough() -> None:
    small = a_room(1, None, "review", "failed")
    assert shortage([a_room(900), small], FLOOR, is_paused=False) == small
    assert shortage([], FLOOR, is_paused=False) is None


def test_the_sentence_names_the_folders_and_what_is_short() -> None:
    assert (
        str(told(a_room(120, None, "review", "failed"), FLOOR))
        == "review/, failed/: 120 MB free; intake pauses below 200, goes on above 240"
    )
    everything = a_room(120, None, "incoming", "archive", "review", "failed")
    assert str(told(everything, FLOOR)).startswith("the home's disk: 120 MB free; ")
    assert (
        str(told(a_room(900, 12), FLOOR))
        == "archive/: 12 more files possible; intake pauses below 1000, goes on above 1200"
    )


def test_what_is_told_is_what_is_short_and_not_the_other() -> None:
    assert str(told(a_room(220, 12), FLOOR)).startswith("archive/: 12 more files possible; ")
    assert str(told(a_room(120, 1_100), FLOOR)).startswith("archive/: 120 MB free; ")
    assert str(told(a_room(0, 12), 0)).startswith("archive/: 12 more files possible; ")
    assert str(told(a_room(1, 12), 0)).startswith("archive/: 12 more files possible; ")


def test_a_lower_floor_is_advised_only_where_it_helps() -> None:
    assert "DOSSIERD_DISK_FLOOR_MEGABYTES" in str(hint_for(a_room(120), FLOOR))
    assert "DOSSIERD_DISK_FLOOR_MEGABYTES" not in str(hint_for(a_room(900, 12), FLOOR))
