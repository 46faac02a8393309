"""Whether there is room to take documents in, and whether each that was decided could be put in its place."""

import datetime
from pathlib import Path

from agent.adapters.clock import SystemClock
from agent.adapters.folders import FOLDERS
from agent.adapters.space import HomeSpace
from agent.config import Settings
from agent.domain.outcome import State
from agent.domain.room import MEGABYTE, shortage, told
from agent.health.finding import Finding, Level, has_run, nothing_yet, open_ledger, some
from agent.workflow.gate import ROOM_HINT

LONG_MOVE_SECONDS = 60
"""A move takes less, even of the largest file to another disk that is slow."""


def disk(settings: Settings) -> Finding:
    """Whether there is room to go on, on each file system that the home lies on."""
    short = full_disk(settings)
    if short is not None:
        return Finding(part="disk", level=Level.BAD, sentence=f"nothing is taken in: {short}", hint=ROOM_HINT)
    rooms = HomeSpace(settings.home, FOLDERS).rooms()
    if not rooms:
        return Finding(part="disk", level=Level.NOTICE, sentence="there is no folder yet to look at")
    free = min(room.free_bytes for room in rooms) // MEGABYTE
    return Finding(part="disk", level=Level.GOOD, sentence=f"at least {free} MB free")


def full_disk(settings: Settings) -> str | None:
    """Say which file system of the home is too full for intake; None while there is room."""
    floor = settings.disk_floor_megabytes * MEGABYTE
    short = shortage(HomeSpace(settings.home, FOLDERS).rooms(), floor, is_paused=False)
    return None if short is None else told(short, floor)


def moves(settings: Settings) -> Finding:
    """No document waits for its move: that takes a moment, unless something refuses."""
    if not has_run(settings):
        return nothing_yet("moves")
    ledger = open_ledger(settings)
    try:
        moving = ledger.in_states(frozenset({State.MOVING}))
    finally:
        ledger.close()
    since = SystemClock(settings.timezone).now() - datetime.timedelta(seconds=LONG_MOVE_SECONDS)
    waiting = [it for it in moving if it.settled_at is not None and it.settled_at < since]
    if not waiting:
        return Finding(part="moves", level=Level.GOOD, sentence="none waits")
    folders = sorted({str(_closed_folder(settings.home / (it.target or ""))) for it in waiting})
    return Finding(
        part="moves",
        level=Level.BAD,
        sentence=f"{len(waiting)} can't be put in place: {some([it.reference for it in waiting])}",
        hint=f"Look at who may write in, and how full is: {some(folders)}. They go on by themselves.",
    )


def _closed_folder(target: Path) -> Path:
    """The folder that a file for this place would first need to change."""
    return next(folder for folder in target.parents if folder.is_dir())
