"""Whether the daemon runs, and whether its folders are there."""

import os

from agent.adapters.folders import FOLDERS
from agent.adapters.home import HomeLock
from agent.config import Settings
from agent.health.finding import Finding, Level


def daemon(settings: Settings) -> Finding:
    lock = HomeLock(settings.home / "state")
    if lock.is_held():
        return Finding(part="daemon", level=Level.GOOD, sentence=f"running, process {lock.holder()}")
    return Finding(
        part="daemon",
        level=Level.BAD,
        sentence="not running: nothing is filed",
        hint="Type: systemctl start dossierd (or: dossierd run)",
    )


def folders(settings: Settings) -> Finding:
    missing = [name for name in FOLDERS if not (settings.home / name).is_dir()]
    if missing:
        return Finding(
            part="folders",
            level=Level.BAD,
            sentence=f"missing: {', '.join(missing)}",
            hint=f"Type: dossierd init --home {settings.home}",
        )
    closed = [name for name in FOLDERS if not os.access(settings.home / name, os.W_OK | os.X_OK)]
    if closed:
        return Finding(
            part="folders",
            level=Level.BAD,
            sentence=f"can't be written to by this user: {', '.join(closed)}",
            hint="Run this as the daemon's user, or give it the folders: chown -R dossierd: "
            + " ".join(str(settings.home / name) for name in closed),
        )
    return Finding(part="folders", level=Level.GOOD, sentence=f"all there in {settings.home}")
