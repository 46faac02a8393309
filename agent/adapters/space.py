"""How much room there is below the home: each file system that its folders lie on is asked once (statvfs(3)).

Accepted risk: a network file system that doesn't answer holds up the one who asks.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from agent.domain.room import Room


class HomeSpace:
    """Implements `ports.Space`."""

    def __init__(self, home: Path, folders: Sequence[str]) -> None:
        self._home = home
        self._folders = folders

    def rooms(self) -> list[Room]:
        """Ask each file system; a folder that can't be asked is left out: claim, probe and watcher tell of it."""
        found: dict[int, tuple[list[str], os.statvfs_result]] = {}
        for name in self._folders:
            folder = self._home / name
            try:
                device, answer = folder.stat().st_dev, os.statvfs(folder)
            except OSError:
                continue
            found.setdefault(device, ([], answer))[0].append(name)
        return [
            Room(
                folders=tuple(names),
                free_bytes=answer.f_bavail * answer.f_frsize,
                free_inodes=answer.f_favail if answer.f_files else None,
            )
            for names, answer in found.values()
        ]
