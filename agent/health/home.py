"""Whether the daemon runs, and whether its folders are there."""

import os
from collections.abc import Mapping

from agent.adapters.folders import FOLDERS
from agent.adapters.home import HomeLock
from agent.config import Settings
from agent.domain.phrase import Paths, Phrase, plain
from agent.health.finding import Finding, Level, some

_LONGEST_VALUE = 40


def daemon(settings: Settings) -> Finding:
    lock = HomeLock(settings.home / "state")
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
    missing = [name for name in FOLDERS if not (settings.home / name).is_dir()]
    if missing:
        return Finding(
            part="folders",
            level=Level.BAD,
            said=Phrase("missing: {folders}", folders=", ".join(missing)),
            advice=Phrase("Type: dossierd init --home {home}", home=settings.home),
        )
    closed = [name for name in FOLDERS if not os.access(settings.home / name, os.W_OK | os.X_OK)]
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
    return Finding(part="folders", level=Level.GOOD, said=Phrase("all there in {home}", home=settings.home))
