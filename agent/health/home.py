"""Whether the daemon runs, and whether its folders are there, and files can be made and moved in them."""

import contextlib
import errno
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.adapters.folders import CLAIMED
from agent.adapters.home import HomeLock
from agent.app import folders_of
from agent.config import Settings
from agent.domain.phrase import Paths, Phrase, plain
from agent.durable import hint_for, make_empty, name_of_check, remove_old_checks, word_for
from agent.health.finding import Finding, Level, some

_LONGEST_VALUE = 40

_CLOSED = frozenset({errno.EACCES, errno.EPERM})


def daemon(settings: Settings) -> Finding:
    lock = HomeLock(settings.state)
    if lock.is_held():
        running = Phrase("running, process {process}", process=lock.holder())
        if others := _settings_of(lock.told(), settings.told()):
            return Finding(
                part="daemon",
                level=Level.NOTICE,
                said=Phrase(
                    "{running}, with other settings than are set here: {settings}",
                    running=running,
                    settings=plain(some(others)),
                ),
                advice=Phrase("Were they changed since it was started? Type: systemctl restart dossierd"),
            )
        return Finding(part="daemon", level=Level.GOOD, said=running)
    return Finding(
        part="daemon",
        level=Level.BAD,
        said=Phrase("not running: nothing is filed"),
        advice=Phrase("Type: systemctl start dossierd (or: dossierd run)"),
    )


def _settings_of(running: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """What the daemon works with that is not what is set here; long values are left out."""
    others = ((name, running[name]) for name in here if running.get(name, here[name]) != here[name])
    return [f"{name}={value}" if len(value) <= _LONGEST_VALUE else name for name, value in others]


def folders(settings: Settings) -> Finding:
    names = folders_of(settings)
    missing = [name for name in names if not (settings.home / name).is_dir()]
    if missing:
        return Finding(
            part="folders",
            level=Level.BAD,
            said=Phrase("missing: {folders}", folders=", ".join(missing)),
            advice=Phrase("Type: dossierd init --home {home}", home=settings.home),
        )
    refused = {name: error for name in names if (error := _try(settings.home, name)) is not None}
    if not refused:
        said = Phrase("all there in {home}, and files can be made and moved in each", home=settings.home)
        return Finding(part="folders", level=Level.GOOD, said=said)
    closed = [name for name, error in refused.items() if error.errno in _CLOSED]
    if closed:
        return Finding(
            part="folders",
            level=Level.BAD,
            said=Phrase("can't be written to by this user: {folders}", folders=", ".join(closed)),
            advice=Phrase(
                "Run this as the daemon's user, or give it the folders: chown -R dossierd: {folders}",
                folders=Paths(" ".join(str(settings.home / name) for name in closed)),
            ),
        )
    error = next(iter(refused.values()))
    return Finding(
        part="folders",
        level=Level.BAD,
        said=Phrase(
            "no file can be made or moved in: {folders} ({why})",
            folders=", ".join(refused),
            why=word_for(error),
        ),
        advice=hint_for(error),
    )


def _try(home: Path, name: str) -> OSError | None:
    """Make, move and remove an empty file, as a claim does; gives what the kernel refused.

    What an earlier check has left, which was killed in between, goes.
    """
    folder = home / name
    first = folder / name_of_check()
    second = first
    try:
        second = _claim_folder(folder) / f"{first.name}-2"
        make_empty(first)
        first.rename(second)
    except OSError as error:
        return error
    finally:
        for left in (first, second):
            with contextlib.suppress(OSError):
                left.unlink()
        for tried in {first.parent, second.parent}:
            remove_old_checks(tried)
    return None


def _claim_folder(folder: Path) -> Path:
    """Where a claim moves files from `incoming/`, once there is such a folder; else the folder itself."""
    claimed = folder / CLAIMED
    own: Sequence[Path] = sorted(claimed.iterdir()) if claimed.is_dir() else ()
    return own[0] if len(own) == 1 and own[0].is_dir() else folder
