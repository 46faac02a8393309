"""What commands have brought into the registry, kept in it until the daemon, who alone writes the journal, tells it."""

import datetime
import json
from typing import Literal

from agent.adapters.registry.index import RegistryIndex
from agent.adapters.registry.loading import Imported

_BROUGHT, _TOLD = "brought_by_hand", "told_version"
_MOST_KEPT = 100
"""Passes that were not told yet; each is a person at the keyboard, while no daemon runs."""

Event = Literal["registry_imported", "registry_synced"]


def keep(index: RegistryIndex, event: Event, imported: Imported, actor: str, at: datetime.datetime) -> None:
    """Remember a pass that a command has done; one that changed nothing is none.

    Args:
        actor: who typed it, as in the journal: `cli:anna`.

    Raises:
        RegistryUnavailable: it can't be written.
    """
    if not (imported.added or imported.changed or imported.removed):
        return
    told = {
        "event": event,
        "version": imported.version,
        "by": actor,
        "brought_at": at.isoformat(),
        "people": imported.people,
        "added": imported.added,
        "changed": imported.changed,
        "removed": imported.removed,
    }
    index.note(_BROUGHT, json.dumps([*_brought(index), told][-_MOST_KEPT:]))


def untold(index: RegistryIndex) -> list[dict[str, object]]:
    """What the journal does not say yet, in its order: `event`, and what the line says.

    Raises:
        RegistryUnavailable: it can't be read now.
    """
    after = told_until(index)
    return [it for it in _brought(index) if int(str(it["version"])) > after]


def told_until(index: RegistryIndex) -> int:
    """The version up to which the journal says all; 0 for none.

    Raises:
        RegistryUnavailable: it can't be read now.
    """
    return int(index.noted(_TOLD) or 0)


def are_told(index: RegistryIndex, version: int) -> None:
    """Remember that the journal says all up to this version."""
    index.note(_TOLD, str(version))


def _brought(index: RegistryIndex) -> list[dict[str, object]]:
    return list(json.loads(index.noted(_BROUGHT) or "[]"))
