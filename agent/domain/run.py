"""A run of the daemon, from its start to its end."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When the daemon worked.

    Attributes:
        ended_at: None while it runs, and until the next start learns when it died.
        was_stopped: whether it was asked to end.
        versions: of the program and of what it is built on, by their names.
    """

    began_at: datetime.datetime
    ended_at: datetime.datetime | None
    was_stopped: bool
    versions: Mapping[str, str]
