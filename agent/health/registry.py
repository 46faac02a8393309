"""Whether there are people to file documents under, and how old the copy of the office's database is."""

import datetime

from agent.adapters.clock import SystemClock
from agent.adapters.home import REGISTRY_FILE
from agent.adapters.registry import RegistryIndex
from agent.adapters.registry.copied import Copy, Trouble, copy_of, trouble_of, wanted_by
from agent.adapters.registry.fields import numbers_words
from agent.app import build_source
from agent.config import Settings
from agent.health.finding import Finding, Level, some

_SYNC = "dossierd registry sync"
_IMPORT = "dossierd registry import people.csv"
_READ_OTHERWISE = "; what is set of how they are read has changed since"
_NO_URL_HINT = "Set it again and restart dossierd, or type: dossierd registry import people.csv"


def registry(settings: Settings) -> Finding:
    """The people, where they come from, and when they were looked at last."""
    path = settings.home / "state" / REGISTRY_FILE
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
        found = Finding(part="registry", level=Level.GOOD, sentence=_people(count))
        is_otherwise = wanted not in (None, numbers_words(settings.vocabulary.kinds))
        return _read_otherwise(found, f"Type: {_IMPORT}") if is_otherwise else found
    if copy is None:
        return _told(
            Level.BAD, f"{_people(count)}; the database that is set was never read", trouble, f"Type: {_SYNC}"
        )
    if source is None:
        trouble = Trouble(sentence="DOSSIERD_REGISTRY_URL is not set any more", hint=_NO_URL_HINT)
    found = finding_of(count, copy, trouble, clock.now(), is_outdated=is_outdated)
    is_otherwise = source is not None and wanted not in (None, source.wanted)
    return _read_otherwise(found, f"Type: {_SYNC} --full, and restart dossierd") if is_otherwise else found


def _read_otherwise(found: Finding, hint: str) -> Finding:
    """Say also that the people would be read otherwise by now."""
    if found.level is Level.BAD:
        return found
    return Finding(
        part=found.part,
        level=Level.NOTICE,
        sentence=found.sentence + _READ_OTHERWISE,
        hint=f"{hint}. {found.hint}" if found.hint else hint,
    )


def finding_of(
    count: int, copy: Copy, trouble: Trouble | None, now: datetime.datetime, *, is_outdated: bool
) -> Finding:
    """Say what is to be said of a copy."""
    they = "as they were" if count != 1 else "as it was"
    sentence = f"{_people(count)} of {copy.source}, {they} {_age(now - copy.synced_at)} ago"
    if is_outdated:
        sentence += ": too long for anything to be filed without asking"
        return _told(Level.BAD, sentence, trouble, f"Is dossierd running? Type: {_SYNC}")
    if trouble is not None:
        return _told(Level.NOTICE, sentence, trouble, f"Type: {_SYNC}")
    if copy.bad_rows:
        rows = some([place for place, _ in copy.problems])
        sentence += f"; {copy.bad_rows} bad row{'' if copy.bad_rows == 1 else 's'}: {rows}"
        return _told(
            Level.NOTICE, sentence, None, f"Correct them in the database; what is wrong: {_SYNC} --full"
        )
    return Finding(part="registry", level=Level.GOOD, sentence=sentence)


def _nobody(settings: Settings, trouble: Trouble | None) -> Finding:
    hint = _IMPORT if settings.registry_url is None else _SYNC
    return _told(Level.BAD, "The registry is empty: every document goes to a human", trouble, f"Type: {hint}")


def _told(level: Level, sentence: str, trouble: Trouble | None, hint: str) -> Finding:
    """A finding, with why the last pass failed, and what to do about that first."""
    if trouble is not None:
        sentence += f". The last look failed: {trouble.sentence}"
        hint = trouble.hint or hint
    return Finding(part="registry", level=level, sentence=sentence, hint=hint)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _age(age: datetime.timedelta) -> str:
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // (24 * 60)} days"
