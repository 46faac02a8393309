"""`state/watch.json`: what `dossierd watch` must remember from one call to the next, without the ledger."""

import json
from pathlib import Path

import structlog

from agent.durable import replace_text, word_for

log = structlog.get_logger(__name__)


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
        try:
            if told:
                replace_text(self._path, json.dumps({"told": sorted(told)}) + "\n", is_synced=False)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("watch_forgetful", reason=word_for(error))
