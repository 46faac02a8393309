"""The machines that share a ledger: who runs there, and what only one of them does at a time."""

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

RunId = NewType("RunId", str)
"""One daemon from its start to its end; a daemon that starts again is another run."""

HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")
"""What a host may be called: it names folders and stands in every line of the log."""


class Role(StrEnum):
    """What a run does."""

    INTAKE = "intake"
    """Sees what is dropped, and makes it ours."""
    WORKER = "worker"
    """Reads, decides and files."""
    TALKER = "talker"
    """Tells people, listens to them, and does what they ask for."""


class Duty(StrEnum):
    """What one run does for all, until it ends or is fenced off."""

    TALKER = "talker"
    CANARY = "canary"
    REGISTRY = "registry"
    """Copies the people from the office's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRun:
    """A run as the others see it. All moments are of the database's clock.

    Attributes:
        host: the machine's name.
        beat_at: when it last gave a sign of life.
        fenced_at: since when it may neither write nor act, for good; None while it stands.
    """

    run: RunId
    host: str
    roles: frozenset[Role]
    joined_at: datetime.datetime
    beat_at: datetime.datetime
    fenced_at: datetime.datetime | None = None

    @property
    def stands(self) -> bool:
        return self.fenced_at is None
