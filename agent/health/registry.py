"""Whether there are people to file documents under, the same on all hosts, and how old a database's copy is."""

import datetime
from contextlib import suppress
from dataclasses import replace

from agent.adapters.clock import SystemClock
from agent.adapters.home import REGISTRY_FILE
from agent.adapters.ledger.published import SqlPublished
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.copied import Copy, Trouble, copy_of, trouble_of, wanted_by
from agent.adapters.registry.fields import numbers_words
from agent.app import build_source
from agent.config import Settings
from agent.domain.phrase import Phrase, plain
from agent.errors import LedgerUnavailable
from agent.health.finding import Finding, Level, some, typed
from agent.ledgers import engine_of
from agent.publishing import is_the_published

_SYNC = "dossierd registry sync"
_IMPORT = "dossierd registry import people.csv"
_NO_URL = Phrase("DOSSIERD_REGISTRY_URL is not set any more")
_NO_URL_HINT = Phrase("Set it again and restart dossierd, or type: dossierd registry import people.csv")

_Why = tuple[Phrase, Phrase]
"""Why the last look at the database failed, and what to do about it; the latter may be empty."""


def registry(settings: Settings) -> Finding:
    """The people, where they come from, and when they were looked at last; in a shared home whether all have these."""
    found = _here(settings)
    if found.level is Level.BAD or not settings.is_shared or _are_agreed(settings):
        return found
    return Finding(
        part=found.part,
        level=Level.NOTICE,
        said=Phrase(
            "{people}; they are not those that the hosts agree on: nothing is filed by them",
            people=found.said,
        ),
        advice=Phrase(
            "That lasts seconds. If it stays: is dossierd running here, and can it read registry/ in the home?"
        ),
    )


def _are_agreed(settings: Settings) -> bool:
    """Whether the people here are the published ones; True where that can't be told, as another part says."""
    index, engine = RegistryIndex(settings.state / REGISTRY_FILE), engine_of(settings)
    try:
        with suppress(LedgerUnavailable):
            return is_the_published(index, SqlPublished(engine).latest())
        return True
    finally:
        engine.dispose()
        index.close()


def _here(settings: Settings) -> Finding:
    """What is to be said of the people of this host."""
    path = settings.state / REGISTRY_FILE
    if not path.is_file():
        return _nobody(settings, None)
    clock = SystemClock(settings.timezone)
    index = RegistryIndex(path, clock)
    try:
        count, copy, trouble = index.count(), copy_of(index), trouble_of(index)
        is_outdated, wanted = index.is_outdated(), wanted_by(index)
    finally:
        index.close()
    if count == 0:
        return _nobody(settings, trouble)
    source = build_source(settings)
    if copy is None and source is None:
        found = Finding(part="registry", level=Level.GOOD, said=_people(count))
        is_otherwise = wanted not in (None, numbers_words(settings.vocabulary.kinds))
        return _read_otherwise(found, typed(_IMPORT)) if is_otherwise else found
    if copy is None:
        never = Phrase("{people}; the database that is set was never read", people=_people(count))
        return _told(Level.BAD, never, _why(trouble), typed(_SYNC))
    why = (_NO_URL, _NO_URL_HINT) if source is None else _why(trouble)
    found = _of_copy(count, copy, why, clock.now(), is_outdated=is_outdated)
    if source is None or wanted in (None, source.wanted):
        return found
    return _read_otherwise(found, Phrase("Type: {command}, and restart dossierd", command=f"{_SYNC} --full"))


def _read_otherwise(found: Finding, advice: Phrase) -> Finding:
    """Say also that the people would be read otherwise by now."""
    if found.level is Level.BAD:
        return found
    return Finding(
        part=found.part,
        level=Level.NOTICE,
        said=Phrase("{people}; what is set of how they are read has changed since", people=found.said),
        advice=Phrase("{one}. {other}", one=advice, other=found.advice) if found.hint else advice,
    )


def _of_copy(
    count: int, copy: Copy, why: _Why | None, now: datetime.datetime, *, is_outdated: bool
) -> Finding:
    """Say what is to be said of a copy."""
    values = {"people": _people(count), "source": plain(copy.source), "age": _age(now - copy.synced_at)}
    said = (
        Phrase("{people} of {source}, as it was {age} ago", **values)
        if count == 1
        else Phrase("{people} of {source}, as they were {age} ago", **values)
    )
    if is_outdated:
        too_long = Phrase("{people}: too long for anything to be filed without asking", people=said)
        return _told(Level.BAD, too_long, why, Phrase("Is dossierd running? Type: {command}", command=_SYNC))
    if why is not None:
        return _told(Level.NOTICE, said, why, typed(_SYNC))
    if copy.bad_rows:
        rows = some([place for place, _ in copy.problems])
        bad = (
            Phrase("{people}; 1 bad row: {rows}", people=said, rows=rows)
            if copy.bad_rows == 1
            else Phrase("{people}; {count} bad rows: {rows}", people=said, count=copy.bad_rows, rows=rows)
        )
        advice = Phrase("Correct them in the database; what is wrong: {command}", command=f"{_SYNC} --full")
        unnamed = Phrase("{people}; bad rows: {count}", people=said, count=copy.bad_rows)
        return replace(_told(Level.NOTICE, bad, None, advice), unnamed=unnamed)
    return Finding(part="registry", level=Level.GOOD, said=said)


def _nobody(settings: Settings, trouble: Trouble | None) -> Finding:
    command = _IMPORT if settings.registry_url is None else _SYNC
    empty = Phrase("The registry is empty: every document goes to a human")
    return _told(Level.BAD, empty, _why(trouble), typed(command))


def _why(trouble: Trouble | None) -> _Why | None:
    return None if trouble is None else (trouble.said, trouble.advice)


def _told(level: Level, said: Phrase, why: _Why | None, advice: Phrase) -> Finding:
    """A finding, with why the last pass failed, and what to do about that first."""
    if why is not None:
        failed, first = why
        said = Phrase("{people}. The last look failed: {why}", people=said, why=failed)
        advice = first if str(first) else advice
    return Finding(part="registry", level=level, said=said, advice=advice)


def _people(count: int) -> Phrase:
    return Phrase("1 person") if count == 1 else Phrase("{count} people", count=count)


def _age(age: datetime.timedelta) -> Phrase:
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:
        return Phrase("{count} min", count=minutes)
    if minutes < 72 * 60:
        return Phrase("{count} h", count=minutes // 60)
    return Phrase("{count} days", count=minutes // (24 * 60))
