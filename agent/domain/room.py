"""How much room a file system has, and whether it is enough to take in more documents. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.domain.phrase import Phrase

MEGABYTE = 1_000_000

INODE_FLOOR = 1_000
"""A document takes up to five: itself, its sidecar, its searchable copy, its record's folder and that one's year.

While a searchable copy is made, up to three more lie in the reader's scratch folder, and its bytes lie there once more.
Where even the floor is too little for that, the disk says so, and the document waits, half-way to its place, for room.
"""

MOST_NAMED = 3

RESUME_SHARE = 1.2
"""How far above the floor it must be before intake goes on, so that it doesn't pause and resume by the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One file system of the home.

    Attributes:
        folders: the home's folders that lie on it.
        free_bytes: what an ordinary user may still write.
        free_inodes: how many files an ordinary user may still make; None where their number has no limit.
    """

    folders: tuple[str, ...]
    free_bytes: int
    free_inodes: int | None


def shortage(rooms: Sequence[Room], floor_bytes: int, *, is_paused: bool) -> Room | None:
    """Find the file system that is too full to take in more; None when there is none.

    Args:
        is_paused: whether intake pauses already: then it takes somewhat more than the floor to go on.
    """
    share = RESUME_SHARE if is_paused else 1.0
    return next((room for room in rooms if _is_short(room, floor_bytes * share, INODE_FLOOR * share)), None)


def _is_short(room: Room, least_bytes: float, least_inodes: float) -> bool:
    return room.free_bytes < least_bytes or (room.free_inodes is not None and room.free_inodes < least_inodes)


def _where(folders: Sequence[str]) -> str | Phrase:
    """Name the folders; where there are many, it is the disk that people know."""
    if len(folders) > MOST_NAMED:
        return Phrase("the home's disk")
    return ", ".join(f"{folder}/" for folder in folders)


def told(room: Room, floor_bytes: int) -> Phrase:
    """Say what is short, without a full stop: `archive/: 120 MB free; intake pauses below 200, goes on above 240`."""
    where = _where(room.folders)
    if _lacks_inodes(room, floor_bytes):
        return Phrase(
            "{where}: {free} more files possible; intake pauses below {floor}, goes on above {enough}",
            where=where,
            free=room.free_inodes or 0,
            floor=INODE_FLOOR,
            enough=round(INODE_FLOOR * RESUME_SHARE),
        )
    floor = floor_bytes // MEGABYTE
    return Phrase(
        "{where}: {free} MB free; intake pauses below {floor}, goes on above {enough}",
        where=where,
        free=room.free_bytes // MEGABYTE,
        floor=floor,
        enough=round(floor * RESUME_SHARE),
    )


def hint_for(room: Room, floor_bytes: int) -> Phrase:
    """What somebody can do about it."""
    if _lacks_inodes(room, floor_bytes):
        return Phrase(
            "Its disk can't hold many more files, however small: remove some there that nobody needs. "
            "Nothing is lost; it goes on by itself."
        )
    return Phrase(
        "Free some space there, or lower DOSSIERD_DISK_FLOOR_MEGABYTES. Nothing is lost; it goes on by itself."
    )


def _lacks_inodes(room: Room, floor_bytes: int) -> bool:
    """Whether files will run out before bytes do, each measured by its floor."""
    return room.free_inodes is not None and room.free_inodes * floor_bytes <= room.free_bytes * INODE_FLOOR
