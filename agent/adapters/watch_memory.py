"""`state/watch.json`: what `dossierd watch` must remember from one call to the next, without the ledger.

It is written in place and never shrinks, so that a full disk, which is what ends daemons, doesn't have people told anew
every quarter of an hour. Half a record, after a power cut, knows nobody.
"""

import json
import os
from pathlib import Path

import structlog

from agent.durable import word_for

log = structlog.get_logger(__name__)

ROOM = 4096
"""Bytes: a block of the disk, for some hundred people."""


class WatchFile:
    """Implements `watched.WatchMemory`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def told(self) -> frozenset[str]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        names = kept.get("told") if isinstance(kept, dict) else None
        return frozenset(map(str, names)) if isinstance(names, list) else frozenset()

    def keep(self, told: frozenset[str]) -> None:
        record = json.dumps({"told": sorted(told)}).ljust(ROOM - 1) + "\n"
        try:
            opened = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
            with os.fdopen(opened, "wb") as file:
                file.write(record.encode())
                file.truncate()
        except OSError as error:
            log.warning("watch_forgetful", reason=word_for(error))
