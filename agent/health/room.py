"""Whether there is room to take documents in, and whether each that was decided could be put in its place."""

import datetime
from pathlib import Path

from agent.adapters.clock import SystemClock
from agent.adapters.ledger import SqlOutbox
from agent.app import space_of
from agent.config import Settings
from agent.domain.message import MessageKind, Topic
from agent.domain.outcome import State
from agent.domain.phrase import Paths, Phrase
from agent.domain.room import MEGABYTE, Room, hint_for, shortage, told
from agent.health.finding import Finding, Level, has_run, nothing_yet, open_ledger, some
from agent.ledgers import engine_of

LONG_MOVE_SECONDS = 60
"""A move takes less, even of the largest file to another disk that is slow."""


def disk(settings: Settings) -> Finding:
    """Whether there is room to go on, on each file system that the home lies on."""
    floor, short = settings.disk_floor_megabytes * MEGABYTE, _short(settings)
    if short is not None:
        said = Phrase("nothing is taken in: {why}", why=told(short, floor))
        return Finding(part="disk", level=Level.BAD, said=said, advice=hint_for(short, floor))
    rooms = space_of(settings).rooms()
    if not rooms:
        return Finding(part="disk", level=Level.NOTICE, said=Phrase("there is no folder yet to look at"))
    free = min(room.free_bytes for room in rooms) // MEGABYTE
    return Finding(part="disk", level=Level.GOOD, said=Phrase("at least {free} MB free", free=free))


def full_disk(settings: Settings) -> str | None:
    """Say which file system of the home is too full for intake; None while there is room."""
    short = _short(settings)
    return None if short is None else str(told(short, settings.disk_floor_megabytes * MEGABYTE))


def _short(settings: Settings) -> Room | None:
    """As the daemon sees it: while it pauses, it takes somewhat more than the floor to go on."""
    floor = settings.disk_floor_megabytes * MEGABYTE
    rooms = space_of(settings).rooms()
    short = shortage(rooms, floor, is_paused=False)
    if short is None and (nearly := shortage(rooms, floor, is_paused=True)) and _is_paused(settings):
        return nearly
    return short


def _is_paused(settings: Settings) -> bool:
    """Whether people were told last that intake pauses."""
    if not has_run(settings):
        return False
    engine = engine_of(settings)
    try:
        return SqlOutbox(engine).last_notice(Topic.INTAKE) is MessageKind.INTAKE_PAUSED
    finally:
        engine.dispose()


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
        return Finding(part="moves", level=Level.GOOD, said=Phrase("none waits"))
    folders = sorted({str(_closed_folder(settings.home / (it.target or ""))) for it in waiting})
    return Finding(
        part="moves",
        level=Level.BAD,
        unnamed=Phrase("{count} can't be put in place", count=len(waiting)),
        said=Phrase(
            "{count} can't be put in place: {documents}",
            count=len(waiting),
            documents=some([it.reference for it in waiting]),
        ),
        advice=Phrase(
            "Look at who may write in, and how full is: {folders}. They go on by themselves.",
            folders=Paths(some(folders)),
        ),
    )


def _closed_folder(target: Path) -> Path:
    """The folder that a file for this place would first need to change."""
    return next(folder for folder in target.parents if folder.is_dir())
